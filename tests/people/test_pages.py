"""Pages of the record, of who can see it, and of who has looked: what they show, and what comes back with an error."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from governance.models import User
from people import queries, rules
from people.actions import consents
from people.models import Person, PersonUserObjectPermission
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as
from socialcare.kernel.public_ids import in_fours
from tests import worlds
from tests.kit.reading import Page
from tests.worlds import in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user = worlds.user("ann")
    worlds.person(user, preferred_name="Ann")
    return user


@pytest.fixture
def client(ann: User) -> Client:
    client = Client()
    client.force_login(ann)
    return client


@pytest.fixture
def jo() -> User:
    user = worlds.user("jo")
    worlds.person(user, preferred_name="Jo")
    return user


def shown(client: Client, name: str, *parts: str) -> Page:
    answer = client.get(reverse(name, args=parts))
    assert answer.status_code == 200
    return Page(answer.content.decode())


def text_of(page: Page) -> str:
    return page.one("main").text


def boxes(name: str, days: int) -> dict[str, Any]:
    day = in_days(days)
    return {f"{name}_{part}": getattr(day, part) for part in ("day", "month", "year")}


def test_an_empty_record_says_what_could_be_there(client: Client) -> None:
    text = text_of(shown(client, "record"))
    assert text.count("Nothing is written here yet.") == 5
    assert "Not written yet" in text


def test_somebody_without_a_record_is_led_home() -> None:
    stranger = Client()
    stranger.force_login(worlds.user())
    for name in ("record", "who_can_see", "who_looked"):
        assert stranger.get(reverse(name))["Location"] == reverse("home")
    for name in ("introduce", "say_how_to_reach", "keep_address", "record_need", "give_consent"):
        assert stranger.get(reverse(name)).status_code == 404


def test_a_record_is_written_page_by_page(client: Client) -> None:
    place = worlds.neighbourhood(name="Marigold Fold")
    for name, sent in (
        (
            "introduce",
            {"preferred_name": "Annie", "pronouns": "she", **boxes("date_of_birth", -9999)},
        ),
        ("say_how_to_reach", {"channel": "text", "reach": worlds.REACH, "never": worlds.NEVER}),
        ("keep_address", {"address": worlds.ADDRESS, "neighbourhood": "marigold fold"}),
        (
            "record_need",
            {
                "kind": "bsl",
                "words": worlds.WORDS,
                "is_flagged": "on",
                "met": "no",
                **boxes("review_on", 9),
            },
        ),
    ):
        answer = client.post(reverse(name), sent)
        assert (answer.status_code, answer.headers.get("Location")) == (302, "/home/record/"), name
    text = text_of(shown(client, "record"))
    for words in ("Annie", worlds.REACH, worlds.NEVER, worlds.ADDRESS, place.name, worlds.WORDS):
        assert words in text
    assert "British Sign Language" in text
    # Every form comes filled with what is there.
    assert worlds.ADDRESS in text_of(shown(client, "keep_address"))
    assert worlds.NEVER in text_of(shown(client, "say_how_to_reach"))


def test_words_are_never_read_as_markup(client: Client, ann: User, jo: User) -> None:
    hostile = '<script>alert("x")</script>'
    client.post(reverse("keep_address"), {"address": hostile})
    client.post(reverse("say_how_to_reach"), {"channel": "text", "reach": hostile, "say": hostile})
    client.post(
        reverse("record_need"),
        {
            "kind": "other",
            "words": hostile,
            "is_flagged": "on",
            "met": "no",
            **boxes("review_on", 9),
        },
    )
    worlds.let_see(ann, jo, "plan", known_as=hostile)
    for name in ("record", "who_can_see", "keep_address"):
        answer = client.get(reverse(name)).content.decode()
        assert "<script>alert" not in answer
        assert "&lt;script&gt;" in answer


@pytest.mark.parametrize("typed", ["Nowhere", "Twin Green", "Borough"])
def test_a_neighbourhood_that_cannot_be_told_comes_back(client: Client, typed: str) -> None:
    local = worlds.local_system(name="Borough")
    for _ in range(2):
        worlds.neighbourhood(under=local, name="Twin Green")
    sent = {"address": worlds.ADDRESS, "neighbourhood": typed}
    answer = client.post(reverse("keep_address"), sent)
    assert answer.status_code == 422
    # Nothing that was written is lost.
    assert worlds.ADDRESS in answer.content.decode()


def test_a_code_finds_a_neighbourhood_among_several_of_its_name(client: Client, ann: User) -> None:
    local = worlds.local_system()
    _first, second = (worlds.neighbourhood(under=local, name="Twin Green") for _ in range(2))
    sent = {"address": "", "neighbourhood": second.code.lower()}
    assert client.post(reverse("keep_address"), sent).status_code == 302
    with acting_as(ann):
        record = queries.own_record(ann)
    assert record is not None
    assert record.neighbourhood == second


# --- Who can see what -----------------------------------------------------------------------------


def give(client: Client, to: str, **changes: Any) -> Any:
    sent = {
        "code": to,
        "known_as": "my sister Jo",
        "parts": ["contact", "plan"],
        "purpose": "everyday",
        **boxes("last_day", 30),
        **changes,
    }
    return client.post(reverse("give_consent"), sent)


def test_an_empty_page_says_how_to_begin(client: Client) -> None:
    assert "Nobody but you" in text_of(shown(client, "who_can_see"))
    assert "Nobody has looked" in text_of(shown(client, "who_looked"))


def test_a_code_is_read_out_and_typed_in(client: Client, ann: User, jo: User) -> None:
    other = Client()
    other.force_login(jo)
    code = in_fours(jo.public_id)
    assert code in text_of(shown(other, "people_who_let_me"))
    assert give(client, f" {code.upper()} ").status_code == 302
    text = text_of(shown(client, "who_can_see"))
    assert "my sister Jo" in text
    assert "My plan" in text
    with acting_as(ann):
        given = rules.consents_given_by(ann)
        # The last day is a day on which they can still see it.
        assert {consent.last_on for consent in given} == {in_days(30)}
    assert "Ann" in text_of(shown(other, "people_who_let_me"))
    assert "Ann" in text_of(shown(other, "home"))


@pytest.mark.parametrize("code", ["", "0000-0000-0000", "jo@example.org", "x" * 13])
def test_nobodys_code_says_nothing_of_anybody(client: Client, jo: User, code: str) -> None:
    answer = give(client, code)
    assert answer.status_code == 422
    assert "my sister Jo" in answer.content.decode()


def test_a_rule_that_says_no_comes_back_on_the_form(client: Client, ann: User, jo: User) -> None:
    assert "your own code" in give(client, ann.public_id).content.decode()
    late = give(client, jo.public_id, **boxes("last_day", 500))
    assert (late.status_code, "within a year" in late.content.decode()) == (422, True)
    assert not list(given_by(ann))


def given_by(user: User) -> list[PersonUserObjectPermission]:
    with acting_as(user):
        return list(rules.consents_given_by(user))


def test_each_state_is_told_and_stopped_in_one_tap(client: Client, ann: User, jo: User) -> None:
    worlds.let_see(ann, jo, "contact", known_as="my sister Jo")
    worlds.let_see(ann, jo, "plan", starts_in=3, known_as="my sister Jo")
    page = shown(client, "who_can_see")
    assert "Not yet" in text_of(page)
    forms = [form.attributes.get("action", "") for form in page.all("form")]
    stops = [action for action in forms if action.endswith("/stop/")]
    assert len(stops) == 2
    assert client.post(stops[0])["Location"] == reverse("who_can_see")
    [everything] = [action for action in forms if action.endswith("/stop-everything/")]
    assert client.post(everything)["Location"] == reverse("who_can_see")
    assert given_by(ann) == []
    text = text_of(shown(client, "who_can_see"))
    assert text.count("Taken back – my sister Jo") == 2


def test_what_is_over_needs_no_stopping(client: Client, ann: User, jo: User) -> None:
    with acting_as(ann, at=timezone.now() - timedelta(days=40)):
        consents.give(
            person=Person.objects.get(user=ann),
            to=jo,
            known_as="my sister Jo",
            parts=["contact"],
            purpose="everyday",
            ends_on=acting.today() + timedelta(days=30),
            by=ann,
        )
    page = shown(client, "who_can_see")
    assert "Ended" in text_of(page)
    forms = [form.attributes.get("action", "") for form in page.all("form")]
    assert not [action for action in forms if action.endswith("/stop-everything/")]
    [off] = [action for action in forms if action.endswith("/stop/")]
    assert client.post(off).status_code == 302
    text = text_of(shown(client, "who_can_see"))
    assert "Nobody but you" in text
    assert "Taken back" not in text


def test_a_change_is_made_on_its_own_page(client: Client, ann: User, jo: User) -> None:
    [consent] = worlds.let_see(ann, jo, "contact", known_as="my sister Jo")
    page = shown(client, "change_consent", consent.public_id)
    assert "my sister Jo" in text_of(page)
    address = reverse("change_consent", args=[consent.public_id])
    sent = {"purpose": "health", **boxes("last_day", 1)}
    assert client.post(address, sent)["Location"] == reverse("who_can_see")
    [now] = given_by(ann)
    assert (now.purpose, now.last_on) == ("health", in_days(1))


# --- Who has looked -------------------------------------------------------------------------------


def test_each_look_is_read_with_its_reason(client: Client, ann: User, jo: User) -> None:
    worlds.fill_record(ann)
    worlds.let_see(ann, jo, "contact", known_as="my sister Jo", purpose="speak-up")
    other = Client()
    other.force_login(jo)
    [found] = people_of(jo)
    text = text_of(shown(other, "person", found.person.public_id))
    assert worlds.REACH in text
    assert worlds.WORDS not in text
    assert "Ann can read that you looked" in text
    text = text_of(shown(client, "who_looked"))
    for words in ("1 time", "my sister Jo", "How to reach me", "To speak up for me"):
        assert words in text
    # Her own reading is no look.
    shown(client, "record")
    assert "1 time" in text_of(shown(client, "who_looked"))


def people_of(user: User) -> list[queries.Supported]:
    with acting_as(user):
        return queries.people_who_let(user)


def test_looks_are_read_page_by_page(client: Client, ann: User, jo: User) -> None:
    [consent] = worlds.let_see(ann, jo, "contact")
    for _ in range(26):
        worlds.look(jo, consent.content_object)
    first = client.get(reverse("who_looked")).content.decode()
    second = client.get(reverse("who_looked"), {"page": 2}).content.decode()
    assert "26 times" in first
    assert (first.count('data-label="At what"'), second.count('data-label="At what"')) == (25, 1)


def test_ones_own_record_is_at_one_address(client: Client, ann: User) -> None:
    with acting_as(ann):
        person = rules.own_record(ann)
    assert person is not None
    assert client.get(reverse("person", args=[person.public_id]))["Location"] == "/home/record/"
