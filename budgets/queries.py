"""Read shapes of the nation's money, for pages and files. All of it is public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from budgets.models import Account, Allocation, AllocationRun, FormulaVersion, Pot
from governance.levels import Level
from governance.models import Sphere
from socialcare.kernel import acting

State = AllocationRun.State


def nation_of(sphere: Sphere) -> Sphere:
    """The nation that `sphere` lies in. One query unless its ancestors are loaded."""
    line = Sphere.objects.with_ancestors().get(pk=sphere.pk).ancestors()
    return line[-1]


def the_nation() -> Sphere | None:
    """The nation whose pages are shown at addresses that name none: the first one."""
    return Sphere.objects.filter(level=Level.NATIONAL).order_by("pk").first()


def formulas(nation: Sphere) -> QuerySet[FormulaVersion]:
    return (
        FormulaVersion.objects.filter(nation=nation)
        .select_related("matter", "decision__matter")
        .defer("text")
        .order_by("slug", "-version")
    )


def pots(nation: Sphere) -> QuerySet[Pot]:
    """Every pot, the newest period first, with its run and decision."""
    return (
        Pot.objects.filter(nation=nation)
        .select_related("nation", "matter", "decision__matter", "run__formula")
        .order_by("-starts_on", "-pk")
    )


def runs() -> QuerySet[AllocationRun]:
    return AllocationRun.objects.select_related(
        "pot__nation", "pot__decision__matter", "formula__decision__matter", "dataset"
    ).order_by("-requested_at")


def pots_to_share(nation: Sphere) -> QuerySet[Pot]:
    """Pots that the council set and that are not shared out yet."""
    return pots(nation).filter(state=Pot.State.SET).exclude(run__state=State.POSTED)


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


@dataclass(frozen=True)
class PartOfPot:
    """One part of a pot, in pence: a stream, the reserve, or the national functions."""

    code: str
    label: str
    amount_pence: int


def parts_of_pot(run: AllocationRun) -> list[PartOfPot]:
    """What the whole pot is for, the largest part first. One query."""
    pence: dict[str, int] = {}
    for streams in run.allocations.filter(sphere__level=Level.LOCAL).values_list(
        "streams", flat=True
    ):
        for code, amount in streams.items():
            pence[code] = pence.get(code, 0) + amount
    kinds = dict(Account.Kind.choices)
    parts = [
        PartOfPot(code, str(kinds.get(run.held_by.get(code, ""), code)), amount)
        for code, amount in pence.items()
    ]
    parts += [
        PartOfPot("risk-reserve", str(kinds["risk-reserve"]), run.pot.risk_reserve_pence),
        PartOfPot(
            "national-functions",
            str(kinds["national-functions"]),
            run.pot.national_functions_pence,
        ),
    ]
    return sorted(parts, key=lambda part: -part.amount_pence)


def allocation_of(run: AllocationRun, sphere: Sphere) -> Allocation | None:
    return run.allocations.filter(sphere=sphere).first()


def allocations_of(run: AllocationRun, spheres: Iterable[int]) -> dict[int, Allocation]:
    """Sphere id → allocation, for these spheres. One query."""
    return {row.sphere_id: row for row in run.allocations.filter(sphere_id__in=list(spheres))}


def accounts_of(sphere: Sphere) -> QuerySet[Account]:
    return Account.objects.filter(sphere=sphere).order_by("kind")
