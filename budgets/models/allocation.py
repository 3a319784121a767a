"""What shares the national pot: formula versions, pots, runs, and the allocation each sphere gets from a run."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.models import Decision, Matter, Sphere, User
from neighbourhoods.models import Dataset
from socialcare.kernel.public_ids import LENGTH, new_public_id

# DESIGN's first rule: an indicator of people's means (class C) is in no formula that can be adopted.
_CLASS_C = '$.indicators[*] ? (@.class == "C")'


class FormulaVersion(models.Model):
    """One version of a formula, word for word. Its text never changes; a change is a new version."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ADOPTED = "adopted", _("Adopted")
        REJECTED = "rejected", _("Not adopted")

    TRANSITIONS = {
        State.PROPOSED: {State.ADOPTED, State.REJECTED},
        State.ADOPTED: set(),
        State.REJECTED: set(),
    }

    nation = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="formulas")
    slug = models.SlugField(max_length=50)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    # The same document as data: {"indicators": [{"code": …, "class": "A"}, …]}.
    contents = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, null=True, related_name="+")
    # Who would gain and lose, beside what was in force when it was proposed; null when nothing was.
    what_if = models.ForeignKey(
        "budgets.WhatIf", on_delete=models.PROTECT, null=True, related_name="proposals"
    )
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    adopted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="formula_version_once", fields=["nation", "slug", "version"]
            ),
            models.CheckConstraint(
                name="formula_state_known",
                condition=Q(state__in=["proposed", "adopted", "rejected"]),
            ),
            models.CheckConstraint(
                name="formula_adopted_by_a_decision",
                condition=~Q(state="adopted") | Q(decision__isnull=False, adopted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="formula_never_holds_an_indicator_of_means",
                condition=Q(
                    Func(
                        F("contents"),
                        Value(_CLASS_C),
                        template="NOT jsonb_path_exists(%(expressions)s::jsonpath)",
                        output_field=models.BooleanField(),
                    )
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.version}"


class Pot(models.Model):
    """A nation's money for one period, in pence, as its council set it.

    The reserve and the national functions are set aside first; what is left is what the formula shares.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        SET = "set", _("Set")
        REJECTED = "rejected", _("Not set")

    TRANSITIONS = {
        State.PROPOSED: {State.SET, State.REJECTED},
        State.SET: set(),
        State.REJECTED: set(),
    }

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    nation = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="pots")
    starts_on = models.DateField()
    # The first day of the next period.
    ends_on = models.DateField()
    total_pence = models.BigIntegerField()
    risk_reserve_pence = models.BigIntegerField()
    national_functions_pence = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pot_state_known", condition=Q(state__in=["proposed", "set", "rejected"])
            ),
            models.CheckConstraint(
                name="pot_parts_within_the_whole",
                condition=Q(
                    risk_reserve_pence__gte=0,
                    national_functions_pence__gte=0,
                    total_pence__gt=F("risk_reserve_pence") + F("national_functions_pence"),
                ),
            ),
            models.CheckConstraint(
                name="pot_period_has_days", condition=Q(ends_on__gt=F("starts_on"))
            ),
            models.CheckConstraint(
                name="pot_set_by_a_decision",
                condition=~Q(state="set") | Q(decision__isnull=False),
            ),
            models.UniqueConstraint(
                name="pot_set_once_a_period",
                fields=["nation", "starts_on"],
                condition=Q(state="set"),
            ),
        ]

    def __str__(self) -> str:
        return f"pot {self.public_id}"

    @property
    def shared_pence(self) -> int:
        """What the formula shares among the areas."""
        return self.total_pence - self.risk_reserve_pence - self.national_functions_pence


class AllocationRun(models.Model):
    """One sharing-out: a formula version × the figures × a pot. The same three never run twice."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting to start")
        SHARING = "sharing", _("Working out the shares")
        POSTING = "posting", _("Posting the money")
        POSTED = "posted", _("Posted")
        FAILED = "failed", _("Stopped")

    TRANSITIONS = {
        State.QUEUED: {State.SHARING, State.FAILED},
        State.SHARING: {State.POSTING, State.FAILED},
        State.POSTING: {State.POSTED, State.FAILED},
        State.POSTED: set(),
        # Nothing is posted before every share is stored, so a stopped run starts or goes on from what is stored.
        State.FAILED: {State.SHARING, State.POSTING},
    }

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    formula = models.ForeignKey(FormulaVersion, on_delete=models.PROTECT, related_name="runs")
    pot = models.OneToOneField(Pot, on_delete=models.PROTECT, related_name="run")
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="runs")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    # Counts the times it was asked for: a run that stopped is taken up again where it was.
    attempt = models.PositiveIntegerField(default=1)
    # How many of the local systems have their money.
    systems_total = models.PositiveIntegerField(default=0)
    systems_posted = models.PositiveIntegerField(default=0)
    # Which kind of account receives each stream: {"individual": "entitlements", …}.
    held_by = models.JSONField(default=dict)
    # SHA-256 over the inputs and the result, from the engine.
    digest = models.CharField(max_length=64, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    requested_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    posted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="run_state_known",
                condition=Q(state__in=["queued", "sharing", "posting", "posted", "failed"]),
            ),
            models.CheckConstraint(
                name="run_posted_is_complete",
                condition=~Q(state="posted")
                | Q(posted_at__isnull=False, systems_posted=F("systems_total")) & ~Q(digest=""),
            ),
            models.CheckConstraint(
                name="run_failed_says_why", condition=~Q(state="failed") | ~Q(error_code="")
            ),
        ]

    def __str__(self) -> str:
        return f"run {self.public_id}"

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.POSTED, self.State.FAILED}


class Allocation(models.Model):
    """What one sphere gets from one run, in pence. A local system's is the sum of its neighbourhoods'."""

    run = models.ForeignKey(AllocationRun, on_delete=models.PROTECT, related_name="allocations")
    sphere = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="allocations")
    # Need a head; the nation's mean is 1.
    need = models.DecimalField(max_digits=18, decimal_places=6)
    share = models.DecimalField(max_digits=18, decimal_places=12)
    amount_pence = models.BigIntegerField()
    # Pence by stream: {"individual": 1, "neighbourhood": 2, "local": 3}.
    streams = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="allocation_once_a_run", fields=["run", "sphere"]),
            models.CheckConstraint(
                name="allocation_not_negative", condition=Q(amount_pence__gte=0, share__gte=0)
            ),
        ]
        indexes = [models.Index(name="allocation_by_sphere", fields=["sphere", "run"])]

    def __str__(self) -> str:
        return f"{self.run_id} {self.sphere_id}"
