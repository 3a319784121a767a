"""Every page that somebody may open: readable by everybody, on a phone too, and without a complaint from the browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import DESKTOP, PHONE, Visitor, visiting
from tests.permissions.matrix import Cell, cells
from tests.small_england import ANONYMOUS, SmallEngland

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],
}
# Answers that are not pages: files, a piece of a page, and a word for machines.
NOT_PAGES = {
    "explain_json",
    "what_if_document",
    "what_if_file",
    "formula_document",
    "my_statement_csv",
    "price_document",
    "livez",
    "my_data_json",
    "my_data_page",
    "open_data_allocations",
    "open_data_conversation",
    "open_data_decisions",
    "open_data_formula",
    "open_data_neighbourhoods",
    "open_data_package",
    "place_csv",
    "places_csv",
    "run_file",
    "readyz",
    "run_progress",
}


# Pages with something on them for those who take part.
SHOWS_MORE = {"formulas", "matter", "money", "pot"}


def pages() -> Iterator[Cell]:
    """What the matrix lets people open: each page once, again for a steward where they see more, and every home."""
    shown = [
        cell
        for cell in cells()
        if cell.method == "get"
        and cell.outcome == "page"
        and cell.name not in NOT_PAGES
        and (not cell.is_api or cell.name == "api:docs")
    ]
    seen: set[str] = set()
    for cell in shown:
        sees_more = cell.name in SHOWS_MORE and cell.role == "steward"
        if cell.label not in seen or sees_more or cell.name == "home":
            seen.add(cell.label)
            yield cell


PAGES = list(pages())


class Visitors:
    """One signed-in browser for each role, kept from page to page."""

    def __init__(self, browser: Browser, address: str, world: SmallEngland) -> None:
        self._browser, self._address, self._world = browser, address, world
        self._known: dict[str, Visitor] = {}
        self._open = ExitStack()

    def __getitem__(self, role: str) -> Visitor:
        if role not in self._known:
            visitor = self._open.enter_context(visiting(self._browser, self._address))
            if role != ANONYMOUS:
                visitor.sign_in(self._world.people[role].email)
            self._known[role] = visitor
        visitor = self._known[role]
        visitor.faults.clear()
        visitor.page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
        return visitor

    def close(self) -> None:
        self._open.close()


@pytest.fixture(scope="module")
def visitors(browser: Browser, address: str, world: SmallEngland) -> Iterator[Visitors]:
    known = Visitors(browser, address, world)
    yield known
    known.close()


def open_every_disclosure(visitor: Visitor) -> None:
    visitor.page.evaluate("for (const d of document.querySelectorAll('details')) d.open = true")


def assert_good(visitor: Visitor) -> None:
    """The open page: WCAG's rules, one main heading, and a phone's width."""
    open_every_disclosure(visitor)
    found = Axe().run(visitor.page, options=RULES)
    assert found.violations_count == 0, found.generate_report()
    assert visitor.page.locator("h1").count() == 1
    visitor.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    wide = visitor.page.evaluate(
        """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
            [...document.querySelectorAll("body *")]
                .filter((e) => e.getBoundingClientRect().right > window.innerWidth + 0.5)
                .map((e) => e.outerHTML.slice(0, 120))"""
    )
    assert wide == [], "these make the page scroll sideways on a phone"


@pytest.mark.parametrize("cell", PAGES, ids=str)
def test_a_page_is_for_everybody(visitors: Visitors, world: SmallEngland, cell: Cell) -> None:
    visitor = visitors[cell.role]
    visitor.go(cell.address(world))
    assert_good(visitor)
    assert visitor.faults == []
    assert visitor.elsewhere == []


@pytest.mark.parametrize(
    ("role", "path", "heading"),
    [
        (ANONYMOUS, "/no/such/page/", "We cannot find that page"),
        ("citizen", "/money/pots/propose/", "That cannot be done"),
    ],
)
def test_a_refusal_is_for_everybody(visitors: Visitors, role: str, path: str, heading: str) -> None:
    visitor = visitors[role]
    visitor.go(path)
    assert visitor.heading == heading
    assert_good(visitor)


def test_a_form_with_errors_is_for_everybody(visitors: Visitors) -> None:
    visitor = visitors["steward"]
    visitor.go("/money/pots/propose/")
    visitor.button("Put it to the council")
    assert visitor.page.get_by_role("alert").get_by_role("link").count() == 6
    assert_good(visitor)


def test_places_to_choose_from_are_for_everybody(visitors: Visitors) -> None:
    visitor = visitors[ANONYMOUS]
    visitor.go("/")
    visitor.page.get_by_role("searchbox").fill("S72 7LP")
    visitor.page.get_by_role("search").get_by_role("button").click()
    visitor.page.locator(".sc-places").wait_for()
    assert_good(visitor)
    assert visitor.faults == []


def test_the_menu_opens_on_a_phone(visitors: Visitors) -> None:
    visitor = visitors[ANONYMOUS]
    visitor.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    visitor.go("/")
    menu = visitor.page.get_by_role("button", name="Menu")
    assert not visitor.page.get_by_role("link", name="The money").is_visible()
    menu.click()
    assert visitor.page.get_by_role("link", name="The money").is_visible()
    assert menu.bounding_box()["height"] >= 44  # type: ignore[index]
