"""What only a browser can tell of the kit: scripts on and off, focus, a narrow screen, the way out."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]

NARROW = {"width": 360, "height": 740}


@pytest.fixture
def address(live_server: LiveServer, settings: Settings) -> str:
    settings.SECURE_SSL_REDIRECT = False
    return live_server.url


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    """A page that remembers scripts that broke and things the content policy refused: there must be none."""
    context = browser.new_context()
    page = context.new_page()
    broken: list[str] = []
    page.on("pageerror", lambda error: broken.append(str(error)))
    page.on("console", lambda said: broken.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert not broken


def test_leaving_takes_the_page_out_of_the_history(address: str, visitor: Page) -> None:
    def weather(route: Route) -> None:
        route.fulfill(body="<title>Weather</title>", content_type="text/html")

    visitor.route("https://www.bbc.co.uk/**", weather)
    visitor.goto(f"{address}/cookies/")
    visitor.goto(f"{address}/help/")
    for _ in range(3):
        visitor.keyboard.press("Shift")
    visitor.wait_for_url("https://www.bbc.co.uk/weather")
    visitor.go_back()
    assert visitor.url == f"{address}/cookies/", "the page that was left is not the one before"


def test_the_error_summary_gets_the_focus_and_leads_to_the_field(
    address: str, visitor: Page
) -> None:
    visitor.goto(f"{address}/accounts/login/")
    visitor.click("main button[type=submit]")
    assert visitor.evaluate("document.activeElement.className") == "govuk-error-summary"
    visitor.keyboard.press("Tab")
    visitor.keyboard.press("Enter")
    assert visitor.evaluate("document.activeElement.name") == "login"


def test_a_phone_shows_the_menu_on_demand(address: str, visitor: Page) -> None:
    visitor.set_viewport_size(NARROW)  # type: ignore[arg-type]
    visitor.goto(f"{address}/help/")
    link = visitor.get_by_role("navigation", name="Main").get_by_role("link", name="Sign in")
    assert not link.is_visible()
    visitor.get_by_role("button", name="Menu").click()
    assert link.is_visible()


def test_everything_is_there_without_scripts(address: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=NARROW)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/accounts/login/")
    assert page.get_by_role("link", name="How decisions are made").is_visible()
    assert page.get_by_role("button", name="Leave this site now").is_visible()
    page.fill("[name=login]", "ann@example.org")
    page.click("main button[type=submit]")
    assert page.input_value("[name=login]") == "ann@example.org"
    page.get_by_role("link", name="Password: This field is required.").click()
    context.close()


def test_the_keyboard_reaches_the_main_part_first(address: str, visitor: Page) -> None:
    visitor.goto(f"{address}/help/")
    visitor.keyboard.press("Tab")
    assert visitor.evaluate("document.activeElement.textContent").startswith("Skip")
    visitor.keyboard.press("Enter")
    assert visitor.evaluate("document.activeElement.id") == "main-content"
