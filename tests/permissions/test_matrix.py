"""Every address of the service, asked by every kind of visitor. `matrix` says what is to come of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from budgets.models import Account, AllocationRun, FormulaVersion, Movement, Pot
from governance.models import AuditEntry, Decision, Mandate, Matter, User, Vote
from socialcare.kernel.models import OutboxMessage
from tests import worlds
from tests.permissions.matrix import ABOUT, SEND, Cell, cells
from tests.small_england import (
    ANONYMOUS,
    PAID_FOR,
    PAYEE_NAME,
    PAYEE_REFERENCE,
    ROLES,
    SmallEngland,
)

CELLS = list(cells())
GETS = [cell for cell in CELLS if cell.method == "get"]
POSTED = {cell.name for cell in CELLS if cell.method == "post"}
# Addresses that are only ever read: the strongest visitor and the weakest are refused alike.
ONLY_READ = [
    cell for cell in GETS if cell.name not in POSTED and cell.role in {ANONYMOUS, "steward"}
]
DENIED = {"asks", "key", "missing", "no", "not-now", "refused", "sign-in"}
# Operations about one person: what they answer is never kept, so that they take no Idempotency-Key.
KEEP_NO_ANSWER = {
    "api:my_payees",
    "api:my_consents",
    "api:change_consent",
    "api:withdraw_consent",
    "api:my_asks",
    "api:withdraw_ask",
    "api:my_challenges",
    "api:withdraw_challenge",
    "api:my_conversation",
    "api:answer_my_conversation",
    "api:my_plan",
    "api:write_section",
    "api:add_goal",
    "api:add_support",
    "api:agree_plan",
    "api:comment_on_plan",
}
# To read another's record, or what they asked for, leaves one trace.
LOOKS = {
    ("person", "worker"),
    ("api:person", "worker"),
    ("ask", "worker"),
    ("plan_of", "citizen"),
    ("conversation_of", "citizen"),
    ("api:plan_of", "citizen"),
    ("api:conversation_of", "citizen"),
}
# Headers that are each answer's own.
OWN = {"Set-Cookie", "X-Request-ID", "Expires"}
# Everything that an act in this service leaves behind.
TRACES = (
    Account,
    AllocationRun,
    AuditEntry,
    Decision,
    FormulaVersion,
    Mandate,
    Matter,
    Movement,
    OutboxMessage,
    Pot,
    User,
    Vote,
)


@pytest.fixture(autouse=True)
def _many_visitors_at_one_address() -> Iterator[None]:
    with override_settings(ACCOUNT_RATE_LIMITS=False):
        yield


@pytest.fixture(scope="module")
def signed_in(england: SmallEngland) -> dict[str, str]:
    """Role → the cookie of somebody who signed in."""
    cookies = {}
    for role, user in england.people.items():
        client = Client()
        client.force_login(user)
        cookies[role] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return cookies


@pytest.fixture
def visitor(signed_in: dict[str, str]) -> Callable[[str], Client]:
    def client_of(role: str) -> Client:
        client = Client()
        if role != ANONYMOUS:
            client.cookies[settings.SESSION_COOKIE_NAME] = signed_in[role]
        return client

    return client_of


def send(client: Client, cell: Cell, address: str, world: SmallEngland) -> HttpResponse:
    """Asks as a form does, or as a program does where the address is the API's."""
    body = cell.body(world)
    if cell.method == "get":
        return client.get(address)
    if cell.is_api:
        headers = {}
        if cell.name not in KEEP_NO_ANSWER:
            headers["idempotency-key"] = f"a-key-for-{cell.role}"
        if cell.about:
            # The version of the thing that the program last read: the API insists that it has read it.
            thing = client.get(address.rsplit("/", 2)[0] + "/")
            headers["if-match"] = thing.headers.get("ETag", '"none"')
        return client.post(address, body, content_type="application/json", headers=headers)
    return client.post(address, body)


def outcome(response: HttpResponse) -> str:
    """The answer in the table's words."""
    goes_to = response.headers.get("Location", "")
    if response.status_code == 302:
        if goes_to.startswith(reverse("account_login") + "?next="):
            return "sign-in"
        return "home" if goes_to == reverse("home") else "done"
    words = {
        200: "page",
        201: "done",
        400: "asks",
        401: "key",
        403: "no",
        404: "missing",
        405: "refused",
        409: "not-now",
        422: "again",
    }
    return words.get(response.status_code, str(response.status_code))


def text_of(response: HttpResponse) -> str:
    """What the visitor gets to read, but for the token that differs each time and the page's own address."""
    text = b"".join(response).decode()  # also of a file that is written while it is read
    # The form that changes the language comes back to the page it is on.
    text = text.replace(f'value="{response.request["PATH_INFO"]}"', "")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)


def traces() -> dict[str, int]:
    """How many there are of each, in one query."""
    tables = [model._meta.db_table for model in TRACES]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {name})" for name in tables))
        return dict(zip(tables, cursor.fetchone(), strict=True))


def assert_nothing_leaked(response: HttpResponse, world: SmallEngland) -> None:
    text = text_of(response)
    assert world.hidden.question not in text
    assert "Byname" not in text, "what somebody is called"
    for user in world.people.values():
        assert user.email not in text
    for secret in (*worlds.SECRETS, PAYEE_NAME, PAYEE_REFERENCE, PAID_FOR):
        assert secret not in text


# --- The table itself -----------------------------------------------------------------------------


def names(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    """Every address by the name that `reverse` knows it by, its namespace before it."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from names(pattern.url_patterns, inner)
        else:
            assert pattern.name, f"{pattern.pattern} has no name to list it by"
            yield space + pattern.name


def test_every_address_is_in_the_table_and_nothing_else() -> None:
    listed = {cell.name for cell in GETS}
    served = set(names(get_resolver().url_patterns))
    assert served - listed == set(), "add a row for each of these"
    assert listed - served == set(), "these rows are about nothing"
    assert served >= POSTED


def test_no_row_is_there_twice_and_nothing_is_described_in_vain() -> None:
    assert len({str(cell) for cell in CELLS}) == len(CELLS)
    used = {cell.about for cell in CELLS}
    assert set(ABOUT) <= used
    assert set(SEND) <= {cell.label for cell in CELLS} | POSTED


# --- Each cell ------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_a_visitor_gets_what_the_table_says(
    untouched: SmallEngland, visitor: Callable[[str], Client], cell: Cell
) -> None:
    client = visitor(cell.role)
    before = traces()
    response = send(client, cell, cell.address(untouched), untouched)
    assert outcome(response) == cell.outcome
    if cell.outcome in DENIED:
        assert_nothing_leaked(response, untouched)
    if (cell.name, cell.role) in LOOKS:
        before["governance_auditentry"] += 1
    if cell.outcome in DENIED | {"again"} or cell.method == "get":
        assert traces() == before


@pytest.mark.parametrize("cell", ONLY_READ, ids=str)
def test_what_is_only_read_takes_nothing(
    untouched: SmallEngland, visitor: Callable[[str], Client], cell: Cell
) -> None:
    before = traces()
    response = visitor(cell.role).post(cell.address(untouched), {"anything": "at all"})
    assert outcome(response) in {"refused", "sign-in", "home", "key", "missing"}
    assert traces() == before


# --- Hidden is missing ----------------------------------------------------------------------------

HIDDEN = [cell for cell in CELLS if cell.outcome == "missing" and cell.about in ABOUT]


@pytest.mark.parametrize("cell", HIDDEN, ids=str)
def test_hidden_looks_like_what_does_not_exist(
    untouched: SmallEngland, visitor: Callable[[str], Client], cell: Cell
) -> None:
    client = visitor(cell.role)
    hidden = cell.address(untouched)
    thing = next(iter(set(ABOUT[cell.about](untouched).values())))
    missing = hidden.replace(thing, "0" * len(thing))
    assert missing != hidden
    answers = [send(client, cell, address, untouched) for address in (hidden, missing)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert text_of(answers[0]) == text_of(answers[1])
    headers = [
        {name: value for name, value in answer.headers.items() if name not in OWN}
        for answer in answers
    ]
    assert headers[0] == headers[1]


def test_every_role_is_in_every_row() -> None:
    for label in {(cell.method, cell.label) for cell in CELLS}:
        assert [c.role for c in CELLS if (c.method, c.label) == label] == list(ROLES)
