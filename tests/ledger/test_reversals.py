"""Putting a movement right: whole, once, with a reason, and never by editing it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from budgets import ledger
from budgets.ledger import MovementSpec, Posted
from budgets.models import Movement
from governance.models import AuditEntry
from socialcare.kernel.errors import DomainError
from tests.ledger.worlds import Country, Purpose, country, own_transaction, refusal_of

pytestmark = pytest.mark.django_db
REASON = Movement.Reason.WRONG_AMOUNT


@pytest.fixture
def england() -> Country:
    made = country()
    made.post(
        made.spec("treasury", "pot", 100, Purpose.SET_POT),
        made.spec("pot", "fund0", 60, key="sixty"),
        made.spec("pot", "fund1", 30, key="thirty"),
    )
    return made


def reverse(*movements: Movement, england: Country, reason: str = REASON) -> Posted:
    with own_transaction():
        return ledger.reverse(*movements, reason_code=reason, by=england.steward)


def named(key: str) -> Movement:
    return Movement.objects.get(idempotency_key=key)


def refused(code: str, england: Country, *movements: Movement, reason: str = REASON) -> None:
    before = Movement.objects.count(), england.balance("pot"), AuditEntry.objects.count()
    with pytest.raises(DomainError) as refusal:
        reverse(*movements, england=england, reason=reason)
    assert refusal.value.code == code
    assert before == (
        Movement.objects.count(),
        england.balance("pot"),
        AuditEntry.objects.count(),
    )


def test_the_money_goes_back_whole_and_both_movements_stay(england: Country) -> None:
    sixty = named("sixty")
    assert reverse(sixty, england=england) == Posted(new=1, already=0)
    assert england.balance("fund0") == 0
    assert england.balance("pot") == 70
    back = sixty.reversed_by
    assert (back.source_id, back.destination_id) == (sixty.destination_id, sixty.source_id)
    assert (back.amount_pence, back.reason, back.decision_id) == (60, REASON, None)
    assert list(Movement.objects.standing()) == [
        Movement.objects.get(purpose=Purpose.SET_POT),
        named("thirty"),
    ]


def test_several_go_back_in_one_posting_or_none(england: Country) -> None:
    reverse(named("thirty"), england=england)
    refused("reversed-already", england, named("sixty"), named("thirty"))
    assert england.balance("fund0") == 60


@pytest.mark.parametrize("reason", [REASON, Movement.Reason.WRONG_ACCOUNT])
def test_a_movement_is_reversed_once(england: Country, reason: str) -> None:
    reverse(named("sixty"), england=england)
    refused("reversed-already", england, named("sixty"), reason=reason)


def test_a_reversal_is_not_reversed(england: Country) -> None:
    reverse(named("sixty"), england=england)
    refused("cannot-reverse", england, named("sixty").reversed_by)


def test_money_that_was_passed_on_does_not_come_back(england: Country) -> None:
    refused("overdraft", england, Movement.objects.get(purpose=Purpose.SET_POT))


def test_a_reversal_needs_a_reason_from_the_list(england: Country) -> None:
    refused("no-reason", england, named("sixty"), reason="because I say so")


@pytest.mark.parametrize(
    "change",
    [
        {"amount_pence": 59},
        {"destination": "fund1"},
        {"source": "fund1"},
        {"reverses": 10**9, "key": f"reversal:{10**9}"},
    ],
    ids=str,
)
def test_the_database_refuses_a_reversal_that_is_not_exact(
    england: Country, change: dict[str, object]
) -> None:
    sixty = named("sixty")
    exact = MovementSpec(
        source=sixty.destination_id,
        destination=sixty.source_id,
        amount_pence=60,
        purpose=Purpose.REVERSAL,
        key=f"reversal:{sixty.pk}",
        reverses=sixty.pk,
        reason=REASON,
    )
    named_accounts = {field: england.ids.get(str(value), value) for field, value in change.items()}
    with pytest.raises(DomainError) as refusal:
        england.post(replace(exact, **named_accounts))
    assert refusal.value.code == "cannot-reverse"
    assert england.post(exact) == Posted(new=1, already=0)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ({"key": "another"}, "movement_reversal_key"),
        ({"reverses": None, "key": "another"}, "movement_reversal_says_of_what_and_why"),
        ({"reason": ""}, "movement_reversal_says_of_what_and_why"),
        ({"reason": "whim"}, "movement_reversal_says_of_what_and_why"),
        ({"purpose": "allocate"}, "movement_has_a_decision"),
    ],
    ids=str,
)
def test_the_database_refuses_a_reversal_without_its_marks(
    england: Country, change: dict[str, object], constraint: str
) -> None:
    sixty = named("sixty")
    row = {
        "key": f"reversal:{sixty.pk}",
        "source": sixty.destination_id,
        "destination": sixty.source_id,
        "amount": 60,
        "purpose": "reversal",
        "decision": None,
        "reverses": sixty.pk,
        "reason": REASON,
    } | change
    assert refusal_of(row) == constraint
    assert not Movement.objects.filter(purpose=Purpose.REVERSAL).exists()
