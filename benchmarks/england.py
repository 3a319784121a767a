"""The whole of England, from a file to posted money, stage by stage: read, brought in, worked out, posted.

The figures come from the small-area file where there is one (`SMALL_AREA_FILE`), else from the neighbourhoods that the
product carries, and the table says which. What the council does in between, adopting the formula and setting the pot,
is not timed.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from benchmarks import nations
from benchmarks.measuring import Figure, timed, under
from budgets import formula as engine
from budgets.actions import allocations, formulas
from budgets.models import AllocationRun, Movement
from governance.models import Sphere, User
from neighbourhoods.actions import areas
from neighbourhoods.area_files import compiling, load, note_for, read_areas
from neighbourhoods.area_files.country import ENGLAND
from socialcare.kernel.acting import acting_as

CARRIED = ENGLAND / "neighbourhoods.csv.gz"
POT = 40_000_000_000_00  # pence


def measure(*, small_areas: Path | None, by: User) -> list[Figure]:
    """Builds England in the present database, and tells how long each stage took."""
    path = small_areas or CARRIED
    country = load(ENGLAND / "country.yaml")
    reading, file = timed(lambda: read_areas(path, country=country))
    rows = f"{file.rows_read:,} rows"
    if file.from_small_areas:
        # As import_areas does: the small areas come without the points that postcodes are found by.
        file = compiling.with_centres(file, compiling.carried_centres())
    note = note_for(file.nation, country=country, file_name=path.name, on=nations.BEGAN)

    def bring_in() -> None:
        with acting_as(None):
            areas.import_areas(file=file, note=note, country=country, on=nations.BEGAN, by=None)

    importing, _nothing = timed(bring_in)
    stages = _share(Sphere.objects.get(code=file.nation), by=by)
    whole = reading + importing + sum(stages.values())
    wanted, is_met = under(10, whole)
    told = {"read and added up": reading, "brought in": importing, **stages}
    movements = Movement.objects.filter(purpose=Movement.Purpose.ALLOCATE).count()
    return [
        Figure(
            part="Whole England",
            what=f"{rows} → 153 local systems and 6,856 neighbourhoods, {movements:,} movements posted",
            ours=f"{whole:.1f} s",
            beside=", ".join(f"{stage} {seconds:.1f} s" for stage, seconds in told.items()),
            wanted=wanted,
            is_met=is_met,
        )
    ]


def _share(nation: Sphere, *, by: User) -> dict[str, float]:
    """Seconds of each stage of the run that shares the pot out."""
    with acting_as(by):
        nations.take_office(by, nation)
        version = formulas.propose(nation=nation, text=engine.built_in("england").text, by=by)
        version = formulas.settle(decision=nations.decide(version.matter, by))
        pot = nations.set_pot(nation, total_pence=POT, by=by)
        run = allocations.request(formula=version, pot=pot, dataset=nation.datasets.get(), by=by)
    clock = _Clock()
    whole, run = timed(
        lambda: allocations.carry_out(run_id=run.pk, by=by.pk, progress=clock.look(run))
    )
    if run.state != AllocationRun.State.POSTED:
        raise RuntimeError(f"the run stopped: {run.error_code}")
    return {"worked out and stored": clock.shared, "posted": whole - clock.shared}


class _Clock:
    """Looks on as a run goes, and keeps when its shares were stored."""

    def __init__(self) -> None:
        self.shared = 0.0

    def look(self, run: AllocationRun) -> Callable[[AllocationRun], None]:
        from time import perf_counter

        began = perf_counter()

        def tell(run: AllocationRun) -> None:
            if run.state == AllocationRun.State.POSTING and not self.shared:
                self.shared = perf_counter() - began

        return tell
