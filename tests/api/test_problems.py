"""Every refusal is a problem in one shape: for machines a code, for people a sentence, and never what was sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client, RequestFactory

from governance.models import Sphere
from socialcare.kernel.api import pages
from tests.api.conftest import ClientOf
from tests.api.worlds import post, reads
from tests.small_england import SmallEngland

SHAPE = {"$ref": "#/components/schemas/Problem"}


@pytest.fixture
def problem(faults_of: Any) -> Any:
    """Checks that an answer is a problem with this status and code, and returns its body."""

    def check(answer: Any, status: int, code: str) -> dict[str, Any]:
        assert answer["Content-Type"] == "application/problem+json"
        body: dict[str, Any] = answer.json()
        assert faults_of(body, SHAPE) == []
        assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
        assert body["type"] == f"/api/docs/#problem-{status}"
        return body

    return check


def test_no_such_address(anybody: Client, db: None, problem: Any) -> None:
    for address in ("/api/", "/api/v1/", "/api/v2/spheres/", "/api/v1/spheres", "/api/v1/é/"):
        for method in ("get", "post", "put", "delete"):
            problem(getattr(anybody, method)(address), 404, "missing")


def test_hidden_and_missing_are_the_same_bytes(
    untouched: SmallEngland, anybody: Client, problem: Any
) -> None:
    person = Sphere(public_id="0" * 12)
    hidden = anybody.get(f"/api/v1/matters/{untouched.hidden.public_id}/")
    missing = anybody.get("/api/v1/matters/000000000000/")
    elsewhere = anybody.get(f"/api/v1/spheres/{person.public_id}/")
    problem(hidden, 404, "missing")
    assert hidden.content == missing.content == elsewhere.content
    assert anybody.get("/api/v1/powers/no-such-power/").content == missing.content
    assert anybody.get("/api/v1/explanations/nowhere/").content == missing.content
    # The nation is given nothing: it has no explanation.
    nation = anybody.get(f"/api/v1/explanations/{untouched.nation.code}/")
    assert nation.content == missing.content


def test_not_signed_in(untouched: SmallEngland, anybody: Client, problem: Any) -> None:
    for answer in (anybody.get("/api/v1/me/"), post(anybody, "/api/v1/pots/")):
        problem(answer, 401, "not-authenticated")
        assert answer["WWW-Authenticate"] == "Bearer"


def test_not_allowed(untouched: SmallEngland, program: ClientOf, problem: Any) -> None:
    body = {
        "power": "publish-national-figures",
        "sphere": untouched.nation.code,
        "subject": "figures:1",
        "question": "Shall we?",
    }
    problem(post(program("citizen"), "/api/v1/matters/", body), 403, "may-not-raise")


def test_method_and_forms(untouched: SmallEngland, program: ClientOf, problem: Any) -> None:
    steward = program("steward")
    refused = steward.delete("/api/v1/spheres/")
    problem(refused, 405, "method-not-allowed")
    assert "GET" in refused["Allow"]
    html = steward.get("/api/v1/spheres/", headers={"Accept": "text/html"})
    problem(html, 406, "not-acceptable")
    problem(steward.post("/api/v1/pots/", "<a/>", "text/xml"), 415, "unsupported-media-type")


@pytest.mark.parametrize(
    "body", ["{", '{"a": NaN}', "[" * 100_000, b"\xff\xfe{}", '{"power": "\\ud800"'], ids=range(5)
)
def test_what_cannot_be_read(
    untouched: SmallEngland, program: ClientOf, problem: Any, body: str | bytes
) -> None:
    answer = program("steward").post("/api/v1/matters/", body, "application/json")
    problem(answer, 400, "parse-error")


def test_too_large(untouched: SmallEngland, program: ClientOf, problem: Any) -> None:
    answer = program("steward").post("/api/v1/pots/", " " * 3_000_000, "application/json")
    problem(answer, 413, "too-large")


def test_each_thing_wrong_with_a_body_is_pointed_at(
    untouched: SmallEngland, program: ClientOf, problem: Any
) -> None:
    sent = {
        "nation": "<script>\x00",
        "starts_on": "2030-02-30",
        "ends_on": "2031-04-01",
        "total_pence": 1.0,
        "risk_reserve_pence": "12",
        "national_functions_pence": -1,
        "background": "\x00",
    }
    body = problem(post(program("steward"), "/api/v1/pots/", sent), 400, "invalid")
    assert {fault["pointer"]: fault["code"] for fault in body["errors"]} == {
        "#/nation": "invalid",
        "#/starts_on": "invalid",
        "#/total_pence": "invalid",
        "#/risk_reserve_pence": "invalid",
        "#/national_functions_pence": "min-value",
        "#/background": "null-characters-not-allowed",
    }
    assert "script" not in str(body)


def test_a_body_that_is_no_object(untouched: SmallEngland, program: ClientOf, problem: Any) -> None:
    body = problem(post(program("steward"), "/api/v1/pots/", [1]), 400, "invalid")
    assert [fault["pointer"] for fault in body["errors"]] == ["#"]


def test_each_thing_wrong_with_a_query_is_named(
    untouched: SmallEngland, anybody: Client, problem: Any
) -> None:
    body = problem(anybody.get("/api/v1/spheres/?levle=local"), 400, "invalid")
    assert body["errors"][0]["parameter"] == "levle"
    assert body["errors"][0]["code"] == "no-such-parameter"
    body = problem(anybody.get("/api/v1/spheres/?level=person"), 400, "invalid")
    assert body["errors"][0] | {"detail": ""} == {
        "parameter": "level",
        "code": "invalid-choice",
        "detail": "",
    }
    body = problem(anybody.get("/api/v1/seats/?power=set-the-pot&on=soon"), 400, "invalid")
    assert {fault["parameter"] for fault in body["errors"]} == {"sphere", "on"}


@pytest.mark.parametrize(
    "address",
    [
        "explanations/E08000016/?run=%00",
        "seats/?power=%00&sphere=%00",
        "spheres/?parent=%00",
        "spheres/?name=%00",
        "matters/?subject=%00",
        "spheres/?cursor=cD0lMDA%3D",
    ],
)
def test_what_no_text_can_hold_is_refused(
    untouched: SmallEngland, anybody: Client, problem: Any, address: str
) -> None:
    problem(anybody.get(f"/api/v1/{address}"), 400, "invalid")


def test_a_rule_of_the_domain_keeps_its_code(
    untouched: SmallEngland, anybody: Client, problem: Any
) -> None:
    answer = anybody.get(f"/api/v1/seats/?power=fund-a-project&sphere={untouched.nation.code}")
    problem(answer, 400, "below-home")


def test_a_mistake_of_ours_tells_nothing(
    untouched: SmallEngland, problem: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from governance import competence

    def break_down(*_args: object, **_options: object) -> None:
        raise RuntimeError("the secret of somebody")

    monkeypatch.setattr(competence, "seat", break_down)
    client = Client(raise_request_exception=False)
    answer = client.get(reads(untouched)["find_seat"])
    body = problem(answer, 500, "our-mistake")
    assert "secret" not in str(body)


@pytest.mark.parametrize(
    ("error_page", "status"),
    [(pages.bad_request, 400), (pages.forbidden, 403), (pages.not_found, 404)],
)
def test_outside_any_view_it_is_a_problem_only_under_the_api(
    rf: RequestFactory, db: None, error_page: Any, status: int
) -> None:
    told = error_page(rf.get("/api/v1/x"))
    assert told["Content-Type"] == "application/problem+json"
    assert json.loads(told.content)["status"] == told.status_code == status
    assert error_page(rf.get("/api/docs/x"))["Content-Type"].startswith("text/html")
    assert error_page(rf.get("/places/"))["Content-Type"].startswith("text/html")
