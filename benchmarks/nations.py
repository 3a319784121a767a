"""Invented nations whose councils really decided, so that the product lets their money move.

Built through the product's actions, a nation a transaction. Places alone are written here, as an import of areas writes
them. Nobody in them is real.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date, timedelta

from django.utils import timezone

from budgets.actions import accounts, pots
from budgets.models import Account, Pot
from governance.actions import bodies, mandates, matters, users
from governance.levels import Level
from governance.methods import Choice
from governance.models import Body, Decision, Matter, Sphere, User
from socialcare.kernel.acting import acting_as

BEGAN = date(2020, 1, 1)
KINDS = (Account.Kind.NEIGHBOURHOOD_FUND, Account.Kind.ENTITLEMENTS)


@dataclass(frozen=True)
class Purse:
    """One nation's pot, the decision that lets its money go, and the accounts it may go to: row ids."""

    pot: int
    decision: int
    accounts: list[int]

    def as_json(self) -> dict[str, object]:
        return asdict(self)


def councillor() -> User:
    """One invented person who holds every office that is needed."""
    return users.register(email="bench@example.org", password=None, public_name="Bench", by=None)


def take_office(user: User, nation: Sphere) -> None:
    """The nation gets a council of one, and `user` is that one, and its steward."""
    bodies.set_up(sphere=nation, kind=Body.Kind.NATIONAL_COUNCIL, name="National Council", by=None)
    for role in ("national-councillor", "national-steward"):
        mandates.give(user=user, role=role, sphere=nation, starts_on=BEGAN, by=None)


def decide(matter: Matter, by: User) -> Decision:
    """The council of one opens the vote, votes for it and closes."""
    opened = matters.open_vote(matter=matter, closes_at=timezone.now() + timedelta(days=7), by=by)
    matters.cast(matter=opened, choice=Choice.FOR, by=by)
    return matters.close(matter=opened, by=by)


def set_pot(nation: Sphere, *, total_pence: int, by: User) -> Pot:
    """This year's pot, set by the council and brought into the ledger."""
    year = timezone.localdate().year
    pot = pots.propose(
        nation=nation,
        starts_on=date(year, 1, 1),
        ends_on=date(year + 1, 1, 1),
        total_pence=total_pence,
        risk_reserve_pence=0,
        national_functions_pence=0,
        by=by,
    )
    return pots.settle(decision=decide(pot.matter, by))


def purse(code: str, *, places: int, by: User) -> Purse:
    """A new nation with a full pot and two accounts in each of its places."""
    with acting_as(by):
        nation = _place(Level.NATIONAL, None, code)
        system = _place(Level.LOCAL, nation, f"{code}-L")
        neighbourhoods = Sphere.objects.bulk_create(
            Sphere(
                level=Level.NEIGHBOURHOOD,
                parent=system,
                code=f"{code}-{number}",
                name="Green",
                starts_on=BEGAN,
            )
            for number in range(places)
        )
        take_office(by, nation)
        pot = set_pot(nation, total_pence=10**12, by=by)
        accounts.open_many({place.pk: KINDS for place in neighbourhoods}, by=None)
        held = Account.objects.filter(nation=nation)
        assert pot.decision_id is not None  # noqa: S101 -- the council has just decided
        return Purse(
            pot=held.get(kind=Account.Kind.NATIONAL_POT).pk,
            decision=pot.decision_id,
            accounts=list(held.filter(kind__in=KINDS).order_by("pk").values_list("pk", flat=True)),
        )


def _place(level: Level, parent: Sphere | None, code: str) -> Sphere:
    return Sphere.objects.create(level=level, parent=parent, code=code, name=code, starts_on=BEGAN)
