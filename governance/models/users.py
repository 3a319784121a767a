"""People who sign in. A user is an account, not a record of somebody's life: that is `people.Person`."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

from socialcare.kernel.public_ids import LENGTH, new_public_id


class User(AbstractBaseUser):
    """Signs in with an e-mail address. There are no staff, groups or model permissions: roles are mandates."""

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    email = models.EmailField(max_length=254)
    # The name under which a mandate holder's votes and decisions are public; others leave it empty.
    public_name = models.CharField(max_length=120, blank=True)
    # Asked for on pages and remembered here; the record says more about what helps somebody (people.CommunicationNeed).
    reads_easy = models.BooleanField(default=False, db_default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = BaseUserManager["User"]()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_whatever_its_case"),
        ]

    def __str__(self) -> str:
        # Never the address: this text reaches logs and error pages.
        return self.public_id
