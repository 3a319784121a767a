"""My money, as somebody uses it: see it, pay in three steps, plan, read the statement and why; and the same by program."""

from __future__ import annotations

import csv
import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from budgets import own_money
from budgets.actions import entitlements
from budgets.models import Payment, StandingPayment
from people.models import Person
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as
from tests.api.worlds import post, program_of
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
def person(nation: Nation) -> Person:
    made = somebody(nation.place)
    award(agreed(made, 42))
    entitlements.pay_due()
    return made


@pytest.fixture
def reader(person: Person) -> Client:
    client = Client()
    client.force_login(owner(person))
    return client


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def test_without_points_the_page_says_what_comes_first(nation: Nation) -> None:
    client = Client()
    client.force_login(owner(somebody(nation.place)))
    page = text(client, "/home/money/")
    assert "No budget yet" in page
    assert "Pay somebody" not in page


def test_agreed_points_begin_a_budget_with_one_tap(nation: Nation) -> None:
    person = somebody(nation.place)
    agreed(person, 42)
    client = Client()
    client.force_login(owner(person))
    assert "Begin my budget" in text(client, "/home/money/")
    client.post("/home/money/begin/")
    assert "£474.60 a week" in text(client, "/home/money/")


def test_paying_takes_three_steps_and_the_second_tap_pays_nothing(
    reader: Client, person: Person
) -> None:
    first = reader.post("/home/money/pay/", {"payee": "new", "name": NAME, "reference": REFERENCE})
    page = text(reader, first["Location"])
    assert NAME in page
    assert "£1,898.40 is in your budget" in page
    sent = {"amount_pence": "24.50", "what_for": WHAT_FOR, "key": "one-page"}
    looked = reader.post(first["Location"], sent).content.decode()
    assert "Look again, then pay" in looked
    assert REFERENCE in looked
    assert balance(person) == MONTH
    for _ in range(2):
        with own_transaction():
            assert reader.post(first["Location"], sent | {"sure": "on"}).status_code == 302
    assert balance(person) == MONTH - 2_450
    assert "£24.50 out" in text(reader, "/home/money/")


def test_too_much_is_told_beside_the_amount_and_looked_at_again(
    reader: Client, person: Person
) -> None:
    to = payee(person)
    sent = {"amount_pence": "9,999", "key": "one-page", "sure": "on"}
    with own_transaction():
        answer = reader.post(f"/home/money/pay/{to.public_id}/", sent)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "There is not enough money in your budget for that." in page
    assert 'name="sure" value="on"' not in page


def test_a_regular_payment_is_planned_seen_and_stopped(reader: Client, person: Person) -> None:
    to = payee(person)
    today = acting.today()
    days = {f"starts_on_{part}": getattr(today, part) for part in ("day", "month", "year")}
    reader.post(
        f"/home/money/pay/{to.public_id}/regular/",
        {"amount_pence": "10", "every": "month", "what_for": WHAT_FOR, **days},
    )
    page = text(reader, "/home/money/")
    assert "every month" in page
    assert WHAT_FOR in page
    with acting_as(owner(person)):
        standing = StandingPayment.objects.get()
    reader.post(f"/home/money/regular/{standing.public_id}/stop/")
    assert "every month" not in text(reader, "/home/money/")


def test_the_statement_is_a_chart_a_table_and_a_file(reader: Client, person: Person) -> None:
    to = payee(person, "=HYPERLINK(1)")
    made = pay(person, to, 2_500)
    page = text(reader, "/home/money/statement/")
    assert WHAT_FOR in page
    assert "£1,898.40" in page
    assert "£25.00 out" in page
    file = reader.get("/home/money/statement.csv")
    rows = list(csv.DictReader(io.StringIO(file.content.decode())))
    assert [(row["kind"], int(row["amount_pence"])) for row in rows] == [
        ("entitlement", MONTH),
        ("paid", -2_500),
    ]
    # A sheet would take it for a formula.
    assert rows[1]["who"] == "'=HYPERLINK(1)"
    with own_transaction():
        reader.post(f"/home/money/payments/{made.public_id}/back/", {"amount_pence": "5"})
    assert balance(person) == MONTH - 2_000
    assert text(reader, "/home/money/statement/?month=1999-01").count("Nothing yet") == 1


def test_every_penny_says_why(reader: Client, nation: Nation) -> None:
    page = text(reader, "/home/money/why/")
    for words in ("42", "£11.30", "× 1.000", "£474.60"):
        assert words in page
    assert f"/money/prices/england/{nation.price.version}/" in page


def test_how_it_is_held_is_chosen_within_the_law(reader: Client) -> None:
    page = text(reader, "/home/money/held/")
    assert "Somebody I chose holds it for me" in page
    assert "An authorised person holds it" not in page
    refused = reader.post("/home/money/held/", {"way": "nominee"})
    assert refused.status_code == 422
    reader.post("/home/money/held/", {"way": "nominee", "holder": "my brother Jo"})
    assert "my brother Jo" in text(reader, "/home/money/")


def test_more_planned_than_there_is_is_said_with_an_offer(person: Person) -> None:
    from tests.spending.test_payments import plan

    plan(person, MONTH + 1, "month")
    with acting_as(owner(person)):
        money = own_money.money_of(person)
    assert [notice.code for notice in money.notices] == ["low"]
    assert money.free_pence == 0


# --- By program -----------------------------------------------------------------------------------


def test_a_program_pays_once_and_nothing_of_it_is_kept(person: Person) -> None:
    program = program_of(owner(person))
    to = post(program, "/api/v1/me/payees/", {"name": NAME, "reference": REFERENCE}).json()
    sent = {"payee": to["public_id"], "amount_pence": 2_500, "what_for": WHAT_FOR}
    without = post(program, "/api/v1/me/payments/", sent)
    assert (without.status_code, without.json()["code"]) == (400, "idempotency-key-needed")
    answers = []
    for _ in range(2):
        with own_transaction():
            answers.append(post(program, "/api/v1/me/payments/", sent, idempotency_key="mine-1234"))
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert balance(person) == MONTH - 2_500
    other = post(
        program, "/api/v1/me/payments/", sent | {"amount_pence": 1}, idempotency_key="mine-1234"
    )
    assert (other.status_code, other.json()["code"]) == (409, "key-reused")
    from socialcare.kernel.models import IdempotentRequest

    assert not IdempotentRequest.objects.exists()
    budget = program.get("/api/v1/me/budget/").json()
    assert (budget["left_pence"], budget["spent_pence"]) == (MONTH - 2_500, 2_500)
    assert budget["entitlement"]["weekly_pence"] == 42 * POINT
    with acting_as(owner(person)):
        assert Payment.objects.get().request_key == "api:mine-1234"


# --- The operator ---------------------------------------------------------------------------------


def test_the_operator_adds_what_a_health_body_pays(person: Person) -> None:
    with acting_as(owner(person)):
        account = own_money.money_of(person).account
    options = {"pence": 5_000, "body": "NHS Testland", "key": "july"}
    with own_transaction():
        call_command("add_health_money", account, **options)
    assert balance(person) == MONTH + 5_000
    with pytest.raises(CommandError, match="no such account"), own_transaction():
        call_command("add_health_money", "0" * 12, **options)
