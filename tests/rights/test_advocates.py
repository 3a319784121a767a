"""Advocates: who is one, that nobody dependent is, and that being asked opens nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from governance.actions import mandates
from governance.models import Sphere, User
from people import rules, rules_advocacy
from people.actions import advocacy
from people.models import AdvocacyOrganisation, AdvocacyRequest
from people.parts import Part, Purpose
from socialcare.kernel import outbox
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, Missing, NotAllowed
from socialcare.kernel.models import OutboxMessage
from tests import worlds
from tests.kit.reading import Page
from tests.rights.worlds import ABOUT, accepted, advocate, asked, organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def place() -> Sphere:
    return worlds.neighbourhood()


@pytest.fixture
def local(place: Sphere) -> Sphere:
    assert place.parent is not None
    return place.parent


@pytest.fixture
def ann(place: Sphere) -> User:
    user = worlds.user("ann")
    worlds.person(user, preferred_name="Annabel Winterbourne")
    worlds.fill_record(user, neighbourhood=place)
    return user


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def sees(user: User, request: AdvocacyRequest) -> bool:
    with acting_as(user):
        return AdvocacyRequest.objects.filter(pk=request.pk).exists()


# --- Who is one -----------------------------------------------------------------------------------


@pytest.mark.parametrize(("gives", "pays"), [(True, False), (False, True), (True, True)])
def test_whoever_gives_or_pays_for_support_has_no_advocates(gives: bool, pays: bool) -> None:
    with pytest.raises(DomainError, match="paid support"):
        advocacy.register_organisation(
            name="Care plc",
            gives_support=gives,
            pays_for_support=pays,
            declared_on=worlds.LONG_AGO,
            checked_on=worlds.LONG_AGO,
        )
    row = organisation()
    row.pk, row.public_id, row.name = None, "0" * 12, "Care plc"
    row.gives_support, row.pays_for_support = gives, pays
    with pytest.raises(IntegrityError, match="advocacy_is_independent"), transaction.atomic():
        row.save(force_insert=True)
    assert not AdvocacyOrganisation.objects.filter(name="Care plc").exists()


def test_independence_is_checked_after_it_was_declared() -> None:
    for declared, checked in ((2, 1), (1, 9)):
        with pytest.raises(DomainError, match="declared"):
            advocacy.register_organisation(
                name="Hasty",
                gives_support=False,
                pays_for_support=False,
                declared_on=worlds.in_days(declared - 5),
                checked_on=worlds.in_days(checked - 5),
            )


def test_the_council_that_pays_appoints_no_advocate(local: Sphere) -> None:
    council = worlds.council(local, members=3)
    with pytest.raises(NotAllowed):
        advocacy.register_advocate(
            user=worlds.user(), organisation=organisation(), local_system=local, by=council.chair
        )


def test_the_register_is_public_and_shows_who_is_one_today(local: Sphere) -> None:
    now, gone = advocate(local), advocate(local)
    mandates.end(mandate=gone.mandate, by=None)
    text = Page(client_of(None).get(reverse("advocates")).content.decode()).one("main").text
    assert now.organisation.name in text
    assert gone.organisation.name not in text


# --- Asking ---------------------------------------------------------------------------------------


def test_being_asked_opens_nothing(ann: User, local: Sphere) -> None:
    who, other = advocate(local), advocate(local)
    request = asked(ann, local, who=who)
    user = who.mandate.user
    assert sees(user, request)
    assert not sees(other.mandate.user, request)
    with acting_as(user):
        advocacy.accept(request=request, by=user)
        assert not rules.people_visible_to(user).filter(pk=request.person_id).exists()
    text = client_of(user).get(reverse("asked_as_advocate")).content.decode()
    assert ABOUT in text
    assert "Annabel" not in text


def test_whoever_is_free_takes_it_and_then_only_they_see_it(ann: User, local: Sphere) -> None:
    first, second = (advocate(local).mandate.user for _ in range(2))
    elsewhere = advocate(worlds.local_system()).mandate.user
    request = asked(ann, local)
    assert [sees(user, request) for user in (first, second, elsewhere)] == [True, True, False]
    with acting_as(first):
        with pytest.raises(DomainError, match="by name"):
            advocacy.decline(request=request, by=first)
        advocacy.accept(request=request, by=first)
    assert [sees(user, request) for user in (first, second)] == [True, False]
    with acting_as(second), pytest.raises(Missing):
        advocacy.accept(request=request, by=second)
    with acting_as(first), pytest.raises(NotAllowed):
        advocacy.accept(request=request, by=first)


def test_an_office_that_ends_takes_the_sight_with_it(ann: User, local: Sphere) -> None:
    who = advocate(local)
    request = asked(ann, local, who=who)
    mandates.end(mandate=who.mandate, by=None)
    assert not sees(who.mandate.user, request)


def test_an_office_without_an_organisation_is_none(ann: User, local: Sphere) -> None:
    pretender = worlds.holder(rules_advocacy.ROLE, local)
    assert not sees(pretender, asked(ann, local))


def test_it_is_over_on_its_day(ann: User, local: Sphere) -> None:
    request = accepted(ann, local)
    advocate_user = request.advocate
    assert advocate_user is not None
    for days, there in ((29, True), (31, False)):
        with acting_as(advocate_user, at=timezone.now() + timedelta(days=days)):
            assert AdvocacyRequest.objects.exists() == there


@pytest.mark.parametrize(
    ("days", "name", "code"),
    [(0, "Ann", "bad-dates"), (400, "Ann", "bad-dates"), (9, " ", "no-name")],
)
def test_what_is_missing_is_asked_for(
    ann: User, local: Sphere, days: int, name: str, code: str
) -> None:
    with acting_as(ann), pytest.raises(DomainError) as error:
        advocacy.ask(local_system=local, name=name, ends_on=worlds.in_days(days), by=ann)
    assert error.value.code == code


def test_one_at_a_time(ann: User, local: Sphere) -> None:
    request = asked(ann, local)
    with pytest.raises(Conflict):
        asked(ann, local)
    with acting_as(ann):
        advocacy.end(request=request, by=ann)
    assert asked(ann, local).state == "asked"


def test_an_advocate_of_another_place_is_not_asked(ann: User, local: Sphere) -> None:
    with pytest.raises(DomainError, match="of that local system"):
        asked(ann, local, who=advocate(worlds.local_system()))


# --- What they see, and the end -------------------------------------------------------------------


def let_see(ann: User, request: AdvocacyRequest) -> None:
    with acting_as(ann):
        advocacy.let_see(request=request, parts=[Part.CONTACT], by=ann)


@pytest.mark.parametrize("who_ends", ["person", "advocate"])
def test_what_they_saw_to_speak_up_ends_with_it(ann: User, local: Sphere, who_ends: str) -> None:
    request = accepted(ann, local)
    user = request.advocate
    assert user is not None
    let_see(ann, request)
    worlds.let_see(ann, user, Part.PLAN, purpose=Purpose.EVERYDAY)
    with acting_as(ann):
        person = rules.own_record(ann)
    assert person is not None
    address = f"/people/{person.public_id}/"
    assert worlds.REACH in client_of(user).get(address).content.decode()
    with acting_as(ann):
        [consent] = rules.consents_given_by(ann).filter(purpose=Purpose.SPEAK_UP)
        assert consent.ends_on == request.ends_on
    if who_ends == "person":
        client_of(ann).post(reverse("end_advocacy", args=[request.public_id]))
    else:
        sent = {"answer": "end"}
        client_of(user).post(reverse("answer_advocacy", args=[request.public_id]), sent)
        for message in OutboxMessage.objects.filter(topic=advocacy.END_SIGHT):
            assert outbox.deliver(message.pk)
    assert worlds.REACH not in client_of(user).get(address).content.decode()
    assert not sees(user, request)
    with acting_as(ann):
        [left] = rules.consents_given_by(ann).filter(user=user)
        assert left.purpose == Purpose.EVERYDAY


def test_nothing_is_given_before_they_say_yes(ann: User, local: Sphere) -> None:
    request = asked(ann, local, who=advocate(local))
    with acting_as(ann), pytest.raises(Conflict):
        advocacy.let_see(request=request, parts=[Part.CONTACT], by=ann)
    address = reverse("let_advocate_see", args=[request.public_id])
    assert client_of(ann).get(address).status_code == 404


def test_the_whole_way_on_pages(ann: User, local: Sphere) -> None:
    who = advocate(local)
    user = who.mandate.user
    mine, theirs = client_of(ann), client_of(user)
    form = mine.get(reverse("ask_advocate"))
    assert who.organisation.name in form.content.decode()
    day = worlds.in_days(20)
    sent = {"whom": f"any:{local.code}", "name": "Annie", "words": ABOUT}
    sent |= {f"last_day_{part}": str(getattr(day, part)) for part in ("day", "month", "year")}
    assert mine.post(reverse("ask_advocate"), {**sent, "name": ""}).status_code == 422
    assert mine.post(reverse("ask_advocate"), sent).status_code == 302
    with acting_as(ann):
        request = AdvocacyRequest.objects.get()
    assert "Annie" in theirs.get(reverse("asked_as_advocate")).content.decode()
    address = reverse("answer_advocacy", args=[request.public_id])
    assert theirs.post(address, {"answer": "maybe"}).status_code == 404
    assert theirs.post(address, {"answer": "accept"}).status_code == 302
    page = mine.get(reverse("my_advocate")).content.decode()
    assert user.public_name in page
    see = reverse("let_advocate_see", args=[request.public_id])
    assert mine.post(see, {"parts": [Part.CONTACT]}).status_code == 302
    assert "How to reach me" in mine.get(reverse("my_advocate")).content.decode()


def test_an_advocate_turns_no_request_into_anothers(ann: User, local: Sphere) -> None:
    request, thief = accepted(ann, local), worlds.user()
    assert request.advocate is not None
    with (
        acting_as(request.advocate),
        pytest.raises(Exception, match="row-level security"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE people_advocacyrequest SET advocate_id = %s", [thief.pk])


def test_letters_say_nothing(ann: User, local: Sphere) -> None:
    request = accepted(ann, local)
    for message in OutboxMessage.objects.filter(topic="governance.tell"):
        assert outbox.deliver(message.pk)
    assert request.advocate is not None
    assert [letter.to for letter in mail.outbox] == [[request.advocate.email]]
    assert ABOUT not in mail.outbox[0].body
