"""Read shapes of the needs conversation, opened for whoever may see the part “needs”: question by question, and both sides."""

from __future__ import annotations

from dataclasses import dataclass

from governance.models import User
from people import instrument, peer_review, rules
from people.instrument import Answer, Instrument, Question
from people.models import (
    AssessedAnswer,
    Assessment,
    Conversation,
    ConversationAnswer,
    PeerReview,
    Person,
    PersonKey,
)
from people.parts import Part


@dataclass(frozen=True)
class Theirs:
    """What an assessor says about one outcome."""

    answer: Answer | None
    points: int
    reason: str


@dataclass(frozen=True)
class Asked:
    """One question, what was said about it, and what the assessors say; `row` is None while it is left out."""

    question: Question
    is_cause: bool
    row: ConversationAnswer | None = None
    answer: Answer | None = None
    what_helps: str = ""
    what_would_be_good: str = ""
    first: Theirs | None = None
    second: Theirs | None = None

    @property
    def is_disputed(self) -> bool:
        return (
            self.row is not None and self.first is not None and self.first.points != self.row.points
        )


@dataclass(frozen=True)
class Talk:
    """A conversation, opened, in the order of the instrument that is in use."""

    row: Conversation
    now: Instrument
    groups: list[tuple[str, list[Asked]]]
    causes: list[Asked]
    # Those that are asked, or have said theirs; one of a kind.
    first: Assessment | None
    second: Assessment | None
    review: PeerReview | None

    @property
    def asked(self) -> list[Asked]:
        """Every question, causes last."""
        return [each for _title, group in self.groups for each in group] + self.causes

    @property
    def said_groups(self) -> list[tuple[str, list[Asked]]]:
        """The parts of life about which something was said: what was left out is nobody else's business."""
        groups = [(title, [each for each in group if each.row]) for title, group in self.groups]
        return [(title, group) for title, group in groups if group]

    @property
    def said_causes(self) -> list[Asked]:
        return [each for each in self.causes if each.row]

    @property
    def said(self) -> int:
        return sum(each.row is not None for each in self.asked)

    @property
    def is_disputed(self) -> bool:
        return any(each.is_disputed for each in self.asked)

    @property
    def can_write(self) -> bool:
        return self.row.is_open and self.row.undisputed_points is None

    @property
    def has_first(self) -> bool:
        """Has the first assessor said theirs?"""
        return self.first is not None and self.first.state == Assessment.State.SAID

    @property
    def is_drawn(self) -> bool:
        """Was it drawn, so that another assessor would like to look, and the person has not answered yet?"""
        return (
            self.first is not None
            and self.has_first
            and self.review is None
            and peer_review.is_drawn(self.first.public_id)
        )

    def question(self, code: str) -> Asked | None:
        return next((each for each in self.asked if each.question.code == code), None)

    def after(self, code: str) -> Asked | None:
        """The question that comes after that one."""
        codes = [each.question.code for each in self.asked]
        place = codes.index(code) + 1
        return self.asked[place] if place < len(codes) else None


def talk_of(user: User, person: Person) -> Talk | None:
    """The conversation that is open, else the newest that is settled, as `user` may see it."""
    seen = rules.visible_to(user, Conversation.objects.all(), part=Part.NEEDS)
    rows = seen.filter(person=person).order_by("-begun_at", "-pk")
    row = rows.filter(state__in=Conversation.OPEN).first() or rows.first()
    return opened(row) if row is not None else None


def opened(row: Conversation) -> Talk:
    """A conversation with its words. Five queries. The caller has found `row` among what the reader may see."""
    now = instrument.current()
    key = PersonKey.objects.filter(person_id=row.person_id).first()
    rows = {each.outcome: each for each in ConversationAnswer.objects.filter(conversation=row)}
    live = Assessment.objects.filter(conversation=row, state__in=Assessment.LIVE)
    by_kind = {each.kind: each for each in live.select_related("assessor__scope", "person")}
    said = _said_in(by_kind, key)
    answers = {each.code: each for each in now.answers}

    def asked(question: Question, *, is_cause: bool) -> Asked:
        mine = rows.get(question.code)
        if mine is None or key is None:
            return Asked(question, is_cause)
        return Asked(
            question,
            is_cause,
            mine,
            answers.get(mine.answer),
            **mine.words(key),
            first=said.get(("first", question.code)),
            second=said.get(("second", question.code)),
        )

    first = by_kind.get(Assessment.Kind.FIRST)
    return Talk(
        row=row,
        now=now,
        groups=[
            (group.title, [asked(each, is_cause=False) for each in group.outcomes])
            for group in now.groups
        ],
        causes=[asked(each, is_cause=True) for each in now.causes],
        first=first,
        second=by_kind.get(Assessment.Kind.SECOND),
        review=PeerReview.objects.filter(assessment=first).first() if first else None,
    )


def _said_in(
    by_kind: dict[str, Assessment], key: PersonKey | None
) -> dict[tuple[str, str], Theirs]:
    """(kind, outcome) → what an assessor says."""
    rows = AssessedAnswer.objects.filter(assessment__in=by_kind.values())
    if key is None:
        return {}
    answers = {each.code: each for each in instrument.current().answers}
    kinds = {assessment.pk: kind for kind, assessment in by_kind.items()}
    return {
        (kinds[row.assessment_id], row.outcome): Theirs(
            answers.get(row.answer), row.points, row.words(key)["reason"]
        )
        for row in rows
    }
