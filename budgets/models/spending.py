"""How a person's budget is held, whom they pay, once or again and again, and what money came from elsewhere.

Part “spending”, but for how it is held and what a health body added, which are part “budget”. Names and references of
those who are paid are sealed. A payment is checked against the account by PostgreSQL; no officer approves it.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from budgets.models.ledger import Movement
from people.models import Person
from people.models.sealed import Sealed
from socialcare.kernel.public_ids import LENGTH, new_public_id


class Holding(Sealed):
    """How the budget is held from one day until another. Sealed: `holder` (who), `why`."""

    class Way(models.TextChoices):
        DIRECT = "direct", _("I hold it myself")
        NOMINEE = "nominee", _("Somebody I chose holds it for me")
        AUTHORISED = "authorised", _("An authorised person holds it")
        PARENT = "parent", _("A parent holds it")
        TRUST = "trust", _("A trust holds it")
        MANAGED = "managed", _("The council manages it, and I decide")
        SERVICE_FUND = "service-fund", _("A provider holds it, and I decide")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holdings")
    way = models.CharField(max_length=15, choices=Way)
    starts_on = models.DateField()
    # The first day on which it is held another way.
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="holding_way_known",
                condition=Q(
                    way__in=[
                        "direct",
                        "nominee",
                        "authorised",
                        "parent",
                        "trust",
                        "managed",
                        "service-fund",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="holding_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            models.UniqueConstraint(
                name="holding_one_at_a_time", fields=["person"], condition=Q(ends_on=None)
            ),
        ]

    def __str__(self) -> str:
        return f"holding {self.public_id}"


class Payee(Sealed):
    """Somebody whom a person pays. Sealed: `name`, `reference` (what the bank shows). It is in no log."""

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="payees")
    is_kept = models.BooleanField(default=True)
    added_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"payee {self.public_id}"


class StandingPayment(Sealed):
    """The same sum to the same payee, again and again. Sealed: `what_for`. This is money that is planned."""

    class Every(models.TextChoices):
        WEEK = "week", _("every week")
        FOUR_WEEKS = "four-weeks", _("every four weeks")
        MONTH = "month", _("every month")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="standing_payments")
    payee = models.ForeignKey(Payee, on_delete=models.PROTECT, related_name="standing_payments")
    amount_pence = models.BigIntegerField()
    every = models.CharField(max_length=10, choices=Every)
    # The first day of all; the others are counted from it, so that the 31st stays the last day of short months.
    starts_on = models.DateField()
    # The first day on which nothing more is paid.
    ends_on = models.DateField(null=True)
    # How many were paid, and the day of the next.
    times_paid = models.PositiveIntegerField(default=0)
    next_on = models.DateField()
    # There was not enough in the account on the day: it is tried again every day.
    is_waiting = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="standing_every_known",
                condition=Q(every__in=["week", "four-weeks", "month"]),
            ),
            models.CheckConstraint(name="standing_is_something", condition=Q(amount_pence__gt=0)),
            models.CheckConstraint(
                name="standing_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]
        indexes = [
            models.Index(name="standing_by_person", fields=["person", "next_on"]),
            models.Index(
                name="standing_due",
                fields=["next_on", "id"],
                condition=Q(ends_on=None) | Q(next_on__lt=F("ends_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"standing payment {self.public_id}"

    @property
    def is_over(self) -> bool:
        return self.ends_on is not None and self.next_on >= self.ends_on


class Payment(Sealed):
    """Money that a person paid, or got back. Sealed: `what_for`. `movement` is there once the ledger took it."""

    class Kind(models.TextChoices):
        PAID = "paid", _("Paid")
        BACK = "back", _("Came back")

    class Receipt(models.TextChoices):
        NOT_ASKED = "not-asked", _("No receipt is asked for")
        ASKED = "asked", _("Please keep a receipt")
        KEPT = "kept", _("I have a receipt")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="payments")
    kind = models.CharField(max_length=5, choices=Kind, default=Kind.PAID)
    payee = models.ForeignKey(Payee, on_delete=models.PROTECT, related_name="payments")
    amount_pence = models.BigIntegerField()
    paid_on = models.DateField()
    # The occurrence of a standing payment that it is, the first being 1.
    standing = models.ForeignKey(
        StandingPayment, on_delete=models.PROTECT, null=True, related_name="payments"
    )
    number = models.PositiveIntegerField(null=True)
    # What came back, of which payment.
    of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="came_back")
    receipt = models.CharField(max_length=10, choices=Receipt, default=Receipt.NOT_ASKED)
    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, null=True, related_name="+")
    # The caller's own name for the request, so that asking twice pays once.
    request_key = models.CharField(max_length=200, blank=True, default="")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="payment_kind_known", condition=Q(kind__in=["paid", "back"])
            ),
            models.CheckConstraint(name="payment_is_something", condition=Q(amount_pence__gt=0)),
            models.CheckConstraint(
                name="payment_back_says_of_what",
                condition=Q(kind="back", of__isnull=False, standing=None) | Q(kind="paid", of=None),
            ),
            models.CheckConstraint(
                name="payment_receipt_known",
                condition=Q(receipt__in=["not-asked", "asked", "kept"]),
            ),
            models.CheckConstraint(
                name="payment_standing_has_its_number",
                condition=Q(standing=None, number=None)
                | Q(standing__isnull=False, number__isnull=False),
            ),
            models.UniqueConstraint(
                name="payment_once_an_occurrence",
                fields=["standing", "number"],
                condition=Q(standing__isnull=False),
            ),
            models.UniqueConstraint(
                name="payment_once_a_request",
                fields=["person", "request_key"],
                condition=~Q(request_key=""),
            ),
        ]
        indexes = [models.Index(name="payment_by_person", fields=["person", "-paid_on"])]

    def __str__(self) -> str:
        return f"payment {self.public_id}"


class HealthContribution(models.Model):
    """What a health body added to somebody's budget. Part “budget”. It buys neither sight nor a say."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    body = models.CharField(max_length=120)
    amount_pence = models.BigIntegerField()
    paid_on = models.DateField()
    movement = models.OneToOneField(Movement, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="contribution_is_something", condition=Q(amount_pence__gt=0) & ~Q(body="")
            ),
        ]
        indexes = [models.Index(name="contribution_by_person", fields=["person", "paid_on"])]

    def __str__(self) -> str:
        return f"health contribution {self.pk}"
