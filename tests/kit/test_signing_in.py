"""Signing in, out and back in through the real pages, with the real database and cache."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.cache import cache
from django.test import Client

from governance.models import User
from tests.kit.reading import Page

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

ADDRESS = "ann@example.org"
PASSWORD = "three plain words"


@pytest.fixture
def browser() -> Client:
    """A browser that checks tokens and speaks https, with no failed sign-ins remembered from before."""
    cache.clear()
    client = Client(enforce_csrf_checks=True)
    client.defaults["wsgi.url_scheme"] = "https"
    return client


@pytest.fixture
def ann() -> User:
    user = User(email=ADDRESS)
    user.set_password(PASSWORD)
    user.save()
    EmailAddress.objects.create(user=user, email=ADDRESS, verified=True, primary=True)
    return user


def look(browser: Client, address: str, status: int = 200) -> Page:
    response = browser.get(address, follow=True)
    assert response.status_code == status
    return Page(response.content.decode())


def send(browser: Client, address: str, status: int = 200, **typed: str) -> Page:
    """Fills in the form of the page at `address` and sends it, as a person would."""
    page = look(browser, address)
    form = next(f for f in page.all("input", name="csrfmiddlewaretoken"))
    typed["csrfmiddlewaretoken"] = form.attributes["value"]
    headers = {"referer": f"https://testserver{address}"}
    response = browser.post(address, typed, follow=True, headers=headers)
    assert response.status_code == status
    return Page(response.content.decode())


def sign_in(browser: Client) -> Page:
    return send(browser, "/accounts/login/", login=ADDRESS, password=PASSWORD)


def test_signing_in_leads_home_and_out_again(browser: Client, ann: User) -> None:
    home = sign_in(browser)
    assert "You are signed in." in home.one("main").text
    assert home.one("button", class_="sc-link-button").text == "Sign out"
    start = send(browser, "/accounts/logout/")
    assert "You are signed out." in start.one("main").text
    assert "_auth_user_id" not in browser.session


def test_a_link_cannot_sign_anybody_out(browser: Client, ann: User) -> None:
    sign_in(browser)
    look(browser, "/accounts/logout/")
    assert "_auth_user_id" in browser.session


def test_a_wrong_password_keeps_the_address_and_tells_nothing_more(
    browser: Client, ann: User
) -> None:
    known = send(browser, "/accounts/login/", login=ADDRESS, password="wrong")
    unknown = send(browser, "/accounts/login/", login="who@example.org", password="wrong")
    for page in (known, unknown):
        summary = page.one(class_="govuk-error-summary")
        assert "The address or the password is not right." in summary.text
    assert known.one("input", name="login").attributes["value"] == ADDRESS
    assert "_auth_user_id" not in browser.session


def test_guessing_is_stopped(browser: Client, ann: User) -> None:
    for _ in range(10):
        page = send(browser, "/accounts/login/", login=ADDRESS, password="wrong")
        if "Too many wrong tries" in page.one("main").text:
            break
    else:
        pytest.fail("ten wrong passwords, and nobody minded")
    page = sign_in(browser)
    assert "_auth_user_id" not in browser.session, "not even the right one, for now"


def test_a_form_without_its_token_is_refused_in_the_kit(browser: Client, ann: User) -> None:
    response = browser.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD})
    assert response.status_code == 403
    html = response.content.decode()
    assert "Please send that again" in html
    assert ADDRESS not in html
    assert "_auth_user_id" not in browser.session


def test_a_forgotten_password(browser: Client, ann: User) -> None:
    page = send(browser, "/accounts/password/reset/", email=ADDRESS)
    assert page.one("h1").text == "Look in your e-mail"
    (letter,) = mail.outbox
    assert letter.subject == "Choose a new password"
    assert ADDRESS not in letter.body
    address = re.search(r"https://testserver(/\S+)", letter.body)
    assert address, letter.body
    choose = look(browser, address[1])
    assert choose.one("h1").text == "Choose a new password"
    new = "four more plain words"
    # The key moves into the session, so that it stays in no history.
    done = send(
        browser, re.sub(r"-[^/]+/$", "-set-password/", address[1]), password1=new, password2=new
    )
    assert "Your password is changed" in done.one("main").text
    ann.refresh_from_db()
    assert ann.check_password(new)


def test_an_unknown_address_gets_the_same_answer(browser: Client) -> None:
    page = send(browser, "/accounts/password/reset/", email="who@example.org")
    assert page.one("h1").text == "Look in your e-mail"
    (letter,) = mail.outbox
    assert letter.subject == "There is no sign-in with this address"


def test_a_stale_link_says_what_to_do(browser: Client) -> None:
    page = look(browser, "/accounts/password/reset/key/1-abc/")
    assert page.one("h1").text == "This link no longer works"
    assert page.one("a", class_="govuk-button", href="/accounts/password/reset/")


def test_a_weak_password_is_refused_and_nothing_is_made(browser: Client) -> None:
    page = send(browser, "/accounts/signup/", email=ADDRESS, password1="short", password2="short")
    assert page.one("title").text.startswith("Error: ")
    assert page.one("input", name="email").attributes["value"] == ADDRESS
    assert not User.objects.exists()


def test_a_new_sign_in_must_show_that_the_address_is_its_own(browser: Client) -> None:
    page = send(browser, "/accounts/signup/", email=ADDRESS, password1=PASSWORD, password2=PASSWORD)
    assert page.one("h1").text == "Look in your e-mail"
    (letter,) = mail.outbox
    address = re.search(r"https://testserver(/\S+)", letter.body)
    assert address, letter.body
    confirmed = send(browser, address[1])
    assert "Your address is confirmed." in confirmed.one("main").text
    assert EmailAddress.objects.get().verified


def test_the_pages_behind_the_sign_in(browser: Client, ann: User) -> None:
    sign_in(browser)
    for address, heading in (
        ("/accounts/email/", "My e-mail addresses"),
        ("/accounts/password/change/", "Change my password"),
        ("/accounts/logout/", "Sign out?"),
    ):
        page = look(browser, address)
        assert page.one("h1").text == heading
        assert len(page.ids()) == len(set(page.ids()))


def test_only_the_two_cookies_that_the_page_about_cookies_names(browser: Client, ann: User) -> None:
    sign_in(browser)
    assert {name.removeprefix("__Host-") for name in browser.cookies} == {"session", "csrf"}
