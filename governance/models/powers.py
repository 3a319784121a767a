"""Who decides where: bodies, the dated mandates that people hold, and loans of power up or down."""

from __future__ import annotations

from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.levels import Level
from governance.models.spheres import Sphere
from governance.models.users import User
from governance.powers import CORE_POWERS
from socialcare.kernel.public_ids import LENGTH, new_public_id


class DateRange(Func):
    """From the first date up to, and without, the second; no second date means without end."""

    function = "DATERANGE"


class Body(models.Model):
    """The people who decide for a sphere above the family."""

    class Kind(models.TextChoices):
        ASSEMBLY = "assembly", _("Residents' assembly")
        COUNCIL = "council", _("Council")
        NATIONAL_COUNCIL = "national-council", _("National council")
        PANEL = "panel", _("Panel of disabled people and families")

    sphere = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="bodies")
    kind = models.CharField(max_length=20, choices=Kind)
    name = models.CharField(max_length=120)

    class Meta:
        verbose_name_plural = "bodies"
        constraints = [
            models.CheckConstraint(
                name="body_kind_known",
                condition=Q(
                    kind__in=["assembly", "council", "national-council", "panel"],
                ),
            ),
            models.UniqueConstraint(name="body_kind_once_a_sphere", fields=["sphere", "kind"]),
        ]

    def __str__(self) -> str:
        return self.name


# The kind of body that decides at each level; the panel sits beside the national council.
DECIDING_KIND = {
    Level.NEIGHBOURHOOD: Body.Kind.ASSEMBLY,
    Level.LOCAL: Body.Kind.COUNCIL,
    Level.NATIONAL: Body.Kind.NATIONAL_COUNCIL,
}


class MandateQuerySet(models.QuerySet["Mandate"]):
    def on(self, day: date) -> MandateQuerySet:
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))


class Mandate(models.Model):
    """A dated role that a user holds in a sphere. Rights are computed from it, never copied out of it."""

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mandates")
    role = models.CharField(max_length=30)
    sphere = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="mandates")
    starts_on = models.DateField(default=timezone.localdate)
    # The first day without it.
    ends_on = models.DateField(null=True, blank=True)

    objects = MandateQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mandate_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            ExclusionConstraint(
                name="mandate_held_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("role", RangeOperators.EQUAL),
                    ("sphere", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.public_id}"


class LoanOfPowerQuerySet(models.QuerySet["LoanOfPower"]):
    def on(self, day: date) -> LoanOfPowerQuerySet:
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))


class LoanOfPower(models.Model):
    """A power lent down (devolution) or up (reservation) from its home sphere, between two dates.

    Migration 0002 adds what Django cannot say: that a devolution goes down and a reservation up the tree, and that
    a reservation without consent does not come again within two years.
    """

    class Kind(models.TextChoices):
        DEVOLUTION = "devolution", _("Lent down")
        RESERVATION = "reservation", _("Lent up")

    class Ground(models.TextChoices):
        TOO_LARGE = "too-large", _("The task is too large for one place")
        SHARED_RISK = "shared-risk", _("The risk must be shared by many places")
        NO_BODY = "no-body", _("There is nobody to decide here yet")
        BREACH_OF_RIGHTS = "breach-of-rights", _("Somebody's rights are being broken")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    kind = models.CharField(max_length=15, choices=Kind)
    power = models.CharField(max_length=50)
    home = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="powers_lent")
    borrower = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="powers_borrowed")
    ground = models.CharField(max_length=20, choices=Ground, blank=True)
    reasons = models.TextField()
    # The decision of the body at home to lend (a devolution) or to consent (a reservation).
    consent = models.ForeignKey(
        "Decision", on_delete=models.PROTECT, null=True, related_name="loans_consented"
    )
    # The borrower's acceptance (a devolution), or the national panel's assent (a reservation without consent).
    assent = models.ForeignKey(
        "Decision", on_delete=models.PROTECT, null=True, related_name="loans_assented"
    )
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = LoanOfPowerQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "loans of power"
        constraints = [
            ExclusionConstraint(
                name="loan_one_a_power_and_home_at_a_time",
                expressions=[
                    ("power", RangeOperators.EQUAL),
                    ("home", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                name="loan_never_of_a_core_power", condition=~Q(power__in=CORE_POWERS)
            ),
            models.CheckConstraint(name="loan_to_somebody_else", condition=~Q(home=F("borrower"))),
            models.CheckConstraint(name="loan_has_reasons", condition=~Q(reasons="")),
            models.CheckConstraint(
                name="loan_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="devolution_is_offered_and_accepted",
                condition=~Q(kind="devolution") | Q(consent__isnull=False, assent__isnull=False),
            ),
            models.CheckConstraint(
                name="reservation_has_a_ground_and_an_end",
                condition=~Q(kind="reservation") | (~Q(ground="") & Q(ends_on__isnull=False)),
            ),
            models.CheckConstraint(
                name="reservation_without_consent_for_rights_with_assent",
                condition=~Q(kind="reservation")
                | Q(consent__isnull=False)
                | Q(ground="breach-of-rights", assent__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.power} {self.public_id}"
