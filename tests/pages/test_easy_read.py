"""Easy Read: which pages have it, what its sentences are like, and who is remembered to want it."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, reverse

from socialcare.kernel import easy_read
from tests.pages.conftest import SignIn
from tests.permissions.matrix import cells
from tests.small_england import SmallEngland

MOST_WORDS = 12
# For programs and their owners, and a file; the pages of places, money and decisions are not about a reader's own life.
NOT_A_LIFE = {"tokens", "make_token", "revoke_token", "my_statement_csv", "my_data_json"}
CELLS = list(cells())


def _is_of_a_life(name: str) -> bool:
    [(address, _parameters), *_others] = get_resolver().reverse_dict.getlist(name)[0][0]
    return address.startswith(("home/", "people/")) and name not in NOT_A_LIFE


SHOWN = {cell.name for cell in CELLS if (cell.method, cell.outcome) == ("get", "page")}
CITIZEN_PAGES = sorted(name for name in SHOWN if ":" not in name and _is_of_a_life(name))
SENTENCES = [(page, each) for page, said in easy_read.pages().items() for each in said]


@pytest.mark.parametrize("name", CITIZEN_PAGES)
def test_every_page_of_a_citizens_life_has_easy_read(name: str) -> None:
    assert easy_read.pages().get(name)


@pytest.mark.parametrize(("name", "sentence"), SENTENCES)
def test_a_sentence_is_short_and_has_a_picture(name: str, sentence: easy_read.Sentence) -> None:
    assert name in {cell.name for cell in CELLS}
    assert len(sentence.says.split()) <= MOST_WORDS
    assert (Path(settings.BASE_DIR) / "static" / sentence.file).is_file()


def test_no_picture_is_carried_that_no_page_shows() -> None:
    folder = Path(settings.BASE_DIR) / "static" / "vendor" / "openmoji"
    assert {path.stem for path in folder.glob("*.svg")} == {each.picture for _, each in SENTENCES}


def _switch(client: Client, to: str, page: str) -> None:
    response = client.post(reverse("switch_easy_read"), {"to": to, "next": page})
    assert (response.status_code, response.headers["Location"]) == (302, page)


def _is_easy(client: Client, page: str) -> bool:
    [first, *_others] = easy_read.pages()["front_door" if page == "/" else "home"]
    return first.says in client.get(page).content.decode()


def test_a_visitor_is_remembered_in_this_browser_alone(
    untouched: SmallEngland, client: Client
) -> None:
    assert not _is_easy(client, "/")
    _switch(client, "on", "/")
    assert _is_easy(client, "/")
    assert not _is_easy(Client(), "/")
    _switch(client, "off", "/")
    assert not _is_easy(client, "/")


def test_somebody_signed_in_is_remembered_everywhere(
    sign_in: SignIn, untouched: SmallEngland
) -> None:
    home = reverse("home")
    _switch(sign_in("citizen"), "on", home)
    elsewhere = sign_in("citizen")
    assert _is_easy(elsewhere, home)
    assert not _is_easy(sign_in("worker"), home)
    _switch(elsewhere, "off", home)
    assert not _is_easy(sign_in("citizen"), home)


def test_the_cookie_of_before_signing_in_is_put_away_with_it(sign_in: SignIn) -> None:
    client, home = sign_in("citizen"), reverse("home")
    client.cookies[easy_read.COOKIE] = "on"
    assert _is_easy(client, home)
    _switch(client, "off", home)
    assert not _is_easy(client, home)


@pytest.mark.parametrize("there", ["https://elsewhere.example/", "//elsewhere.example", ""])
def test_it_leads_nowhere_else(db: None, client: Client, there: str) -> None:
    response = client.post(reverse("switch_easy_read"), {"to": "on", "next": there})
    assert response.headers["Location"] == "/"


def test_an_error_page_has_neither_sentences_nor_switch(sign_in: SignIn) -> None:
    page = sign_in("citizen").get("/home/no-such-page/").content.decode()
    assert reverse("switch_easy_read") not in page
