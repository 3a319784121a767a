"""Who may do what through the API with a token: one row for each operation, one column for each kind of visitor.

`matrix` says who gets in at each address with a session. Here every operation is asked by somebody's program, with a
body good enough to succeed for whoever may: so a refusal is about who they are, and changes nothing. An operation of
the document that has no row fails the suite.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from governance.models import AuditEntry
from socialcare.api.document import document
from tests import worlds
from tests.api import worlds as api
from tests.asking.worlds import said
from tests.small_england import ANONYMOUS, ROLES, SmallEngland, year

# `yes` it is answered (2xx); `who` say who you are (401); `no` it is not theirs to do (403); `hid` they may not know
# that it is there (404); `not` it is in no state for this (409).
TABLE = """
                       anonymous citizen worker councillor local national panel steward former
list_spheres           yes       yes     yes    yes        yes   yes      yes   yes     yes
read_sphere            yes       yes     yes    yes        yes   yes      yes   yes     yes
list_powers            yes       yes     yes    yes        yes   yes      yes   yes     yes
read_power             yes       yes     yes    yes        yes   yes      yes   yes     yes
find_seat              yes       yes     yes    yes        yes   yes      yes   yes     yes
list_bodies            yes       yes     yes    yes        yes   yes      yes   yes     yes
list_matters           yes       yes     yes    yes        yes   yes      yes   yes     yes
read_matter            yes       yes     yes    yes        yes   yes      yes   yes     yes
list_decisions         yes       yes     yes    yes        yes   yes      yes   yes     yes
read_decision          yes       yes     yes    yes        yes   yes      yes   yes     yes
list_datasets          yes       yes     yes    yes        yes   yes      yes   yes     yes
read_dataset           yes       yes     yes    yes        yes   yes      yes   yes     yes
list_indicator_values  yes       yes     yes    yes        yes   yes      yes   yes     yes
list_formulas          yes       yes     yes    yes        yes   yes      yes   yes     yes
read_formula           yes       yes     yes    yes        yes   yes      yes   yes     yes
read_formula_document  yes       yes     yes    yes        yes   yes      yes   yes     yes
list_prices            yes       yes     yes    yes        yes   yes      yes   yes     yes
read_price             yes       yes     yes    yes        yes   yes      yes   yes     yes
list_pots              yes       yes     yes    yes        yes   yes      yes   yes     yes
read_pot               yes       yes     yes    yes        yes   yes      yes   yes     yes
list_runs              yes       yes     yes    yes        yes   yes      yes   yes     yes
read_run               yes       yes     yes    yes        yes   yes      yes   yes     yes
list_allocations       yes       yes     yes    yes        yes   yes      yes   yes     yes
read_explanation       yes       yes     yes    yes        yes   yes      yes   yes     yes
read_what_if           yes       yes     yes    yes        yes   yes      yes   yes     yes
list_what_if_changes   yes       yes     yes    yes        yes   yes      yes   yes     yes
list_what_ifs          who       yes     yes    yes        yes   yes      yes   yes     yes
read_me                who       yes     yes    yes        yes   yes      yes   yes     yes
read_my_budget         who       yes     yes    yes        yes   yes      yes   yes     yes
read_my_statement      who       yes     yes    yes        yes   yes      yes   yes     yes
list_my_payees         who       yes     yes    yes        yes   yes      yes   yes     yes
add_payee              who       yes     yes    yes        yes   yes      yes   yes     yes
pay                    who       yes     hid    hid        hid   hid      hid   hid     hid
read_my_data           who       yes     yes    yes        yes   yes      yes   yes     yes
list_my_consents       who       yes     yes    yes        yes   yes      yes   yes     yes
read_my_consent        who       yes     hid    hid        hid   hid      hid   hid     hid
list_my_looks          who       yes     yes    yes        yes   yes      yes   yes     yes
list_my_asks           who       yes     yes    yes        yes   yes      yes   yes     yes
read_my_ask            who       yes     hid    hid        hid   hid      hid   hid     hid
ask_for_help           who       yes     yes    yes        yes   yes      yes   yes     yes
withdraw_my_ask        who       yes     hid    hid        hid   hid      hid   hid     hid
read_my_rights         who       yes     yes    yes        yes   yes      yes   yes     yes
list_my_challenges     who       yes     yes    yes        yes   yes      yes   yes     yes
read_my_challenge      who       yes     hid    hid        hid   hid      hid   hid     hid
make_challenge         who       yes     yes    yes        yes   yes      yes   yes     yes
withdraw_my_challenge  who       yes     hid    hid        hid   hid      hid   hid     hid
read_person            who       yes     yes    hid        hid   hid      hid   hid     hid
give_consent           who       yes     yes    yes        yes   yes      yes   yes     yes
change_consent         who       yes     hid    hid        hid   hid      hid   hid     hid
withdraw_consent       who       yes     hid    hid        hid   hid      hid   hid     hid
list_trusted_assessors yes       yes     yes    yes        yes   yes      yes   yes     yes
read_my_conversation   who       yes     hid    yes        hid   hid      hid   hid     hid
read_my_plan           who       yes     hid    yes        hid   hid      hid   hid     hid
read_plan              who       yes     hid    yes        hid   hid      hid   hid     hid
read_conversation      who       yes     hid    yes        hid   hid      hid   hid     hid
begin_my_conversation  who       not     yes    not        yes   yes      yes   yes     yes
answer_my_conversation who       yes     hid    yes        hid   hid      hid   hid     hid
begin_my_plan          who       not     yes    yes        yes   yes      yes   yes     yes
write_my_section       who       yes     hid    not        hid   hid      hid   hid     hid
add_my_goal            who       yes     hid    not        hid   hid      hid   hid     hid
add_my_support         who       yes     hid    not        hid   hid      hid   hid     hid
agree_my_plan          who       yes     hid    not        hid   hid      hid   hid     hid
comment_on_plan        who       yes     hid    no         hid   hid      hid   hid     hid
check_formula          yes       yes     yes    yes        yes   yes      yes   yes     yes
ask_what_if            yes       yes     yes    yes        yes   yes      yes   yes     yes
raise_matter           who       no      no     no         yes   no       no    no      no
open_vote              who       no      no     no         no    yes      no    yes     no
cast_vote              who       no      no     no         no    yes      no    no      no
close_vote             who       no      no     no         no    yes      no    yes     no
withdraw_matter        who       no      no     no         no    yes      no    yes     no
ask_up                 who       no      no     no         yes   no       no    no      no
propose_formula        who       no      no     no         no    yes      no    yes     no
propose_price          who       no      no     no         no    yes      no    yes     no
propose_pot            who       no      no     no         no    yes      no    yes     no
start_run              who       no      no     no         no    no       no    yes     no
"""
HEADING, *LINES = [line.split() for line in TABLE.strip().splitlines()]
CELLS = [
    (name, role, outcome)
    for name, *outcomes in LINES
    for role, outcome in zip(HEADING, outcomes, strict=True)
]
OPERATIONS = {
    operation["operationId"]: method
    for methods in document()["paths"].values()
    for method, operation in methods.items()
}
STATUSES = {"not": {409}, "who": {401}, "no": {403}, "hid": {404}, "yes": {200, 201, 202}}


def test_every_operation_has_a_row_and_every_role_a_column() -> None:
    assert tuple(HEADING) == ROLES
    assert [name for name, *_outcomes in LINES] == list(dict.fromkeys(name for name, *_ in LINES))
    assert {name for name, *_outcomes in LINES} == set(OPERATIONS)


# --- What is sent ---------------------------------------------------------------------------------


def _question(world: SmallEngland) -> dict[str, Any]:
    return {
        "power": "split-the-local-budget",
        "sphere": world.local.code,
        "subject": "split:2026",
        "question": "Shall we split it evenly?",
    }


def _pot(world: SmallEngland) -> dict[str, Any]:
    return {
        "nation": world.nation.code,
        "starts_on": year(5).isoformat(),
        "ends_on": year(6).isoformat(),
        "total_pence": 1_000,
        "risk_reserve_pence": 20,
        "national_functions_pence": 5,
        "background": "It is enough.",
    }


def _formula(world: SmallEngland) -> dict[str, Any]:
    text = world.formula.text.replace("title: Need for", "title: Another draft of need for", 1)
    return {"nation": world.nation.code, "text": text, "background": "It is clearer."}


def _price(world: SmallEngland) -> dict[str, Any]:
    text = world.price.text.replace("title: What", "title: Again what", 1)
    return {"nation": world.nation.code, "text": text, "background": "It is clearer."}


def _what_if(world: SmallEngland) -> dict[str, Any]:
    return {"nation": world.nation.code, "text": _formula(world)["text"], "pot_pence": 90_000_00}


def _run(world: SmallEngland) -> dict[str, Any]:
    return {"pot": world.waiting_pot.public_id, "formula": world.formula.slug, "version": 1}


def _new_terms(world: SmallEngland) -> dict[str, Any]:
    return {"purpose": "health", "ends_on": worlds.in_days(9).isoformat()}


def _consent(world: SmallEngland) -> dict[str, Any]:
    """To somebody who is none of the visitors."""
    friend = world.council.members[0].public_id
    return {"code": friend, "known_as": "a friend", "parts": ["contact"], **_new_terms(world)}


def _on_consent(step: str) -> Callable[[SmallEngland], str]:
    return lambda world: f"{api.V1}me/consents/{world.consent.public_id}/{step}/"


def _about(attribute: str, step: str) -> Callable[[SmallEngland], str]:
    return lambda world: f"{api.V1}matters/{getattr(world, attribute).public_id}/{step}/"


def _local_matter(world: SmallEngland) -> str:
    """A question before the local council, which can ask up; the nation's cannot."""
    member = api.program_of(world.people["local"])
    raised = api.post(member, f"{api.V1}matters/", _question(world))
    return f"{raised['Location']}ask-up/"


# Operation → its address, and the body.
Maker = Callable[[SmallEngland], Any]
NOTHING: Maker = lambda world: {}  # noqa: E731
SENT: dict[str, tuple[Maker, Maker]] = {
    "check_formula": (
        lambda world: f"{api.V1}formulas/check/",
        lambda world: {"text": world.formula.text},
    ),
    "raise_matter": (lambda world: f"{api.V1}matters/", _question),
    "open_vote": (
        _about("raised", "open"),
        lambda world: {"closes_at": (timezone.now() + timedelta(days=7)).isoformat()},
    ),
    "cast_vote": (_about("open", "vote"), lambda world: {"choice": "for"}),
    "close_vote": (_about("ripe", "close"), NOTHING),
    "withdraw_matter": (_about("raised", "withdraw"), NOTHING),
    "ask_up": (_local_matter, NOTHING),
    "propose_formula": (lambda world: f"{api.V1}formulas/", _formula),
    "propose_price": (lambda world: f"{api.V1}prices/", _price),
    "propose_pot": (lambda world: f"{api.V1}pots/", _pot),
    "ask_what_if": (lambda world: f"{api.V1}what-ifs/", _what_if),
    "start_run": (lambda world: f"{api.V1}runs/", _run),
    "add_payee": (lambda world: f"{api.V1}me/payees/", lambda world: {"name": "Somebody"}),
    "pay": (
        lambda world: f"{api.V1}me/payments/",
        lambda world: {"payee": world.payee.public_id, "amount_pence": 1},
    ),
    "give_consent": (lambda world: f"{api.V1}me/consents/", _consent),
    "change_consent": (_on_consent("change"), _new_terms),
    "withdraw_consent": (_on_consent("withdraw"), NOTHING),
    "make_challenge": (
        lambda world: f"{api.V1}me/challenges/",
        lambda world: {"about": "elsewhere:", "words": "It is not right."},
    ),
    "withdraw_my_challenge": (
        lambda world: f"{api.V1}me/challenges/{world.challenge.public_id}/withdraw/",
        NOTHING,
    ),
    "ask_for_help": (
        lambda world: f"{api.V1}me/asks/",
        lambda world: said(for_whom="me", neighbourhood=world.neighbourhood.code),
    ),
    "withdraw_my_ask": (
        lambda world: f"{api.V1}me/asks/{world.waiting_ask.pk}/withdraw/",
        NOTHING,
    ),
    "begin_my_conversation": (lambda world: f"{api.V1}me/conversation/", NOTHING),
    "answer_my_conversation": (
        lambda world: f"{api.V1}me/conversation/answers/",
        lambda world: {"outcome": "eating", "what_helps": "A tray"},
    ),
    "begin_my_plan": (lambda world: f"{api.V1}me/plan/", NOTHING),
    "write_my_section": (
        lambda world: f"{api.V1}me/plan/sections/",
        lambda world: {"kind": "matters", "words": "The sea"},
    ),
    "add_my_goal": (lambda world: f"{api.V1}me/plan/goals/", lambda world: {"words": "To sing"}),
    "add_my_support": (
        lambda world: f"{api.V1}me/plan/support/",
        lambda world: {"kind": "natural", "what_for": "Chess"},
    ),
    "agree_my_plan": (lambda world: f"{api.V1}me/plan/agree/", NOTHING),
    "comment_on_plan": (
        lambda world: f"{api.reads(world)['read_plan']}comments/",
        lambda world: {"kind": "comment", "words": "How good"},
    ),
}
ON_A_DRAFT = {"write_my_section", "add_my_goal", "add_my_support", "agree_my_plan"}
STEPS = {
    "open_vote",
    "close_vote",
    "withdraw_matter",
    "ask_up",
    "change_consent",
    "answer_my_conversation",
    *ON_A_DRAFT,
}
# What they answer is about one person and is never kept.
KEEP_NO_ANSWER = {
    "add_payee",
    "give_consent",
    "change_consent",
    "withdraw_consent",
    "ask_for_help",
    "withdraw_my_ask",
    "make_challenge",
    "withdraw_my_challenge",
    "begin_my_conversation",
    "answer_my_conversation",
    "begin_my_plan",
    "comment_on_plan",
    *ON_A_DRAFT,
}
# To read another's record leaves one trace.
LOOKS = {
    ("read_person", "worker"),
    ("read_plan", "citizen"),
    ("read_conversation", "citizen"),
}


def ask(client: Client, name: str, address: str, body: Any) -> Any:
    if OPERATIONS[name] == "get":
        return client.get(address)
    headers = {} if name in KEEP_NO_ANSWER else {"idempotency_key": "a-key-of-its-own"}
    if name in STEPS:
        seen = client.get(address.rsplit("/", 2)[0] + "/")
        headers["if_match"] = seen.headers.get("ETag", '"none"')
    return api.post(client, address, body, **headers)


@pytest.mark.parametrize(("name", "role", "outcome"), CELLS)
def test_a_program_may_what_its_owner_may(
    untouched: SmallEngland, name: str, role: str, outcome: str
) -> None:
    if OPERATIONS[name] == "get":
        address, body = api.reads(untouched)[name], None
    else:
        to_address, to_body = SENT[name]
        address, body = to_address(untouched), to_body(untouched)
    client = Client() if role == ANONYMOUS else api.program_of(untouched.people[role])
    before = AuditEntry.objects.count()
    answer = ask(client, name, address, body)
    assert answer.status_code in STATUSES[outcome], answer.content
    if outcome != "yes" or OPERATIONS[name] == "get":
        assert AuditEntry.objects.count() == before + ((name, role) in LOOKS)
    if outcome != "yes":
        assert answer["Content-Type"] == "application/problem+json"
        text = answer.content.decode()
        assert untouched.hidden.question not in text
        assert not [secret for secret in worlds.SECRETS if secret in text]


@pytest.mark.parametrize(
    "name",
    [name for name, method in OPERATIONS.items() if method == "post" and name != "check_formula"],
)
def test_a_token_for_reading_does_nothing_for_the_strongest(
    untouched: SmallEngland, name: str
) -> None:
    to_address, to_body = SENT[name]
    address, body = to_address(untouched), to_body(untouched)
    for role in ("steward", "national", "local"):
        client = api.program_of(untouched.people[role], scope="read")
        before = AuditEntry.objects.count()
        answer = ask(client, name, address, body)
        assert (answer.status_code, answer.json()["code"]) == (403, "token-only-reads")
        assert AuditEntry.objects.count() == before
