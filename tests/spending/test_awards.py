"""Awards: what the points give and nothing else, never less without a new conversation, and what is paid stays paid."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budgets import ledger
from budgets import prices as documents
from budgets.actions import entitlements
from budgets.entitlement import Extra, work_out
from budgets.models import (
    Account,
    Entitlement,
    EntitlementPayment,
    FundingGap,
    HealthContribution,
    Movement,
)
from governance.models import AuditEntry
from people.actions import assessments, challenges, records
from people.models import Conversation
from socialcare.kernel import acting, outbox
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, Missing, NotAllowed
from socialcare.kernel.models import OutboxMessage
from tests import planning, worlds
from tests.spending.worlds import (
    POINT,
    TEXT,
    Nation,
    adopt_price,
    agreed,
    award,
    balance,
    owner,
    somebody,
)
from tests.spending.worlds import nation as build

DEARER = (
    TEXT.replace("wage: {pence: 1390", "wage: {pence: 1590")
    .replace("price_pence: 1130", "price_pence: 1230")
    .replace('version: "1"', 'version: "2"')
)
CHEAPER = TEXT.replace("running: {pence: 290", "running: {pence: 90").replace(
    "price_pence: 1130", "price_pence: 1030"
)


def mine(person, **found):
    with acting_as(owner(person)):
        return Entitlement.objects.get(person=person, **found)


def days_later(days: int):
    return time_machine.travel(worlds.noon(acting.today() + timedelta(days=days)), tick=False)


def test_it_is_what_the_points_give(nation: Nation) -> None:
    person = somebody(nation.place)
    made = award(agreed(person, 42))
    assert (made.points, made.weekly_pence, made.indicated_pence) == (42, 42 * POINT, 42 * POINT)
    assert (made.starts_on, made.paid_until, made.ends_on) == (acting.today(), acting.today(), None)
    assert made.price == nation.price
    assert not made.is_reasoned
    entry = AuditEntry.objects.get(verb="entitlement.awarded")
    assert (entry.subject_id, entry.detail) == (made.public_id, {})


def test_asking_again_changes_nothing(nation: Nation) -> None:
    conversation = agreed(somebody(nation.place), 42)
    assert award(conversation) == award(conversation)
    assert AuditEntry.objects.filter(verb="entitlement.awarded").count() == 1


@settings(
    max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(points=st.integers(0, 400), millionths=st.integers(1, 3_000_000))
def test_postgresql_and_python_come_to_the_same_penny(
    nation: Nation, points: int, millionths: int
) -> None:
    price = documents.load(nation.price.text)
    expected = work_out(points=points, price=price, cost_factor=Fraction(millionths, 1_000_000))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT div(%s::numeric * %s * %s, 1000000)", [points, price.price_pence, millionths]
        )
        assert cursor.fetchone() == (expected.weekly_pence,)


def test_nobody_else_makes_it(nation: Nation) -> None:
    conversation = agreed(somebody(nation.place), 42)
    stranger = worlds.user("stranger")
    with pytest.raises(Missing), acting_as(stranger):
        entitlements.award(conversation=conversation, by=stranger)
    with acting_as(owner(conversation.person)):
        assert not Entitlement.objects.exists()


def test_it_follows_by_itself(nation: Nation) -> None:
    """As a job makes it: nobody is acting, and nothing that is made can be read back."""
    person = somebody(nation.place)
    conversation = agreed(person, 10)
    with acting_as(None):
        made = entitlements.award(conversation=conversation.pk, by=None)
        assert made.is_new
        assert not Entitlement.objects.exists()
    assert mine(person).weekly_pence == 10 * POINT


def test_the_part_nobody_doubts_is_paid_meanwhile(nation: Nation) -> None:
    person = somebody(nation.place)
    with acting_as(owner(person)):
        conversation = Conversation.objects.create(
            person=person,
            instrument_code="conversation",
            instrument_version="1",
            instrument_sha256="0" * 64,
            state="shared",
            undisputed_points=30,
        )
    made = award(conversation)
    assert (made.points, made.is_undisputed_part) == (30, True)
    with acting_as(owner(person)):
        Conversation.objects.filter(pk=conversation.pk).update(
            state="points-agreed", points=36, settled_by="second-opinion", agreed_at=acting.now()
        )
    settled = award(conversation)
    assert (settled.points, settled.is_undisputed_part) == (36, False)
    assert mine(person, pk=made.pk).ends_on == acting.today()


def test_without_points_there_is_nothing_to_award(nation: Nation) -> None:
    person = somebody(nation.place)
    with acting_as(owner(person)):
        conversation = Conversation.objects.create(
            person=person,
            instrument_code="c",
            instrument_version="1",
            instrument_sha256="0" * 64,
        )
    with pytest.raises(Conflict, match="not agreed yet"):
        award(conversation)


# --- More than the points give --------------------------------------------------------------------


def assessor(nation: Nation, person, *parts: str):
    worker = worlds.holder("social-worker", nation.place)
    worlds.let_see(owner(person), worker, *(parts or ("needs", "budget")))
    return worker


def test_an_assessor_whom_the_person_trusts_agrees_more(nation: Nation) -> None:
    person = somebody(nation.place)
    conversation = agreed(person, 42)
    worker = assessor(nation, person)
    with acting_as(worker):
        conversation = Conversation.objects.select_related("person").get(pk=conversation.pk)
        made = entitlements.award(
            conversation=conversation,
            extras={"nights": 2},
            weekly_pence=42 * POINT + 30_000,
            reason="Two people are needed on swimming days.",
            by=worker,
        )
    found = mine(person, pk=made.id)
    expected = work_out(
        points=42, price=documents.load(nation.price.text), extras=[Extra("nights", 2)]
    )
    assert found.indicated_pence == expected.weekly_pence == 42 * POINT + 25_000
    assert (found.weekly_pence, found.is_reasoned) == (42 * POINT + 30_000, True)
    with acting_as(owner(person)):
        words = found.words(records.key_of(person))
    assert words == {"reason": "Two people are needed on swimming days."}
    # What was agreed on top stays when the points are settled anew.
    assert award(agreed(person, 50)).extras == {"nights": 2}


@pytest.mark.parametrize("asked", [{"extras": {"nights": 1}}, {"weekly_pence": 99_999_999}])
def test_nobody_gives_themself_more(nation: Nation, asked: dict) -> None:
    conversation = agreed(somebody(nation.place), 42)
    with pytest.raises(NotAllowed) as refused:
        award(conversation, reason="I should like it.", **asked)
    assert refused.value.code == "needs-an-assessor"


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"extras": {"gold": 1}}, "bad-component"),
        ({"extras": {"nights": 8}}, "bad-component"),
        ({"extras": {"nights": -1}}, "bad-component"),
        ({"weekly_pence": 42 * POINT - 1}, "below-the-formula"),
        ({"weekly_pence": 42 * POINT + 1}, "no-reason"),
    ],
)
def test_what_an_assessor_cannot_agree(nation: Nation, asked: dict, code: str) -> None:
    person = somebody(nation.place)
    conversation = agreed(person, 42)
    worker = assessor(nation, person)
    with pytest.raises(DomainError) as refused, acting_as(worker):
        entitlements.award(conversation=conversation, by=worker, **asked)
    assert refused.value.code == code


def test_an_office_alone_agrees_nothing(nation: Nation) -> None:
    """Let see the needs but not the budget: not the assessor whom the person chose for this."""
    person = somebody(nation.place)
    conversation = agreed(person, 42)
    worker = assessor(nation, person, "needs")
    with pytest.raises(Missing), acting_as(worker):
        entitlements.award(conversation=conversation, extras={"nights": 1}, by=worker)


# --- It never falls by itself ---------------------------------------------------------------------


def test_a_lower_price_lowers_nobodys_award(nation: Nation) -> None:
    conversation = agreed(somebody(nation.place), 42)
    first = award(conversation)
    adopt_price(nation.country, CHEAPER)
    with pytest.raises(Conflict) as refused:
        award(conversation)
    assert refused.value.code == "would-fall"
    assert mine(conversation.person).pk == first.pk


def test_a_higher_price_raises_it(nation: Nation) -> None:
    conversation = agreed(somebody(nation.place), 42)
    award(conversation)
    adopt_price(nation.country, DEARER)
    assert award(conversation).weekly_pence == 42 * 1_230


def test_after_a_new_conversation_less_begins_when_what_was_paid_has_run_out(
    nation: Nation,
) -> None:
    person = somebody(nation.place)
    award(agreed(person, 42))
    assert entitlements.pay_due() == 1
    held = balance(person)
    lower = award(agreed(person, 30))
    assert lower.starts_on == acting.today() + timedelta(days=28)
    assert mine(person, points=42).ends_on == lower.starts_on
    assert entitlements.pay_due() == 0
    assert balance(person) == held == 4 * 42 * POINT
    with days_later(28):
        assert entitlements.pay_due() == 1
    assert balance(person) == 4 * 42 * POINT + 4 * 30 * POINT


def test_more_begins_at_once_and_what_was_paid_counts(nation: Nation) -> None:
    person = somebody(nation.place)
    award(agreed(person, 30))
    entitlements.pay_due()
    with days_later(7):
        higher = award(agreed(person, 42))
        assert higher.starts_on == acting.today()
        entitlements.pay_due()
    # A week at 30 points, four at 42.
    assert balance(person) == 7 * 30 * POINT // 7 + 4 * 42 * POINT


def test_nothing_falls_while_a_challenge_is_open(nation: Nation) -> None:
    person = somebody(nation.place)
    before = award(agreed(person, 42))
    with acting_as(owner(person)):
        made = challenges.make(
            kind="award", about=before.public_id, words="It is too little.", by=owner(person)
        )
    less = agreed(person, 40)
    with pytest.raises(Conflict) as refused:
        award(less)
    assert refused.value.code == "challenge-open"
    with acting_as(owner(person)):
        challenges.withdraw(challenge=made, by=owner(person))
    assert award(less).weekly_pence < before.weekly_pence


def test_nobody_challenges_the_award_of_another(nation: Nation) -> None:
    theirs = award(agreed(somebody(nation.place), 42))
    other = owner(somebody(nation.place, "Bo"))
    with acting_as(other), pytest.raises(Missing):
        challenges.make(kind="award", about=theirs.public_id, words="It is too much.", by=other)


def test_the_award_follows_by_itself_once_the_points_are_agreed(nation: Nation) -> None:
    person = somebody(nation.place)
    by = owner(person)
    noor = planning.assessor(nation.country.local)
    asked = planning.ask(by, planning.converse(by, eating="every-day"), noor)
    planning.said(asked, eating="most-days")
    _deliver()
    # What nobody doubts is paid at once, and the rest when it is agreed.
    first = mine(person)
    assert (first.points, first.is_undisputed_part) == (5, True)
    with acting_as(by):
        talk = Conversation.objects.get(pk=first.conversation_id)
        assert assessments.agree(conversation=talk, by=by).points == 5
    _deliver()
    with acting_as(by):
        newest = Entitlement.objects.filter(person=person).latest("pk")
    assert (newest.points, newest.is_undisputed_part) == (5, False)
    assert newest.weekly_pence == first.weekly_pence


def _deliver() -> None:
    for message in OutboxMessage.objects.filter(done_at=None, topic=assessments.POINTS_KNOWN):
        assert outbox.deliver(message.pk)


# --- The database's own rules ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO budgets_entitlement SELECT * FROM budgets_entitlement",
        "UPDATE budgets_entitlement SET weekly_pence = weekly_pence + 1",
        "DELETE FROM budgets_entitlement",
        "UPDATE budgets_entitlementpayment SET amount_pence = 1",
        "DELETE FROM budgets_fundinggap",
        "SELECT entitlement_may_fall(1)",
        "SELECT cost_factor_of(1, 1, '2026-01-01')",
    ],
)
def test_no_program_writes_an_award(nation: Nation, statement: str) -> None:
    person = somebody(nation.place)
    award(agreed(person, 42))
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        acting_as(owner(person)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize("purpose", Movement.PERSONAL)
def test_the_public_door_moves_nobodys_own_money(nation: Nation, purpose: str) -> None:
    made = nation.country
    with pytest.raises(DomainError) as refused:
        made.post(made.spec("entitlements0", "reserve", 1, purpose))
    assert refused.value.code == "wrong-way"


# --- Paying ---------------------------------------------------------------------------------------


def test_four_weeks_are_paid_in_advance_and_once(nation: Nation) -> None:
    person = somebody(nation.place)
    award(agreed(person, 42))
    assert entitlements.pay_due() == 1
    assert entitlements.pay_due() == 0
    assert balance(person) == 4 * 42 * POINT
    assert nation.country.balance("entitlements0") == 10_000_000 - 4 * 42 * POINT
    with acting_as(owner(person)):
        paid = EntitlementPayment.objects.get()
        assert (paid.from_on, paid.until_on) == (
            acting.today(),
            acting.today() + timedelta(days=28),
        )
        assert Movement.objects.filter(purpose="entitle").count() == 1
    assert not ledger.verify()


def test_weeks_that_were_missed_are_caught_up_with(nation: Nation) -> None:
    person = somebody(nation.place)
    award(agreed(person, 42), weeks_at_a_time=1)
    with days_later(20):
        assert entitlements.pay_due() == 3
    assert balance(person) == 3 * 42 * POINT


def test_where_a_place_is_short_the_reserve_tops_it_up(db: None, monkeypatch) -> None:
    from tests.spending.worlds import as_if_committed

    with as_if_committed(monkeypatch):
        nation = build(entitlements_pence=100_000, reserve_pence=500_000)
        first, second = somebody(nation.place, "Ann"), somebody(nation.place, "Ben")
        for person in (first, second):
            award(agreed(person, 42))
        whole = 4 * 42 * POINT
        assert entitlements.pay_due() == 2
        assert [balance(first), balance(second)] == [whole, whole]
        assert nation.country.balance("reserve") == 600_000 - 2 * whole
        assert nation.country.balance("entitlements0") == 0
        assert FundingGap.objects.count() == 0
        assert not ledger.verify()


def test_where_no_money_is_left_the_gap_is_the_nations(db: None, monkeypatch) -> None:
    from tests.spending.worlds import as_if_committed

    with as_if_committed(monkeypatch):
        nation = build(entitlements_pence=200_000, reserve_pence=0)
        first, second = somebody(nation.place, "Ann"), somebody(nation.place, "Ben")
        for person in (first, second):
            award(agreed(person, 42))
        whole = 4 * 42 * POINT
        # One is paid in full; nobody gets a slice.
        assert entitlements.pay_due() == 1
        assert sorted([balance(first), balance(second)]) == [0, whole]
        gap = FundingGap.objects.get()
        assert (gap.nation, gap.on, gap.owed_pence) == (
            nation.country.nation,
            acting.today(),
            whole,
        )
        nation.country.fill_pot(300_000)
        nation.country.post(nation.country.spec("pot", "entitlements0", 300_000))
        assert entitlements.pay_due() == 1
        gap.refresh_from_db()
        assert gap.owed_pence == 0


def test_moving_home_keeps_the_award_and_its_money(nation: Nation) -> None:
    person = somebody(nation.place)
    award(agreed(person, 42))
    entitlements.pay_due()
    user = owner(person)
    with acting_as(user):
        records.keep_address(
            person=person,
            address="2 New Row",
            neighbourhood=nation.country.neighbourhoods[1],
            by=user,
        )
    with days_later(28):
        assert entitlements.pay_due() == 1
        # Without any address it is paid from the reserve.
        with acting_as(user):
            records.keep_address(person=person, address="", neighbourhood=None, by=user)
    with days_later(56):
        assert entitlements.pay_due() == 1
    assert balance(person) == 3 * 4 * 42 * POINT
    assert nation.country.balance("reserve") == 1_000_000 - 2 * 4 * 42 * POINT


def test_a_health_body_adds_and_sees_nothing(nation: Nation) -> None:
    person = somebody(nation.place)
    award(agreed(person, 42))
    with acting_as(owner(person)):
        number = Account.objects.get(kind="person-budget").public_id
    asked = {"account": number, "body": "NHS Testland", "amount_pence": 5_000, "key": "july"}
    from tests.ledger.worlds import own_transaction

    with own_transaction(), acting_as(None):
        entitlements.add_contribution(**asked)
    with own_transaction(), acting_as(None):
        entitlements.add_contribution(**asked)
        assert not HealthContribution.objects.exists()
    assert balance(person) == 5_000
    with acting_as(owner(person)):
        assert HealthContribution.objects.get().body == "NHS Testland"
    with pytest.raises(DomainError), acting_as(owner(person)):
        entitlements.add_contribution(**asked | {"key": "august"})
    assert not ledger.verify()


# --- Sight ----------------------------------------------------------------------------------------


def test_only_those_who_may_see_a_budget_see_its_account_and_money(nation: Nation) -> None:
    person = somebody(nation.place)
    award(agreed(person, 42))
    entitlements.pay_due()
    sister, friend, worker = (worlds.user(name) for name in ("sister", "friend", "worker"))
    worlds.let_see(owner(person), sister, "budget")
    worlds.let_see(owner(person), friend, "budget", "address")
    worlds.let_see(owner(person), worker, "spending", "address")
    seen = {}
    for user in (owner(person), sister, friend, worker, nation.country.steward, None):
        with acting_as(user):
            seen[user] = (
                Account.objects.filter(kind="person-budget").count(),
                EntitlementPayment.objects.count(),
                # From whose account it came tells where somebody lives.
                Movement.objects.filter(purpose="entitle").count(),
            )
            # The public's own are there for everybody.
            assert Account.objects.filter(kind="entitlements").count() == 2
            assert Movement.objects.filter(purpose="set-pot").count() == 1
    assert list(seen.values()) == [
        (1, 1, 1),
        (1, 1, 0),
        (1, 1, 1),
        (0, 0, 0),
        (0, 0, 0),
        (0, 0, 0),
    ]
