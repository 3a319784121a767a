"""What a person is entitled to, what was paid of it, and how much the nation owes people when its money is short.

Only functions of PostgreSQL write here (migration 0010): they work the sum out from the agreed points, so that no
program can give anybody another one. Nothing here says what somebody has, or who cares for them unpaid.
"""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from budgets.models.ledger import Movement
from budgets.models.prices import MILLION, PriceVersion
from governance.models import Sphere
from people.models import Conversation, Person
from people.models.sealed import Sealed
from socialcare.kernel.public_ids import LENGTH, new_public_id


class EntitlementQuerySet(models.QuerySet["Entitlement"]):
    def on(self, day: date) -> EntitlementQuerySet:
        """Those that hold on that day: at most one a person."""
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))


class Entitlement(Sealed):
    """Pence a week from one day on, until a newer award takes its place. Part “budget”. Sealed: `reason`.

    It keeps the cost factor and never the place: moving home does not change it, and reading it does not tell where
    somebody lives.
    """

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="entitlements")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="entitlements"
    )
    # Only what nobody doubts, paid while the rest is being looked at again.
    is_undisputed_part = models.BooleanField(default=False)
    points = models.PositiveIntegerField()
    price = models.ForeignKey(PriceVersion, on_delete=models.PROTECT, related_name="entitlements")
    cost_factor_millionths = models.PositiveIntegerField()
    # Published components by code: {"nights": 2}.
    extras = models.JSONField(default=dict)
    # What the formula gives, and what was awarded: never less, and more only with a reason.
    indicated_pence = models.BigIntegerField()
    weekly_pence = models.BigIntegerField()
    is_reasoned = models.BooleanField(default=False)
    starts_on = models.DateField()
    # The first day on which it no longer holds.
    ends_on = models.DateField(null=True)
    # The first day that is not paid for yet, and what an earlier award had paid for days from `starts_on` on.
    paid_until = models.DateField()
    prepaid_pence = models.BigIntegerField(default=0)
    # Paid in advance for so many weeks: four, or one for who would rather have it weekly.
    weeks_at_a_time = models.PositiveSmallIntegerField(default=4)
    # Null when it followed from the conversation by itself.
    awarded_by = models.BigIntegerField(null=True)
    awarded_at = models.DateTimeField(default=timezone.now)

    objects = EntitlementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="entitlement_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="entitlement_never_below_its_indication",
                condition=Q(indicated_pence__gte=0, weekly_pence__gte=F("indicated_pence")),
            ),
            models.CheckConstraint(
                name="entitlement_that_differs_says_why",
                condition=Q(weekly_pence=F("indicated_pence")) | Q(is_reasoned=True),
            ),
            models.CheckConstraint(
                name="entitlement_factor_above_nought", condition=Q(cost_factor_millionths__gt=0)
            ),
            models.CheckConstraint(
                name="entitlement_paid_within_its_days",
                condition=Q(paid_until__gte=F("starts_on"), prepaid_pence__gte=0),
            ),
            models.CheckConstraint(
                name="entitlement_weeks_known", condition=Q(weeks_at_a_time__in=[1, 4])
            ),
        ]
        indexes = [
            models.Index(name="entitlement_by_person", fields=["person", "-starts_on"]),
            # Who is due, found without looking at anybody else.
            models.Index(
                name="entitlement_due",
                fields=["paid_until", "id"],
                condition=Q(weekly_pence__gt=0)
                & (Q(ends_on=None) | Q(paid_until__lt=F("ends_on"))),
            ),
        ]

    def __str__(self) -> str:
        return f"entitlement {self.public_id}"

    @property
    def cost_factor(self) -> Fraction:
        return Fraction(self.cost_factor_millionths, MILLION)


class EntitlementPayment(models.Model):
    """What was paid of an entitlement, for which days. Part “budget”. It does not tell from which place's account."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    entitlement = models.ForeignKey(Entitlement, on_delete=models.PROTECT, related_name="payments")
    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, related_name="+")
    amount_pence = models.BigIntegerField()
    # From the first day until the day before the last.
    from_on = models.DateField()
    until_on = models.DateField()
    paid_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="entitlement_payment_is_something", condition=Q(amount_pence__gt=0)
            ),
            models.CheckConstraint(
                name="entitlement_payment_has_days", condition=Q(until_on__gt=F("from_on"))
            ),
        ]
        indexes = [models.Index(name="entitlement_paid", fields=["person", "paid_on"])]

    def __str__(self) -> str:
        return f"entitlement payment {self.pk}"


class FundingGap(models.Model):
    """What a nation owed people on a day and could not pay: no neighbourhood's money and no reserve was left.

    Public, as one sum a nation and day. Entitlements stay what they are; the gap is the nation's to close.
    """

    nation = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="funding_gaps")
    on = models.DateField()
    owed_pence = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="funding_gap_once_a_day", fields=["nation", "on"]),
            models.CheckConstraint(name="funding_gap_not_negative", condition=Q(owed_pence__gte=0)),
        ]

    def __str__(self) -> str:
        return f"funding gap {self.nation_id} {self.on}"
