"""Needs and plans through the API: what is changed was read before, and reading another's is written down."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from governance.models import User
from people.models import Look, Person
from people.parts import Part
from socialcare.kernel.acting import acting_as
from tests import planning, worlds
from tests.api.worlds import post, program_of, tag

pytestmark = pytest.mark.django_db
PLAN = "/api/v1/me/plan/"
CONVERSATION = "/api/v1/me/conversation/"


@pytest.fixture
def ann() -> User:
    user = worlds.user("ann")
    worlds.person(user)
    return user


@pytest.fixture
def program(ann: User) -> Client:
    return program_of(ann)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def of(ann: User, what: str) -> str:
    with acting_as(ann):
        return f"/api/v1/people/{Person.objects.get(user=ann).public_id}/{what}/"


def test_a_plan_is_written_and_agreed_step_by_step(program: Client) -> None:
    assert program.get(PLAN).status_code == 404
    begun = post(program, PLAN)
    assert (begun.status_code, begun.json()["state"], begun.json()["sections"]) == (
        201,
        "draft",
        [],
    )
    seen = begun["ETag"]
    for step, sent in (
        ("sections", {"kind": "matters", "words": "The sea"}),
        ("goals", {"words": "To swim", "right": "UNCRPD 30"}),
        ("support", {"kind": "paid", "what_for": "A lift", "weekly_pence": 2050}),
        ("agree", {}),
    ):
        answer = post(program, f"{PLAN}{step}/", sent, if_match=seen)
        assert answer.status_code == 200, answer.content
        seen = answer["ETag"]
    assert tag(program, PLAN) == seen
    plan = program.get(PLAN).json()
    assert (plan["state"], plan["sections"]) == (
        "agreed",
        [{"kind": "matters", "words": "The sea"}],
    )
    assert (plan["goals"][0]["right"], plan["support"][0]["weekly_pence"]) == ("UNCRPD 30", 2050)


def test_nobody_writes_over_what_they_have_not_seen(program: Client) -> None:
    first = post(program, PLAN)["ETag"]
    sent = {"kind": "matters", "words": "The sea"}
    assert refused(post(program, f"{PLAN}sections/", sent)) == (428, "if-match-needed")
    assert post(program, f"{PLAN}sections/", sent, if_match=first).status_code == 200
    again = post(program, f"{PLAN}sections/", sent, if_match=first)
    assert refused(again) == (412, "changed-since")
    begun = post(program, CONVERSATION)["ETag"]
    said = {"outcome": "eating", "answer": "some"}
    assert refused(post(program, f"{CONVERSATION}answers/", said)) == (428, "if-match-needed")
    assert post(program, f"{CONVERSATION}answers/", said, if_match=begun).status_code == 200
    answer = post(program, f"{CONVERSATION}answers/", said, if_match=begun)
    assert refused(answer) == (412, "changed-since")


def test_both_sides_of_a_conversation_are_told(ann: User, program: Client) -> None:
    conversation = planning.converse(ann, eating="always")
    planning.said(planning.ask(ann, conversation, planning.assessor()), eating="some")
    told = program.get(CONVERSATION).json()
    assert (told["state"], told["undisputed_points"], told["points"]) == ("shared", 1, None)
    [answer] = told["answers"]
    assert (answer["points"], answer["undisputed_points"]) == (14, 1)
    assert answer["first_assessor"] == {"answer": "some", "points": 1, "reason": planning.REASON}
    assert answer["second_assessor"] is None


def test_each_reading_of_anothers_is_written_down(ann: User) -> None:
    planning.plan_of(ann)
    planning.converse(ann)
    jo = worlds.user("jo")
    reader = program_of(jo)
    for what, part in (("plan", Part.PLAN), ("conversation", Part.NEEDS)):
        assert reader.get(of(ann, what)).status_code == 404
        worlds.let_see(ann, jo, part)
        assert reader.get(of(ann, what)).status_code == 200
        with acting_as(ann):
            assert Look.objects.order_by("-pk")[0].parts == [part.value]


def test_a_comment_is_made_in_ones_own_name(ann: User, program: Client) -> None:
    planning.plan_of(ann)
    jo = worlds.user("jo")
    worlds.let_see(ann, jo, Part.PLAN, known_as="my cousin Jo")
    sent = {"kind": "comment", "words": "Well said"}
    made = post(program_of(jo), f"{of(ann, 'plan')}comments/", sent)
    assert (made.status_code, made.json()["is_mine"]) == (201, True)
    [comment] = program.get(PLAN).json()["comments"]
    assert (comment["known_as"], comment["words"]) == ("my cousin Jo", "Well said")
    own = post(program, f"{of(ann, 'plan')}comments/", sent)
    assert refused(own) == (403, "your-own-plan")


def test_no_answer_is_kept_for_a_key(program: Client) -> None:
    answer = post(program, PLAN, idempotency_key="a-key-of-mine")
    assert refused(answer) == (400, "no-idempotency-key-here")
