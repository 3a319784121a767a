"""Posting: what goes through, what is refused, and that a refusal leaves nothing behind."""

from __future__ import annotations

import json
from itertools import product

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from budgets import ledger
from budgets.ledger import Posted
from budgets.models import Account, Movement
from governance import audit
from governance.models import AuditEntry, AuditSeal
from socialcare.kernel.errors import DomainError
from tests import worlds
from tests.ledger.worlds import Country, Kind, Purpose, country, own_transaction, refusal_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def england() -> Country:
    return country()


def balances() -> dict[int, int]:
    return dict(Account.objects.values_list("pk", "balance_pence"))


def refused(code: str, england: Country, *specs: ledger.MovementSpec) -> None:
    """Posting raises DomainError(code), and neither money, movements nor the trail change."""
    before = balances(), Movement.objects.count(), AuditEntry.objects.count()
    with pytest.raises(DomainError) as refusal:
        england.post(*specs)
    assert refusal.value.code == code
    assert refusal.value.message
    assert (balances(), Movement.objects.count(), AuditEntry.objects.count()) == before


def test_money_leaves_one_account_and_reaches_the_other(england: Country) -> None:
    assert england.fill_pot(1_000) == Posted(new=1, already=0)
    england.post(
        england.spec("pot", "fund0", 600),
        england.spec("pot", "local", 150),
        england.spec("pot", "reserve", 50, Purpose.SET_ASIDE),
    )
    assert england.balance("treasury") == -1_000
    assert england.balance("pot") == 200
    assert england.balance("fund0") == 600
    assert england.balance("local") == 150
    assert england.balance("reserve") == 50
    assert sum(balances().values()) == 0


def test_a_pot_may_be_filled_and_shared_in_one_posting(england: Country) -> None:
    england.post(
        england.spec("pot", "fund0", 70, key="a"),
        england.spec("treasury", "pot", 70, Purpose.SET_POT, key="b"),
    )
    assert (england.balance("pot"), england.balance("fund0")) == (0, 70)


def test_the_movement_says_who_posted_it_and_when(england: Country) -> None:
    england.fill_pot(5)
    movement = Movement.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT acting_now()")
        assert movement.posted_at == cursor.fetchone()[0]
    assert movement.posted_by == england.steward.pk
    assert movement.decision == england.decision


def test_one_audit_entry_a_posting_with_count_and_hash(england: Country) -> None:
    england.post(
        england.spec("treasury", "pot", 9, Purpose.SET_POT), england.spec("pot", "fund0", 4)
    )
    entry = AuditEntry.objects.get(verb="ledger.posted")
    assert entry.actor_id == england.steward.pk
    assert entry.sphere_id == england.nation.pk
    assert (entry.subject_kind, entry.subject_id) == (
        "budgets.movement",
        str(Movement.objects.order_by("pk")[0].pk),
    )
    assert set(entry.detail) == {"posting", "movements", "sha256"}
    assert entry.detail["movements"] == 2
    assert len(entry.detail["sha256"]) == 64


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_nothing_is_posted_when_the_trail_cannot_be_written() -> None:
    made = country(neighbourhoods=1)
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "ALTER TABLE governance_auditentry ADD CONSTRAINT no_trail CHECK (verb <> 'ledger.posted')"
        )
    try:
        with pytest.raises(IntegrityError, match="no_trail"):
            made.fill_pot(5)
    finally:
        with connections["owner"].cursor() as cursor:
            cursor.execute("ALTER TABLE governance_auditentry DROP CONSTRAINT no_trail")
    assert not Movement.objects.exists()
    assert made.balance("pot") == 0


# --- The same key ---------------------------------------------------------------------------------


def test_the_same_call_again_posts_nothing(england: Country) -> None:
    specs = [
        england.spec("treasury", "pot", 10, Purpose.SET_POT),
        england.spec("pot", "fund0", 4),
    ]
    assert england.post(*specs) == Posted(new=2, already=0)
    before = balances()
    assert england.post(*specs) == Posted(new=0, already=2)
    assert england.post(england.spec("pot", "fund1", 1), *specs) == Posted(new=1, already=2)
    assert balances() == {**before, england.ids["pot"]: 5, england.ids["fund1"]: 1}
    assert AuditEntry.objects.filter(verb="ledger.posted").count() == 2


def test_the_same_movement_twice_in_one_call_is_posted_once(england: Country) -> None:
    spec = england.spec("treasury", "pot", 10, Purpose.SET_POT)
    assert england.post(spec, spec) == Posted(new=1, already=1)
    assert england.balance("pot") == 10


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount_pence", 11),
        ("destination", "fund1"),
        ("source", "treasury"),
        ("purpose", Purpose.SET_ASIDE),
        ("decision", None),
    ],
)
def test_a_used_key_with_another_content_is_refused(
    england: Country, field: str, value: object
) -> None:
    england.fill_pot(100)
    england.post(england.spec("pot", "fund0", 10, key="k"))
    if field in {"source", "destination"}:
        value = england.ids[str(value)]
    if field == "decision":
        value = worlds.decided(england.council, power="set-the-pot").pk
    refused("key-reused", england, england.spec("pot", "fund0", 10, key="k", **{field: value}))


def test_one_key_for_two_contents_in_one_call_is_refused(england: Country) -> None:
    england.fill_pot(100)
    refused(
        "key-reused",
        england,
        england.spec("pot", "fund0", 10, key="k"),
        england.spec("pot", "fund0", 11, key="k"),
    )


# --- Refusals -------------------------------------------------------------------------------------


def test_no_account_but_the_treasury_goes_below_its_floor(england: Country) -> None:
    england.fill_pot(10)
    refused("overdraft", england, england.spec("pot", "fund0", 11))
    refused("overdraft", england, england.spec("pot", "fund0", 6), england.spec("pot", "fund1", 5))
    england.post(england.spec("pot", "fund0", 10))
    assert england.balance("pot") == 0
    assert england.balance("treasury") == -10


@pytest.mark.parametrize("amount", [0, -1, 2**63, 1.5, True, "5", None])
def test_an_amount_is_a_whole_positive_number_that_fits(england: Country, amount: object) -> None:
    spec = england.spec("treasury", "pot", 1, Purpose.SET_POT, amount_pence=amount)
    refused("bad-amount", england, spec)


def test_a_balance_that_would_not_fit_is_refused(england: Country) -> None:
    england.fill_pot(ledger.LARGEST_PENCE)
    refused("bad-amount", england, england.spec("treasury", "pot", 1, Purpose.SET_POT))


def test_accounts_must_be_there_and_be_two(england: Country) -> None:
    england.fill_pot(10)
    refused("no-such-account", england, england.spec("pot", "fund0", 1, destination=10**9))
    refused("no-such-account", england, england.spec("pot", "fund0", 1, source=10**9))
    refused("same-account", england, england.spec("pot", "pot", 1))


def test_money_stays_within_its_nation(england: Country) -> None:
    scotland = country()
    england.fill_pot(10)
    refused(
        "two-nations",
        england,
        england.spec("pot", "fund0", 1, destination=scotland.ids["fund0"]),
    )


def test_money_goes_only_by_a_carried_decision_about_its_own_sphere(england: Country) -> None:
    scotland = country()
    refused_pot = worlds.decided(
        england.council, power="set-the-pot", choice="against", reason="Too small."
    )
    another_power = worlds.decided(england.council, power="publish-national-figures")
    for decision in (None, 10**9, refused_pot.pk, another_power.pk, scotland.decision.pk):
        refused(
            "no-decision",
            england,
            england.spec("treasury", "pot", 1, Purpose.SET_POT, decision=decision),
        )


def test_the_formula_decision_shares_the_pot_but_does_not_fill_it(england: Country) -> None:
    adopted = worlds.decided(england.council, power="adopt-a-formula")
    england.fill_pot(10)
    england.post(england.spec("pot", "fund0", 1, decision=adopted.pk))
    refused(
        "no-decision",
        england,
        england.spec("treasury", "pot", 1, Purpose.SET_POT, decision=adopted.pk),
    )


def test_every_purpose_and_where_it_may_go() -> None:
    """No charge: what people hold goes only where they pay it, and nothing leads back to the treasury."""
    allowed = {
        ("set-pot", "treasury", "national-pot"),
        ("set-aside", "national-pot", "risk-reserve"),
        ("set-aside", "national-pot", "national-functions"),
        ("allocate", "national-pot", "local-budget"),
        ("allocate", "national-pot", "neighbourhood-fund"),
        ("allocate", "national-pot", "entitlements"),
        ("top-up", "risk-reserve", "entitlements"),
        ("entitle", "entitlements", "person-budget"),
        ("entitle", "risk-reserve", "person-budget"),
        ("pay", "person-budget", "outside-payments"),
        ("refund", "outside-payments", "person-budget"),
        ("health-contribution", "treasury", "person-budget"),
    }
    every = list(product(Purpose.values, Kind.values, Kind.values))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT purpose, source, destination FROM jsonb_to_recordset(%s::jsonb)"
            " AS t(purpose text, source text, destination text)"
            " WHERE movement_may_go(purpose, source, destination)",
            [
                json.dumps(
                    [
                        {"purpose": purpose, "source": source, "destination": destination}
                        for purpose, source, destination in every
                    ]
                )
            ],
        )
        assert set(cursor.fetchall()) == allowed
    assert not [way for way in allowed if way[2] == Kind.TREASURY]
    assert {way[2] for way in allowed if way[1] == Kind.ENTITLEMENTS} == {Kind.PERSON_BUDGET}
    assert {way[2] for way in allowed if way[1] == Kind.PERSON_BUDGET} == {Kind.OUTSIDE}


def test_a_wrong_way_is_refused(england: Country) -> None:
    england.post(
        england.spec("treasury", "pot", 10, Purpose.SET_POT), england.spec("pot", "fund0", 5)
    )
    refused("wrong-way", england, england.spec("fund0", "treasury", 5))
    refused("wrong-way", england, england.spec("fund0", "fund1", 5))
    refused("wrong-way", england, england.spec("treasury", "fund0", 5))


def test_an_unknown_purpose_is_an_error_of_the_program(england: Country) -> None:
    with pytest.raises(DatabaseError, match="movement_purpose_known"):
        england.post(england.spec("pot", "fund0", 5, "charge-for-care"))


# --- The transaction ------------------------------------------------------------------------------


def test_the_callers_transaction_goes_on_after_a_refusal(england: Country) -> None:
    with own_transaction():
        with pytest.raises(DomainError):
            ledger.post([england.spec("pot", "fund0", 5)], by=None)
        posted = ledger.post([england.spec("treasury", "pot", 5, Purpose.SET_POT)], by=None)
    assert posted == Posted(new=1, already=0)


def test_two_postings_in_one_transaction_are_an_error_of_the_program(england: Country) -> None:
    with transaction.atomic():
        ledger.post([england.spec("treasury", "pot", 5, Purpose.SET_POT)], by=None)
        with pytest.raises(RuntimeError, match="one posting"):
            ledger.post([england.spec("pot", "fund0", 5)], by=None)
    assert Movement.objects.count() == 1


def test_posting_nothing_is_not_a_posting(england: Country) -> None:
    with own_transaction():
        assert ledger.post([], by=None) == Posted(new=0, already=0)
        assert ledger.post(
            [england.spec("treasury", "pot", 5, Purpose.SET_POT)], by=None
        ) == Posted(new=1, already=0)


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_alone_a_posting_is_a_transaction_of_its_own() -> None:
    """One question to the database, and the money, its trace and the seal are there; a refusal leaves none of them."""
    made = country(neighbourhoods=1)
    with CaptureQueriesContext(connection) as captured:
        posted = ledger.post([made.spec("treasury", "pot", 5, Purpose.SET_POT)], by=None)
    assert len(captured) == 1
    assert posted == Posted(new=1, already=0)
    entry = AuditEntry.objects.get(verb="ledger.posted")
    assert AuditSeal.objects.latest("batch").entries == [entry.pk]
    with pytest.raises(DomainError) as refusal:
        ledger.post([made.spec("pot", "fund0", 6)], by=None)
    assert refusal.value.code == "overdraft"
    assert ledger.post([made.spec("pot", "fund0", 4)], by=None) == Posted(new=1, already=0)
    assert (made.balance("pot"), made.balance("fund0")) == (1, 4)
    assert AuditEntry.objects.filter(verb="ledger.posted").count() == 2
    assert ledger.verify() == []
    assert audit.verify() == []


def test_in_a_transaction_a_posting_is_one_question_to_the_database(england: Country) -> None:
    with own_transaction(), CaptureQueriesContext(connection) as captured:
        ledger.post([england.spec("treasury", "pot", 5, Purpose.SET_POT)], by=None)
        assert len(captured) == 1


# --- The database alone ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"amount": 0}, "movement_amount_positive"),
        ({"amount": -5}, "movement_amount_positive"),
        ({"amount": None}, ""),
        ({"amount": 2**63}, "movement_amount_positive"),
        ({"amount": 1.5}, "movement_amount_positive"),
        ({"decision": None}, "movement_has_a_decision"),
        ({"destination": 10**9}, "movement_accounts_known"),
        ({"key": "reversal:1"}, "movement_reversal_key"),
        ({"key": ""}, "movement_has_a_key"),
        ({"reason": "wrong-amount"}, "movement_reversal_says_of_what_and_why"),
        ({"purpose": "charge-for-care"}, "movement_purpose_known"),
    ],
)
def test_the_database_refuses_without_our_python(
    england: Country, changes: dict[str, object], constraint: str
) -> None:
    row = ledger._row(england.spec("treasury", "pot", 5, Purpose.SET_POT)) | changes
    assert refusal_of(row) == constraint
    assert not Movement.objects.exists()
