"""Who a person is: what to call them, when they were born, which neighbourhood they live in. Never what they have."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from governance.models import Sphere
from people.parts import Part
from socialcare.kernel.public_ids import LENGTH, new_public_id


class Person(models.Model):
    """What anybody may know who was let see any part of the record."""

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="person"
    )
    # The sphere in which this person decides for themself.
    sphere = models.OneToOneField(Sphere, on_delete=models.PROTECT, related_name="person")
    preferred_name = models.CharField(max_length=120)
    pronouns = models.CharField(max_length=40, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "people"
        # Nobody holds these by being somebody: each is given by one person to another (models.consents).
        default_permissions = ()
        permissions = [(part.value, part.value) for part in Part]

    def __str__(self) -> str:
        return self.public_id


class Entered(models.Model):
    """A row that somebody may have written for the person, from the person's own words or by legal authority."""

    # None where the person wrote it themself.
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        abstract = True


class AboutMe(Entered):
    """The part "about me", with the communication needs."""

    person = models.OneToOneField(
        Person, on_delete=models.PROTECT, primary_key=True, related_name="about_me"
    )
    date_of_birth = models.DateField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "about me"
        constraints = [
            models.CheckConstraint(
                name="about_me_born_in_living_memory",
                condition=Q(date_of_birth=None) | Q(date_of_birth__gte="1850-01-01"),
            ),
        ]

    def __str__(self) -> str:
        return f"about {self.person_id}"


class ResidenceQuerySet(models.QuerySet["Residence"]):
    def current(self) -> "ResidenceQuerySet":
        return self.filter(ends_on=None)


class Residence(models.Model):
    """The neighbourhood a person lives in, by date. It belongs to the part "address": a place tells where to look."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="residences")
    neighbourhood = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    # The first day on which they no longer live there.
    ends_on = models.DateField(null=True, blank=True)

    objects = ResidenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="residence_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.UniqueConstraint(
                name="residence_one_at_a_time", fields=["person"], condition=Q(ends_on=None)
            ),
        ]

    def __str__(self) -> str:
        return f"residence {self.pk}"
