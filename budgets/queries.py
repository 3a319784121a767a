"""Read shapes of the nation's money, for pages and files. All of it is public."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Q, QuerySet

from budgets.models import (
    Account,
    Allocation,
    AllocationRun,
    FormulaVersion,
    Pot,
    PriceVersion,
    WhatIf,
)
from governance.levels import Level
from governance.models import Sphere, User
from neighbourhoods.models import AreaProfile
from neighbourhoods.queries import Area, PlaceRow
from socialcare.kernel import acting

State = AllocationRun.State


def the_nation() -> Sphere | None:
    """The nation whose pages are shown at addresses that name none: the first one."""
    nations = Sphere.objects.filter(level=Level.NATIONAL).select_related("national_currency")
    return nations.order_by("pk").first()


def formulas(nation: Sphere) -> QuerySet[FormulaVersion]:
    return (
        FormulaVersion.objects.filter(nation=nation)
        .select_related("matter", "decision__matter")
        .defer("text")
        .order_by("slug", "-version")
    )


def prices(nation: Sphere) -> QuerySet[PriceVersion]:
    """What a point was ever worth or proposed to be, the newest first."""
    return (
        PriceVersion.objects.filter(nation=nation)
        .select_related("matter", "decision__matter")
        .order_by("-proposed_at", "-pk")
    )


def pots(nation: Sphere) -> QuerySet[Pot]:
    """Every pot, the newest period first, with its run and decision."""
    return (
        Pot.objects.filter(nation=nation)
        .select_related("nation__national_currency", "matter", "decision__matter", "run__formula")
        .order_by("-starts_on", "-pk")
    )


def runs() -> QuerySet[AllocationRun]:
    return AllocationRun.objects.select_related(
        "pot__nation__national_currency",
        "pot__decision__matter",
        "formula__decision__matter",
        "dataset",
    ).order_by("-requested_at")


def pots_to_share(nation: Sphere) -> QuerySet[Pot]:
    """Pots that the council set and that nobody is sharing out: no run yet, or one that stopped."""
    waiting = Q(run=None) | Q(run__state=State.FAILED)
    return pots(nation).filter(waiting, state=Pot.State.SET)


def adopted_formulas(nation: Sphere) -> QuerySet[FormulaVersion]:
    """Formulas that may share a pot, the one adopted last first."""
    return FormulaVersion.objects.filter(
        nation=nation, state=FormulaVersion.State.ADOPTED
    ).order_by("-adopted_at")


def current_run(nation: Sphere) -> AllocationRun | None:
    """The posted run of the period that today is in; before the first period, of the one that comes next."""
    posted = runs().filter(pot__nation=nation, state=State.POSTED)
    today = acting.today()
    return (
        posted.filter(pot__starts_on__lte=today).order_by("-pot__starts_on").first()
        or posted.order_by("pot__starts_on").first()
    )


def what_ifs() -> QuerySet[WhatIf]:
    """Every question, to be found by its address. No list of them is shown to anybody but who asked."""
    return WhatIf.objects.select_related(
        "nation", "dataset", "compared_with__matter", "compared_run__pot"
    )


def what_ifs_of(user: User) -> QuerySet[WhatIf]:
    """The questions that `user` was the first to ask."""
    return what_ifs().filter(created_by=user).defer("text")


@dataclass(frozen=True)
class PartOfPot:
    """One part of a pot, in pence: a stream, the reserve, or the national functions."""

    code: str
    label: str
    amount_pence: int


def _parts(run: AllocationRun, pence: Mapping[str, int]) -> list[PartOfPot]:
    """Streams by the name of the account that receives them, the largest first."""
    kinds = dict(Account.Kind.choices)
    parts = [
        PartOfPot(code, str(kinds.get(run.held_by.get(code, ""), code)), amount)
        for code, amount in pence.items()
    ]
    return sorted(parts, key=lambda part: -part.amount_pence)


def parts_of_pot(run: AllocationRun) -> list[PartOfPot]:
    """What the whole pot is for, the largest part first. One query."""
    pence: Counter[str] = Counter()
    local = run.allocations.filter(sphere__level=Level.LOCAL)
    for streams in local.values_list("streams", flat=True):
        pence.update(streams)
    kind = Account.Kind
    set_aside = [
        PartOfPot(kind.RISK_RESERVE, str(kind.RISK_RESERVE.label), run.pot.risk_reserve_pence),
        PartOfPot(
            kind.NATIONAL_FUNCTIONS,
            str(kind.NATIONAL_FUNCTIONS.label),
            run.pot.national_functions_pence,
        ),
    ]
    return sorted([*_parts(run, pence), *set_aside], key=lambda part: -part.amount_pence)


def allocation_of(run: AllocationRun, sphere: Sphere) -> Allocation | None:
    return run.allocations.filter(sphere=sphere).first()


def accounts_of(sphere: Sphere) -> QuerySet[Account]:
    """The accounts that hold money here; a treasury, from which it only comes, is none of them.

    Nor is the one from which people's entitlements are paid: who knew its balance before and after a payment would know
    what one person gets.
    """
    kind = Account.Kind
    return (
        Account.objects.filter(sphere=sphere, floor_pence__isnull=False)
        .exclude(kind__in=[kind.ENTITLEMENTS, kind.OUTSIDE, kind.PERSON_BUDGET])
        .select_related("nation__national_currency")
        .order_by("kind")
    )


# --- The money of places --------------------------------------------------------------------------


@dataclass(frozen=True)
class PlaceMoney:
    """What one place gets from a run, with what it takes to compare it: pence, people, need a head (nation = 1)."""

    run: AllocationRun
    amount_pence: int
    people: int
    need: Fraction
    streams: list[PartOfPot]
    nation_pence: int
    nation_people: int

    @property
    def per_head(self) -> Fraction | None:
        return Fraction(self.amount_pence, self.people) if self.people else None

    @property
    def nation_per_head(self) -> Fraction | None:
        return Fraction(self.nation_pence, self.nation_people) if self.nation_people else None

    @property
    def need_difference(self) -> Fraction:
        """How far need a head is above (+) or below (−) the nation's mean, as a share of it."""
        return self.need - 1

    @property
    def need_below(self) -> Fraction:
        """How far need a head is below the nation's mean; negative where it is above."""
        return 1 - self.need


def place_money(area: Area, *, run: AllocationRun | None) -> PlaceMoney | None:
    """What `run` gives a local system or neighbourhood. None before the first run, or if it gets none."""
    allocation = allocation_of(run, area.sphere) if run else None
    if run is None or allocation is None:
        return None
    nation_people = AreaProfile.objects.values_list("population", flat=True).get(
        dataset=run.dataset_id, sphere=run.pot.nation_id
    )
    return PlaceMoney(
        run=run,
        amount_pence=allocation.amount_pence,
        people=area.profile.population,
        need=Fraction(allocation.need),
        streams=_parts(run, allocation.streams),
        nation_pence=run.pot.shared_pence,
        nation_people=nation_people,
    )


@dataclass(frozen=True)
class ListedPlace:
    """A place in a list, with its money if there has been a run."""

    place: PlaceRow
    amount_pence: int | None

    @property
    def per_head(self) -> Fraction | None:
        if self.amount_pence is None or not self.place.people:
            return None
        return Fraction(self.amount_pence, self.place.people)


def with_money(
    area: Area, rows: Iterable[PlaceRow], *, run: AllocationRun | None
) -> list[ListedPlace]:
    """The places right below `area` with what `run` gives each. One query, however many rows."""
    amounts: dict[str, int] = {}
    if run is not None:
        below = run.allocations.filter(sphere__parent=area.sphere)
        amounts = dict(below.values_list("sphere__code", "amount_pence"))
    return [ListedPlace(row, amounts.get(row.code)) for row in rows]


_MONEY_SORTS: dict[str, Callable[[ListedPlace], Fraction | int]] = {
    "money": lambda row: -1 if row.amount_pence is None else row.amount_pence,
    "per_head": lambda row: -1 if row.per_head is None else row.per_head,
}


def in_order(listed: list[ListedPlace], sort: str) -> list[ListedPlace]:
    """The places by their money, "-" before the key for falling; by any other key they stay as they are."""
    key = _MONEY_SORTS.get(sort.removeprefix("-"))
    return sorted(listed, key=key, reverse=sort.startswith("-")) if key else listed
