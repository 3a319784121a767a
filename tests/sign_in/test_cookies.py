"""Cookies and headers as they are under HTTPS: bound to this host, out of reach of scripts, and nothing kept."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, override_settings

from governance.models import User
from tests import worlds
from tests.sign_in.conftest import SignIn

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

AS_DEPLOYED = {
    "SECURE_SSL_REDIRECT": True,
    "SECURE_HSTS_SECONDS": 365 * 24 * 60 * 60,
    "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
    "SESSION_COOKIE_SECURE": True,
    "CSRF_COOKIE_SECURE": True,
    "SESSION_COOKIE_NAME": "__Host-session",
    "CSRF_COOKIE_NAME": "__Host-csrf",
}


@pytest.fixture
def signed_in(ann: User) -> Iterator[tuple[Client, HttpResponse]]:
    with override_settings(**AS_DEPLOYED):
        client = Client()
        response = client.post(
            "/accounts/login/", {"login": ann.email, "password": worlds.PASSWORD}, secure=True
        )
        assert response.status_code == 302
        yield client, response


def test_cookies_are_bound_to_this_host_and_out_of_reach(
    signed_in: tuple[Client, HttpResponse],
) -> None:
    _client, response = signed_in
    assert set(response.cookies) == {"__Host-session", "__Host-csrf"}
    for cookie in response.cookies.values():
        # What a browser demands of a name that begins so: Secure, the whole host, no Domain.
        assert cookie["secure"] is True
        assert cookie["path"] == "/"
        assert cookie["domain"] == ""
        assert cookie["httponly"] is True
        assert cookie["samesite"] == "Lax"
    assert response.cookies["__Host-session"]["max-age"] == "", "gone when the browser closes"


@pytest.mark.parametrize(
    "address",
    [
        "/home/",
        "/home/security/",
        "/home/security/second-step/",
        "/accounts/second-step/",
        "/accounts/second-step/webauthn/",
        "/accounts/reauthenticate/",
        "/help/",
        "/no/such/page",
    ],
)
def test_nothing_that_somebody_signed_in_is_shown_is_kept(
    signed_in: tuple[Client, HttpResponse], address: str
) -> None:
    response = signed_in[0].get(address, secure=True)
    assert response.status_code in {200, 404}
    assert "no-store" in response.headers["Cache-Control"]
    assert "private" in response.headers["Cache-Control"]
    assert response.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    hsts = response.headers["Strict-Transport-Security"]
    assert hsts.startswith("max-age=31536000; includeSubDomains")


def test_a_page_that_asks_for_the_second_step_is_not_kept_either(
    councillor: User, sign_in: SignIn, office_asks_for_more: None
) -> None:
    response = sign_in(councillor).get("/home/")
    assert response.status_code == 302
    assert "no-store" in response.headers["Cache-Control"]


def test_the_page_about_cookies_is_right_about_how_long_they_stay() -> None:
    assert settings.SESSION_COOKIE_AGE == 12 * 60 * 60
    assert settings.SESSION_IDLE_SECONDS == 30 * 60
    assert "12 hours at most" in Client().get("/cookies/").content.decode()
