"""Paying: within what is there, by who decides, once; again and again to the day; and what comes back."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budgets import holding, ledger
from budgets.actions import entitlements, holdings, payments
from budgets.days import occurrence
from budgets.models import Holding, Movement, Payee, Payment, StandingPayment
from governance.models import AuditEntry
from people.actions import records
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, Missing, NotAllowed
from tests import worlds
from tests.ledger.worlds import own_transaction
from tests.spending.worlds import (
    NAME,
    POINT,
    REFERENCE,
    WHAT_FOR,
    Nation,
    agreed,
    award,
    balance,
    owner,
    pay,
    payee,
    somebody,
)

MONTH = 4 * 42 * POINT


@pytest.fixture
def person(nation: Nation):
    """Somebody whose first four weeks are in their account."""
    made = somebody(nation.place)
    award(agreed(made, 42))
    entitlements.pay_due()
    return made


def test_a_payment_leaves_the_account_at_once(person) -> None:
    made = pay(person, payee(person), 2_500)
    assert balance(person) == MONTH - 2_500
    with acting_as(owner(person)):
        kept = Payment.objects.get()
        assert (kept.amount_pence, kept.paid_on, kept.receipt) == (
            2_500,
            acting.today(),
            "not-asked",
        )
        assert kept.movement.purpose == "pay"
        assert kept.words(records.key_of(person)) == {"what_for": WHAT_FOR}
        assert made.payee.words(records.key_of(person)) == {"name": NAME, "reference": REFERENCE}
    assert not ledger.verify()


def test_no_word_of_it_is_in_a_trace(person) -> None:
    pay(person, payee(person), 2_500)
    traces = str(list(AuditEntry.objects.values_list("verb", "detail", "subject_id")))
    with acting_as(owner(person)):
        traces += str(list(Movement.objects.values_list("idempotency_key", flat=True)))
        raw = b"".join(
            bytes(sealed)
            for model in (Payee, Payment)
            for sealed in model.objects.values_list("sealed", flat=True)
        )
    for word in (NAME, REFERENCE, WHAT_FOR):
        assert word not in traces
        assert word.encode() not in raw


def test_no_more_than_there_is(person) -> None:
    to = payee(person)
    with pytest.raises(Conflict) as refused:
        pay(person, to, MONTH + 1)
    assert refused.value.code == "overdraft"
    with acting_as(owner(person)):
        assert not Payment.objects.exists()
    assert balance(person) == MONTH
    pay(person, to, MONTH)
    assert balance(person) == 0


def test_the_same_request_pays_once(person) -> None:
    to = payee(person)
    first = pay(person, to, 2_500, request_key="one-and-only")
    again = pay(person, to, 2_500, request_key="one-and-only")
    assert again.pk == first.pk
    assert balance(person) == MONTH - 2_500
    with pytest.raises(Conflict) as refused:
        pay(person, to, 2_600, request_key="one-and-only")
    assert refused.value.code == "key-reused"


def test_a_receipt_is_asked_for_where_much_goes_to_somebody_new(person) -> None:
    to = payee(person)
    assert pay(person, to, 50_000).receipt == "asked"
    assert pay(person, to, 50_000).receipt == "not-asked"
    user = owner(person)
    with acting_as(user):
        payments.keep_receipt(payment=Payment.objects.earliest("pk"), by=user)
        assert Payment.objects.earliest("pk").receipt == "kept"


@pytest.mark.parametrize("pence", [0, -1, 100_000_001, 1.5])
def test_what_is_no_amount(person, pence) -> None:
    with pytest.raises(DomainError) as refused:
        pay(person, payee(person), pence)
    assert refused.value.code == "bad-amount"


def test_nobody_else_pays_from_it_whatever_they_see(person) -> None:
    to = payee(person)
    sister, stranger = worlds.user("sister"), worlds.user("stranger")
    worlds.let_see(owner(person), sister, "budget", "spending")
    before = AuditEntry.objects.count()
    for user, error in ((sister, NotAllowed), (stranger, Missing)):
        with pytest.raises(error), acting_as(user):
            payments.pay(person=person, payee=to, amount_pence=1, by=user)
    assert balance(person) == MONTH
    assert AuditEntry.objects.count() == before


def test_nobody_pays_to_somebody_elses_payee(nation: Nation, person) -> None:
    other = somebody(nation.place, "Ben")
    theirs = payee(other)
    with pytest.raises(Missing):
        pay(person, theirs, 1)


def test_a_payment_without_its_movement_cannot_be_kept(person) -> None:
    to = payee(person)
    with acting_as(owner(person)), connection.cursor() as cursor:
        unposted = Payment(person=person, payee=to, amount_pence=1, paid_on=acting.today())
        unposted.put(records.key_of(person), what_for="")
        with pytest.raises(IntegrityError, match="without its movement"), transaction.atomic():
            save_and_check(unposted, cursor)


def save_and_check(payment: Payment, cursor) -> None:
    """Saves it, and asks the rules that wait for the end of a transaction at once."""
    payment.save(force_insert=True)
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize(
    "change",
    ["amount_pence = 1", "movement_id = NULL", "paid_on = '2020-01-01'", "payee_id = payee_id"],
)
def test_what_was_paid_is_never_rewritten(person, change: str) -> None:
    pay(person, payee(person), 2_500)
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        acting_as(owner(person)),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"UPDATE budgets_payment SET {change}")


# --- What comes back ------------------------------------------------------------------------------


def bring_back(person, payment: Payment, pence: int) -> Payment:
    user = owner(person)
    with own_transaction(), acting_as(user):
        return payments.bring_back(payment=payment, amount_pence=pence, by=user)


def test_money_comes_back_up_to_what_was_paid(person) -> None:
    made = pay(person, payee(person), 2_500)
    bring_back(person, made, 1_000)
    with pytest.raises(Conflict) as refused:
        bring_back(person, made, 1_501)
    assert refused.value.code == "too-much-back"
    back = bring_back(person, made, 1_500)
    assert balance(person) == MONTH
    with pytest.raises(Conflict):
        bring_back(person, back, 1)
    assert not ledger.verify()


# --- Again and again ------------------------------------------------------------------------------


def plan(person, pence: int = 1_000, every: str = "week", **asked) -> StandingPayment:
    user = owner(person)
    with acting_as(user):
        return payments.plan(
            person=person,
            payee=asked.pop("to", None) or payee(person),
            amount_pence=pence,
            every=every,
            starts_on=asked.pop("starts_on", acting.today()),
            what_for=WHAT_FOR,
            by=user,
            **asked,
        )


def paid_on(person) -> list[date]:
    with acting_as(owner(person)):
        return list(Payment.objects.order_by("number").values_list("paid_on", flat=True))


def test_each_time_is_paid_once(person) -> None:
    standing = plan(person)
    assert payments.pay_standing() == 1
    assert payments.pay_standing() == 0
    with time_machine.travel(worlds.noon(acting.today() + timedelta(days=16)), tick=False):
        assert payments.pay_standing() == 2
    assert balance(person) == MONTH - 3_000
    with acting_as(owner(person)):
        standing.refresh_from_db()
        assert standing.next_on == standing.starts_on + timedelta(days=21)
        assert list(Payment.objects.order_by("number").values_list("number", flat=True)) == [
            1,
            2,
            3,
        ]
    assert not ledger.verify()


def test_one_that_finds_too_little_waits_and_holds_nobody_up(nation: Nation, person) -> None:
    large, small = plan(person, MONTH, "month"), plan(person, 500)
    pay(person, payee(person), 1_000)
    assert payments.pay_standing() == 1
    with acting_as(owner(person)):
        large.refresh_from_db()
        small.refresh_from_db()
        assert (large.is_waiting, large.times_paid) == (True, 0)
        assert (small.is_waiting, small.times_paid) == (False, 1)
    with time_machine.travel(worlds.noon(acting.today() + timedelta(days=28)), tick=False):
        entitlements.pay_due()
        payments.pay_standing()
    with acting_as(owner(person)):
        large.refresh_from_db()
        assert not large.is_waiting
        assert large.times_paid == 1


def test_it_can_be_stopped_at_once(person) -> None:
    standing = plan(person)
    payments.pay_standing()
    user = owner(person)
    with acting_as(user):
        assert payments.stop(standing=standing, by=user).is_over
        payments.stop(standing=standing, by=user)
        with pytest.raises(Missing):
            payments.pay(
                person=person,
                payee=Payee(pk=standing.payee_id + 99),
                amount_pence=1,
                by=user,
            )
    with time_machine.travel(worlds.noon(acting.today() + timedelta(days=30)), tick=False):
        assert payments.pay_standing() == 0
    assert AuditEntry.objects.filter(verb="regular-payment.stopped").count() == 1


def test_a_payee_who_is_paid_regularly_is_not_forgotten(person) -> None:
    to = payee(person)
    standing = plan(person, to=to)
    user = owner(person)
    with acting_as(user):
        with pytest.raises(Conflict):
            payments.forget_payee(payee=to, by=user)
        payments.stop(standing=standing, by=user)
        payments.forget_payee(payee=to, by=user)
    with pytest.raises(Missing):
        pay(person, to, 1)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"every": "day"}, "no-every"),
        ({"starts_on": date(2020, 1, 1)}, "bad-days"),
        ({"ends_on": date(2020, 1, 1)}, "bad-days"),
        ({"pence": 0}, "bad-amount"),
    ],
)
def test_what_cannot_be_planned(person, asked: dict, code: str) -> None:
    with pytest.raises(DomainError) as refused:
        plan(person, **asked)
    assert refused.value.code == code


def test_months_end_on_their_last_day_and_nothing_drifts() -> None:
    first = date(2027, 8, 31)
    days = [occurrence(first, "month", number) for number in range(8)]
    assert [str(day) for day in days] == [
        "2027-08-31",
        "2027-09-30",
        "2027-10-31",
        "2027-11-30",
        "2027-12-31",
        "2028-01-31",
        "2028-02-29",  # a leap year
        "2028-03-31",
    ]
    assert occurrence(date(2028, 2, 29), "month", 12) == date(2029, 2, 28)
    with pytest.raises(ValueError, match="every day"):
        occurrence(first, "day", 1)


@settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(
    st.dates(date(2000, 1, 1), date(2100, 1, 1)),
    st.sampled_from(["week", "four-weeks", "month"]),
    st.integers(0, 600),
)
def test_postgresql_counts_the_same_days(db: None, first: date, every: str, number: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT day_of_occurrence(%s, %s, %s)", [first, every, number])
        assert cursor.fetchone() == (occurrence(first, every, number),)


# --- How it is held -------------------------------------------------------------------------------

DAY = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("born", "by_another", "found"),
    [
        (None, False, "adult"),
        (None, True, "not-able"),
        (date(2010, 6, 2), True, "child"),  # the day before the sixteenth birthday
        (date(2010, 6, 1), False, "young"),
        (date(2010, 6, 1), True, "not-able"),
        (date(2008, 6, 2), False, "young"),
        (date(2008, 6, 1), False, "adult"),
        (date(1950, 1, 1), True, "not-able"),
    ],
)
def test_the_law_goes_by_age_and_by_who_decides(born, by_another: bool, found: str) -> None:
    assert holding.situation(born=born, is_decided_by_another=by_another, day=DAY) == found


def test_a_nominee_is_chosen_by_who_can_decide_and_nobody_else() -> None:
    able = holding.ways(born=None, is_decided_by_another=False, day=DAY)
    not_able = holding.ways(born=None, is_decided_by_another=True, day=DAY)
    child = holding.ways(born=date(2015, 1, 1), is_decided_by_another=True, day=DAY)
    assert "nominee" in able
    assert "nominee" not in not_able
    assert "authorised" in not_able
    assert "authorised" not in able
    assert child[0] == "parent"
    known = set(Holding.Way.values)
    assert all(set(ways) <= known for ways in holding.law_on(DAY).ways.values())


def test_how_it_is_held_can_be_changed_and_the_money_stays(person) -> None:
    user = owner(person)
    with acting_as(user):
        holdings.choose(person=person, way="direct", by=user)
        held = holdings.choose(person=person, way="nominee", holder="my brother Jo", by=user)
        assert held.words(records.key_of(person))["holder"] == "my brother Jo"
        assert list(Holding.objects.order_by("pk").values_list("way", "ends_on")) == [
            ("direct", acting.today()),
            ("nominee", None),
        ]
        for way, code in (
            ("parent", "not-by-law"),
            ("authorised", "not-by-law"),
            ("nobody", "no-way"),
        ):
            with pytest.raises(DomainError) as refused:
                holdings.choose(person=person, way=way, holder="x", by=user)
            assert refused.value.code == code
        with pytest.raises(DomainError) as refused:
            holdings.choose(person=person, way="trust", by=user)
        assert refused.value.code == "no-holder"
    assert balance(person) == MONTH
