"""What a point is worth, and what the same help costs in each local system. Both are public, and both only ever grow."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from budgets.models.allocation import AllocationRun
from governance.models import Decision, Matter, Sphere, User


class PriceVersionQuerySet(models.QuerySet["PriceVersion"]):
    def in_force(self, nation: Sphere | int, on: date) -> PriceVersionQuerySet:
        """The adopted prices that hold on that day, the one that counts first."""
        return self.filter(nation=nation, state=PriceVersion.State.ADOPTED, since__lte=on).order_by(
            "-since", "-adopted_at"
        )


class PriceVersion(models.Model):
    """One version of the price of a point, word for word. Its text never changes; a change is a new version."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposed")
        ADOPTED = "adopted", _("Adopted")
        REJECTED = "rejected", _("Not adopted")

    TRANSITIONS = {
        State.PROPOSED: {State.ADOPTED, State.REJECTED},
        State.ADOPTED: set(),
        State.REJECTED: set(),
    }

    nation = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="prices")
    slug = models.SlugField(max_length=50)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    text = models.TextField()
    sha256 = models.CharField(max_length=64)
    # The first day on which an award may go by it.
    since = models.DateField()
    # From the text, in pence: one point a week; an hour's pay in it; the wage floor that it was held against.
    price_pence = models.PositiveIntegerField()
    wage_pence = models.PositiveIntegerField()
    wage_floor_pence = models.PositiveIntegerField()
    # {"nights": {"pence": 12500, "most": 7}, …}, pence a week for each.
    components = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="+")
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    adopted_at = models.DateTimeField(null=True)

    objects = PriceVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="price_version_once", fields=["nation", "slug", "version"]
            ),
            models.CheckConstraint(
                name="price_state_known", condition=Q(state__in=["proposed", "adopted", "rejected"])
            ),
            models.CheckConstraint(
                name="price_adopted_by_a_decision",
                condition=~Q(state="adopted") | Q(decision__isnull=False, adopted_at__isnull=False),
            ),
            models.CheckConstraint(name="price_is_something", condition=Q(price_pence__gt=0)),
            models.CheckConstraint(
                name="price_wage_not_below_its_floor",
                condition=Q(wage_pence__gte=F("wage_floor_pence"), wage_floor_pence__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug} {self.version}"


# A cost factor is kept in millionths: an exact whole number that an award can carry with it.
MILLION = 1_000_000


class CostFactor(models.Model):
    """What the same help costs in one local system, by one run: 1,030,000 millionths is 3 per cent more."""

    run = models.ForeignKey(AllocationRun, on_delete=models.PROTECT, related_name="cost_factors")
    sphere = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="cost_factors")
    millionths = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="cost_factor_once_a_run", fields=["sphere", "run"]),
            models.CheckConstraint(name="cost_factor_above_nought", condition=Q(millionths__gt=0)),
        ]

    def __str__(self) -> str:
        return f"cost factor {self.run_id} {self.sphere_id}"
