"""`verify_ledger` finds what an owner of the database could do with every guard switched off."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from budgets import ledger
from budgets.models import Movement
from tests.ledger.worlds import Country, Purpose, country

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def england() -> Country:
    made = country(neighbourhoods=2)
    made.post(
        made.spec("treasury", "pot", 100, Purpose.SET_POT, key="hundred"),
        made.spec("pot", "reserve", 5, Purpose.SET_ASIDE, key="five"),
    )
    made.post(made.spec("pot", "fund0", 60, key="sixty"))
    made.post(made.spec("pot", "fund1", 30, key="thirty"))
    with transaction.atomic():
        ledger.reverse(
            Movement.objects.get(idempotency_key="thirty"), reason_code="wrong-account", by=None
        )
    return made


@pytest.fixture
def unguarded() -> Iterator[None]:
    """Puts back the constraint that a test took away."""
    yield
    with connections["owner"].cursor() as cursor:
        cursor.execute("TRUNCATE budgets_account CASCADE")
        cursor.execute(
            "ALTER TABLE budgets_account DROP CONSTRAINT IF EXISTS account_keeps_its_floor"
        )
        cursor.execute(
            "ALTER TABLE budgets_account ADD CONSTRAINT account_keeps_its_floor"
            " CHECK (floor_pence IS NULL OR balance_pence >= floor_pence)"
        )


def tamper(*statements: str) -> None:
    """As the owner, with the tables' triggers off."""
    with transaction.atomic("owner"), connections["owner"].cursor() as cursor:
        for table in ("budgets_movement", "budgets_account"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("budgets_movement", "budgets_account"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def codes() -> set[str]:
    return {fault.code for fault in ledger.verify()}


def test_a_ledger_nobody_touched_is_whole(england: Country) -> None:
    assert ledger.verify() == []
    said = StringIO()
    call_command("verify_ledger", stdout=said)
    assert "whole: 5 movements between 9 accounts; £1.00 paid out of treasuries" in said.getvalue()


def test_an_empty_ledger_is_whole() -> None:
    assert ledger.verify() == []


def test_the_command_names_each_fault_and_fails(england: Country) -> None:
    fund = england.ids["fund0"]
    tamper(f"UPDATE budgets_account SET balance_pence = 61 WHERE id = {fund}")
    said = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("verify_ledger", stderr=said)
    assert end.value.code == 1
    assert f"balance-differs: Account {fund} holds 61 pence; its movements come to 60." in (
        said.getvalue()
    )
    assert "NOT whole" in said.getvalue()


SIXTY = "WHERE idempotency_key = 'sixty'"
THIRTY = "WHERE idempotency_key = 'thirty'"


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        (
            ["UPDATE budgets_account SET balance_pence = 61 WHERE id = {fund0}"],
            {"balance-differs", "money-not-conserved"},
        ),
        (
            # Two balances bent against each other still come to nought together.
            [
                "UPDATE budgets_account SET balance_pence = balance_pence + 1 WHERE id = {fund0}",
                "UPDATE budgets_account SET balance_pence = balance_pence - 1 WHERE id = {pot}",
            ],
            {"balance-differs", "pot-not-reconciled"},
        ),
        (
            [f"UPDATE budgets_movement SET amount_pence = 61 {SIXTY}"],
            {"balance-differs", "pot-not-reconciled", "posting-differs"},
        ),
        (
            # A movement and both its balances: only the audit trail still knows.
            [
                f"UPDATE budgets_movement SET amount_pence = 61 {SIXTY}",
                "UPDATE budgets_account SET balance_pence = balance_pence + 1 WHERE id = {fund0}",
                "UPDATE budgets_account SET balance_pence = balance_pence - 1 WHERE id = {pot}",
            ],
            {"posting-differs"},
        ),
        (
            [f"UPDATE budgets_movement SET posted_by = 1 {SIXTY}"],
            {"posting-differs"},
        ),
        (
            [f"DELETE FROM budgets_movement {SIXTY}"],
            {"balance-differs", "pot-not-reconciled", "posting-differs"},
        ),
        (
            [f"UPDATE budgets_movement SET purpose = 'set-pot' {SIXTY}"],
            {"rule-broken", "posting-differs"},
        ),
        (
            [f"UPDATE budgets_movement SET destination_id = {{treasury}} {SIXTY}"],
            {"rule-broken", "balance-differs", "posting-differs"},
        ),
        (
            [f"UPDATE budgets_movement SET amount_pence = 31 {THIRTY}"],
            {"rule-broken", "balance-differs", "pot-not-reconciled", "posting-differs"},
        ),
        (
            [
                "INSERT INTO budgets_movement (source_id, destination_id, amount_pence, purpose, decision_id,"
                " idempotency_key, reason, posting, posted_at)"
                " VALUES ({pot}, {fund1}, 7, 'allocate', {decision}, 'mine', '', 999, now())",
                "UPDATE budgets_account SET balance_pence = balance_pence + 7 WHERE id = {fund1}",
                "UPDATE budgets_account SET balance_pence = balance_pence - 7 WHERE id = {pot}",
            ],
            {"posting-differs"},
        ),
    ],
)
def test_tampering_is_found(england: Country, statements: list[str], expected: set[str]) -> None:
    names = {**england.ids, "decision": england.decision.pk}
    tamper(*[statement.format(**names) for statement in statements])
    assert codes() == expected


def test_a_decision_that_was_turned_round_is_found(england: Country) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE governance_decision DISABLE TRIGGER USER")
        cursor.execute("UPDATE governance_decision SET carried = false")
        cursor.execute("ALTER TABLE governance_decision ENABLE TRIGGER USER")
    faults = [fault for fault in ledger.verify() if fault.code == "rule-broken"]
    # Every movement but the reversal rests on it.
    assert [fault.at for fault in faults] == list(
        Movement.objects.exclude(purpose=Purpose.REVERSAL)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    assert all("movement_has_a_decision" in fault.message for fault in faults)


@pytest.mark.usefixtures("unguarded")
def test_an_overdraft_behind_a_dropped_constraint_is_found(england: Country) -> None:
    tamper("ALTER TABLE budgets_account DROP CONSTRAINT account_keeps_its_floor")
    england.post(england.spec("pot", "fund0", 1_000))
    assert codes() == {"below-floor"}


def test_the_faults_listed_are_at_most_a_hundred_of_a_kind(england: Country) -> None:
    rows = ",".join(
        f"({england.ids['pot']}, {england.ids['fund0']}, 1, 'allocate', {england.decision.pk},"
        f" 'mine:{number}', '', {1000 + number}, now())"
        for number in range(150)
    )
    tamper(
        "INSERT INTO budgets_movement (source_id, destination_id, amount_pence, purpose, decision_id,"
        f" idempotency_key, reason, posting, posted_at) VALUES {rows}"
    )
    assert len([fault for fault in ledger.verify() if fault.code == "posting-differs"]) == 100
