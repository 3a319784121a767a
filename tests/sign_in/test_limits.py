"""How long a session lasts, what somebody is told when it is over, and what becomes of the form they sent too late."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from governance.models import Session, User
from governance.sessions import SIGN_IN
from governance.tasks import forget_sessions
from tests import worlds
from tests.kit.reading import Page
from tests.sign_in.conftest import (
    IPHONE,
    SignIn,
    is_signed_in,
    post_sign_in,
    row_of,
    traces,
)

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


# --- The limits -----------------------------------------------------------------------------------


def test_a_session_nobody_uses_ends_after_half_an_hour(ann: User, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = sign_in(ann)
        clock.shift(29 * MINUTE)
        assert is_signed_in(client)
        clock.shift(29 * MINUTE)
        assert is_signed_in(client), "using it keeps it"
        clock.shift(30 * MINUTE)
        response = client.get("/home/security/")
        assert response.headers["Location"] == "/accounts/login/?next=/home/security/"
        page = client.get(response.headers["Location"]).content.decode()
        assert "We signed you out because nothing was done here for 30 minutes." in page
        onward = [field.attributes["value"] for field in Page(page).all("input", name="next")]
        assert onward.count("/home/security/") == 2, "with a password, and with a passkey"
    assert [entry.detail["why"] for entry in traces("session.ended")] == ["idle"]
    assert not Session.objects.filter(user=ann).exists()


def test_no_session_lasts_longer_than_twelve_hours(ann: User, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = sign_in(ann)
        for _ in range(35):
            clock.shift(20 * MINUTE)
            assert is_signed_in(client)
        clock.shift(20 * MINUTE)
        response = client.get("/home/security/", follow=True)
        assert "you signed in more than 12 hours ago" in response.content.decode()
    assert [entry.detail["why"] for entry in traces("session.ended")] == ["too-old"]


def test_a_public_page_is_shown_all_the_same(ann: User, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = sign_in(ann)
        clock.shift(HOUR)
        response = client.get("/help/")
    assert response.status_code == 200
    assert "We signed you out" in response.content.decode()


def test_use_is_noted_once_a_minute_at_most(ann: User, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = sign_in(ann)
        begun = row_of(client).seen_at
        clock.shift(MINUTE / 2)
        is_signed_in(client)
        assert row_of(client).seen_at == begun
        clock.shift(MINUTE / 2)
        is_signed_in(client)
        assert row_of(client).seen_at == begun + MINUTE


def test_a_session_that_does_not_say_whose_it_is_is_over(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    session = client.session
    del session[SIGN_IN]
    session.save()
    assert not is_signed_in(client)
    assert [entry.detail["why"] for entry in traces("session.ended")] == ["unknown"]


def test_the_list_leaves_out_what_is_over_and_it_is_forgotten(ann: User, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        sign_in(ann, IPHONE)
        clock.shift(40 * MINUTE)
        computer = sign_in(ann)
        assert "iPhone" not in computer.get("/home/security/").content.decode()
        assert Session.objects.filter(user=ann).count() == 2
        forget_sessions()
        assert Session.objects.filter(user=ann).count() == 1
        assert is_signed_in(computer)


# --- What was sent too late -----------------------------------------------------------------------

WORDS = "Ngozi, and a long story about her name"


def send_too_late(client: Client, clock: time_machine.Coordinates, **typed: str) -> None:
    clock.shift(HOUR)
    response = client.post("/home/begin/", typed or {"preferred_name": WORDS})
    assert response.headers["Location"].startswith("/accounts/login/?next=")


def test_what_was_written_is_kept_for_the_person_who_wrote_it(ann: User, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = sign_in(ann)
        send_too_late(client, clock)
        assert "Nothing is lost" in client.get("/accounts/login/").content.decode()
        response = client.post(
            "/accounts/login/?next=/home/begin/",
            {"login": ann.email, "password": worlds.PASSWORD},
            follow=True,
        )
    page = Page(response.content.decode())
    assert page.one("h1").text == "We kept what you wrote"
    form = next(f for f in page.all("form") if f.attributes.get("action") == "/home/begin/")
    assert form.attributes["method"] == "post"
    assert page.one("input", name="preferred_name").attributes["value"] == WORDS
    assert client.post("/home/begin/", {"preferred_name": WORDS}).status_code == 302
    assert f"Hello, {WORDS}" in client.get("/home/").content.decode()


def test_it_can_be_thrown_away(ann: User, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = sign_in(ann)
        send_too_late(client, clock)
        post_sign_in(client, ann)
        response = client.post("/home/security/kept/discard/", {"next": "/home/begin/"})
    assert response.headers["Location"] == "/home/begin/"
    assert WORDS not in client.get("/home/begin/", follow=True).content.decode()


def test_nobody_else_at_that_browser_finds_it(ann: User, sign_in: SignIn) -> None:
    bob = worlds.user("bob")
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = sign_in(ann)
        send_too_late(client, clock)
        for address in ("/", "/accounts/login/", "/home/begin/"):
            assert WORDS not in client.get(address, follow=True).content.decode()
        post_sign_in(client, bob)
        assert WORDS not in client.get("/home/begin/", follow=True).content.decode()
        client.post("/accounts/logout/")
        post_sign_in(client, ann)
        assert WORDS not in client.get("/home/begin/", follow=True).content.decode()


def test_what_is_kept_is_sealed_and_passwords_are_not_among_it(ann: User, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = sign_in(ann)
        clock.shift(HOUR)
        typed = {"oldpassword": worlds.PASSWORD, "password1": "new words", "password2": "new words"}
        client.post("/accounts/password/change/", typed)
        assert "kept_form" not in client.session
        clock.shift(-HOUR)
        other = sign_in(ann)
        send_too_late(other, clock)
    assert WORDS not in str(row_of(other).get_decoded())


def test_it_is_kept_for_an_hour(ann: User, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = sign_in(ann)
        send_too_late(client, clock)
        clock.shift(HOUR)
        post_sign_in(client, ann)
        assert WORDS not in client.get("/home/begin/", follow=True).content.decode()


def test_too_much_is_not_kept(ann: User, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        client = sign_in(ann)
        send_too_late(client, clock, preferred_name="x" * 200_000)
        assert "Nothing is lost" not in client.get("/accounts/login/").content.decode()
        assert "kept_form" not in client.session
