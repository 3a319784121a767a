"""What is never written down: where somebody may live and how to reach them stay out of addresses, logs and answers."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests import worlds
from tests.kit.reading import Page
from tests.pages.conftest import SignIn
from tests.small_england import ANONYMOUS, SmallEngland

POSTCODE = "S72 7LP"


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet() -> Iterator[None]:
    """Rate limits are counted in the cache, which outlives a test's transaction."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything that the service would log, below the level it is run at too."""
    with caplog.at_level(logging.DEBUG):
        # What the tests' own database driver says is not the service's log.
        logging.getLogger("django.db.backends").setLevel(logging.WARNING)
        yield caplog


# --- Postcodes ------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [POSTCODE, "s727lp", "12 High Street, S72 7LP", "S72", "S72 0ZZ"])
def test_a_postcode_never_comes_into_an_address_or_a_log(
    sign_in: SignIn, log: pytest.LogCaptureFixture, typed: str
) -> None:
    client = sign_in(ANONYMOUS)
    response = client.post("/find/", {"q": typed}, follow=True)
    assert response.status_code in {200, 422}
    for address, _status in response.redirect_chain:
        assert "s72" not in address.lower()
    assert "s72" not in log.text.lower()
    for link in Page(response.content.decode()).all("a"):
        assert "s72" not in link.attributes["href"].lower()


def test_a_postcode_in_an_address_is_taken_out_of_it_at_once(sign_in: SignIn) -> None:
    response = sign_in(ANONYMOUS).get("/find/", {"q": POSTCODE})
    assert response.status_code == 302
    assert "s72" not in response.headers["Location"].lower()


def test_words_that_name_no_place_do_not_come_into_an_address(sign_in: SignIn) -> None:
    response = sign_in(ANONYMOUS).post("/find/", {"q": "Margaret from number 12"})
    assert response.status_code == 200
    assert "We found no place of that name" in response.content.decode()


# --- E-mail addresses -----------------------------------------------------------------------------


def sign_in_with(client: Client, email: str, password: str, **extra: str) -> HttpResponse:
    return client.post("/accounts/login/", {"login": email, "password": password}, **extra)


def test_signing_in_leaves_no_e_mail_address_in_the_log(
    untouched: SmallEngland, log: pytest.LogCaptureFixture
) -> None:
    email = untouched.people["citizen"].email
    client = Client()
    assert sign_in_with(client, email, "not the password").status_code == 200
    response = sign_in_with(client, email, worlds.PASSWORD)
    assert response.headers["Location"] == "/home/"
    client.post("/accounts/password/reset/", {"email": email})
    client.post("/accounts/login/?next=/nowhere", {"login": email, "password": "no"})
    assert email not in log.text
    assert worlds.PASSWORD not in log.text


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    untouched: SmallEngland,
) -> None:
    known, unknown = (
        sign_in_with(Client(), email, "not the password")
        for email in (untouched.people["citizen"].email, "nobody@example.org")
    )

    def shown(response: HttpResponse) -> str:
        return re.sub(r'value="[^"]*"', "", response.content.decode())

    assert known.status_code == unknown.status_code
    assert shown(known) == shown(unknown)
    assert "The address or the password is not right." in known.content.decode()


def test_a_forgotten_password_gets_the_same_answer_for_known_and_unknown_addresses(
    untouched: SmallEngland,
) -> None:
    known, unknown = (
        Client().post("/accounts/password/reset/", {"email": email}, follow=True)
        for email in (untouched.people["citizen"].email, "nobody@example.org")
    )
    assert known.redirect_chain == unknown.redirect_chain
    assert known.content == unknown.content
    assert "@" not in known.content.decode()


def test_the_letter_about_a_forgotten_password_works_once_and_its_key_leaves_the_address(
    untouched: SmallEngland,
) -> None:
    email = untouched.people["citizen"].email
    client = Client()
    client.post("/accounts/password/reset/", {"email": email})
    (letter,) = [letter for letter in mail.outbox if letter.to == [email]]
    link = next(word for word in letter.body.split() if "/password/reset/key/" in word)
    opened = client.get(urlsplit(link).path)
    # The key would go on in the "referer" and in the browser's history.
    assert opened.status_code == 302
    assert opened.headers["Location"].endswith("-set-password/")
    new = {"password1": "three words apart", "password2": "three words apart"}
    assert client.post(opened.headers["Location"], new).status_code == 302
    assert sign_in_with(Client(), email, "three words apart").headers["Location"] == "/home/"
    again = Client().get(urlsplit(link).path)
    assert "This link no longer works" in again.content.decode()


def test_making_a_sign_in_does_not_tell_who_has_one(untouched: SmallEngland) -> None:
    def sign_up(email: str) -> HttpResponse:
        new = {"password1": "three words apart", "password2": "three words apart"}
        return Client().post("/accounts/signup/", {"email": email, **new}, follow=True)

    known, unknown = sign_up(untouched.people["citizen"].email), sign_up("newcomer@example.com")
    assert known.redirect_chain == unknown.redirect_chain
    assert known.status_code == unknown.status_code == 200


# --- Too many tries -------------------------------------------------------------------------------


def test_too_many_tries_to_sign_in_get_a_page_that_says_to_wait(untouched: SmallEngland) -> None:
    client = Client()
    for _ in range(60):
        response = sign_in_with(client, "somebody@example.org", "guess", REMOTE_ADDR="192.0.2.7")
        if response.status_code == 429:
            break
    assert response.status_code == 429
    page = Page(response.content.decode())
    assert page.one("h1").text == "Please wait a little"
    # Somebody else, at another address, is not kept out.
    email = untouched.people["citizen"].email
    other = sign_in_with(Client(), email, worlds.PASSWORD, REMOTE_ADDR="192.0.2.8")
    assert other.headers["Location"] == "/home/"


def test_guessing_at_one_person_is_stopped_from_wherever_it_comes(untouched: SmallEngland) -> None:
    email = untouched.people["citizen"].email
    for number in range(20):
        where = f"198.51.100.{number}"
        sign_in_with(Client(), email, "guess", REMOTE_ADDR=where)
    response = sign_in_with(Client(), email, "guess", REMOTE_ADDR="198.51.100.99")
    said = response.content.decode()
    assert "Too many wrong tries." in said or response.status_code == 429
    assert reverse("home") != response.headers.get("Location")
