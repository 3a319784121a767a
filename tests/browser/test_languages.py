"""Welsh in a real browser: its longer words on a phone, WCAG's rules, and the switch with JavaScript off."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import override_settings

from tests.browser.conftest import DESKTOP, PHONE, Visit, Visitor
from tests.browser.test_pages import PAGES, assert_good
from tests.permissions.matrix import Cell
from tests.small_england import ANONYMOUS, SmallEngland

# One page of each kind: words, lists, tables, charts, forms.
KINDS = {
    *(
        "front_door",
        "help",
        "cookies",
        "find",
        "places",
        "place/local",
        "place/neighbourhood",
        "money",
    ),
    *(
        "formula/adopted",
        "run/posted",
        "explain/neighbourhood",
        "decisions",
        "matter/ripe",
        "powers",
    ),
    *("ask_what_if", "what_if/question", "account_login", "account_signup"),
}
PUBLIC = [cell for cell in PAGES if cell.role == ANONYMOUS and cell.label in KINDS]


def test_every_kind_of_page_is_there() -> None:
    assert {cell.label for cell in PUBLIC} == KINDS


@pytest.fixture(autouse=True)
def _plain_cookie() -> Iterator[None]:
    """The live server speaks plain HTTP, over which a browser keeps no secure cookie."""
    with override_settings(LANGUAGE_COOKIE_NAME="language", LANGUAGE_COOKIE_SECURE=False):
        yield


@pytest.mark.parametrize("cell", PUBLIC, ids=str)
def test_a_page_is_for_everybody_in_welsh(visit: Visit, world: SmallEngland, cell: Cell) -> None:
    visitor: Visitor = visit(locale="cy-GB")
    visitor.go(cell.address(world))
    assert visitor.page.locator("html").get_attribute("lang") == "cy"
    assert_good(visitor)
    assert visitor.faults == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_switch_needs_no_javascript_and_is_large_enough_for_a_thumb(
    visit: Visit, size: dict[str, int]
) -> None:
    visitor: Visitor = visit(java_script_enabled=False, viewport=size)
    visitor.go("/help/")
    welsh = visitor.page.get_by_role("button", name="Cymraeg")
    box = welsh.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    welsh.click()
    assert visitor.page.url == f"{visitor.address}/help/"
    assert visitor.heading == "Cael help"
    # It stays on the next page, and the way back is there.
    visitor.page.get_by_role("link", name="Hygyrchedd").click()
    assert visitor.heading == "Hygyrchedd"
    visitor.page.get_by_role("button", name="English").click()
    assert visitor.heading == "Accessibility"


def test_the_switch_works_from_the_keyboard_alone(visit: Visit) -> None:
    visitor: Visitor = visit()
    visitor.go("/")
    for _ in range(20):
        visitor.page.keyboard.press("Tab")
        if visitor.page.evaluate("document.activeElement.name") == "language":
            break
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_selector("html[lang=cy]")
    assert visitor.heading == "Gofal a chymorth i bawb"
