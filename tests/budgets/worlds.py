"""A small nation whose money can be shared: eight imported neighbourhoods, a formula, a council that sets the pot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.utils import timezone

from budgets.actions import formulas, pots
from budgets.models import Account, FormulaVersion, Pot
from governance.actions import matters
from governance.methods import Choice
from governance.models import Decision, Matter, Sphere, User
from neighbourhoods.actions import areas
from neighbourhoods.area_files import note_for, read_areas
from neighbourhoods.area_files.country import england
from neighbourhoods.models import Dataset
from socialcare.kernel.acting import acting_as
from tests import worlds
from tests.formula.worlds import AREAS, HEADER, NEED, STREAMS

STARTS_ON = date(2026, 4, 1)
ENDS_ON = date(2027, 4, 1)
TOTAL, RESERVE, FUNCTIONS = 1_000_003, 20_001, 5_001  # pence; nothing about them divides evenly
SHARED = TOTAL - RESERVE - FUNCTIONS

INDICATORS = """\
indicators:
  lot: {column: disab_lot, class: A, unit: people, counts: people limited a lot, source: count}
  little:
    {column: disab_little, class: A, unit: people, counts: people limited a little, source: count}
  people_here: {column: population, class: A, unit: people, counts: everybody, source: count}
"""
_AREAS = AREAS.replace("population: people", "population: population").replace(
    "code: parent", "code: parent, name: parent_name"
)
DOCUMENT = HEADER + _AREAS + INDICATORS + NEED + STREAMS
# The same in every respect but one: it also counts what no file here has.
ASKS_MORE = DOCUMENT.replace("column: disab_little", "column: disab_unheard_of")

TABLE = """\
code,name,parent,parent_name,nation,nation_name,population,disab_lot,disab_little
n1,Ash,east,Eastham,tl,Testland,900,40,90
n2,Birch,east,Eastham,tl,Testland,1100,80,60
n3,Cedar,east,Eastham,tl,Testland,800,31,47
n4,Damson,mid,Midham,tl,Testland,500,10,20
n5,Elder,mid,Midham,tl,Testland,1500,90,210
n6,Fir,west,Westham,tl,Testland,1000,33,77
n7,Gorse,west,Westham,tl,Testland,1300,71,123
n8,Hazel,west,Westham,tl,Testland,700,0,0
"""
PLACES = 8
SYSTEMS = 3


def bring_in(folder: Path, table: str = TABLE, *, on: date = worlds.LONG_AGO) -> Dataset:
    """Imports `table`, as the operator would, through a file in `folder`."""
    path = folder / "areas.csv"
    path.write_text(table, encoding="utf-8")
    file = read_areas(path, country=england())
    note = note_for(file.nation, country=england(), file_name=path.name, on=on)
    with acting_as(None):
        return areas.import_areas(file=file, note=note, country=england(), on=on, by=None).dataset


@dataclass
class Nation:
    """A nation with its figures, its council and a steward."""

    sphere: Sphere
    dataset: Dataset
    council: worlds.Council
    steward: User

    def decide(self, matter: Matter, choice: str = Choice.FOR) -> Decision:
        """The council votes, all of it the same way."""
        opened = matters.open_vote(
            matter=matter, closes_at=timezone.now() + timedelta(days=7), by=self.council.chair
        )
        worlds.vote(opened, self.council.members, choice, reason="We see it so.")
        return matters.close(matter=opened, by=self.council.chair)

    def propose_pot(self, **changes: object) -> Pot:
        return pots.propose(
            **{
                "nation": self.sphere,
                "starts_on": STARTS_ON,
                "ends_on": ENDS_ON,
                "total_pence": TOTAL,
                "risk_reserve_pence": RESERVE,
                "national_functions_pence": FUNCTIONS,
                "by": self.steward,
                **changes,
            }
        )

    def set_pot(self, **changes: object) -> Pot:
        return pots.settle(decision=self.decide(self.propose_pot(**changes).matter))

    def propose_formula(self, text: str = DOCUMENT) -> FormulaVersion:
        return formulas.propose(nation=self.sphere, text=text, by=self.steward)

    def adopt_formula(self, text: str = DOCUMENT) -> FormulaVersion:
        return formulas.settle(decision=self.decide(self.propose_formula(text).matter))

    def balances(self) -> dict[str, int]:
        """Pence held in the nation, by kind of account."""
        held: dict[str, int] = {}
        for kind, pence in Account.objects.filter(nation=self.sphere).values_list(
            "kind", "balance_pence"
        ):
            held[kind] = held.get(kind, 0) + pence
        return held


def nation(folder: Path, table: str = TABLE) -> Nation:
    dataset = bring_in(folder, table)
    sphere = dataset.nation
    return Nation(
        sphere=sphere,
        dataset=dataset,
        council=worlds.council(sphere, members=3),
        steward=worlds.holder("national-steward", sphere),
    )
