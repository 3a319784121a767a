"""A person's record: one, for life, whether or not they have an account.

Rows here are personal. PostgreSQL shows a row only to those whom `visible_person_ids` names (migration 0002).
"""

from django.conf import settings
from django.db import models
from django.utils import timezone

from governance.models import Sphere
from socialcare.kernel.public_ids import LENGTH, new_public_id


class Person(models.Model):
    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="person"
    )
    # The sphere in which this person decides for themself.
    sphere = models.OneToOneField(Sphere, on_delete=models.PROTECT, related_name="person")
    preferred_name = models.CharField(max_length=120)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.public_id
