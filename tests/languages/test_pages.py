"""Every page in Welsh: nothing that has a translation is left in English, whoever reads it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse
from django.utils.text import capfirst

from budgets.models import Pot
from tests.languages.literals import SPOKEN
from tests.permissions.matrix import Cell, cells
from tests.small_england import ANONYMOUS, SmallEngland

with (Path(settings.BASE_DIR) / "locale/cy/LC_MESSAGES/django.po").open("rb") as _file:
    _CATALOGUE = read_po(_file)
# Written once, in the country's language, into the record of what a council was asked.
WRITTEN_ONCE = {
    "Shall the national pot from %(start)s be %(total)s?",
    "Shall version %(version)d of the formula “%(title)s” share the pot?",
    "Shall version %(version)d of the price “%(title)s” be what a point is worth?",
}
# The API's own document is in English, and the page is made from it.
ENGLISH = {"api:docs"}
READERS = (ANONYMOUS, "citizen", "councillor", "steward")
PAGES = [
    cell
    for cell in cells()
    if cell.method == "get" and cell.outcome == "page" and cell.role in READERS
    if cell.name not in ENGLISH and not cell.is_api
]


def _pattern(text: str) -> str:
    """What a message looks like on a page: its placeholders filled in, its tags gone."""
    parts = re.split(r"%\(\w+\)[sd]|%[sd]|\{\w+\}", re.sub(r"<[^>]+>", "", text).strip())
    return ".+?".join(re.escape(part.replace("%%", "%")) for part in parts)


def _forms(texts: object) -> list[str]:
    return [texts] if isinstance(texts, str) else list(texts)  # type: ignore[call-overload]


def _telling(text: str) -> bool:
    """Has words enough of its own that nothing else looks like it: not just "%(day)s at %(time)s"."""
    bare = re.sub(r"%\(\w+\)[sd]|\{\w+\}", "", text)
    return bare == text or sum(map(str.isalpha, bare)) >= 8


def _any_of(texts: Iterable[str]) -> re.Pattern[str]:
    """One of `texts`, also where a page begins it with a capital, or does not."""
    return re.compile(
        "|".join(
            _pattern(t)
            for text in texts
            for t in {text, capfirst(text), text[:1].lower() + text[1:]}
        )
    )


_WELSH = _any_of(text for m in _CATALOGUE if m.id for text in _forms(m.string))
_IN_ENGLISH = _any_of(
    text
    for m in _CATALOGUE
    if m.id and m.id != m.string
    for text in _forms(m.id)
    if text not in WRITTEN_ONCE and _telling(text)
)


class _Words(HTMLParser):
    """Each piece of text of a page, and each attribute that is read out."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.pieces += [value or "" for name, value in attrs if SPOKEN.match(name)]

    def handle_data(self, data: str) -> None:
        # What stands in code is the same in every language.
        if self.lasttag != "code":
            self.pieces.append(data)


def left_in_english(html: str) -> list[str]:
    """The pieces of a page that are English messages which the catalogue translates."""
    pieces = {" ".join(piece.split()) for piece in _Words(html).pieces}
    return sorted(
        piece for piece in pieces if _IN_ENGLISH.fullmatch(piece) and not _WELSH.fullmatch(piece)
    )


def test_english_is_found() -> None:
    html = '<h1>We count</h1><p aria-label="Main">£5 million</p><b title="Prif">Rydym yn cyfrif</b>'
    assert left_in_english(html) == ["Main", "We count"]
    assert left_in_english("<p>The national council set this pot.</p>") == []
    assert left_in_english("<p>4 hours ago</p><p>4 awr yn ôl</p>") == ["4 hours ago"]


@pytest.fixture(scope="module")
def readers(england: SmallEngland) -> dict[str, Client]:
    clients = {role: Client(headers={"accept-language": "cy"}) for role in READERS}
    for role, client in clients.items():
        if role != ANONYMOUS:
            client.force_login(england.people[role])
    return clients


@pytest.mark.parametrize("cell", PAGES, ids=str)
def test_no_page_is_left_in_english(
    untouched: SmallEngland, readers: dict[str, Client], cell: Cell
) -> None:
    answer = readers[cell.role].get(cell.address(untouched))
    assert answer.status_code == 200
    if not answer["Content-Type"].startswith("text/html") or "Content-Disposition" in answer:
        return  # a file to keep names things as the tables do
    html = answer.content.decode()
    assert left_in_english(html) == []
    if "<html" in html:
        assert '<html lang="cy"' in html
        assert 'value="en-gb" lang="en-gb">English</button>' in html


# --- What forms say ------------------------------------------------------------------------------

_ERROR = re.compile(r'<p[^>]*class="govuk-error-message"[^>]*>(.*?)</p>', re.DOTALL)


def errors(html: str) -> Iterator[str]:
    """The words beside each field that was not filled in right, without the "Gwall:" before them."""
    for told in _ERROR.findall(html):
        text = " ".join(re.sub(r"<[^>]+>", " ", told).replace("&#x27;", "'").split())
        yield text.removeprefix("Gwall: ")


_SENT: list[tuple[str, str, dict[str, str]]] = [
    ("find", ANONYMOUS, {"q": ""}),
    ("account_login", ANONYMOUS, {"login": "", "password": ""}),
    ("account_login", ANONYMOUS, {"login": "no-address", "password": "wrong"}),
    ("account_signup", ANONYMOUS, {"email": "x", "password1": "short", "password2": "other"}),
    (
        "account_signup",
        ANONYMOUS,
        {"email": "someone@example.org", "password1": "password1234", "password2": "password1234"},
    ),
    ("account_reset_password", ANONYMOUS, {"email": "x"}),
    ("account_change_password", "citizen", {"oldpassword": "wrong", "password1": "a", "password2": "b"}),
    ("account_email", "citizen", {"action_add": "", "email": "x"}),
    ("propose_pot", "steward", {}),
    ("propose_pot", "steward", {"total_pence": "1.5", "starts_on_day": "40", "starts_on_month": "1"}),
    ("propose_formula", "steward", {"text": "", "background": ""}),
    ("ask_by_document", ANONYMOUS, {"text": "", "pot_pence": ""}),
]  # fmt: skip


@pytest.mark.parametrize(("name", "role", "sent"), _SENT, ids=lambda part: str(part)[:40])
def test_what_a_form_asks_for_is_in_welsh(
    untouched: SmallEngland, name: str, role: str, sent: dict[str, str]
) -> None:
    client = Client(headers={"accept-language": "cy"})
    if role != ANONYMOUS:
        client.force_login(untouched.people[role])
    with override_settings(ACCOUNT_RATE_LIMITS=False):
        html = client.post(reverse(name), sent).content.decode()
    told = list(errors(html))
    assert told
    assert "Mae problem" in html
    library = {"Rhowch gyfeiriad ebost dilys.", "Mae angen y maes hwn."}
    assert [each for each in told if each not in library and not _WELSH.fullmatch(each)] == []


def test_a_question_to_the_council_is_the_same_for_all(untouched: SmallEngland) -> None:
    client = Client(headers={"accept-language": "cy"})
    client.force_login(untouched.people["steward"])
    sent = {
        "starts_on_day": "1", "starts_on_month": "4", "starts_on_year": "2040",
        "ends_on_day": "1", "ends_on_month": "4", "ends_on_year": "2041",
        "total_pence": "1,000.00", "risk_reserve_pence": "1", "national_functions_pence": "1",
        "background": "Oherwydd.",
    }  # fmt: skip
    assert client.post(reverse("propose_pot"), sent).status_code == 302
    question = Pot.objects.get(starts_on="2040-04-01").matter.question
    assert question == "Shall the national pot from 2040-04-01 be £1,000.00?"
