"""The support plan: written piece by piece, agreed by the person alone, kept in versions; others speak beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.models import AuditEntry, User
from people import plan_queries, rights
from people.actions import comments, plans
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
from people.plan_queries import ArrangementText, GoalText, Plan
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import DomainError
from tests import planning, worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user = worlds.user("ann")
    worlds.person(user)
    return user


def draft(ann: User) -> SupportPlan:
    with acting_as(ann):
        return plans.begin(person=Person.objects.get(user=ann), by=ann)


def refused(by: User, act: Any, **sent: Any) -> str:
    """The code of the refusal; nothing was traced."""
    with acting_as(by):
        before = AuditEntry.objects.count()
        with pytest.raises(DomainError) as error, transaction.atomic():
            act(**sent, by=by)
        assert AuditEntry.objects.count() == before
    return error.value.code


def read(ann: User, plan: SupportPlan) -> Plan:
    with acting_as(ann):
        found = plan_queries.version(ann, plan.person, plan.number)
    assert found is not None
    return found


# --- Writing and agreeing -------------------------------------------------------------------------


def test_what_is_written_is_read_and_sealed(ann: User) -> None:
    plan = planning.plan_of(ann)
    found = read(ann, plan)
    assert found.sections["matters"] == f"{planning.MATTERS} matters"
    assert [goal.words for goal in found.goals] == [planning.GOAL]
    assert found.goals[0].right == rights.rights()["UNCRPD 19"]
    # In the order natural, community, paid, whatever the order of writing.
    assert [each.what_for for each in found.arrangements] == ["Chess", planning.WHAT_FOR]
    assert (found.weekly_pence, found.arrangements[1].hours_a_week) == (4500, 1.5)
    with acting_as(ann):
        for table in (PlanSection, Goal, Arrangement):
            for row in table._default_manager.all():
                assert b"Pigeons" not in bytes(row.sealed)
        assert planning.MATTERS not in str(list(AuditEntry.objects.values_list("detail")))


def test_a_draft_is_a_copy_and_the_agreed_one_stays(ann: User) -> None:
    first = planning.plan_of(ann)
    second = draft(ann)
    assert second.number == 2
    with acting_as(ann):
        plans.write(plan=second, kind="matters", words="The sea", by=ann)
        paid = Arrangement.objects.get(plan=second, kind="paid")
        plans.remove(entry=paid, by=ann)
    assert read(ann, first).sections["matters"] == f"{planning.MATTERS} matters"
    assert len(read(ann, first).arrangements) == 2
    assert read(ann, second).sections["gifts"] == f"{planning.MATTERS} gifts"
    with acting_as(ann):
        plans.agree(plan=second, by=ann)
        states = dict(SupportPlan.objects.values_list("number", "state"))
    assert states == {1: "superseded", 2: "agreed"}


def test_an_agreed_version_never_changes(ann: User) -> None:
    plan = planning.plan_of(ann)
    with acting_as(ann):
        goal, some = Goal.objects.get(), Arrangement.objects.get(kind="natural")
    for act, sent in (
        (plans.write, {"plan": plan, "kind": "matters", "words": "x"}),
        (plans.add_goal, {"plan": plan, "words": "x"}),
        (plans.change_goal, {"goal": goal, "words": "x"}),
        (plans.remove, {"entry": some}),
        (plans.agree, {"plan": plan}),
    ):
        assert refused(ann, act, **sent) == "not-a-draft"


def test_one_draft_and_one_agreed_at_a_time(ann: User) -> None:
    plan = planning.plan_of(ann)
    second = draft(ann)
    assert refused(ann, plans.begin, person=plan.person) == "begun-already"
    for number, state in ((3, "draft"), (4, "agreed")):
        with acting_as(ann), pytest.raises(IntegrityError), transaction.atomic():
            SupportPlan.objects.create(
                person=second.person,
                number=number,
                state=state,
                agreed_at=acting.now() if state == "agreed" else None,
            )


def test_an_empty_plan_is_not_agreed(ann: User) -> None:
    plan = draft(ann)
    assert refused(ann, plans.agree, plan=plan) == "nothing-yet"
    with acting_as(ann):
        plans.write(plan=plan, kind="matters", words="Tea", by=ann)
        plans.write(plan=plan, kind="matters", words=" ", by=ann)
    assert refused(ann, plans.agree, plan=plan) == "nothing-yet"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"kind": "magic", "what_for": "x"}, "no-kind"),
        ({"kind": "natural", "what_for": " "}, "no-words"),
        ({"kind": "natural", "what_for": "x", "tag": "magic"}, "no-tag"),
        ({"kind": "natural", "what_for": "x", "weekly_pence": 0}, "not-paid-for"),
        ({"kind": "paid", "what_for": "x"}, "no-price"),
        ({"kind": "paid", "what_for": "x", "weekly_pence": -1}, "too-much"),
        ({"kind": "paid", "what_for": "x", "weekly_pence": 10_000_001}, "too-much"),
        ({"kind": "natural", "what_for": "x", "minutes_a_week": 30_241}, "too-much"),
        ({"kind": "natural", "what_for": "a" * 2001}, "too-long"),
    ],
)
def test_what_cannot_be_arranged(ann: User, sent: dict[str, Any], code: str) -> None:
    assert refused(ann, plans.add_arrangement, plan=draft(ann), **sent) == code


def test_paid_support_has_a_first_day_and_ends_after_it(ann: User) -> None:
    plan, today = draft(ann), acting.today()
    sent = {"plan": plan, "kind": "paid", "what_for": "x", "weekly_pence": 100}
    assert refused(ann, plans.add_arrangement, **sent, ends_on=today) == "bad-dates"
    with acting_as(ann):
        made = plans.add_arrangement(**sent, ends_on=today + timedelta(days=7), by=ann)
        assert (made.starts_on, made.last_on) == (today, today + timedelta(days=6))
        with pytest.raises(IntegrityError), transaction.atomic():
            Arrangement.objects.update(weekly_pence=None)


def test_a_goal_names_a_right_from_the_list(ann: User) -> None:
    plan = draft(ann)
    assert refused(ann, plans.add_goal, plan=plan, words="x", right="UDHR 99") == "no-such-right"
    assert refused(ann, plans.add_goal, plan=plan, words=" ") == "no-words"
    assert {code.split()[0] for code in rights.rights()} == {"UDHR", "UNCRC", "UNCRPD"}
    assert all(right.title for right in rights.rights().values())


def test_nobody_else_writes_it(ann: User) -> None:
    plan, jo = draft(ann), worlds.user("jo")
    worlds.let_see(ann, jo, Part.PLAN)
    for act, sent in (
        (plans.begin, {"person": plan.person}),
        (plans.write, {"plan": plan, "kind": "matters", "words": "x"}),
        (plans.add_goal, {"plan": plan, "words": "x"}),
        (plans.agree, {"plan": plan}),
    ):
        assert refused(jo, act, **sent) == "not-yours-to-decide"
        assert refused(worlds.user("stranger"), act, **sent) == "no-record"


# --- What others say ------------------------------------------------------------------------------


def commented(plan: SupportPlan, by: User) -> PlanComment:
    with acting_as(by):
        return comments.say(plan=plan, kind="suggestion", words="Try the choir at noon", by=by)


def test_a_supporter_speaks_and_the_person_answers(ann: User) -> None:
    plan, jo = planning.plan_of(ann), worlds.user("jo")
    worlds.let_see(ann, jo, Part.PLAN)
    comment = commented(plan, jo)
    assert not comment.is_professional
    with acting_as(ann):
        comments.reply(comment=comment, words="Noon is my nap", by=ann)
        comments.reply(comment=comment, words="Noon is my sleep", by=ann)
    for reader, name in ((ann, "my sister"), (jo, "Jo")):
        with acting_as(reader):
            [found] = plan_queries.comments_on(reader, [plan], names={jo.pk: name})
        assert (found.words, found.reply) == ("Try the choir at noon", "Noon is my sleep")
        assert (found.name, found.is_mine) == (name, reader == jo)


def test_whoever_holds_an_office_speaks_as_a_professional(ann: User) -> None:
    plan = planning.plan_of(ann)
    worker = worlds.holder("social-worker", worlds.neighbourhood())
    noor = planning.assessor().user
    for somebody in (worker, noor):
        worlds.let_see(ann, somebody, Part.PLAN)
        assert commented(plan, somebody).is_professional


def test_who_may_not_speak(ann: User) -> None:
    plan, jo = planning.plan_of(ann), worlds.user("jo")
    sent = {"plan": plan, "kind": "comment", "words": "x"}
    assert refused(jo, comments.say, **sent) == "no-such-plan"
    assert refused(ann, comments.say, **sent) == "your-own-plan"
    worlds.let_see(ann, jo, Part.NEEDS)
    assert refused(jo, comments.say, **sent) == "no-such-plan"
    worlds.let_see(ann, jo, Part.PLAN)
    assert refused(jo, comments.say, **sent | {"kind": "order"}) == "no-kind"
    assert refused(jo, comments.say, **sent | {"words": " "}) == "no-words"
    second = draft(ann)
    with acting_as(ann):
        plans.agree(plan=second, by=ann)
    assert refused(jo, comments.say, **sent) == "superseded"


def test_a_comment_is_taken_back_or_out(ann: User) -> None:
    plan, jo = planning.plan_of(ann), worlds.user("jo")
    other = worlds.user("other")
    for somebody in (jo, other):
        worlds.let_see(ann, somebody, Part.PLAN)
    first, second = commented(plan, jo), commented(plan, jo)
    assert refused(other, comments.take_out, comment=first) == "not-yours-to-decide"
    with acting_as(jo):
        comments.take_out(comment=first, by=jo)
    with acting_as(ann):
        comments.reply(comment=second, words="No", by=ann)
    assert refused(jo, comments.take_out, comment=second) == "answered-already"
    assert refused(jo, comments.reply, comment=second, words="x") == "not-yours-to-decide"
    with acting_as(ann):
        comments.take_out(comment=second, by=ann)
        assert not PlanComment.objects.exists()
        assert not CommentReply.objects.exists()


def test_the_database_lets_nobody_change_or_forge_a_comment(ann: User) -> None:
    plan, jo = planning.plan_of(ann), worlds.user("jo")
    worlds.let_see(ann, jo, Part.PLAN)
    comment = commented(plan, jo)
    for somebody in (ann, jo):
        with acting_as(somebody), pytest.raises(DatabaseError), transaction.atomic():
            PlanComment.objects.update(kind="comment")
    comment.pk, comment.public_id = None, "0" * 12
    with acting_as(ann), pytest.raises(DatabaseError), transaction.atomic():
        comment.save(force_insert=True)


# --- Two versions side by side --------------------------------------------------------------------


def test_two_versions_side_by_side(ann: User) -> None:
    first = planning.plan_of(ann)
    second = draft(ann)
    with acting_as(ann):
        goal = Goal.objects.get(plan=second)
        plans.change_goal(goal=goal, words="To sing loudly", by=ann)
        plans.remove(entry=Arrangement.objects.get(plan=second, kind="paid"), by=ann)
        plans.add_goal(plan=second, words="To see Whitby", by=ann)
    found = plan_queries.compare(read(ann, first), read(ann, second))
    changed = {
        (row.before.split("\n")[0], row.after.split("\n")[0])
        for row in found.rows
        if not row.is_same
    }
    assert changed == {
        (planning.GOAL, "To sing loudly"),
        ("", "To see Whitby"),
        (planning.WHAT_FOR, ""),
    }
    assert found.changed == 3
    assert "£45.00 a week" in str(found.rows) or "£45 a week" in str(found.rows)


TEXTS = st.text("ab ", max_size=3)
IDS = st.lists(st.sampled_from("pqrs"), unique=True, max_size=4)


@st.composite
def some_plan(draw: Any) -> Plan:
    """Any plan at all, as a reader would hold it."""
    return Plan(
        SupportPlan(number=1),
        {kind: draw(TEXTS) for kind in PlanSection.Kind},
        [GoalText(Goal(first_id=each, right=""), draw(TEXTS)) for each in draw(IDS)],
        [
            ArrangementText(Arrangement(first_id=each, kind="natural"), draw(TEXTS), draw(TEXTS))
            for each in draw(IDS)
        ],
    )


@settings(max_examples=40, deadline=None)
@given(some_plan(), some_plan())
def test_comparing_is_symmetric(one: Plan, other: Plan) -> None:
    there = plan_queries.compare(one, other)
    back = plan_queries.compare(other, one)
    assert [(row.label, row.before, row.after) for row in there.rows] == [
        (row.label, row.after, row.before) for row in back.rows
    ]
    assert plan_queries.compare(one, one).changed == 0


def test_the_words_of_one_version_do_not_open_in_another(ann: User) -> None:
    """A copy is sealed for its own row."""
    planning.plan_of(ann)
    draft(ann)
    with acting_as(ann):
        key = PersonKey.objects.get()
        old, new = PlanSection.objects.filter(kind="matters").order_by("pk")
        assert old.words(key) == new.words(key)
        assert bytes(old.sealed) != bytes(new.sealed)
