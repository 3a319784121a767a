"""A matter's life through the API: the pages' own actions and rules, and only by somebody who saw where it stands."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from governance.models import AuditEntry, Decision, Matter, Vote
from tests.api.conftest import ClientOf
from tests.api.worlds import post, tag
from tests.small_england import SmallEngland

MATTERS = "/api/v1/matters/"


def question(world: SmallEngland, **changes: Any) -> dict[str, Any]:
    return {
        "power": "publish-national-figures",
        "sphere": world.nation.code,
        "subject": "figures:2026",
        "question": "Shall the figures be published by region too?",
        "background": "Three local systems asked for it.",
        **changes,
    }


def in_a_week() -> str:
    return (timezone.now() + timedelta(days=7)).isoformat()


def test_from_a_question_to_a_decision(untouched: SmallEngland, program: ClientOf) -> None:
    chair = program("national")
    raised = post(chair, MATTERS, question(untouched))
    assert raised.status_code == 201
    address = raised["Location"]
    assert chair.get(address).json() == raised.json()
    assert raised["ETag"] == tag(chair, address)

    opened = post(chair, f"{address}open/", {"closes_at": in_a_week()}, if_match=raised["ETag"])
    assert (opened.status_code, opened.json()["state"]) == (200, "open")
    assert opened.json()["roll"] == 3
    voted = post(chair, f"{address}vote/", {"choice": "against", "reason": "Too fine."})
    assert voted.status_code == 201
    assert chair.get(address).json()["votes"] == [voted.json()]

    early = post(chair, f"{address}close/", if_match=tag(chair, address))
    assert (early.status_code, early.json()["code"]) == (409, "still-open")
    matter = Matter.objects.get(public_id=raised.json()["public_id"])
    for member in untouched.council.members[:-1]:
        Vote.objects.create(matter=matter, user=member, choice="for")
    closed = post(
        chair, f"{address}close/", {"reasons": "Most agree."}, if_match=tag(chair, address)
    )
    assert (closed.status_code, closed.json()["state"]) == (200, "decided")

    decision = chair.get(f"/api/v1/decisions/{closed.json()['decision']}/").json()
    assert decision["carried"] is True
    assert (decision["votes_for"], decision["votes_against"]) == (2, 1)
    assert (decision["reasons"], decision["dissent"]) == ("Most agree.", "Too fine.")
    assert AuditEntry.objects.filter(verb="matter.decided").latest("pk").actor_id == (
        untouched.people["national"].pk
    )


@pytest.mark.parametrize("step", ["open", "close", "withdraw", "ask-up"])
def test_a_step_needs_to_know_where_it_starts(
    untouched: SmallEngland, program: ClientOf, step: str
) -> None:
    steward = program("steward")
    address = f"{MATTERS}{untouched.raised.public_id}/"
    body = {"closes_at": in_a_week()} if step == "open" else {}
    blind = post(steward, f"{address}{step}/", body)
    assert (blind.status_code, blind.json()["code"]) == (428, "if-match-needed")
    for seen in ('"0123456789"', "*", f"W/{tag(steward, address)}"):
        stale = post(steward, f"{address}{step}/", body, if_match=seen)
        assert (stale.status_code, stale.json()["code"]) == (412, "changed-since")
    untouched.raised.refresh_from_db()
    assert untouched.raised.state == Matter.State.RAISED


def test_a_vote_cast_meanwhile_is_a_change(untouched: SmallEngland, program: ClientOf) -> None:
    steward, member = program("steward"), program("national")
    address = f"{MATTERS}{untouched.open.public_id}/"
    seen = tag(steward, address)
    assert post(member, f"{address}vote/", {"choice": "for"}).status_code == 201
    assert post(steward, f"{address}close/", if_match=seen).status_code == 412


def test_whoever_may_not_is_told_so_before_anything_else(
    untouched: SmallEngland, program: ClientOf
) -> None:
    address = f"{MATTERS}{untouched.raised.public_id}/open/"
    answer = post(program("panel"), address, {"closes_at": in_a_week()})
    assert (answer.status_code, answer.json()["code"]) == (403, "may-not-steer")


def test_a_question_is_taken_back(untouched: SmallEngland, program: ClientOf) -> None:
    steward = program("steward")
    address = f"{MATTERS}{untouched.raised.public_id}/"
    answer = post(steward, f"{address}withdraw/", if_match=tag(steward, address))
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")


def test_the_nation_has_nobody_to_ask(untouched: SmallEngland, program: ClientOf) -> None:
    steward = program("steward")
    address = f"{MATTERS}{untouched.raised.public_id}/"
    answer = post(steward, f"{address}ask-up/", if_match=tag(steward, address))
    assert (answer.status_code, answer.json()["code"]) == (409, "nobody-above")


def test_a_local_council_asks_the_nation(untouched: SmallEngland, program: ClientOf) -> None:
    member = program("local")
    sent = question(untouched, power="split-the-local-budget", sphere=untouched.local.code)
    raised = post(member, MATTERS, sent)
    asked = post(member, f"{raised['Location']}ask-up/", if_match=raised["ETag"])
    assert (asked.status_code, asked.json()["seat"]) == (200, untouched.nation.code)
    assert member.get(raised["Location"]).json()["state"] == "referred"


def test_votes_are_cast_once(untouched: SmallEngland, program: ClientOf) -> None:
    member = program("national")
    address = f"{MATTERS}{untouched.open.public_id}/vote/"
    assert post(member, address, {"choice": "abstain"}).status_code == 201
    again = post(member, address, {"choice": "for"})
    assert (again.status_code, again.json()["code"]) == (403, "voted-already")
    assert Vote.objects.filter(matter=untouched.open).count() == 1


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"power": "agree-my-plan"}, 400, "core-power"),
        ({"power": "fund-a-project"}, 400, "below-home"),
        ({"power": "set-the-pot"}, 400, "invalid"),
        ({"power": "adopt-a-formula"}, 400, "invalid"),
        ({"subject": "Figures of 2026"}, 400, "invalid"),
        ({"question": "  "}, 400, "invalid"),
    ],
)
def test_what_cannot_be_asked(
    untouched: SmallEngland, program: ClientOf, changes: dict[str, str], status: int, code: str
) -> None:
    before = Matter.objects.count()
    answer = post(program("national"), MATTERS, question(untouched, **changes))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert Matter.objects.count() == before


def test_nothing_is_asked_where_nobody_could_answer(
    untouched: SmallEngland, program: ClientOf
) -> None:
    before = Matter.objects.count()
    sent = question(untouched, power="hold-a-ballot", sphere=untouched.neighbourhood.code)
    answer = post(program("councillor"), MATTERS, sent)
    assert (answer.status_code, answer.json()["code"]) == (409, "nobody-to-ask")
    assert Matter.objects.count() == before


def test_a_closed_matter_has_one_decision(untouched: SmallEngland, program: ClientOf) -> None:
    steward = program("steward")
    address = f"{MATTERS}{untouched.ripe.public_id}/"
    assert post(steward, f"{address}close/", if_match=tag(steward, address)).status_code == 200
    again = post(steward, f"{address}close/", if_match=tag(steward, address))
    assert (again.status_code, again.json()["code"]) == (409, "wrong-state")
    assert Decision.objects.filter(matter=untouched.ripe).count() == 1
