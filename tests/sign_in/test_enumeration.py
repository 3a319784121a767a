"""Nobody can find out who has a sign-in: the same answer, the same work, the same letters for known and unknown.

Time is not measured: hashing is what takes it, so the passwords that are hashed are counted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import Argon2PasswordHasher, MD5PasswordHasher, get_hashers
from django.core import mail
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client, RequestFactory

from governance.models import User
from socialcare.kernel import sign_in as forms
from tests import worlds

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

UNKNOWN = "nobody@example.org"
NEW = {"password1": "three words apart", "password2": "three words apart"}
ADDRESS = "203.0.113.77"


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The passwords that were hashed, in turn. A check hashes once as well."""
    seen: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: MD5PasswordHasher, password: str, *rest: Any, **options: Any) -> str:
        seen.append(password)
        return str(encode(self, password, *rest, **options))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    return seen


def ask_to_sign_in(email: str) -> HttpResponse:
    return Client().post("/accounts/login/", {"login": email, "password": "not the password"})


def ask_for_a_new_password(email: str) -> HttpResponse:
    return Client().post("/accounts/password/reset/", {"email": email}, follow=True)


def ask_for_a_sign_in(email: str) -> HttpResponse:
    return Client().post("/accounts/signup/", {"email": email, **NEW}, follow=True)


ASKS = [ask_to_sign_in, ask_for_a_new_password, ask_for_a_sign_in]


def shown(response: HttpResponse) -> tuple[int, Any, str]:
    """What a stranger can tell, but for the token and the address that they typed themself."""
    text = re.sub(r'value="[^"]*"', "", response.content.decode())
    return response.status_code, getattr(response, "redirect_chain", None), text


@pytest.mark.parametrize("ask", ASKS)
def test_the_answer_and_the_work_are_the_same(
    ann: User, hashed: list[str], ask: Callable[[str], HttpResponse]
) -> None:
    answers, work, letters = [], [], []
    for email in (ann.email, UNKNOWN):
        hashed.clear()
        mail.outbox.clear()
        answers.append(shown(ask(email)))
        work.append(len(hashed))
        letters.append([letter.to for letter in mail.outbox])
    assert answers[0] == answers[1]
    assert work[0] == work[1]
    assert [len(each) for each in letters] == [len(letters[0])] * 2
    if letters[0]:
        assert letters == [[[ann.email]], [[UNKNOWN]]], "each only to the address that was given"


def test_signing_in_and_up_hash_once_whoever_asks(ann: User, hashed: list[str]) -> None:
    for ask in (ask_to_sign_in, ask_for_a_sign_in):
        for email in (ann.email, UNKNOWN):
            hashed.clear()
            ask(email)
            assert len(hashed) == 1, (ask, email)


def test_a_sign_in_that_was_switched_off_or_has_no_password_takes_as_much(
    hashed: list[str],
) -> None:
    off, without = worlds.user("off"), worlds.user("without")
    off.is_active = False
    off.save()
    without.set_unusable_password()
    without.save()
    answers = []
    for email in (off.email, without.email, UNKNOWN):
        hashed.clear()
        answers.append(shown(ask_to_sign_in(email)))
        assert len(hashed) == 1
    assert len(set(map(str, answers))) == 1


def test_what_the_product_hashes_with_takes_time(settings: Any) -> None:
    """The tests count a quick hash; the product's is slow, which is why counting it is enough."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    get_hashers.cache_clear()
    try:
        (hasher,) = get_hashers()
        assert isinstance(hasher, Argon2PasswordHasher)
        assert hasher.memory_cost >= 19 * 1024, "kibibytes, as OWASP advises"
    finally:
        get_hashers.cache_clear()


# --- Too many tries -------------------------------------------------------------------------------


def test_the_words_about_too_many_tries_do_not_tell_either(ann: User) -> None:
    said = []
    for email in (ann.email, UNKNOWN):
        for _ in range(6):
            response = ask_to_sign_in(email)
        said.append(shown(response))
        cache.clear()
    assert said[0] == said[1]
    assert "Too many wrong tries." in said[0][2]


def test_the_right_password_does_not_open_what_is_locked(ann: User) -> None:
    for number in range(6):
        Client().post(
            "/accounts/login/",
            {"login": ann.email, "password": "guess"},
            REMOTE_ADDR=f"198.51.100.{number}",
        )
    client = Client()
    client.post("/accounts/login/", {"login": ann.email, "password": worlds.PASSWORD})
    assert client.get("/home/security/").status_code == 302


def keys_in_cache() -> list[bytes]:
    client = cache._cache.get_client()
    return [key for key in client.scan_iter("*rl:*") if b"lock" not in key]


def test_counting_tries_keeps_no_address_and_only_for_a_while(ann: User) -> None:
    Client().post(
        "/accounts/login/", {"login": ann.email, "password": "guess"}, REMOTE_ADDR=ADDRESS
    )
    keys = keys_in_cache()
    assert len(keys) >= 3, "by network, and by account"
    client = cache._cache.get_client()
    for key in keys:
        assert ADDRESS.encode() not in key
        assert ann.email.encode() not in key
        assert 0 < client.ttl(key) <= 5 * 60
        assert ADDRESS.encode() not in client.get(key)


def network(address: str) -> str:
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    return forms.Adapter(request).get_client_ip(request)


def test_networks_are_told_apart_without_their_addresses() -> None:
    assert network("192.0.2.7") != network("192.0.2.8")
    assert network("2001:db8:1:2::1") == network("2001:db8:1:2:ffff::9"), "one household"
    assert network("2001:db8:1:2::1") != network("2001:db8:1:3::1")
    assert re.fullmatch("[0-9a-f]{32}", network("192.0.2.7"))
    assert network("") == network(""), "a unix socket has no address, and is counted all the same"


def test_behind_proxies_of_ours_the_one_before_them_is_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings, "ALLAUTH_TRUSTED_PROXY_COUNT", 1)
    request = RequestFactory().post(
        "/",
        REMOTE_ADDR="10.0.0.1",
        headers={"x-forwarded-for": f"6.6.6.6, {ADDRESS}"},
    )
    assert forms.Adapter(request).get_client_ip(request) == network_behind_one_proxy(ADDRESS)


def network_behind_one_proxy(address: str) -> str:
    request = RequestFactory().post("/", headers={"x-forwarded-for": address})
    return forms.Adapter(request).get_client_ip(request)
