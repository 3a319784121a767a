"""The pot: set once a period by the council, and in the ledger to the penny the moment it is set."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from budgets import ledger
from budgets.actions import pots
from budgets.models import Account, Movement, Pot
from governance.methods import Choice
from governance.models import AuditEntry, Matter
from socialcare.kernel import outbox
from socialcare.kernel.errors import Conflict, DomainError, NotAllowed
from socialcare.kernel.models import OutboxMessage
from tests import worlds as people
from tests.budgets.worlds import ENDS_ON, FUNCTIONS, RESERVE, SHARED, STARTS_ON, TOTAL, Nation

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

Kind = Account.Kind


def trace() -> tuple[int, ...]:
    """What a refused act must leave as it was."""
    models = (Pot, Matter, AuditEntry, Movement, Account)
    return tuple(model.objects.count() for model in models)


def test_a_proposal_moves_no_money(nation: Nation) -> None:
    pot = nation.propose_pot()
    assert (pot.state, pot.shared_pence) == (Pot.State.PROPOSED, SHARED)
    assert pot.matter.subject == "pot:2026-04-01"
    assert "£10,000.03" in pot.matter.question
    assert nation.balances() == {}


def test_a_pot_that_is_set_lands_whole(nation: Nation) -> None:
    pot = nation.set_pot()
    assert pot.state == Pot.State.SET
    assert nation.balances() == {
        Kind.TREASURY: -TOTAL,
        Kind.NATIONAL_POT: SHARED,
        Kind.RISK_RESERVE: RESERVE,
        Kind.NATIONAL_FUNCTIONS: FUNCTIONS,
    }
    assert ledger.verify() == []
    assert set(Movement.objects.values_list("decision_id", flat=True)) == {pot.decision_id}


def test_settling_again_posts_nothing(nation: Nation) -> None:
    pot = nation.set_pot()
    before = trace()
    assert pots.settle(decision=pot.decision).state == Pot.State.SET
    assert trace() == before


def test_nothing_set_aside_is_no_movement(nation: Nation) -> None:
    nation.set_pot(risk_reserve_pence=0, national_functions_pence=0)
    (movement,) = Movement.objects.all()
    assert (movement.purpose, movement.amount_pence) == (Movement.Purpose.SET_POT, TOTAL)


def test_closing_the_vote_promises_the_money(nation: Nation) -> None:
    nation.decide(nation.propose_pot().matter)
    message = OutboxMessage.objects.get(topic=f"decided:{pots.POWER}")
    assert outbox.deliver(message.pk)
    assert nation.balances()[Kind.NATIONAL_POT] == SHARED


def test_not_carried_no_money_moves(nation: Nation) -> None:
    decision = nation.decide(nation.propose_pot().matter, Choice.AGAINST)
    assert pots.settle(decision=decision).state == Pot.State.REJECTED
    assert nation.balances() == {}


def test_a_period_has_one_question_before_the_council_and_one_pot(nation: Nation) -> None:
    first = nation.propose_pot()
    with pytest.raises(Conflict) as refused:
        nation.propose_pot(total_pence=TOTAL + 1)
    assert refused.value.code == "asked-already"
    pots.settle(decision=nation.decide(first.matter))

    second = nation.propose_pot(total_pence=TOTAL + 1)
    decision = nation.decide(second.matter)
    before = trace()
    with pytest.raises(Conflict) as refused:
        pots.settle(decision=decision)
    assert refused.value.code == "period-taken"
    assert trace() == before
    second.refresh_from_db()
    assert second.state == Pot.State.PROPOSED
    assert nation.balances()[Kind.TREASURY] == -TOTAL


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ends_on": STARTS_ON}, "bad-period"),
        ({"ends_on": date(2026, 3, 31)}, "bad-period"),
        ({"risk_reserve_pence": -1}, "bad-sums"),
        ({"national_functions_pence": -1}, "bad-sums"),
        ({"risk_reserve_pence": TOTAL - FUNCTIONS}, "bad-sums"),  # nothing left to share
        ({"total_pence": 0, "risk_reserve_pence": 0, "national_functions_pence": 0}, "bad-sums"),
    ],
)
def test_sums_and_periods_that_cannot_be(
    nation: Nation, changes: dict[str, object], code: str
) -> None:
    before = trace()
    with pytest.raises(DomainError) as refused:
        nation.propose_pot(**changes)
    assert refused.value.code == code
    assert trace() == before


def test_only_the_council_and_its_stewards_propose(nation: Nation) -> None:
    somebody = people.user("citizen")
    before = trace()
    with pytest.raises(NotAllowed) as refused:
        nation.propose_pot(by=somebody)
    assert refused.value.code == "may-not-raise"
    assert trace() == before


def test_a_decision_about_something_else_sets_nothing(nation: Nation) -> None:
    pot = nation.propose_pot()
    elsewhere = people.decided(nation.council, power="adopt-a-formula")
    with pytest.raises(NotAllowed) as refused:
        pots.settle(decision=elsewhere)
    assert refused.value.code == "no-such-decision"
    pot.refresh_from_db()
    assert pot.state == Pot.State.PROPOSED


# --- What PostgreSQL refuses, to the application's own login ---------------------------------------


def refused(statement: str, values: list[object]) -> str:
    """What PostgreSQL says against `statement`."""
    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
    return str(error.value)


@pytest.mark.parametrize(
    "change",
    [
        "total_pence = total_pence + 1",
        "risk_reserve_pence = 0",
        "national_functions_pence = 0",
        "starts_on = starts_on - 1",
        "ends_on = ends_on + 1",
        "matter_id = NULL",
    ],
)
def test_the_sums_of_a_pot_never_change(nation: Nation, change: str) -> None:
    pot = nation.propose_pot()
    message = refused(f"UPDATE budgets_pot SET {change} WHERE id = %s", [pot.pk])
    assert "the sums of a proposed pot do not change" in message


def test_no_pot_is_set_without_the_decision_about_it(nation: Nation) -> None:
    pot = nation.propose_pot()
    lost = nation.decide(pot.matter, Choice.AGAINST)
    other = people.decided(nation.council, power=pots.POWER)
    for decision in (None, lost.pk, other.pk):
        message = refused(
            "UPDATE budgets_pot SET state = 'set', decision_id = %s WHERE id = %s",
            [decision, pot.pk],
        )
        assert "a pot is set by the decision about it" in message
    assert pot.ends_on == ENDS_ON
    assert nation.balances() == {}


def test_a_pot_is_never_deleted(nation: Nation) -> None:
    pot = nation.propose_pot()
    assert "permission denied" in refused("DELETE FROM budgets_pot WHERE id = %s", [pot.pk])
