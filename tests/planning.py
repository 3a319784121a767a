"""Small worlds about needs and plans: conversations that were really had, through the product's own actions."""

from __future__ import annotations

from governance.models import Sphere, User
from people.actions import assessments, assessors, comments, conversations, plans
from people.models import (
    Assessment,
    Conversation,
    Person,
    PlanSection,
    SupportPlan,
    TrustedAssessor,
)
from people.parts import Part
from socialcare.kernel.acting import acting_as
from tests import worlds

# Words that stand in a conversation that `converse` had, and nowhere else.
HELPS = "Old Barnaby carries the shopping up"
GOOD = "Soup on the balcony"
# What an assessor wrote, and what stands in a plan that `plan_of` made.
REASON = "I saw the kettle being too heavy"
MATTERS = "Pigeons and quiet mornings"
GOAL = "To sing in the Larkspur choir"
WHAT_FOR = "Help with the bath on Tuesdays"
WHO = "Quickstep Homecare"
SAID = "The choir meets at noon now"
REPLY = "Noon is when I nap"


def converse(by: User, **answers: str) -> Conversation:
    """A conversation that `by` has begun, with those answers (`_` for `-`) or a few; each with words."""
    with acting_as(by):
        conversation = conversations.begin(person=Person.objects.get(user=by), by=by)
        for outcome, answer in (answers or {"eating": "every-day", "home": "some"}).items():
            conversations.answer(
                conversation=conversation,
                outcome=outcome.replace("_", "-"),
                answer=answer.replace("_", "-"),
                what_helps=HELPS,
                what_would_be_good=GOOD,
                by=by,
            )
    return conversation


def assessor(
    scope: Sphere | None = None, *, organisation: str = "", name: str = "Noor"
) -> TrustedAssessor:
    """A new user in the register of a local system, on their own unless `organisation` says otherwise."""
    return assessors.register(
        user=worlds.user(name.lower()),
        name=name,
        kind="provider" if organisation else "individual",
        organisation=organisation,
        scope=scope or worlds.local_system(),
        by=None,
    )


def fill_needs_and_plans(*, owner: User, other: User, asked: User, scope: Sphere) -> None:
    """For tests of pages: `owner` writes a conversation and a plan, which they agreed once and are changing.

    `other` lets `asked` see theirs: a conversation to assess, and a plan on which they have commented. A second
    assessor is on the register of `scope`.
    """
    registered = assessors.register(
        user=asked, name="Sam Larch", kind="individual", scope=scope, by=None
    )
    assessor(scope, name="Ravi")
    converse(owner)
    plan = plan_of(owner)
    with acting_as(owner):
        plans.begin(person=plan.person, by=owner)
    ask(other, converse(other), registered)
    plan = plan_of(other)
    worlds.let_see(other, asked, Part.PLAN, known_as="Sam from the choir")
    with acting_as(asked):
        comments.say(plan=plan, kind="comment", words=SAID, by=asked)


def accepted(assessment: Assessment) -> Assessment:
    """The assessor has nothing to gain."""
    by = assessment.assessor.user
    with acting_as(by):
        return assessments.accept(
            assessment=assessment,
            gives_no_support=True,
            is_no_relative=True,
            is_not_paid_by_them=True,
            by=by,
        )


def said(assessment: Assessment, **answers: str) -> Assessment:
    """The assessor says those answers (`_` for `-`), each with the reason in REASON."""
    accepted(assessment)
    by = assessment.assessor.user
    with acting_as(by):
        return assessments.say(
            assessment=assessment,
            said={
                outcome.replace("_", "-"): assessments.Said(answer.replace("_", "-"), REASON)
                for outcome, answer in answers.items()
            },
            by=by,
        )


def ask(by: User, conversation: Conversation, who: TrustedAssessor) -> Assessment:
    with acting_as(by):
        return assessments.ask(conversation=conversation, assessor=who, by=by)


def plan_of(by: User) -> SupportPlan:
    """An agreed plan with something in every place, and words that stand nowhere else."""
    with acting_as(by):
        plan = plans.begin(person=Person.objects.get(user=by), by=by)
        for kind in PlanSection.Kind:
            plans.write(plan=plan, kind=kind, words=f"{MATTERS} {kind}", by=by)
        plans.add_goal(plan=plan, words=GOAL, right="UNCRPD 19", by=by)
        plans.add_arrangement(
            plan=plan,
            kind="paid",
            what_for=WHAT_FOR,
            who=WHO,
            tag="nursing",
            minutes_a_week=90,
            weekly_pence=4500,
            by=by,
        )
        plans.add_arrangement(plan=plan, kind="natural", what_for="Chess", who="Old Barnaby", by=by)
        return plans.agree(plan=plan, by=by)


def write_more(by: User, scope: Sphere) -> None:
    """More of everything in what `fill_needs_and_plans` wrote for `by`, and a longer register."""
    with acting_as(by):
        plan = SupportPlan.objects.get(person__user=by, state="draft")
        conversation = Conversation.objects.get(person__user=by, state__in=Conversation.OPEN)
        for outcome in ("nights", "moving", "safe"):
            conversations.answer(
                conversation=conversation, outcome=outcome, answer="some", what_helps="Jo", by=by
            )
            plans.add_goal(plan=plan, words=outcome, by=by)
            plans.add_arrangement(plan=plan, kind="community", what_for=outcome, by=by)
    for name in ("Noor", "Tam", "Lee"):
        assessor(scope, name=name)
