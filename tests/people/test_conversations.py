"""Having the needs conversation: kept at every step, nothing has to be said, and nobody else writes it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from governance.models import AuditEntry, User
from people import instrument
from people.actions import conversations
from people.models import Conversation, ConversationAnswer, Person, PersonKey
from people.parts import Part
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import DomainError
from tests import planning, worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user = worlds.user("ann")
    worlds.person(user)
    return user


def refused(by: User, act: Any, **sent: Any) -> str:
    """The code of the refusal; nothing was kept or traced."""
    with acting_as(by):
        before = AuditEntry.objects.count(), ConversationAnswer.objects.count()
        with pytest.raises(DomainError) as error, transaction.atomic():
            act(**sent, by=by)
        assert (AuditEntry.objects.count(), ConversationAnswer.objects.count()) == before
    return error.value.code


def test_it_begins_in_the_instrument_in_use(ann: User) -> None:
    now = instrument.current()
    with acting_as(ann):
        begun = conversations.begin(person=Person.objects.get(user=ann), done_with="family", by=ann)
        assert (begun.instrument_version, begun.instrument_sha256) == (now.version, now.sha256)
        assert (begun.state, begun.done_with) == ("begun", "family")
        assert (begun.points, begun.undisputed_points, begun.agreed_at) == (None, None, None)


def test_one_at_a_time(ann: User) -> None:
    begun = planning.converse(ann)
    assert refused(ann, conversations.begin, person=begun.person) == "begun-already"
    with acting_as(ann), pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.create(
            person=begun.person,
            instrument_code="c",
            instrument_version="1",
            instrument_sha256="0" * 64,
        )


def test_answers_are_sealed_and_counted(ann: User) -> None:
    begun = planning.converse(ann, eating="every-day")
    with acting_as(ann):
        row = ConversationAnswer.objects.get()
        assert (row.outcome, row.answer, row.points) == ("eating", "every-day", 10)
        words = row.words(PersonKey.objects.get())
        assert words == {"what_helps": planning.HELPS, "what_would_be_good": planning.GOOD}
        assert planning.HELPS.encode() not in bytes(row.sealed)
        entry = AuditEntry.objects.filter(verb="conversation.answered").get()
        assert planning.HELPS not in str(entry.detail)
        assert begun.person == row.person


def test_an_answer_is_replaced_and_taken_out(ann: User) -> None:
    begun = planning.converse(ann, eating="every-day")
    with acting_as(ann):
        conversations.answer(conversation=begun, outcome="eating", answer="some", by=ann)
        assert [row.points for row in ConversationAnswer.objects.all()] == [1]
        conversations.take_out(conversation=begun, outcome="eating", by=ann)
        assert not ConversationAnswer.objects.exists()
    assert refused(ann, conversations.take_out, conversation=begun, outcome="eating") == "not-said"


def test_words_alone_count_nothing(ann: User) -> None:
    begun = planning.converse(ann)
    with acting_as(ann):
        row = conversations.answer(
            conversation=begun, outcome="nights", what_would_be_good="Sleep", by=ann
        )
        assert (row.answer, row.points) == ("", 0)
        cause = conversations.answer(
            conversation=begun, outcome="housing", what_helps="The lift is broken", by=ann
        )
        assert (cause.is_cause, cause.points) == (True, 0)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"outcome": "eating"}, "nothing-said"),
        ({"outcome": "eating", "what_helps": "  "}, "nothing-said"),
        ({"outcome": "eating", "answer": "plenty"}, "no-such-answer"),
        ({"outcome": "money", "answer": "some"}, "no-such-question"),
        ({"outcome": "housing", "answer": "some"}, "cause-has-no-points"),
        ({"outcome": "eating", "what_helps": "a" * 4001}, "too-long"),
    ],
)
def test_what_cannot_be_said(ann: User, sent: dict[str, str], code: str) -> None:
    begun = planning.converse(ann)
    assert refused(ann, conversations.answer, conversation=begun, **sent) == code


def test_nobody_else_writes_it(ann: User) -> None:
    begun = planning.converse(ann)
    jo = worlds.user("jo")
    worlds.let_see(ann, jo, Part.NEEDS)
    for act, sent in (
        (conversations.begin, {"person": begun.person}),
        (conversations.answer, {"conversation": begun, "outcome": "eating", "answer": "none"}),
        (conversations.take_out, {"conversation": begun, "outcome": "eating"}),
    ):
        assert refused(jo, act, **sent) == "not-yours-to-decide"
        assert refused(worlds.user("stranger"), act, **sent) == "no-record"


def test_a_newer_instrument_counts_anew(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was said stays; an answer that the newer one does not know loses its points."""
    begun = planning.converse(ann, eating="every-day", nights="always")
    text = instrument.PATH.read_text(encoding="utf-8")
    newer = text.replace("points: [0, 1, 5, 10, 14]", "points: [0, 2, 6, 11, 15]")
    newer = newer.replace("code: nights", "code: sleep").replace('version: "1"', 'version: "2"')
    parsed = instrument.parse(newer)
    monkeypatch.setattr(instrument, "current", lambda: parsed)
    with acting_as(ann):
        conversations.answer(conversation=begun, outcome="home", answer="some", by=ann)
        begun.refresh_from_db()
        assert (begun.instrument_version, begun.instrument_sha256) == ("2", parsed.sha256)
        rows = {row.outcome: row for row in ConversationAnswer.objects.all()}
        assert {code: row.points for code, row in rows.items()} == {
            "eating": 11,
            "nights": 0,
            "home": 1,
        }
        assert rows["nights"].answer == ""
        assert rows["nights"].words(PersonKey.objects.get())["what_helps"] == planning.HELPS


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "points-agreed"},
        {"points": 3},
        {"undisputed_points": 3},
        {"state": "shared", "points": 3},
        {"state": "finished"},
        {
            "state": "points-agreed",
            "points": 3,
            "undisputed_points": 4,
            "settled_by": "agreement",
            "agreed_at": "2026-11-22T12:00:00Z",
        },
    ],
)
def test_the_database_refuses_what_cannot_be(ann: User, wrong: dict[str, Any]) -> None:
    begun = planning.converse(ann)
    with acting_as(ann), pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.filter(pk=begun.pk).update(**wrong)


def test_every_arrow_of_the_states_is_named() -> None:
    assert set(Conversation.TRANSITIONS) == set(Conversation.State)
    reached = {state for targets in Conversation.TRANSITIONS.values() for state in targets}
    assert reached == set(Conversation.State)
