"""What tests of signing in share: a person, somebody in office, and browsers that sign in through the real pages."""

from __future__ import annotations

import base64
import hashlib
import hmac
import struct
import time
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from governance.models import AuditEntry, Session, User
from tests import worlds

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.5 Mobile/15E148 Safari/604.1"
)

SignIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet() -> Iterator[None]:
    """Tries and used codes are remembered in the cache, which outlives a test's transaction."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ann(db: None) -> User:
    return worlds.user("ann")


@pytest.fixture
def councillor(db: None) -> User:
    return worlds.holder("councillor", worlds.neighbourhood())


@pytest.fixture
def office_asks_for_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is outside the demonstration."""
    monkeypatch.setattr(settings, "SECOND_FACTOR_FOR_OFFICE", True)


def post_sign_in(
    client: Client, user: User, password: str = worlds.PASSWORD, **extra: str
) -> HttpResponse:
    return client.post("/accounts/login/", {"login": user.email, "password": password}, **extra)


@pytest.fixture
def sign_in() -> SignIn:
    """A new browser in which `user` has signed in with their password, through the page."""

    def begin(user: User, agent: str = FIREFOX) -> Client:
        client = Client(headers={"user-agent": agent})
        response = post_sign_in(client, user)
        assert response.status_code == 302, response.content.decode()
        return client

    return begin


def confirm(client: Client) -> None:
    """Writes the password again, as important changes ask for."""
    response = client.post("/accounts/reauthenticate/", {"password": worlds.PASSWORD})
    assert response.status_code == 302


def code_of(secret: str, at: float | None = None) -> str:
    """What an authenticator app shows for `secret` (RFC 6238: SHA-1, 30 seconds, six digits), worked out here."""
    counter = int(time.time() if at is None else at) // 30
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", counter), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"


def traces(verb: str) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(verb=verb).order_by("pk"))


def is_signed_in(client: Client) -> bool:
    response = client.get("/home/security/")
    assert response.status_code in {200, 302}
    return bool(response.status_code == 200)


def row_of(client: Client) -> Session:
    return Session.objects.get(session_key=client.session.session_key)
