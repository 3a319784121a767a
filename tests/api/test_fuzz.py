"""The API fuzzed from its own document: never a mistake of ours, and never an answer that the document does not promise.

Each operation gets inputs that fit the document and inputs that do not, from nobody, from a citizen and from a
steward, about things that exist and things that do not. Bounded: the inputs are few, and the same every time.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from governance.models import AuditEntry
from socialcare.api.document import document
from tests.api.worlds import token_of
from tests.small_england import SmallEngland

INPUTS = 15
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
# Who asks, and whether anything that they are refused could leave a trace.
POWERLESS = ("anonymous", "citizen", "former")
WHO = (*POWERLESS, "steward", "national")
# What nobody needs power for, though it leaves a trace.
FOR_ANYBODY = (
    "add_payee",
    "ask_what_if",
    "give_consent",
    "change_consent",
    "withdraw_consent",
    "ask_for_help",
    "withdraw_my_ask",
    "make_challenge",
    "withdraw_my_challenge",
    "begin_my_conversation",
    "begin_my_plan",
)
OPERATIONS = {
    operation["operationId"]: (path, method)
    for path, methods in document()["paths"].items()
    for method, operation in methods.items()
}


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The service's own process drops connections between requests; here the test's transaction lives in this one."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="module")
def service() -> Any:
    schema = schemathesis.openapi.from_dict(copy.deepcopy(document()))
    schema.app = get_wsgi_application()
    return schema


def real_things(world: SmallEngland, path: str) -> list[dict[str, Any]]:
    """Parts of the address, or of the query, that lead to something."""
    ids = {
        "/matters/": [world.raised, world.open, world.ripe, world.hidden],
        "/pots/": [world.shared_pot, world.waiting_pot],
        "/runs/": [world.run, world.queued_run],
        "/decisions/": [world.formula.decision],
        "/what-ifs/": [world.proposed_formula.what_if],
        "/consents/": [world.consent],
        "/asks/": [world.waiting_ask],
        "/challenges/": [world.challenge],
        "/people/": [world.consent.content_object],
    }
    for part, things in ids.items():
        if part in path:
            return [{"public_id": thing.public_id} for thing in things]
    return [
        {
            "code": world.neighbourhood.code,
            "nation": world.nation.code,
            "sha256": world.dataset.sha256,
            "slug": world.formula.slug if "formulas" in path or "prices" in path else "set-the-pot",
            "version": 1,
            "run": world.run.public_id,
            "sphere": world.neighbourhood.code,
            "indicator": "disab_lot",
            "power": "fund-a-project",
        }
    ]


def inputs(operation: APIOperation[Any, Any, Any, Any]) -> st.SearchStrategy[Case]:
    """Inputs that fit the document; and, where the operation takes any, inputs that do not."""
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    takes_something = bool(operation.query or operation.path_parameters or operation.body)
    if not takes_something:
        return fitting
    return fitting | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)


@pytest.mark.parametrize("name", OPERATIONS)
def test_it_answers_as_promised(untouched: SmallEngland, service: Any, name: str) -> None:
    path, method = OPERATIONS[name]
    operation = service[path][method.upper()]
    tokens = {who: token_of(user) for who, user in untouched.people.items() if who in WHO}
    real = real_things(untouched, path)
    # Nobody but the person it is about has much to try there.
    is_personal = "/me/" in path or "/people/" in path
    statuses: Counter[int] = Counter()

    @given(
        case=inputs(operation),
        who=st.just("citizen") | st.sampled_from(WHO) if is_personal else st.sampled_from(WHO),
        thing=st.none() | st.sampled_from(real),
    )
    @settings(
        max_examples=INPUTS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    def ask(case: Case, who: str, thing: dict[str, Any] | None) -> None:
        if thing is not None:
            for part in case.path_parameters or {}:
                case.path_parameters[part] = thing[part]
            for part in operation.query:
                if part.name in thing:
                    case.query[part.name] = thing[part.name]
            # Nobody makes up a cursor.
            case.query.pop("cursor", None)
        headers = {"Authorization": f"Bearer {tokens[who]}"} if who in tokens else {}
        before = AuditEntry.objects.count()
        answer = case.call_and_validate(headers=headers, checks=CHECKS)
        statuses[answer.status_code] += 1
        if who in POWERLESS and name not in FOR_ANYBODY:
            assert AuditEntry.objects.count() == before

    ask()
    # Inputs that are all refused at the door would have tried nothing.
    assert method != "get" or statuses[200] or statuses[304], statuses
    assert set(statuses) - {401, 404}, statuses
