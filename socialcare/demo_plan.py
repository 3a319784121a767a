"""The demonstration's needs and plan: the citizen's conversation, settled with an assessor, and a plan in two versions.

Built through the same actions as everything else. It can be run again and only adds what is missing.
"""

from __future__ import annotations

from datetime import timedelta

from governance.models import Sphere, User
from people import rules
from people.actions import assessments, assessors, comments, consents, conversations, plans
from people.actions.assessments import Said
from people.models import Person, SupportPlan, TrustedAssessor
from people.parts import Part, Purpose
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as

# Outcome → answer, what helps, what would be good.
SAID = {
    "eating": (
        "most-days",
        "Robin cooks with me on Sundays, and we freeze it.",
        "Something warm at noon that I made myself.",
    ),
    "washing": ("some", "The rail in the shower.", "A bath on my own, with the door shut."),
    "feelings": ("most-days", "The garden, and the dog next door.", "Waking up and wanting to."),
    "home": ("some", "A list on the fridge.", "To find my keys."),
    "people": ("most-days", "Robin. The allotment on Thursdays.", "Two friends at my table."),
    "learning-and-work": ("every-day", "Nothing yet.", "Two mornings a week at the nursery."),
    "out-and-about": ("most-days", "Pat used to drive me.", "The bus to Barnsley on my own."),
}
CAUSE = ("going-without", "The boiler is off more than it is on.")
SECTIONS = {
    "matters": "My garden, my sister Robin, and being asked before things are done.\nMornings are slow. Let them be.",
    "gifts": "I can grow anything. I am patient with people who are shy. I know every bus in Grimethorpe.",
    "not-working": "Different people come each week and I have to explain myself again.",
    "risk": "I fell twice last winter. I would rather fall in my garden than sit safe in a chair.",
    "if-wrong": "If I stop answering, ring Robin first. Do not send a stranger with a uniform.",
}


def build(*, sam: User, sister: User, worker: User, assessor: User, local: Sphere) -> str:
    """Adds what is missing, and says what it did."""
    registered = TrustedAssessor.objects.filter(user=assessor).first() or assessors.register(
        user=assessor,
        name="Noor Ellis",
        kind=TrustedAssessor.Kind.VOLUNTARY,
        organisation="Dearne Valley Voices",
        scope=local,
        interests="My brother has an advocate from the same organisation.",
        by=None,
    )
    with acting_as(sam):
        person = Person.objects.get(user=sam)
        if not SupportPlan.objects.filter(person=person).exists():
            _plan(person, sam)
            _let_the_worker_see(sam, worker)
            _converse(person, registered, sam)
    with acting_as(sam):
        agreed = SupportPlan.objects.filter(person=person, state="agreed").get()
        is_commented = agreed.comments.exists()
    if not is_commented:
        _comment(agreed, sam=sam, sister=sister, worker=worker)
    return "The citizen has agreed points with an assessor, and has a plan that others speak about."


def _converse(person: Person, assessor: TrustedAssessor, sam: User) -> None:
    conversation = conversations.begin(person=person, done_with="family", by=sam)
    for outcome, (answer, helps, good) in SAID.items():
        conversations.answer(
            conversation=conversation,
            outcome=outcome,
            answer=answer,
            what_helps=helps,
            what_would_be_good=good,
            by=sam,
        )
    code, words = CAUSE
    conversations.answer(conversation=conversation, outcome=code, what_helps=words, by=sam)
    asked = assessments.ask(conversation=conversation, assessor=assessor, by=sam)
    with acting_as(assessor.user):
        assessments.accept(
            assessment=asked,
            gives_no_support=True,
            is_no_relative=True,
            is_not_paid_by_them=True,
            by=assessor.user,
        )
        said = {outcome: Said(answer) for outcome, (answer, *_words) in SAID.items()}
        said["washing"] = Said("most-days", "You told me that you wash at the sink since the fall.")
        assessments.say(assessment=asked, said=said, by=assessor.user)
    assessments.agree(conversation=conversation, by=sam)


def _plan(person: Person, sam: User) -> None:
    """Two versions: the second has found the nursery."""
    first = plans.begin(person=person, by=sam)
    for kind, words in SECTIONS.items():
        plans.write(plan=first, kind=kind, words=words, by=sam)
    plans.add_goal(
        plan=first, words="To get to Barnsley by bus on my own.", right="UNCRPD 20", by=sam
    )
    for kind, what_for, who, minutes in (
        ("natural", "Cooking on Sundays", "Robin", 180),
        ("community", "The allotment on Thursdays", "Grimethorpe Growers", 120),
    ):
        plans.add_arrangement(
            plan=first, kind=kind, what_for=what_for, who=who, minutes_a_week=minutes, by=sam
        )
    plans.agree(plan=first, by=sam)
    second = plans.begin(person=person, by=sam)
    plans.add_goal(
        plan=second, words="Two mornings a week at the nursery.", right="UNCRPD 27", by=sam
    )
    plans.add_arrangement(
        plan=second,
        kind="paid",
        what_for="Somebody beside me on the bus and at the nursery, until I know the way",
        who="Jamie, whom I chose",
        minutes_a_week=8 * 60,
        weekly_pence=148_00,
        starts_on=acting.today(),
        by=sam,
    )
    plans.add_arrangement(
        plan=second,
        kind="paid",
        what_for="Dressing my leg",
        who="The district nurse",
        tag="nursing",
        minutes_a_week=30,
        weekly_pence=0,
        by=sam,
    )
    plans.agree(plan=second, by=sam)


def _let_the_worker_see(sam: User, worker: User) -> None:
    if not rules.consents_given_by(sam).filter(user=worker).exists():
        consents.give(
            person=Person.objects.get(user=sam),
            to=worker,
            known_as="Asha from the team",
            parts=[Part.PLAN],
            purpose=Purpose.PLANNING,
            ends_on=acting.today() + timedelta(days=90),
            by=sam,
        )


def _comment(plan: SupportPlan, *, sam: User, sister: User, worker: User) -> None:
    for by, kind, words in (
        (sister, "comment", "You forgot to say how good your tomatoes are."),
        (worker, "suggestion", "Would a falls alarm in the garden help?"),
    ):
        with acting_as(by):
            comment = comments.say(plan=plan, kind=kind, words=words, by=by)
    with acting_as(sam):
        comments.reply(comment=comment, words="No box round my neck. A phone in my pocket.", by=sam)
