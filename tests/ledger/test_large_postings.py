"""A posting larger than the database checks row by row keeps the same rules: they are asked of all rows at once there."""

from __future__ import annotations

from typing import Any

import pytest

from budgets import ledger
from budgets.models import Account, Movement
from governance.models import AuditEntry
from socialcare.kernel.errors import DomainError
from tests.ledger.worlds import Country, Purpose, country

pytestmark = pytest.mark.django_db
# More than migration 0006 takes row by row.
MANY = 40


@pytest.fixture
def england() -> Country:
    made = country()
    made.fill_pot(1_000)
    return made


def pennies(england: Country) -> list[ledger.MovementSpec]:
    return [england.spec("pot", f"fund{number % 3}", 1) for number in range(MANY)]


def test_many_movements_reach_their_accounts(england: Country) -> None:
    assert england.post(*pennies(england)).new == MANY
    assert england.balance("pot") == 1_000 - MANY
    assert [england.balance(f"fund{number}") for number in range(3)] == [14, 13, 13]
    assert ledger.verify() == []


@pytest.mark.parametrize(
    ("code", "bad", "changes"),
    [
        ("overdraft", ("pot", "local", 1_000), {}),
        ("wrong-way", ("fund0", "fund1", 1), {}),
        ("no-decision", ("pot", "local", 1), {"decision": 10**9}),
        ("no-such-account", ("pot", "local", 1), {"destination": 10**9}),
    ],
)
def test_one_bad_movement_stops_them_all(
    england: Country, code: str, bad: tuple[str, str, int], changes: dict[str, Any]
) -> None:
    before = (Movement.objects.count(), AuditEntry.objects.count())
    balances = dict(Account.objects.values_list("pk", "balance_pence"))
    source, destination, pence = bad
    wrong = england.spec(source, destination, pence, Purpose.ALLOCATE, **changes)
    with pytest.raises(DomainError) as refusal:
        england.post(*pennies(england), wrong)
    assert refusal.value.code == code
    assert (Movement.objects.count(), AuditEntry.objects.count()) == before
    assert dict(Account.objects.values_list("pk", "balance_pence")) == balances
