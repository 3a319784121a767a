"""Read shapes of support plans, opened for whoever may see the part “plan”: versions, comments, two side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from governance.models import User
from people import rights, rules
from people.models import (
    Arrangement,
    CommentReply,
    Goal,
    Person,
    PersonKey,
    PlanComment,
    PlanSection,
    SupportPlan,
)
from people.parts import Part
from people.rights import Right
from socialcare.kernel import money


@dataclass(frozen=True)
class GoalText:
    row: Goal
    words: str

    @property
    def right(self) -> Right | None:
        return rights.rights().get(self.row.right)


@dataclass(frozen=True)
class ArrangementText:
    row: Arrangement
    what_for: str
    who: str

    @property
    def hours_a_week(self) -> float | None:
        minutes = self.row.minutes_a_week
        return None if minutes is None else minutes / 60

    @property
    def hours_in_words(self) -> str:
        """1.5, without an ending of zeros."""
        return f"{self.hours_a_week or 0:.2f}".rstrip("0").rstrip(".")


@dataclass(frozen=True)
class Plan:
    """One version, opened. `sections` has every kind, in the order of the letter; an empty one was left out."""

    row: SupportPlan
    sections: dict[PlanSection.Kind, str]
    goals: list[GoalText]
    arrangements: list[ArrangementText]

    @property
    def is_draft(self) -> bool:
        return self.row.state == SupportPlan.State.DRAFT

    @property
    def is_empty(self) -> bool:
        return not (any(self.sections.values()) or self.goals or self.arrangements)

    def arranged(self) -> list[tuple[str, list[ArrangementText]]]:
        """The arrangements by kind: people around me, then the community, then what is paid for."""
        return [
            (str(kind.label), [each for each in self.arrangements if each.row.kind == kind])
            for kind in Arrangement.Kind
            if any(each.row.kind == kind for each in self.arrangements)
        ]

    @property
    def around_me(self) -> list[ArrangementText]:
        """The support that comes from people around the person."""
        return [each for each in self.arrangements if each.row.kind == Arrangement.Kind.NATURAL]

    @property
    def weekly_pence(self) -> int:
        """What is paid for in a week when everything in it runs."""
        return sum(each.row.weekly_pence or 0 for each in self.arrangements)


def versions_of(user: User, person: Person) -> list[SupportPlan]:
    """Every version that `user` may see, the newest first. One query."""
    seen = rules.visible_to(user, SupportPlan.objects.all(), part=Part.PLAN)
    return list(seen.filter(person=person).order_by("-number"))


def version(user: User, person: Person, number: int) -> Plan | None:
    """One version, as `user` may see it."""
    seen = rules.visible_to(user, SupportPlan.objects.all(), part=Part.PLAN)
    row = seen.filter(person=person, number=number).first()
    return opened(row) if row is not None else None


def draft_of(user: User, person: Person) -> Plan | None:
    return _in_state(user, person, SupportPlan.State.DRAFT)


def agreed_of(user: User, person: Person) -> Plan | None:
    return _in_state(user, person, SupportPlan.State.AGREED)


def _in_state(user: User, person: Person, state: str) -> Plan | None:
    seen = rules.visible_to(user, SupportPlan.objects.all(), part=Part.PLAN)
    row = seen.filter(person=person, state=state).first()
    return opened(row) if row is not None else None


def opened(row: SupportPlan) -> Plan:
    """A version with its words. Four queries. The caller has found `row` among what the reader may see."""
    key = PersonKey.objects.filter(person_id=row.person_id).first()
    sections = PlanSection.objects.filter(plan=row)
    goals = Goal.objects.filter(plan=row).order_by("pk")
    arrangements = Arrangement.objects.filter(plan=row).order_by("pk")
    if key is None:
        # A plan whose draft nobody has written a word in yet.
        return Plan(row, dict.fromkeys(PlanSection.Kind, ""), [], [])
    written = {each.kind: each.words(key)["words"] for each in sections}
    order = list(Arrangement.Kind)
    return Plan(
        row,
        {kind: written.get(kind, "") for kind in PlanSection.Kind},
        [GoalText(each, each.words(key)["words"]) for each in goals],
        sorted(
            (ArrangementText(each, **each.words(key)) for each in arrangements),
            key=lambda each: order.index(Arrangement.Kind(each.row.kind)),
        ),
    )


def who_supports(person: Person) -> list[str]:
    """Who is named in the arrangements of the person's plan, agreed or draft, as far as whoever acts may see it."""
    key = PersonKey.objects.filter(person=person).first()
    rows = Arrangement.objects.filter(person=person, plan__state__in=["draft", "agreed"])
    return [row.words(key)["who"] for row in rows] if key is not None else []


# --- What others say ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Comment:
    """What somebody said, by the name the reader knows them by, with what the person answered."""

    row: PlanComment
    words: str
    name: str
    is_mine: bool
    reply: str = ""


def comments_on(
    user: User, plans: Iterable[SupportPlan], *, names: dict[int, str]
) -> list[Comment]:
    """The comments on those versions, the newest first. Three queries. `names` is what the reader calls people."""
    ids = [plan.pk for plan in plans]
    seen = rules.visible_to(user, PlanComment.objects.all(), part=Part.PLAN)
    rows = list(seen.filter(plan_id__in=ids).select_related("author").order_by("-said_at", "-pk"))
    if not rows:
        return []
    key = PersonKey.objects.get(person_id=rows[0].person_id)
    replies = {
        reply.comment_id: reply.words(key)["words"]
        for reply in CommentReply.objects.filter(comment__in=rows)
    }
    return [
        Comment(
            row,
            row.words(key)["words"],
            names.get(row.author_id, "") or row.author.public_name,
            row.author_id == user.pk,
            replies.get(row.pk, ""),
        )
        for row in rows
    ]


# --- Two versions side by side --------------------------------------------------------------------


@dataclass(frozen=True)
class Beside:
    """One thing in two versions; empty where a version does not have it."""

    label: str
    before: str
    after: str

    @property
    def is_same(self) -> bool:
        return self.before == self.after


@dataclass(frozen=True)
class Comparison:
    before: Plan
    after: Plan
    rows: list[Beside] = field(default_factory=list)

    @property
    def changed(self) -> int:
        return sum(not row.is_same for row in self.rows)


def compare(before: Plan, after: Plan) -> Comparison:
    """Two versions, thing by thing: the sections, then goals and arrangements, each beside what became of it.

    What is compared does not depend on which of the two comes first.
    """
    rows = [
        Beside(str(kind.label), before.sections[kind], after.sections[kind])
        for kind in PlanSection.Kind
    ]
    rows += _paired(
        {each.row.first_id: _goal_in_words(each) for each in before.goals},
        {each.row.first_id: _goal_in_words(each) for each in after.goals},
        _("A goal"),
    )
    rows += _paired(
        {each.row.first_id: _arrangement_in_words(each) for each in before.arrangements},
        {each.row.first_id: _arrangement_in_words(each) for each in after.arrangements},
        _("Some support"),
    )
    return Comparison(before, after, [row for row in rows if row.before or row.after])


def _paired(before: dict[str, str], after: dict[str, str], label: str) -> list[Beside]:
    ids = sorted({*before, *after})
    return [Beside(label, before.get(each, ""), after.get(each, "")) for each in ids]


def _goal_in_words(goal: GoalText) -> str:
    right = f"{_(goal.right.title)} ({goal.right.code})" if goal.right else ""
    return "\n".join(filter(None, [goal.words, right]))


def _arrangement_in_words(each: ArrangementText) -> str:
    row = each.row
    lines = [each.what_for, each.who, str(row.get_kind_display())]
    if row.tag:
        lines.append(str(row.get_tag_display()))
    if each.hours_a_week is not None:
        lines.append(_("%(hours)s hours a week") % {"hours": each.hours_in_words})
    if row.weekly_pence:
        lines.append(_("%(sum)s a week") % {"sum": money.pounds(row.weekly_pence)})
    for words, day in ((_("from %(day)s"), row.starts_on), (_("until %(day)s"), row.last_on)):
        if day is not None:
            lines.append(words % {"day": date_format(day)})
    return "\n".join(filter(None, lines))
