"""Acting for somebody: every page says whose record it is, opens to nobody else, and leaves a look behind."""

from __future__ import annotations

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from governance.models import User
from people.models import (
    AuthorityEntry,
    CommunicationNeed,
    LegalAuthority,
    Look,
    Person,
    PersonUserObjectPermission,
)
from people.parts import Part
from socialcare.kernel.acting import acting_as
from tests import worlds
from tests.people.test_authority import years_ago
from tests.worlds import Registry

pytestmark = pytest.mark.django_db

BAND = "You are acting for Mia"


@pytest.fixture
def office() -> Registry:
    return worlds.registry()


@pytest.fixture
def mum() -> User:
    user = worlds.user("mum")
    worlds.person(user, preferred_name="Nia")
    return user


@pytest.fixture
def mia(office: Registry, mum: User) -> Person:
    """A girl of ten with an account, whose mother's responsibility is confirmed."""
    person = worlds.person(worlds.user("mia"), preferred_name="Mia")
    worlds.authority(office, mum, "parental-responsibility", over=person, born_on=years_ago(10))
    return person


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(response: HttpResponse, status: int = 200) -> str:
    assert response.status_code == status, response.content.decode()[:2000]
    return response.content.decode()


def day(name: str, days: int) -> dict[str, int]:
    on = worlds.in_days(days)
    return {f"{name}_day": on.day, f"{name}_month": on.month, f"{name}_year": on.year}


WRITING = {
    "introduce_for": {
        "preferred_name": "Mia",
    },
    "say_how_to_reach_for": {"channel": "phone", "reach": "07700 900222"},
    "keep_address_for": {"address": "3 Invented Row"},
    "record_need_for": {"kind": "bsl", "met": "yes"},
}


@pytest.mark.parametrize("name", list(WRITING))
def test_a_parent_writes_for_a_child_under_the_band(mum: User, mia: Person, name: str) -> None:
    address = reverse(name, args=[mia.public_id])
    client = signed_in(mum)
    assert BAND in text(client.get(address))
    born = years_ago(10)
    sent = {**WRITING[name], **day("review_on", 30)}
    sent |= {
        "date_of_birth_day": born.day,
        "date_of_birth_month": born.month,
        "date_of_birth_year": born.year,
    }
    answer = client.post(address, sent)
    assert (answer.status_code, answer["Location"]) == (302, f"/people/{mia.public_id}/")
    page = text(client.get(answer["Location"]))
    assert BAND in page
    assert mia.user is not None
    child = signed_in(mia.user)
    looked = text(child.get(reverse("who_looked")))
    assert "Parental responsibility" in looked
    if name in ("say_how_to_reach_for", "record_need_for"):
        words = "Written by somebody who acts for this person."
        assert words in text(child.get(reverse("record")))


def test_what_they_wrote_is_reviewed_and_taken_out(mum: User, mia: Person) -> None:
    client = signed_in(mum)
    sent = {"kind": "bsl", "met": "yes", **day("review_on", 30)}
    client.post(reverse("record_need_for", args=[mia.public_id]), sent)
    with acting_as(mum):
        need = CommunicationNeed.objects.get(person=mia)
    at = [mia.public_id, need.public_id]
    assert BAND in text(client.get(reverse("review_need_for", args=at)))
    again = {"met": "no", "words": "Slowly.", **day("review_on", 60)}
    assert client.post(reverse("review_need_for", args=at), again).status_code == 302
    assert "Slowly." in text(client.get(f"/people/{mia.public_id}/"))
    assert client.post(reverse("remove_need_for", args=at)).status_code == 302
    with acting_as(mum):
        assert not CommunicationNeed.objects.exists()


def test_a_parent_gives_changes_and_stops_a_consent(mum: User, mia: Person) -> None:
    client, nurse = signed_in(mum), worlds.user("nurse")
    page = text(client.get(reverse("who_can_see_for", args=[mia.public_id])))
    assert BAND in page
    give = reverse("give_consent_for", args=[mia.public_id])
    assert BAND in text(client.get(give))
    sent = {
        "code": nurse.public_id,
        "known_as": "the school nurse",
        "parts": ["needs", "contact"],
        "purpose": "health",
        **day("last_day", 30),
    }
    assert client.post(give, sent).status_code == 302
    with acting_as(mum):
        needs, contact = PersonUserObjectPermission.objects.order_by("permission_id")
    page = text(client.get(reverse("who_can_see_for", args=[mia.public_id])))
    assert "the school nurse" in page
    at = [mia.public_id, needs.public_id]
    assert BAND in text(client.get(reverse("change_consent_for", args=at)))
    terms = {"purpose": "planning", **day("last_day", 9)}
    assert client.post(reverse("change_consent_for", args=at), terms).status_code == 302
    assert client.post(reverse("withdraw_consent_for", args=at)).status_code == 302
    assert mia.user is not None
    own = text(signed_in(mia.user).get(reverse("who_can_see")))
    assert "Given by somebody who decides for this person." in own
    assert own.count("the school nurse") > 0
    with acting_as(mum):
        [left] = PersonUserObjectPermission.objects.all()
        assert left == contact


def test_to_everybody_else_there_is_no_such_page(office: Registry, mia: Person) -> None:
    ex, friend = worlds.user("ex"), worlds.user("friend")
    held = worlds.authority(office, ex, "parental-responsibility", over=mia, born_on=years_ago(10))
    office.ended(held)
    for user in (ex, friend, office.registrar):
        client = signed_in(user)
        for name in (*WRITING, "who_can_see_for", "give_consent_for"):
            assert client.get(reverse(name, args=[mia.public_id])).status_code == 404
            if name != "who_can_see_for":
                address = reverse(name, args=[mia.public_id])
                assert client.post(address, WRITING.get(name, {})).status_code == 404
        assert client.get(f"/people/{mia.public_id}/").status_code == 404
    with acting_as(ex):
        assert not Look.objects.exists()


def test_a_deputy_meets_their_parts_alone(office: Registry) -> None:
    ann = worlds.user("ann")
    person = worlds.person(ann, preferred_name="Ann")
    worlds.fill_record(ann)
    bob = worlds.user("bob")
    worlds.authority(office, bob, "deputy", "budget", over=person)
    client = signed_in(bob)
    page = text(client.get(f"/people/{person.public_id}/"))
    assert "You are acting for Ann" in page
    for secret in worlds.SECRETS:
        assert secret not in page
    for name in WRITING:
        assert client.get(reverse(name, args=[person.public_id])).status_code == 404
    offered = text(client.get(reverse("give_consent_for", args=[person.public_id])))
    assert 'value="budget"' in offered
    assert 'value="plan"' not in offered
    assert "You act for them" in text(client.get(reverse("people_who_let_me")))


def test_from_the_claim_to_the_end(office: Registry) -> None:
    """Ann tells Bob her code; he claims; the registrar confirms; she disputes; the registrar ends it."""
    ann, bob = worlds.user("ann"), worlds.user("bob")
    worlds.person(ann, preferred_name="Ann")
    worlds.person(bob, preferred_name="Bob")
    worlds.person(office.registrar, preferred_name="Jean")
    his, hers, office_page = signed_in(bob), signed_in(ann), signed_in(office.registrar)
    sent = {
        "code": ann.public_id,
        "kind": "deputy",
        "parts": ["budget"],
        "place": office.place.name,
        "evidence": "court-order",
        "words": "Order 12",
    }
    assert his.post(reverse("claim_authority"), {**sent, "code": "nobody"}).status_code == 422
    assert his.post(reverse("claim_authority"), sent).status_code == 302
    assert "Waiting for the registrar" in text(his.get(reverse("who_decides")))
    with acting_as(bob):
        claim = LegalAuthority.objects.get()
    weigh = reverse("weigh_evidence", args=[claim.public_id])
    assert "Deputy of the court" in text(office_page.get(reverse("evidence")))
    assert weigh in text(office_page.get(reverse("home")))
    page = text(office_page.get(weigh))
    assert "Order 12" in page
    assert "Ann" not in page
    assert office_page.post(weigh, {"to": "confirmed"}).status_code == 302
    assert "Ann" in text(his.get(reverse("who_decides")))
    page = text(hers.get(reverse("who_decides")))
    assert "Order 12" in page
    dispute = reverse("dispute_authority", args=[claim.public_id])
    assert dispute in page
    assert text(hers.get(dispute))
    assert his.get(dispute).status_code == 404
    assert hers.post(dispute, {"words": ""}).status_code == 422
    assert hers.post(dispute, {"words": "I can do it."}).status_code == 302
    assert "I can do it." not in text(his.get(reverse("who_decides")))
    limits = {"to": "limited", "parts": [], "words": "An order."}
    assert office_page.post(weigh, limits).status_code == 422
    ends = {"to": "ended", "words": "The order was lifted."}
    assert office_page.post(weigh, ends).status_code == 302
    assert "Ended" in text(his.get(reverse("who_decides")))
    assert "Keep it" not in text(office_page.get(weigh))
    with acting_as(ann):
        states = list(AuthorityEntry.objects.order_by("pk").values_list("state", flat=True))
    assert states == ["recorded", "confirmed", "disputed", "ended"]


def test_a_sister_writes_for_somebody_without_an_account(office: Registry) -> None:
    sister = worlds.user("sister")
    worlds.person(sister, preferred_name="Robin")
    client = signed_in(sister)
    sent = {
        "preferred_name": "Joan",
        "kind": "asked",
        "parts": ["contact", "about-me"],
        "place": office.place.name,
        "evidence": "talked-with",
        "words": "She told the coordinator.",
        **day("last_day", 90),
    }
    assert text(client.get(reverse("begin_for")))
    assert client.post(reverse("begin_for"), sent).status_code == 302
    assert "Joan" not in text(client.get(reverse("people_who_let_me")))
    with acting_as(sister):
        claim = LegalAuthority.objects.get()
    confirm = reverse("weigh_evidence", args=[claim.public_id])
    assert signed_in(office.registrar).post(confirm, {"to": "confirmed"}).status_code == 302
    with acting_as(sister):
        joan = Person.objects.exclude(user=sister).get()
    assert (joan.preferred_name, joan.user) == ("Joan", None)
    page = text(client.get(f"/people/{joan.public_id}/"))
    assert "You are acting for Joan" in page
    assert client.get(reverse("who_can_see_for", args=[joan.public_id])).status_code == 404
    contact = reverse("say_how_to_reach_for", args=[joan.public_id])
    sent_contact = {"channel": "post", "reach": "3 Invented Row"}
    assert client.post(contact, sent_contact).status_code == 302
    assert "Written by somebody who acts for this person." in text(
        client.get(f"/people/{joan.public_id}/")
    )
    end = reverse("end_authority", args=[claim.public_id])
    assert text(client.get(end))
    assert client.post(end, {"words": ""}).status_code == 302
    assert client.get(f"/people/{joan.public_id}/").status_code == 404


def test_best_interests_on_the_page_needs_its_four_answers(office: Registry) -> None:
    ann, bob = worlds.user("ann"), worlds.user("bob")
    worlds.person(ann, preferred_name="Ann")
    sent = {
        "code": ann.public_id,
        "kind": "best-interests",
        "parts": [Part.NEEDS],
        "place": office.place.name,
        "evidence": "capacity-assessment",
        **day("last_day", 30),
    }
    client = signed_in(bob)
    assert client.post(reverse("claim_authority"), sent).status_code == 422
    said = {"decision": "Where to rest", "support": "Pictures", "consulted": "Her sister"}
    assert client.post(reverse("claim_authority"), {**sent, **said, "because": "She tires."})
    with acting_as(bob):
        entry = AuthorityEntry.objects.get()
        assert entry.evidence == "capacity-assessment"
