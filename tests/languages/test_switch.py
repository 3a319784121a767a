"""The language switch: one button on every page, a cookie, and the same page again in the other language."""

from __future__ import annotations

from datetime import date

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from socialcare.kernel.templatetags import figures
from socialcare.kernel.templatetags.language import translated
from tests import worlds
from tests.kit.reading import Page

pytestmark = pytest.mark.django_db

WELSH = {"Accept-Language": "cy"}


def choose(client: Client, language: str, *, come_back_to: str, **headers: str) -> str:
    """Presses a button of the switch. Returns where it leads."""
    answer = client.post(
        reverse("set_language"), {"language": language, "next": come_back_to}, headers=headers
    )
    assert answer.status_code == 302
    return str(answer["Location"])


def test_everybody_gets_english_unless_they_ask_otherwise(client: Client) -> None:
    page = Page(client.get("/help/").content.decode())
    assert page.one("html").attributes["lang"] == "en-gb"
    button = page.one("button", name="language")
    assert (button.attributes["value"], button.attributes["lang"], button.text) == (
        "cy",
        "cy",
        "Cymraeg",
    )
    assert page.one("span", lang="en-gb").attributes["aria-current"] == "true"


def test_the_switch_shows_the_same_page_in_welsh_and_back(client: Client) -> None:
    address = "/decisions/?state=decided"
    assert choose(client, "cy", come_back_to=address) == address
    answer = client.get(address)
    page = Page(answer.content.decode())
    assert page.one("html").attributes["lang"] == "cy"
    assert answer["Content-Language"] == "cy"
    assert page.one("h1").text == "Penderfyniadau"
    assert page.one("button", name="language").attributes["value"] == "en-gb"
    assert page.one("input", name="next").attributes["value"] == address
    choose(client, "en-gb", come_back_to=address)
    assert Page(client.get(address).content.decode()).one("h1").text == "Decisions"


def test_the_cookie_is_only_about_the_language(client: Client) -> None:
    choose(client, "cy", come_back_to="/")
    assert list(client.cookies) == [settings.LANGUAGE_COOKIE_NAME]
    cookie = client.cookies[settings.LANGUAGE_COOKIE_NAME]
    assert cookie.value == "cy"
    assert cookie["max-age"] == 365 * 24 * 60 * 60
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")
    assert bool(cookie["secure"]) is settings.LANGUAGE_COOKIE_SECURE is settings.HTTPS
    assert cookie["domain"] == ""


def test_over_https_the_cookie_can_come_from_nowhere_else() -> None:
    expected = "__Host-language" if settings.HTTPS else "language"
    assert expected == settings.LANGUAGE_COOKIE_NAME


def test_the_browsers_own_wish_counts_until_somebody_chooses(client: Client) -> None:
    welsh = Page(client.get("/", headers=WELSH).content.decode())
    assert welsh.one("h1").text == "Gofal a chymorth i bawb"
    choose(client, "en-gb", come_back_to="/")
    english = Page(client.get("/", headers=WELSH).content.decode())
    assert english.one("h1").text == "Care and support for everyone"


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"]
)
def test_it_leads_nowhere_else(client: Client, address: str) -> None:
    assert choose(client, "cy", come_back_to=address) == "/"


def test_without_the_field_it_goes_back_to_where_it_was_pressed(client: Client) -> None:
    came_from = "http://testserver/help/"
    assert choose(client, "cy", come_back_to="", referer=came_from) == came_from


def test_an_unknown_language_changes_nothing(client: Client) -> None:
    choose(client, "tlh", come_back_to="/")
    assert not client.cookies
    assert Page(client.get("/").content.decode()).one("html").attributes["lang"] == "en-gb"


def test_it_is_a_button_and_no_link_sets_it(client: Client) -> None:
    assert client.get(reverse("set_language"), {"language": "cy"}).status_code == 405
    assert not client.cookies


def test_the_switch_needs_no_cookie_and_puts_none_on_a_public_page() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.get("/accessibility/")
    assert not answer.cookies
    assert choose(client, "cy", come_back_to="/accessibility/") == "/accessibility/"


def test_caches_are_told_what_a_page_depends_on(client: Client) -> None:
    vary = {part.strip() for part in client.get("/accessibility/")["Vary"].split(",")}
    assert {"Accept-Language", "Cookie"} <= vary
    assert "Cookie" not in client.get("/livez").get("Vary", "")


def test_somebody_signed_in_has_the_switch_too(client: Client) -> None:
    person = worlds.person()
    client.force_login(person.user)
    choose(client, "cy", come_back_to="/home/")
    page = Page(client.get("/home/").content.decode())
    assert page.one("h1").text == "Helô, Ann"
    assert page.one("button", name="language").attributes["value"] == "en-gb"


def test_error_pages_are_in_the_readers_language(client: Client) -> None:
    missing = client.get("/no-such-page/", headers=WELSH)
    assert missing.status_code == 404
    page = Page(missing.content.decode())
    assert page.one("h1").text == "Ni allwn ddod o hyd i'r dudalen honno"
    # An error page repeats nothing that was asked for: the switch goes to the start.
    assert page.one("input", name="next").attributes["value"] == ""


@time_machine.travel(date(2026, 3, 5), tick=False)
def test_dates_and_sums_are_said_in_both_languages() -> None:
    day, moment = date(2026, 3, 3), date(2025, 8, 14)
    with translation.override("cy"):
        assert figures.day(day) == "Dydd Mawrth 3 Mawrth"
        assert figures.day(moment) == "Dydd Iau 14 Awst 2025"
        assert figures.pounds_short(2_460_000_000_000) == "£24.6 biliwn"
        assert figures.pounds(-5) == "minws £0.05"
    with translation.override("en-gb"):
        assert figures.day(day) == "Tuesday 3 March"
        assert figures.pounds_short(2_460_000_000_000) == "£24.6 billion"


def test_words_that_are_data_are_translated_where_the_catalogue_has_them() -> None:
    with translation.override("cy"):
        assert translated("People aged 85 and over") == "Pobl 85 oed a hŷn"
        assert translated("People who keep bees") == "People who keep bees"
        assert translated("") == translated(None) == ""
    assert translated("People aged 85 and over") == "People aged 85 and over"
