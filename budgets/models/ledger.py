"""The ledger's two tables: accounts, and the movements between them. All amounts are whole pence.

Nothing here moves money: `budgets.ledger.post` asks the database to, and the database keeps every balance itself.
No account and no purpose takes money from a person for their care; care is paid for by taxes and free to all.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from governance.levels import Level
from governance.models import Decision, Sphere
from socialcare.kernel.public_ids import LENGTH, new_public_id


class AccountQuerySet(models.QuerySet["Account"]):
    def of_kind(self, kind: str) -> AccountQuerySet:
        return self.filter(kind=kind)

    def in_nation(self, nation: Sphere) -> AccountQuerySet:
        return self.filter(nation=nation)


class Account(models.Model):
    """Money that belongs to one sphere for one use. Those of spheres above the family are public.

    A person's budget is theirs: PostgreSQL shows it, and what moves to and from it, only to those who may see it.

    Migration 0002 adds what Django cannot say: the balance begins at nought and only a movement changes it, and
    a kind belongs to one level.
    """

    class Kind(models.TextChoices):
        TREASURY = "treasury", _("Treasury")
        NATIONAL_POT = "national-pot", _("National pot")
        NATIONAL_FUNCTIONS = "national-functions", _("National functions")
        RISK_RESERVE = "risk-reserve", _("National risk reserve")
        LOCAL_BUDGET = "local-budget", _("Local budget")
        NEIGHBOURHOOD_FUND = "neighbourhood-fund", _("Neighbourhood fund")
        ENTITLEMENTS = "entitlements", _("Money for people’s own support")
        OUTSIDE = "outside-payments", _("Paid to those who give support")
        PERSON_BUDGET = "person-budget", _("Somebody’s own budget")

    # The level whose spheres each have one account of the kind.
    LEVELS = {
        Kind.TREASURY: Level.NATIONAL,
        Kind.NATIONAL_POT: Level.NATIONAL,
        Kind.NATIONAL_FUNCTIONS: Level.NATIONAL,
        Kind.RISK_RESERVE: Level.NATIONAL,
        Kind.LOCAL_BUDGET: Level.LOCAL,
        Kind.NEIGHBOURHOOD_FUND: Level.NEIGHBOURHOOD,
        Kind.ENTITLEMENTS: Level.NEIGHBOURHOOD,
        Kind.OUTSIDE: Level.NATIONAL,
        Kind.PERSON_BUDGET: Level.PERSON,
    }

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    # Found by the index of the constraint below, kind and all.
    sphere = models.ForeignKey(
        Sphere, on_delete=models.PROTECT, related_name="accounts", db_index=False
    )
    # Whose pence these are. Money never crosses from one nation's currency into another's.
    nation = models.ForeignKey(
        Sphere, on_delete=models.PROTECT, related_name="accounts_of_nation", db_index=False
    )
    kind = models.CharField(max_length=30, choices=Kind)
    # The balance never falls below it. Only a treasury has none: it is where money begins.
    floor_pence = models.BigIntegerField(null=True, default=0)
    balance_pence = models.BigIntegerField(default=0, editable=False)
    opened_at = models.DateTimeField(db_default=Now())

    objects = AccountQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_kind_known",
                condition=Q(
                    kind__in=[
                        "treasury",
                        "national-pot",
                        "national-functions",
                        "risk-reserve",
                        "local-budget",
                        "neighbourhood-fund",
                        "entitlements",
                        "outside-payments",
                        "person-budget",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="account_only_a_treasury_has_no_floor",
                condition=Q(kind="treasury", floor_pence=None)
                | (~Q(kind="treasury") & Q(floor_pence__gte=0, floor_pence__isnull=False)),
            ),
            models.CheckConstraint(
                name="account_keeps_its_floor",
                condition=Q(floor_pence=None) | Q(balance_pence__gte=F("floor_pence")),
            ),
            # One treasury a nation follows from it.
            models.UniqueConstraint(name="account_kind_once_a_sphere", fields=["sphere", "kind"]),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"


class MovementQuerySet(models.QuerySet["Movement"]):
    def standing(self) -> MovementQuerySet:
        """Without those that were reversed, and without the reversals."""
        return self.filter(reverses=None, reversed_by=None)


class Movement(models.Model):
    """Pence that went from one account to another, once, for a purpose. Never edited; a mistake is reversed.

    There is no purpose for charging a person, and there must never be one (no charge): what leaves somebody's budget
    is what they pay to those who help them, by their own decision. Which kinds of account a
    purpose may join, and whose decision it needs, is written once, in SQL: the view `ledger_movement_fault`.
    """

    class Purpose(models.TextChoices):
        SET_POT = "set-pot", _("Setting the national pot")
        SET_ASIDE = "set-aside", _("Setting aside for the risk reserve and national functions")
        ALLOCATE = "allocate", _("Sharing out the pot")
        TOP_UP = "top-up", _("Topping up a neighbourhood from the risk reserve")
        ENTITLE = "entitle", _("Paying somebody’s entitlement")
        PAY = "pay", _("A payment from somebody’s budget")
        REFUND = "refund", _("Money that came back to somebody’s budget")
        HEALTH_CONTRIBUTION = "health-contribution", _("What a health body added")
        REVERSAL = "reversal", _("Putting a mistake right")

    # Each of these has somebody's own budget at one end. None is ever reversed: what comes back is a refund, and what
    # was paid of an entitlement is never taken back.
    PERSONAL = (Purpose.ENTITLE, Purpose.PAY, Purpose.REFUND, Purpose.HEALTH_CONTRIBUTION)
    # What rests on the person's own decision, or on nobody's.
    WITHOUT_DECISION = (
        Purpose.REVERSAL,
        Purpose.PAY,
        Purpose.REFUND,
        Purpose.HEALTH_CONTRIBUTION,
    )

    class Reason(models.TextChoices):
        """Why a movement was reversed."""

        WRONG_AMOUNT = "wrong-amount", _("The amount was wrong")
        WRONG_ACCOUNT = "wrong-account", _("It went to the wrong place")
        DECISION_SET_ASIDE = "decision-set-aside", _("The decision was set aside")

    source = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="paid_out")
    destination = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="paid_in")
    amount_pence = models.BigIntegerField()
    purpose = models.CharField(max_length=30, choices=Purpose)
    # The same key twice is the same movement: a retry posts nothing.
    idempotency_key = models.CharField(max_length=200)
    # The decision that lets the money go. Only a reversal may do without one of its own.
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="movements"
    )
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="reversed_by"
    )
    reason = models.CharField(max_length=30, choices=Reason, blank=True)
    # The call that posted it; the audit trail holds each call's count and SHA-256.
    posting = models.BigIntegerField()
    posted_at = models.DateTimeField()
    # A plain number, as in the audit trail: erasing somebody's sign-in must not need an edit here. Null is the system.
    posted_by = models.BigIntegerField(null=True)

    objects = MovementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="movement_amount_positive", condition=Q(amount_pence__gt=0)
            ),
            models.CheckConstraint(
                name="movement_between_two_accounts", condition=~Q(source=F("destination"))
            ),
            models.CheckConstraint(
                name="movement_purpose_known",
                condition=Q(
                    purpose__in=[
                        "set-pot",
                        "set-aside",
                        "allocate",
                        "reversal",
                        "top-up",
                        "entitle",
                        "pay",
                        "refund",
                        "health-contribution",
                    ]
                ),
            ),
            # Not `unique=True`, which would add a second index, for LIKE, to every posting's work.
            models.UniqueConstraint(name="movement_key_once", fields=["idempotency_key"]),
            models.CheckConstraint(name="movement_has_a_key", condition=~Q(idempotency_key="")),
            models.CheckConstraint(
                name="movement_has_a_decision",
                condition=Q(purpose__in=["reversal", "pay", "refund", "health-contribution"])
                | Q(decision__isnull=False),
            ),
            models.CheckConstraint(
                name="movement_reversal_says_of_what_and_why",
                condition=Q(
                    purpose="reversal",
                    reverses__isnull=False,
                    reason__in=["wrong-amount", "wrong-account", "decision-set-aside"],
                )
                | (~Q(purpose="reversal") & Q(reverses=None, reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"
