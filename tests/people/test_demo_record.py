"""The demonstration's record: a sister who may see parts of it, a friend who no longer may, and nothing twice."""

from __future__ import annotations

from governance.models import User
from people import plan_queries, queries, rules, rules_advocacy, rules_asks, rules_challenges
from people.models import ConsentEntry, Conversation, Person
from people.models.consents import State
from people.parts import Part
from socialcare import demo
from socialcare.kernel.acting import acting_as
from tests.small_england import SmallEngland


def seen_by(email: str, person: Person) -> set[Part]:
    user = User.objects.get(email=email)
    with acting_as(user):
        found = queries.record_of(user, person.public_id)
        return set(found.parts) if found is not None else set()


def test_it_shows_each_state_and_is_built_once(untouched: SmallEngland) -> None:
    sam = demo._person(demo.SIGN_INS[0])
    for _ in range(2):
        assert "sister" in demo._record()
    with acting_as(sam):
        person = Person.objects.get(user=sam)
        states = [consent.state for consent in rules.consents_given_by(sam)]
        assert sorted(states) == [State.LIVE] * 3 + [State.OVER]
        assert ConsentEntry.objects.filter(person=person).count() == 4
        assert rules.looks_at(sam).count() == 1
        own = queries.own_record(sam)
    assert own is not None
    # Every part that can be written is, with words that nobody takes for a real person's.
    assert own.contact is not None
    assert len(own.needs) == 2
    assert "Invented" in own.address
    assert own.neighbourhood == untouched.neighbourhood
    assert seen_by(demo.SISTER.email, person) == {Part.ABOUT_ME, Part.CONTACT, Part.PLAN}
    assert seen_by(demo.OLD_FRIEND.email, person) == set()
    for office in ("worker", "councillor", "steward"):
        assert seen_by(untouched.people[office].email, person) == set()
    with acting_as(sam):
        assert [each.person.preferred_name for each in queries.people_who_let(sam)] == ["Robin"]


def test_people_have_asked_and_nothing_twice(untouched: SmallEngland) -> None:
    citizen, worker = (demo._person(sign_in) for sign_in in demo.SIGN_INS[:2])
    for _ in range(2):
        assert "asked for help" in demo._asks()
    with acting_as(worker):
        answering = rules_asks.to_answer(worker)
        assert answering.filter(taken_by=worker).exclude(pk=untouched.talked_ask.pk).count() == 1
        assert answering.filter(person=None, taken_by=None).count() == 1
    with acting_as(citizen):
        assert rules_asks.own_invitations(citizen).count() == 1


def test_a_decision_is_challenged_once_and_strangers_sit_over_it(untouched: SmallEngland) -> None:
    citizen = demo._person(demo.SIGN_INS[0])
    for _ in range(2):
        assert "challenges a decision" in demo._challenge()
    with acting_as(citizen):
        [challenge] = rules_challenges.own_challenges(citizen)
        assert challenge.is_open
        assert challenge.seats.count() == 3


def test_an_advocate_is_asked_once(untouched: SmallEngland) -> None:
    demo._person(demo.SIGN_INS[0])
    for _ in range(2):
        assert "on the register" in demo._advocate()
    advocate = User.objects.get(email=demo.ADVOCATE.email)
    assert rules_advocacy.register().filter(mandate__user=advocate).count() == 1
    assert advocate.public_name == demo.ADVOCATE.name


def test_the_citizen_has_points_and_a_plan_that_others_speak_about(untouched: SmallEngland) -> None:
    sam = demo._person(demo.SIGN_INS[0])
    demo._person(demo.SIGN_INS[1])
    demo._record()
    for _ in range(2):
        assert "agreed points" in demo._needs_and_plan()
    with acting_as(sam):
        [conversation] = Conversation.objects.filter(person__user=sam)
        assert (conversation.state, conversation.points) == ("points-agreed", 30)
        assert conversation.undisputed_points == 28
        person = conversation.person
        assert [row.state for row in plan_queries.versions_of(sam, person)] == [
            "agreed",
            "superseded",
        ]
        plan = plan_queries.agreed_of(sam, person)
        assert plan is not None
        said = plan_queries.comments_on(sam, [plan.row], names=queries.names_given_by(sam))
    assert [comment.row.is_professional for comment in said] == [True, False]
    assert said[0].reply
    assert {each.row.kind for each in plan.arrangements} == {"natural", "community", "paid"}
