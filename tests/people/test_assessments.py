"""Agreeing points with a trusted assessor: what both say counts at once, a second opinion, and what is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from governance.models import AuditEntry, User
from people import conflicts, instrument, peer_review, rules, working_days
from people.actions import assessments, assessors, consents, conversations, peer_reviews
from people.actions.assessments import Said
from people.models import (
    AssessedAnswer,
    Assessment,
    Conversation,
    ConversationAnswer,
    PersonKey,
    PersonUserObjectPermission,
)
from people.parts import Part
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, NotAllowed
from tests import planning, worlds

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user = worlds.user("ann")
    worlds.person(user)
    return user


def fresh(by: User, conversation: Conversation) -> Conversation:
    with acting_as(by):
        return Conversation.objects.get(pk=conversation.pk)


def refused(by: User, act: Any, **sent: Any) -> str:
    """The code of the refusal; nothing was traced."""
    with acting_as(by):
        before = AuditEntry.objects.count()
        with pytest.raises(DomainError) as error, transaction.atomic():
            act(**sent, by=by)
        assert AuditEntry.objects.count() == before
    return error.value.code


def shared(ann: User, **answers: str) -> tuple[Conversation, Assessment]:
    conversation = planning.converse(ann, **answers)
    return conversation, planning.ask(ann, conversation, planning.assessor())


# --- The way it goes ------------------------------------------------------------------------------


def test_asking_lets_the_assessor_see_the_needs_until_a_day(ann: User) -> None:
    conversation, assessment = shared(ann)
    who = assessment.assessor.user
    assert fresh(ann, conversation).state == "shared"
    with acting_as(ann):
        consent = PersonUserObjectPermission.objects.get()
        assert (consent.user, consent.purpose) == (who, "planning")
        assert consent.ends_on == acting.today() + timedelta(days=90)
    with acting_as(who):
        assert ConversationAnswer.objects.count() == 2
        assert rules.assessments_given_to(who).get() == assessment


def test_what_both_say_counts_at_once(ann: User) -> None:
    """Mine: eating 10, home 1. Theirs: eating 5, home 2. Nobody doubts 5 and 1."""
    conversation, assessment = shared(ann, eating="every_day", home="some")
    planning.said(assessment, eating="most_days", home="most_days")
    now = fresh(ann, conversation)
    assert (now.state, now.undisputed_points, now.points) == ("shared", 6, None)
    with acting_as(ann):
        found = ConversationAnswer.objects.values_list("outcome", "undisputed_points")
        assert dict(found) == {"eating": 5, "home": 1}


def test_agreeing_makes_the_assessors_points_count(ann: User) -> None:
    conversation, assessment = shared(ann, eating="every_day", home="some")
    planning.said(assessment, eating="most_days", home="most_days")
    with acting_as(ann):
        now = assessments.agree(conversation=conversation, by=ann)
    assert (now.state, now.points, now.undisputed_points) == ("points-agreed", 7, 6)
    assert (now.settled_by, now.agreed_at is not None) == ("agreement", True)


def test_a_second_opinion_settles_what_is_disputed(ann: User) -> None:
    conversation, assessment = shared(ann, eating="every_day", home="some", nights="some")
    planning.said(assessment, eating="some", home="most_days", nights="some")
    other = planning.assessor(name="Ravi")
    with acting_as(ann):
        second = assessments.ask_again(conversation=conversation, assessor=other, by=ann)
        assert second.due_on == working_days.after(acting.today(), days=10, nation="")
    # Nights are not disputed: nothing is said about them again.
    planning.accepted(second)
    with acting_as(other.user):
        assessments.say(
            assessment=second,
            said={"eating": Said("most-days", "Once a day"), "home": Said("some", "It is tidy")},
            by=other.user,
        )
    now = fresh(ann, conversation)
    assert (now.state, now.settled_by) == ("points-agreed", "second-opinion")
    assert (now.undisputed_points, now.points) == (1 + 1 + 1, 5 + 1 + 1)


def test_a_second_opinion_never_takes_what_was_undisputed(ann: User) -> None:
    conversation, assessment = shared(ann, eating="every_day")
    planning.said(assessment, eating="most_days")
    other = planning.assessor(name="Ravi")
    with acting_as(ann):
        second = assessments.ask_again(conversation=conversation, assessor=other, by=ann)
    planning.accepted(second)
    said = {"eating": Said("some", "Hardly")}
    assert refused(other.user, assessments.say, assessment=second, said=said) == (
        "below-the-undisputed"
    )
    assert fresh(ann, conversation).undisputed_points == 5


def test_a_newer_conversation_follows_the_older(ann: User) -> None:
    scope = worlds.local_system()
    found = []
    for answer in ("some", "always"):
        conversation = planning.converse(ann, eating=answer)
        assessment = planning.ask(ann, conversation, planning.assessor(scope))
        planning.said(assessment, eating=answer)
        with acting_as(ann):
            found.append(assessments.agree(conversation=conversation, by=ann))
    assert [fresh(ann, each).state for each in found] == ["superseded", "points-agreed"]


def test_taking_back_shuts_the_assessor_out_at_once(ann: User) -> None:
    conversation, assessment = shared(ann)
    planning.said(assessment, eating="some", home="some")
    with acting_as(ann):
        assessments.take_back(conversation=conversation, by=ann)
        conversations.answer(conversation=conversation, outcome="eating", answer="some", by=ann)
    now = fresh(ann, conversation)
    assert (now.state, now.undisputed_points) == ("begun", None)
    who = assessment.assessor.user
    with acting_as(who):
        assert not ConversationAnswer.objects.exists()
        assert not rules.assessments_given_to(who).exists()
    # And another can be asked.
    assert planning.ask(ann, conversation, planning.assessor(name="Ravi")).state == "asked"


def test_taking_back_leaves_what_a_friend_may_see(ann: User) -> None:
    """The assessor is a friend too, who was let see the needs for another reason."""
    conversation = planning.converse(ann)
    friend = planning.assessor()
    worlds.let_see(ann, friend.user, Part.NEEDS, known_as="Noor", days=200)
    planning.ask(ann, conversation, friend)
    with acting_as(ann):
        assessments.take_back(conversation=conversation, by=ann)
        assert PersonUserObjectPermission.objects.get().purpose == "everyday"


def test_after_a_no_another_is_asked(ann: User) -> None:
    conversation, assessment = shared(ann)
    who = assessment.assessor.user
    with acting_as(who):
        assessments.decline(assessment=assessment, by=who)
    planning.ask(ann, conversation, planning.assessor(name="Ravi"))
    with acting_as(who):
        assert not Assessment.objects.exists()


# --- What is refused ------------------------------------------------------------------------------


def test_somebody_with_something_to_gain_says_no(ann: User) -> None:
    _conversation, assessment = shared(ann)
    who = assessment.assessor.user
    fine = {"gives_no_support": True, "is_no_relative": True, "is_not_paid_by_them": True}
    for name in fine:
        sent = fine | {name: False}
        assert refused(who, assessments.accept, assessment=assessment, **sent) == (
            "conflict-of-interest"
        )


def test_nothing_is_said_before_declaring(ann: User) -> None:
    _conversation, assessment = shared(ann, eating="some")
    who = assessment.assessor.user
    said = {"eating": Said("some")}
    assert refused(who, assessments.say, assessment=assessment, said=said) == "wrong-state"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "not-every-outcome"),
        ({"eating": Said("some", "so"), "nights": Said("some", "so")}, "not-every-outcome"),
        ({"eating": Said("plenty", "so")}, "no-such-answer"),
        ({"eating": Said("some")}, "no-reason"),
        ({"eating": Said("some", "a" * 2001)}, "too-long"),
    ],
)
def test_what_an_assessor_cannot_say(ann: User, said: Mapping[str, Said], code: str) -> None:
    _conversation, assessment = shared(ann, eating="always")
    planning.accepted(assessment)
    who = assessment.assessor.user
    assert refused(who, assessments.say, assessment=assessment, said=said) == code


def test_nobody_else_says_it(ann: User) -> None:
    conversation, assessment = shared(ann, eating="some")
    planning.accepted(assessment)
    jo = worlds.user("jo")
    worlds.let_see(ann, jo, Part.NEEDS)
    for somebody in (jo, ann, worlds.user("stranger")):
        said = {"eating": Said("some")}
        assert refused(somebody, assessments.say, assessment=assessment, said=said) == (
            "no-such-assessment"
        )
    who = assessment.assessor.user
    for act in (assessments.agree, assessments.take_back):
        assert refused(who, act, conversation=conversation) == "not-yours-to-decide"


def test_after_the_consent_ends_nothing_more_is_said(ann: User) -> None:
    conversation, assessment = shared(ann, eating="some")
    planning.accepted(assessment)
    who = assessment.assessor.user
    with acting_as(ann):
        consents.withdraw_all(person=conversation.person, held_by=who, by=ann)
    said = {"eating": Said("some")}
    assert refused(who, assessments.say, assessment=assessment, said=said) == "no-such-assessment"


def test_the_database_keeps_the_assessor_out_of_the_persons_rows(ann: User) -> None:
    conversation, assessment = shared(ann, eating="some")
    planning.accepted(assessment)
    who = assessment.assessor.user
    with acting_as(who):
        assert ConversationAnswer.objects.update(points=0) == 0
        assert Conversation.objects.update(undisputed_points=0) == 0
    for function in ("keep_undisputed_points", "settle_points"):
        with (
            acting_as(who),
            pytest.raises(DatabaseError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"SELECT {function}(%s)", [assessment.pk])
    planning_said = {"eating": Said("some")}
    with acting_as(who):
        assessments.say(assessment=assessment, said=planning_said, by=who)
        with pytest.raises(DatabaseError), transaction.atomic():
            AssessedAnswer.objects.update(points=99)
    # The person writes no row of the assessor's either.
    with acting_as(ann), pytest.raises(DatabaseError), transaction.atomic():
        AssessedAnswer.objects.create(
            assessment=assessment,
            person=conversation.person,
            outcome="home",
            answer="always",
            points=7,
            sealed=b"",
        )


def test_who_may_not_be_asked(ann: User) -> None:
    place = worlds.neighbourhood()
    worlds.fill_record(ann, neighbourhood=place)
    conversation = planning.converse(ann)
    home = place.parent
    over = planning.assessor(home)
    assessors.end(assessor=over, by=None)
    myself = assessors.register(user=ann, name="Ann", kind="individual", scope=home, by=None)
    for who, code in (
        (planning.assessor(), "outside-their-area"),
        (over, "not-registered"),
        (myself, "own-assessor"),
    ):
        with acting_as(ann), pytest.raises(NotAllowed) as error, transaction.atomic():
            assessments.ask(conversation=conversation, assessor=who, by=ann)
        assert error.value.code == code
    assert planning.ask(ann, conversation, planning.assessor(home)).kind == "first"


def test_an_organisation_in_the_plan_decides_nothing(ann: User) -> None:
    planning.plan_of(ann)
    conversation = planning.converse(ann)
    provider = planning.assessor(organisation="QUICKSTEP Homecare Ltd.")
    assert refused(ann, assessments.ask, conversation=conversation, assessor=provider) == (
        "organisation-in-the-plan"
    )


def test_a_second_opinion_comes_from_somewhere_else(ann: User) -> None:
    conversation = planning.converse(ann, eating="always")
    first = planning.assessor(organisation="Hearth")
    planning.said(planning.ask(ann, conversation, first), eating="some")
    for who in (first, planning.assessor(organisation="Hearth")):
        with acting_as(ann), pytest.raises(Conflict) as error, transaction.atomic():
            assessments.ask_again(conversation=conversation, assessor=who, by=ann)
        assert error.value.code == "not-another"


def test_nothing_disputed_needs_no_second_opinion(ann: User) -> None:
    conversation, assessment = shared(ann, eating="some")
    planning.said(assessment, eating="some")
    sent = {"conversation": conversation, "assessor": planning.assessor()}
    assert refused(ann, assessments.ask_again, **sent) == "nothing-disputed"


# --- The register ---------------------------------------------------------------------------------


def test_the_registrar_of_the_local_system_keeps_the_register() -> None:
    scope = worlds.local_system()
    registrar = worlds.holder("assessors-registrar", scope)
    elsewhere = worlds.holder("assessors-registrar", worlds.local_system())
    noor = worlds.user("noor")
    sent: dict[str, Any] = {"user": noor, "name": "Noor", "kind": "individual", "scope": scope}
    with pytest.raises(NotAllowed):
        assessors.register(**sent, by=elsewhere)
    with pytest.raises(NotAllowed):
        assessors.register(**sent | {"user": registrar}, by=registrar)
    found = assessors.register(**sent, by=registrar)
    with pytest.raises(Conflict):
        assessors.register(**sent, by=registrar)
    with pytest.raises(NotAllowed):
        assessors.end(assessor=found, by=elsewhere)
    assert assessors.end(assessor=found, by=noor).ends_on == acting.today()


# --- Peer review ----------------------------------------------------------------------------------


def drawn(ann: User, monkeypatch: pytest.MonkeyPatch) -> Assessment:
    """Something that was said and drawn, by chance or by us."""
    _conversation, assessment = shared(ann, eating="some")
    done = planning.said(assessment, eating="some")
    monkeypatch.setattr(peer_review, "is_drawn", lambda public_id: public_id == done.public_id)
    return done


def test_another_assessor_looks_if_the_person_lets_them(
    ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assessment, other = drawn(ann, monkeypatch), planning.assessor(name="Ravi")
    same = assessment.assessor
    assert refused(ann, peer_reviews.allow, assessment=assessment, reviewer=same) == "not-another"
    with acting_as(ann):
        review = peer_reviews.allow(assessment=assessment, reviewer=other, by=ann)
    sent = {"review": review, "finding": "too-low"}
    assert refused(other.user, peer_reviews.find, **sent) == "no-reason"
    assert refused(ann, peer_reviews.find, **sent, words="x") == "no-such-review"
    with acting_as(other.user):
        done = peer_reviews.find(**sent, words="Twice a day", by=other.user)
    assert (done.state, done.finding) == ("done", "too-low")
    assert refused(other.user, peer_reviews.find, **sent, words="x") == "wrong-state"


def test_a_no_is_counted_as_a_no(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assessment = drawn(ann, monkeypatch)
    with acting_as(ann):
        assert peer_reviews.refuse(assessment=assessment, by=ann).reviewer is None
    assert refused(ann, peer_reviews.refuse, assessment=assessment) == "answered-already"


def test_nobody_looks_at_what_was_not_drawn(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    assessment = drawn(ann, monkeypatch)
    monkeypatch.setattr(peer_review, "is_drawn", lambda public_id: False)
    assert refused(ann, peer_reviews.refuse, assessment=assessment) == "not-drawn"


# --- Properties -----------------------------------------------------------------------------------

ANSWERS = [each.code for each in instrument.current().answers]
OUTCOMES = [each.code for each in instrument.current().outcomes][:4]
WHOLE = st.fixed_dictionaries(dict.fromkeys(OUTCOMES, st.sampled_from(ANSWERS)))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(mine=WHOLE, theirs=WHOLE)
def test_the_undisputed_is_never_more_than_either_says(
    ann: User, mine: dict[str, str], theirs: dict[str, str]
) -> None:
    now = instrument.current()
    with transaction.atomic():
        conversation, assessment = shared(ann, **mine)
        planning.said(assessment, **theirs)
        found = fresh(ann, conversation).undisputed_points
        assert found is not None
        assert found <= min(now.points(mine), now.points(theirs))
        assert found == sum(min(now.points({o: mine[o]}), now.points({o: theirs[o]})) for o in mine)
        with acting_as(ann):
            settled = assessments.agree(conversation=conversation, by=ann)
        assert (settled.points, settled.undisputed_points) == (now.points(theirs), found)
        transaction.set_rollback(True)


@given(mine=WHOLE, outcome=st.sampled_from(OUTCOMES))
def test_more_need_never_gives_fewer_points(mine: dict[str, str], outcome: str) -> None:
    now = instrument.current()
    counted = [now.points(mine | {outcome: answer}) for answer in ANSWERS]
    assert counted == sorted(counted)


@given(
    day=st.dates(date(2026, 11, 1), date(2028, 11, 1)),
    days=st.integers(1, 30),
    nation=st.sampled_from(["E92000001", "S92000003", "N92000002", "XX"]),
)
def test_so_many_working_days_later(day: date, days: int, nation: str) -> None:
    end = working_days.after(day, days=days, nation=nation)
    between = [day + timedelta(days=n) for n in range(1, (end - day).days + 1)]
    assert working_days.is_working(end, nation=nation)
    assert sum(working_days.is_working(each, nation=nation) for each in between) == days


def test_christmas_is_no_working_day_in_england() -> None:
    assert working_days.after(date(2026, 12, 23), days=3, nation="E92000001") == date(2026, 12, 30)
    assert working_days.after(date(2026, 12, 23), days=3, nation="") == date(2026, 12, 28)


@given(
    st.lists(
        st.text("0123456789abcdefghjkmnpqrstvwxyz", min_size=12, max_size=12),
        unique=True,
        min_size=400,
        max_size=400,
    )
)
@settings(max_examples=3, deadline=None)
def test_about_one_in_ten_is_drawn(ids: list[str]) -> None:
    assert 10 <= sum(map(peer_review.is_drawn, ids)) <= 90


@pytest.mark.parametrize(
    ("organisation", "text", "named"),
    [
        ("Quickstep Homecare", "the lady from quickstep homecare, mornings", True),
        ("The Hearth Ltd", "Hearth", True),
        ("Hearth", "Hearthstone", False),
        ("Ltd", "Somebody Ltd", False),
        ("", "anybody", False),
    ],
)
def test_when_an_organisation_is_named(organisation: str, text: str, named: bool) -> None:
    assert conflicts.is_named(organisation, ["Old Barnaby", text]) == named


def test_reasons_are_sealed(ann: User) -> None:
    _conversation, assessment = shared(ann, eating="some")
    planning.said(assessment, eating="always")
    with acting_as(ann):
        row = AssessedAnswer.objects.get()
        assert planning.REASON.encode() not in bytes(row.sealed)
        assert row.words(PersonKey.objects.get()) == {"reason": planning.REASON}
