"""Passkeys in a real browser, with a device of Chromium's own making; and what the new pages look like on a phone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from allauth.mfa.models import Authenticator
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, CDPSession, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from governance.models import User
from tests import worlds
from tests.sign_in.conftest import code_of

CHROMIUM = Path(os.environ.get("CHROMIUM") or "/usr/bin/chromium")
PHONE = {"width": 360, "height": 740}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        os.environ.get("SOCIALCARE_SKIP_BROWSER") == "1",
        reason="SOCIALCARE_SKIP_BROWSER=1 leaves the browser tests out",
    ),
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        yield browser
        browser.close()


@dataclass
class Phone:
    """A narrow browser and, once it has one, a device that makes passkeys and says yes by itself."""

    page: Page
    address: str
    devtools: CDPSession
    faults: list[str] = field(default_factory=list)
    device: str = ""

    @classmethod
    def of(cls, page: Page, address: str) -> Phone:
        phone = cls(page, address, page.context.new_cdp_session(page))
        page.on("pageerror", lambda error: phone.faults.append(str(error)))
        page.on("console", lambda m: phone.faults.append(m.text) if m.type == "error" else None)
        return phone

    def add_device(self) -> None:
        self.devtools.send("WebAuthn.enable")
        made = self.devtools.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        self.device = made["authenticatorId"]

    def refuse(self) -> None:
        """The person does not unlock the device."""
        self.devtools.send(
            "WebAuthn.setUserVerified", {"authenticatorId": self.device, "isUserVerified": False}
        )

    @property
    def passkeys(self) -> int:
        found = self.devtools.send("WebAuthn.getCredentials", {"authenticatorId": self.device})
        return len(found["credentials"])

    @property
    def heading(self) -> str:
        return self.page.locator("h1").inner_text()

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def press(self, words: str) -> None:
        self.page.get_by_role("main").get_by_role("button", name=words, exact=True).click()

    def sign_in(self, user: User) -> None:
        self.go("/accounts/login/")
        self.page.get_by_label("E-mail address").fill(user.email)
        self.page.get_by_label("Password", exact=True).fill(worlds.PASSWORD)
        self.press("Sign in")
        self.page.wait_for_load_state()

    def confirm(self) -> None:
        assert self.heading == "Is it still you?"
        self.page.get_by_label("Password", exact=True).fill(worlds.PASSWORD)
        self.press("Go on")
        self.page.wait_for_load_state()


@pytest.fixture
def address(live_server: LiveServer) -> str:
    # Passkeys are for names: a browser makes none for an IP address.
    return live_server.url.replace("127.0.0.1", "localhost")


@pytest.fixture
def phone(chromium: Browser, address: str) -> Iterator[Phone]:
    """Nothing may break on its pages, and the content policy may refuse nothing."""
    context = chromium.new_context(viewport=PHONE, locale="en-GB")  # type: ignore[arg-type]
    context.set_default_timeout(15_000)
    phone = Phone.of(context.new_page(), address)
    yield phone
    context.close()
    assert phone.faults == []


def assert_good_on_a_phone(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.violations_count == 0, found.generate_report()


def test_a_passkey_is_made_signs_in_alone_and_is_removed(phone: Phone, ann: User) -> None:
    phone.add_device()
    phone.sign_in(ann)
    phone.go("/accounts/second-step/webauthn/add/")
    phone.confirm()
    assert phone.heading == "Set up a passkey"
    assert_good_on_a_phone(phone.page)
    phone.page.get_by_label("What to call it").fill("My phone")
    phone.press("Go on")
    phone.page.wait_for_url(f"{phone.address}/accounts/second-step/recovery-codes/")
    assert phone.passkeys == 1
    assert_good_on_a_phone(phone.page)
    stored = Authenticator.objects.get(user=ann, type="webauthn")
    assert stored.wrap().name == "My phone"
    assert stored.wrap().is_passwordless

    phone.page.context.clear_cookies()
    phone.go("/accounts/login/?next=/home/security/")
    phone.press("Sign in with a passkey")
    phone.page.wait_for_url(f"{phone.address}/home/security/")
    assert "You have a passkey." in phone.page.inner_text("main")
    assert_good_on_a_phone(phone.page)

    phone.go("/accounts/second-step/webauthn/")
    assert_good_on_a_phone(phone.page)
    phone.page.get_by_role("link", name="Remove (My phone)").click()
    phone.confirm()
    phone.press("Remove it")
    phone.page.wait_for_load_state()
    assert not Authenticator.objects.filter(user=ann).exists()


def test_a_passkey_is_asked_for_after_the_password(phone: Phone, ann: User) -> None:
    phone.add_device()
    phone.sign_in(ann)
    phone.go("/accounts/second-step/webauthn/add/")
    phone.confirm()
    phone.page.get_by_label("without my password").uncheck()
    phone.press("Go on")
    phone.page.wait_for_url(f"{phone.address}/accounts/second-step/recovery-codes/")
    phone.page.context.clear_cookies()
    phone.sign_in(ann)
    assert phone.heading == "Your second step"
    assert_good_on_a_phone(phone.page)
    phone.press("Use my passkey")
    phone.page.wait_for_url(f"{phone.address}/home/")


@pytest.mark.usefixtures("office_asks_for_more")
def test_somebody_in_office_is_led_to_one_and_on_to_the_office(
    phone: Phone, councillor: User
) -> None:
    phone.add_device()
    phone.sign_in(councillor)
    assert phone.heading == "One more step"
    assert_good_on_a_phone(phone.page)
    phone.page.get_by_role("button", name="Set up a passkey").click()
    phone.confirm()
    phone.press("Go on")
    phone.page.wait_for_url(f"{phone.address}/accounts/second-step/recovery-codes/")
    phone.page.get_by_role("button", name="I have kept them: go on").click()
    phone.page.wait_for_url(f"{phone.address}/home/")
    # An older session, opened with the password alone, confirms itself with the passkey.
    phone.page.context.clear_cookies()
    phone.sign_in(councillor)
    phone.press("Use my passkey")
    phone.page.wait_for_url(f"{phone.address}/home/")


def test_when_the_person_says_no_the_page_says_what_to_do(phone: Phone, ann: User) -> None:
    phone.add_device()
    phone.refuse()
    phone.go("/accounts/login/")
    sorry = phone.page.get_by_text("That did not work, or was stopped.")
    assert not sorry.is_visible()
    phone.press("Sign in with a passkey")
    sorry.wait_for()
    assert phone.page.get_by_label("E-mail address").is_visible()


def test_an_app_is_set_up_from_a_square_that_the_content_policy_shows(
    phone: Phone, ann: User
) -> None:
    phone.sign_in(ann)
    phone.go("/accounts/second-step/totp/activate/")
    phone.confirm()
    square = phone.page.get_by_role("img", name="A square code to scan with the app")
    box = square.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (240, 240)
    phone.page.get_by_text("I cannot scan the square").click()
    secret = phone.page.locator("code").inner_text()
    assert_good_on_a_phone(phone.page)
    phone.page.get_by_role("textbox", name="Code").fill("000000")
    phone.press("Go on")
    assert "This is not right." in phone.page.inner_text(".govuk-error-summary")
    phone.page.get_by_role("textbox", name="Code").fill(code_of(secret))
    phone.press("Go on")
    phone.page.wait_for_url(f"{phone.address}/accounts/second-step/recovery-codes/")
    phone.go("/accounts/second-step/")
    assert_good_on_a_phone(phone.page)


def test_without_scripts_no_button_is_shown_that_would_do_nothing(
    chromium: Browser, address: str
) -> None:
    context = chromium.new_context(java_script_enabled=False, viewport=PHONE)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{address}/accounts/login/")
    assert page.get_by_role("button", name="Sign in", exact=True).is_visible()
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
    context.close()
