"""Challenging a decision: who sits over it, what they see, how it is settled, and that nothing is lost meanwhile."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from governance.actions import mandates
from governance.models import AuditEntry, Mandate, Sphere, User
from people import challengeable, queries_challenges, rules, rules_challenges
from people.actions import asks, challenges
from people.models import Challenge, PanelSeat
from people.models.challenges import Opinion
from people.parts import Part
from socialcare.kernel import outbox
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, Missing, NotAllowed
from socialcare.kernel.models import OutboxMessage
from tests import worlds
from tests.asking.worlds import taken
from tests.kit.reading import Page
from tests.rights.worlds import accepted

pytestmark = pytest.mark.django_db
WRONG = "Two mornings are not enough for my mother and me"
REASON = "The hours were cut without a new conversation"


@pytest.fixture
def place() -> Sphere:
    return worlds.neighbourhood(name="Marigold Fold")


@pytest.fixture
def elsewhere(place: Sphere) -> Sphere:
    assert place.parent is not None
    return worlds.local_system(under=place.parent.parent)


@pytest.fixture
def strangers(elsewhere: Sphere) -> list[User]:
    return [worlds.holder(rules_challenges.ROLE, elsewhere) for _ in range(3)]


@pytest.fixture
def ann(place: Sphere) -> User:
    user = worlds.user("ann")
    worlds.person(user, preferred_name="Annabel Winterbourne")
    worlds.fill_record(user, neighbourhood=place)
    return user


def challenged(by: User, *released: str, kind: str = "elsewhere", about: str = "") -> Challenge:
    with acting_as(by):
        return challenges.make(kind=kind, about=about, words=WRONG, released=released, by=by)


def seats(ann: User, challenge: Challenge) -> list[PanelSeat]:
    with acting_as(ann):
        return list(challenge.seats.select_related("user").order_by("pk"))


def say(seat: PanelSeat, opinion: str) -> None:
    with acting_as(seat.user):
        challenges.say(seat=seat, opinion=opinion, reasons=REASON, by=seat.user)


def now(ann: User, challenge: Challenge) -> Challenge:
    with acting_as(ann):
        return Challenge.objects.get(pk=challenge.pk)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def words_on(client: Client, name: str, *parts: str) -> str:
    answer = client.get(reverse(name, args=parts))
    assert answer.status_code == 200
    return Page(answer.content.decode()).one("main").text


# --- Who sits over it -----------------------------------------------------------------------------


def test_three_strangers_from_elsewhere(
    ann: User, place: Sphere, elsewhere: Sphere, strangers: list[User]
) -> None:
    assert place.parent is not None
    neighbour = worlds.holder(rules_challenges.ROLE, place.parent)
    friend = worlds.holder(rules_challenges.ROLE, elsewhere)
    worlds.let_see(ann, friend, Part.CONTACT)
    at_home_too = worlds.holder(rules_challenges.ROLE, elsewhere)
    mandates.give(user=at_home_too, role=rules_challenges.ROLE, sphere=place.parent, by=None)
    gone = worlds.holder(rules_challenges.ROLE, elsewhere, ends_on=timezone.localdate())
    mandates.give(user=ann, role=rules_challenges.ROLE, sphere=elsewhere, by=None)
    for _ in range(5):
        drawn = {seat.user for seat in seats(ann, challenged(ann))}
        assert drawn == set(strangers)
        assert not drawn & {neighbour, friend, at_home_too, gone, ann}


def test_the_lot_falls_the_same_way_each_time_and_not_always_on_the_same(
    ann: User, elsewhere: Sphere
) -> None:
    many = [worlds.holder(rules_challenges.ROLE, elsewhere) for _ in range(8)]
    drawn = []
    for _ in range(6):
        challenge = challenged(ann)
        with acting_as(ann):
            again = rules_challenges.drawn(challenge, rules_challenges.pool(challenge.person))
        assert again == [seat.user for seat in seats(ann, challenge)]
        assert set(again) <= set(many)
        drawn.append(frozenset(again))
    assert len(set(drawn)) > 1


def test_it_is_taken_at_once_even_without_a_panel(ann: User, elsewhere: Sphere) -> None:
    challenge = challenged(ann)
    assert challenge.is_open
    assert seats(ann, challenge) == []
    assert challenges.draw_missing() == 0
    for _ in range(3):
        worlds.holder(rules_challenges.ROLE, elsewhere)
    assert challenges.draw_missing() == 1
    assert challenges.draw_missing() == 0
    assert len(seats(ann, challenge)) == 3


def test_only_the_job_learns_which_panels_are_missing(ann: User) -> None:
    challenged(ann)
    for user in (ann, worlds.user()):
        with acting_as(user), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM challenges_without_panel()")
            assert cursor.fetchone() == (0,)


def test_nobody_seats_a_friend(ann: User, strangers: list[User]) -> None:
    challenge, friend = challenged(ann), worlds.user()
    with acting_as(ann):
        for user in (friend, ann):
            seat = PanelSeat(challenge=challenge, person=challenge.person, user=user)
            seat.put(challenge, reasons="")
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                seat.save(force_insert=True)


# --- What they see --------------------------------------------------------------------------------


def test_the_panel_sees_only_what_is_released(ann: User, strangers: list[User]) -> None:
    challenge = challenged(ann)
    [seat, *_others] = seats(ann, challenge)
    client = client_of(seat.user)
    text = words_on(client, "hear", seat.public_id)
    assert WRONG in text
    assert "Annabel" not in text
    with acting_as(seat.user):
        assert not rules.people_visible_to(seat.user).filter(pk=challenge.person_id).exists()
        assert list(PanelSeat.objects.all()) == [seat]
    for address in ("/panel/", "/people/", "/home/"):
        assert "Annabel" not in client.get(address).content.decode()
    stranger = client_of(worlds.user())
    assert stranger.get(reverse("hear", args=[seat.public_id])).status_code == 404


def test_released_parts_are_seen_until_the_answer(ann: User, strangers: list[User]) -> None:
    challenge = challenged(ann, Part.CONTACT)
    panel = seats(ann, challenge)
    [seat, *_others] = panel
    client, address = client_of(seat.user), f"/people/{challenge.person.public_id}/"
    assert worlds.REACH in client.get(address).content.decode()
    assert worlds.ADDRESS not in client.get(address).content.decode()
    for each in panel:
        say(each, Opinion.CHANGE)
    for message in OutboxMessage.objects.filter(topic=challenges.END_RELEASE):
        assert outbox.deliver(message.pk)
        assert outbox.deliver(message.pk)
    assert client.get(address).status_code == 404
    assert client.get(reverse("hear", args=[seat.public_id])).status_code == 404


def test_reading_it_leaves_a_trace_and_no_words(ann: User, strangers: list[User]) -> None:
    challenge = challenged(ann)
    [seat, *_others] = seats(ann, challenge)
    client_of(seat.user).get(reverse("hear", args=[seat.public_id]))
    entries = AuditEntry.objects.filter(subject_id=challenge.public_id).order_by("pk")
    assert [entry.verb for entry in entries] == [
        "challenge.panel-drawn",
        "challenge.read",
    ]
    assert [(entry.actor_id, entry.detail) for entry in entries] == [(None, {}), (seat.user.pk, {})]
    # Who challenged is in the trail with their own record, so that nothing there joins the two.
    made = AuditEntry.objects.get(verb="challenge.made")
    assert (made.actor_id, made.subject_id) == (ann.pk, challenge.person.public_id)


def test_no_member_sees_what_another_said(ann: User, strangers: list[User]) -> None:
    challenge = challenged(ann)
    first, second, _third = seats(ann, challenge)
    say(first, Opinion.UPHOLD)
    with acting_as(second.user), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM people_panelseat WHERE opinion <> ''")
        assert cursor.fetchone() == (0,)
    assert REASON not in words_on(client_of(second.user), "hear", second.public_id)
    # Nor does the person, before there is an answer.
    assert REASON not in words_on(client_of(ann), "my_challenges")


# --- How it is settled ----------------------------------------------------------------------------


@pytest.mark.parametrize("opinions", list(product(Opinion, repeat=3)), ids="-".join)
def test_the_majority_is_the_answer(
    ann: User, strangers: list[User], opinions: tuple[str, str, str]
) -> None:
    challenge = challenged(ann)
    for number, (seat, opinion) in enumerate(
        zip(seats(ann, challenge), opinions, strict=True), start=1
    ):
        say(seat, opinion)
        assert now(ann, challenge).is_open == (number < 3)
    most = max(set(opinions), key=opinions.count)
    expected = most if opinions.count(most) >= 2 else Opinion.AGAIN
    assert now(ann, challenge).outcome == expected


def test_the_person_reads_the_answer_with_its_reasons(ann: User, strangers: list[User]) -> None:
    challenge = challenged(ann)
    for seat in seats(ann, challenge):
        say(seat, Opinion.CHANGE)
    text = words_on(client_of(ann), "my_challenges")
    assert "The decision must be changed" in text
    assert text.count(REASON) == 3
    # Who said it is not told.
    assert not [user for user in strangers if user.public_name in text]


def test_each_says_it_once_and_with_reasons(ann: User, strangers: list[User]) -> None:
    [seat, *_others] = seats(ann, challenged(ann))
    with acting_as(seat.user):
        for opinion, reasons in (
            ("maybe", "x"),
            (Opinion.CHANGE, " "),
            (Opinion.AGAIN, "x" * 2001),
        ):
            with pytest.raises(DomainError):
                challenges.say(seat=seat, opinion=opinion, reasons=reasons, by=seat.user)
    say(seat, Opinion.CHANGE)
    with pytest.raises(NotAllowed):
        say(seat, Opinion.UPHOLD)
    with acting_as(ann), pytest.raises(Missing):
        challenges.say(seat=seat, opinion=Opinion.CHANGE, reasons="Mine!", by=ann)


def test_a_stranger_settles_nothing(ann: User, strangers: list[User]) -> None:
    challenge = challenged(ann)
    with acting_as(worlds.user()), connection.cursor() as cursor:
        cursor.execute("SELECT settle_challenge(%s)", [challenge.pk])
        assert cursor.fetchone() == (None,)
    assert now(ann, challenge).is_open


def test_the_panel_is_told_and_letters_say_nothing(ann: User, strangers: list[User]) -> None:
    challenged(ann)
    for message in OutboxMessage.objects.filter(topic="governance.tell"):
        assert outbox.deliver(message.pk)
    assert {letter.to[0] for letter in mail.outbox} == {user.email for user in strangers}
    assert {letter.subject for letter in mail.outbox} == {"There is something new for you"}
    assert not [letter for letter in mail.outbox if WRONG in letter.body or "Ann" in letter.body]


# --- No loss meanwhile, and whose it is -----------------------------------------------------------


def answered(place: Sphere, ann: User) -> str:
    worker = worlds.holder("social-worker", place)
    ask = taken(place, worker, by=ann).ask
    with acting_as(worker):
        asks.mark_talked(ask=ask, by=worker)
        asks.close(ask=ask, answer="Nothing to be done.", by=worker)
    return ask.pk


def test_what_is_under_challenge_can_be_asked_by_anybody(
    ann: User, place: Sphere, strangers: list[User]
) -> None:
    about = answered(place, ann)
    assert not rules_challenges.is_open("answer", about)
    challenge = challenged(ann, kind="answer", about=about)
    for user in (ann, worlds.user(), None):
        with acting_as(user):
            assert rules_challenges.is_open("answer", about)
            assert not rules_challenges.is_open("answer", "0" * 12)
            assert not rules_challenges.is_open("decision", about)
    with pytest.raises(Conflict):
        challenged(ann, kind="answer", about=about)
    with acting_as(ann):
        challenges.withdraw(challenge=challenge, by=ann)
    assert not rules_challenges.is_open("answer", about)
    assert challenged(ann, kind="answer", about=about).is_open


def test_taking_it_back_takes_back_what_was_released(ann: User, strangers: list[User]) -> None:
    challenge = challenged(ann, Part.NEEDS)
    with acting_as(ann):
        assert rules.consents_given_by(ann).count() == 3
        challenges.withdraw(challenge=challenge, by=ann)
        assert not rules.consents_given_by(ann).exists()
        with pytest.raises(Conflict):
            challenges.withdraw(challenge=challenge, by=ann)
    with acting_as(strangers[0]):
        assert not Challenge.objects.exists()


@pytest.mark.parametrize(
    ("kind", "about"), [("answer", "0" * 12), ("nothing", ""), ("elsewhere", "1"), ("decision", "")]
)
def test_only_what_is_there_for_the_person_is_challenged(ann: User, kind: str, about: str) -> None:
    with pytest.raises(Missing):
        challenged(ann, kind=kind, about=about)


def test_nobody_challenges_what_another_was_answered(ann: User, place: Sphere) -> None:
    about, other = answered(place, ann), worlds.user()
    worlds.person(other)
    with pytest.raises(Missing):
        challenged(other, kind="answer", about=about)
    with acting_as(other):
        offered = queries_challenges.can_be_challenged(other, f"answer:{about}")
    assert [name for name, _words in offered] == ["elsewhere:"]


def test_a_body_s_decision_can_be_challenged_from_its_page(
    ann: User, elsewhere: Sphere, strangers: list[User]
) -> None:
    decision = worlds.decided(worlds.council(elsewhere, members=3), power="split-the-local-budget")
    client = client_of(ann)
    page = client.get(reverse("matter", args=[decision.matter.public_id])).content.decode()
    address = f"{reverse('challenge')}?about=decision:{decision.public_id}"
    assert address in page
    assert decision.matter.question in client.get(address).content.decode()
    sent = {"about": f"decision:{decision.public_id}", "words": WRONG}
    assert client.post(reverse("challenge"), sent).status_code == 302
    assert rules_challenges.is_open("decision", decision.public_id)


def test_two_kinds_never_share_a_code() -> None:
    kind = challengeable.Kind("answer", "Another", lambda user, public_id: None)
    with pytest.raises(RuntimeError):
        challengeable.register(kind)
    assert challengeable.name_of("gone-since") == "gone-since"


def test_late_is_after_the_day_that_was_promised(ann: User) -> None:
    challenge = challenged(ann)
    assert not challenge.is_late(challenge.decide_by)
    assert challenge.is_late(challenge.decide_by + timedelta(days=1))


def test_a_member_whose_office_ends_still_answers(ann: User, strangers: list[User]) -> None:
    """Drawn is drawn: else ending an office would undo a panel."""
    [seat, *_others] = seats(ann, challenged(ann))
    mandates.end(mandate=Mandate.objects.get(user=seat.user), by=None)
    say(seat, Opinion.CHANGE)


# --- My rights ------------------------------------------------------------------------------------


def test_the_page_says_where_each_right_stands(
    ann: User, place: Sphere, strangers: list[User]
) -> None:
    client = client_of(ann)
    text = words_on(client, "my_rights")
    for words in (
        "0 people can see",
        "Nobody speaks up for me yet",
        "No challenge of mine is open",
    ):
        assert words in text
    worlds.let_see(ann, worlds.user(), Part.PLAN)
    assert place.parent is not None
    accepted(ann, place.parent)
    challenged(ann)
    text = words_on(client, "my_rights")
    for words in (
        "1 person can see",
        "An advocate speaks up with me",
        "1 challenge of mine is open",
        "It is written down how to talk with me",
    ):
        assert words in text
