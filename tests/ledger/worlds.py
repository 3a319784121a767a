"""Countries with money: a council's real decision, the accounts it needs, and postings that end as transactions do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count

from django.db import DatabaseError, connection, transaction

from budgets import ledger
from budgets.actions import accounts
from budgets.ledger import MovementSpec, Posted
from budgets.models import Account, Movement
from governance.models import Decision, Sphere, User
from tests import worlds

Kind = Account.Kind
Purpose = Movement.Purpose
_numbers = count(1)


@contextmanager
def own_transaction() -> Iterator[None]:
    """A transaction of its own. Inside a test's outer one, PostgreSQL's one-posting mark outlives the savepoint: here it
    goes, as it would with the transaction."""
    with transaction.atomic():
        yield
    if connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.ledger_posting', '', true)")


def refusal_of(row: dict[str, object]) -> str | None:
    """The rule by which PostgreSQL refuses a movement that is put to it without our Python: "" where the refusal is an
    error that names no rule, None where the movement is posted."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT refusal FROM try_post_movements(%s::jsonb, NULL)", [json.dumps([row])]
            )
            (refusal,) = cursor.fetchone()
            return refusal
    except DatabaseError:
        return ""


@dataclass
class Country:
    """A nation with its pot, reserve and functions, one local system and its neighbourhoods' funds, by name."""

    nation: Sphere
    local: Sphere
    neighbourhoods: list[Sphere]
    council: worlds.Council
    decision: Decision
    steward: User
    ids: dict[str, int] = field(default_factory=dict)

    def balance(self, name: str) -> int:
        return Account.objects.get(pk=self.ids[name]).balance_pence

    def spec(
        self,
        source: str,
        destination: str,
        pence: int,
        purpose: str = Purpose.ALLOCATE,
        /,
        *,
        key: str = "",
        **changes: object,
    ) -> MovementSpec:
        return MovementSpec(
            **{
                "source": self.ids[source],
                "destination": self.ids[destination],
                "amount_pence": pence,
                "purpose": purpose,
                "key": key or f"test:{next(_numbers)}",
                "decision": self.decision.pk,
                **changes,
            }
        )

    def post(self, *specs: MovementSpec) -> Posted:
        with own_transaction():
            return ledger.post(specs, by=self.steward)

    def fill_pot(self, pence: int) -> Posted:
        return self.post(self.spec("treasury", "pot", pence, Purpose.SET_POT))


def country(*, neighbourhoods: int = 3) -> Country:
    """Every account open and empty: treasury, pot, reserve, functions, local, fund0…, entitlements0…"""
    nation = worlds.nation()
    local = worlds.local_system(under=nation)
    places = [worlds.neighbourhood(under=local) for _ in range(neighbourhoods)]
    council = worlds.council(nation, members=1)
    made = Country(
        nation=nation,
        local=local,
        neighbourhoods=places,
        council=council,
        decision=worlds.decided(council, power="set-the-pot"),
        steward=worlds.holder("national-steward", nation),
    )
    national = {
        "treasury": Kind.TREASURY,
        "pot": Kind.NATIONAL_POT,
        "reserve": Kind.RISK_RESERVE,
        "functions": Kind.NATIONAL_FUNCTIONS,
    }
    held = accounts.open_for(nation, kinds=national.values(), by=None)
    made.ids = {name: held[kind] for name, kind in national.items()}
    made.ids["local"] = accounts.open_for(local, kinds=[Kind.LOCAL_BUDGET], by=None)[
        Kind.LOCAL_BUDGET
    ]
    for number, place in enumerate(places):
        held = accounts.open_for(place, kinds=[Kind.NEIGHBOURHOOD_FUND, Kind.ENTITLEMENTS], by=None)
        made.ids[f"fund{number}"] = held[Kind.NEIGHBOURHOOD_FUND]
        made.ids[f"entitlements{number}"] = held[Kind.ENTITLEMENTS]
    return made
