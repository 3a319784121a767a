"""What every answer says beside its page: the content policy and the other headers that keep people safe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import override_settings
from django.urls import reverse

from tests.pages.conftest import SignIn
from tests.small_england import ANONYMOUS, SmallEngland

# A page for anybody, one's own, one of allauth's, a file, a refusal and something that is not there.
ANSWERS = (
    "/",
    "/home/",
    "/accounts/login/",
    "/places.csv",
    "/money/pots/propose/",
    "/no/such/page",
)


@pytest.fixture(params=ANSWERS)
def answer(request: pytest.FixtureRequest, sign_in: SignIn) -> HttpResponse:
    return sign_in("citizen").get(request.param)


def policy(response: HttpResponse) -> dict[str, list[str]]:
    """Directive → sources."""
    directives = response.headers["Content-Security-Policy"].split(";")
    return {name: sources for name, *sources in (part.split() for part in directives)}


def test_the_content_policy_allows_only_what_the_service_itself_serves(
    answer: HttpResponse,
) -> None:
    directives = policy(answer)
    assert directives["default-src"] == ["'none'"]
    assert directives["script-src"] == ["'self'"]
    assert directives["style-src"] == ["'self'"]
    assert directives["form-action"] == ["'self'"]
    for nothing in ("base-uri", "frame-ancestors"):
        assert directives[nothing] == ["'none'"]
    everything = [source for sources in directives.values() for source in sources]
    assert set(everything) <= {"'self'", "'none'"}


def test_no_answer_can_be_framed_sniffed_or_followed_elsewhere(answer: HttpResponse) -> None:
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"


# --- HTTPS ----------------------------------------------------------------------------------------


def settings_of(**environment: str) -> dict[str, object]:
    """The settings of a process of its own that starts with this environment."""
    names = (
        "SECURE_SSL_REDIRECT",
        "SECURE_HSTS_SECONDS",
        "SECURE_HSTS_INCLUDE_SUBDOMAINS",
        "SESSION_COOKIE_SECURE",
        "CSRF_COOKIE_SECURE",
        "SESSION_COOKIE_NAME",
        "SESSION_COOKIE_HTTPONLY",
        "SESSION_COOKIE_SAMESITE",
        "PASSWORD_HASHERS",
    )
    code = (
        "import json; from django.conf import settings;"
        f"print(json.dumps({{name: getattr(settings, name) for name in {names!r}}}))"
    )
    kept = {"PATH", "DATABASE_URL", "REDIS_URL", "SECRET_KEY"}
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={name: value for name, value in os.environ.items() if name in kept}
        | {"DJANGO_SETTINGS_MODULE": "socialcare.settings"}
        | environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_https_is_the_default_and_cookies_never_leave_it() -> None:
    found = settings_of()
    assert found["SECURE_SSL_REDIRECT"] is True
    assert found["SECURE_HSTS_SECONDS"] == 365 * 24 * 60 * 60
    assert found["SECURE_HSTS_INCLUDE_SUBDOMAINS"] is True
    assert found["SESSION_COOKIE_SECURE"] is True
    assert found["CSRF_COOKIE_SECURE"] is True
    assert str(found["SESSION_COOKIE_NAME"]).startswith("__Host-")
    assert found["SESSION_COOKIE_HTTPONLY"] is True
    assert found["SESSION_COOKIE_SAMESITE"] == "Lax"


def test_only_the_demonstration_does_without_https() -> None:
    assert settings_of(DEMO="1")["SECURE_SSL_REDIRECT"] is False
    assert settings_of(DEMO="1")["SECURE_HSTS_SECONDS"] == 0


def test_passwords_are_kept_by_argon2_alone() -> None:
    """The tests themselves use a quick hash; this is what the product uses."""
    assert settings_of()["PASSWORD_HASHERS"] == ["django.contrib.auth.hashers.Argon2PasswordHasher"]


@override_settings(SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=60)
def test_a_plain_request_is_sent_to_https(sign_in: SignIn) -> None:
    client = sign_in(ANONYMOUS)
    plain = client.get("/help/")
    assert plain.status_code == 301
    assert plain.headers["Location"] == "https://testserver/help/"
    assert "max-age=60" in client.get("/help/", secure=True).headers["Strict-Transport-Security"]


# --- What is kept ---------------------------------------------------------------------------------


def personal_addresses(world: SmallEngland) -> Iterator[str]:
    for name in ("home", "account_email", "account_change_password", "account_logout", "money"):
        yield reverse(name)
    yield reverse("matter", args=[world.open.public_id])
    yield reverse("cast_vote", args=[world.open.public_id])


def test_nothing_that_somebody_signed_in_was_shown_is_kept(
    untouched: SmallEngland, sign_in: SignIn
) -> None:
    """Not in the browser, where "back" would bring it up for the next person, nor anywhere on the way."""
    client = sign_in("national")
    for address in personal_addresses(untouched):
        response = client.get(address)
        assert response.status_code == 200, address
        kept = response.headers.get("Cache-Control", "")
        assert "no-store" in kept, address
        assert "private" in kept, address


def test_what_is_typed_to_find_a_place_is_not_kept_either(sign_in: SignIn) -> None:
    response = sign_in(ANONYMOUS).post("/find/", {"q": "S72 7LP"})
    assert response.status_code == 200
    assert "no-store" in response.headers["Cache-Control"]
