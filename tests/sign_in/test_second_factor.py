"""The second step: an app's codes and recovery codes, sealed at rest, told by letter, and asked of every office."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from governance import middleware, second_factor
from governance.actions import mandates
from governance.models import Mandate, User
from socialcare.kernel.api.problems import is_for_machines
from socialcare.kernel.errors import NotAllowed
from tests import worlds
from tests.kit.reading import Page
from tests.sign_in.conftest import (
    SignIn,
    code_of,
    confirm,
    is_signed_in,
    post_sign_in,
    traces,
)

# allauth sends one of its letters when the transaction has been committed.
pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

SECOND_STEP = "/home/security/second-step/"


def page_of(response: HttpResponse) -> Page:
    return Page(response.content.decode())


def set_up_app(client: Client) -> tuple[str, list[str]]:
    """Sets up an app through the pages. Returns its secret and the recovery codes that were shown."""
    confirm(client)
    page = page_of(client.get("/accounts/second-step/totp/activate/"))
    secret = page.one("code").text
    response = client.post(
        "/accounts/second-step/totp/activate/", {"code": code_of(secret)}, follow=True
    )
    assert response.redirect_chain == [("/accounts/second-step/recovery-codes/", 302)]
    return secret, [code.text for code in page_of(response).all("code")]


def write_code(client: Client, code: str) -> HttpResponse:
    return client.post("/accounts/second-step/authenticate/", {"code": code})


# --- An app ---------------------------------------------------------------------------------------


def test_with_an_app_a_password_alone_is_not_enough(ann: User, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        secret, _codes = set_up_app(sign_in(ann))
        client = Client()
        response = post_sign_in(client, ann)
        assert response.headers["Location"] == "/accounts/second-step/authenticate/"
        assert not is_signed_in(client)
        assert write_code(client, "000000").status_code == 200
        assert not is_signed_in(client)
        before = client.session.session_key
        assert write_code(client, code_of(secret)).headers["Location"] == "/home/"
        assert is_signed_in(client)
        assert client.session.session_key != before
        # A code that was looked at over somebody's shoulder works no second time.
        other = Client()
        post_sign_in(other, ann)
        assert write_code(other, code_of(secret)).status_code == 200
        clock.shift(timedelta(seconds=30))
        assert write_code(other, code_of(secret)).status_code == 302


def test_guessing_codes_is_stopped(ann: User, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        secret, _codes = set_up_app(sign_in(ann))
        client = Client()
        post_sign_in(client, ann)
        for _ in range(5):
            write_code(client, "000000")
        response = write_code(client, code_of(secret))
        assert "Too many wrong tries." in response.content.decode()
        assert not is_signed_in(client)


def test_what_is_secret_is_sealed_at_rest(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    secret, codes = set_up_app(client)
    assert len(codes) == 10
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT to_jsonb(t)::text FROM mfa_authenticator t "
            "UNION ALL SELECT to_jsonb(t)::text FROM governance_session t"
        )
        text = " ".join(row for (row,) in cursor.fetchall())
    assert secret not in text
    assert not [code for code in codes if code in text]
    assert "totp.secret" not in str(client.session.items())


def test_a_changed_key_locks_nobody_out_while_the_old_one_is_a_fallback(
    ann: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        secret, _codes = set_up_app(sign_in(ann))
        old = settings.SECRET_KEY
        monkeypatch.setattr(settings, "SECRET_KEY", "another key")
        client = Client()
        post_sign_in(client, ann)
        refused = write_code(client, code_of(secret))
        assert refused.status_code == 409
        assert "Tell whoever runs this service." in refused.content.decode()
        monkeypatch.setattr(settings, "SECRET_KEY_FALLBACKS", [old])
        assert write_code(client, code_of(secret)).status_code == 302


def test_recovery_codes_are_shown_once_and_work_once(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    _secret, codes = set_up_app(client)
    again = client.get("/accounts/second-step/recovery-codes/").content.decode()
    assert not [code for code in codes if code in again]
    assert client.get("/accounts/second-step/recovery-codes/download/").status_code == 403
    lost = Client()
    post_sign_in(lost, ann)
    assert write_code(lost, codes[3]).status_code == 302
    assert is_signed_in(lost)
    thief = Client()
    post_sign_in(thief, ann)
    assert write_code(thief, codes[3]).status_code == 200


def test_every_change_is_confirmed_told_by_letter_and_traced(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    unconfirmed = client.get("/accounts/second-step/totp/activate/")
    assert unconfirmed.headers["Location"].startswith("/accounts/reauthenticate/?next=")
    key = client.session.session_key
    set_up_app(client)
    assert client.session.session_key != key, "worth more, so another key"
    client.post("/accounts/second-step/recovery-codes/generate/")
    client.post("/accounts/second-step/totp/deactivate/")
    assert not Authenticator.objects.exists()
    assert [letter.subject for letter in mail.outbox] == [
        "An app was added to your sign-in",
        "New recovery codes were made",
        "An app was removed from your sign-in",
    ]
    for letter in mail.outbox:
        assert letter.to == [ann.email]
        assert "127.0.0.1" not in letter.body
        assert "Firefox" not in letter.body
    added, removed = traces("second-factor.added"), traces("second-factor.removed")
    assert [entry.detail["kind"] for entry in added] == ["totp", "recovery_codes", "recovery_codes"]
    assert [entry.detail["kind"] for entry in removed] == [
        "recovery_codes",
        "totp",
        "recovery_codes",
    ]
    assert {entry.actor_id for entry in added + removed} == {ann.pk}


def test_a_mail_server_that_is_away_undoes_nothing(
    ann: User, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client = sign_in(ann)

    def refuse(*_args: Any, **_options: Any) -> None:
        raise ConnectionRefusedError(f"no route to the server of {ann.email}")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    set_up_app(client)
    assert Authenticator.objects.filter(user=ann, type="totp").exists()
    assert "was not sent: ConnectionRefusedError" in caplog.text
    assert ann.email not in caplog.text


# --- An office ------------------------------------------------------------------------------------


# What stands in an address for something that has to be one of a few words; "1" does for the rest.
WORDS = {"name": "local"}


def example(shape: str) -> str:
    """An address of that shape, about nothing that exists."""
    return "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda part: WORDS.get(part[1], "1"), shape)


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> dict[str, str]:
    """Name → an address, for every view of the service except those that touch no record."""
    found: dict[str, str] = {}
    for pattern in patterns:
        here = before + str(pattern.pattern).lstrip("^")
        if isinstance(pattern, URLResolver):
            found |= addresses(pattern.url_patterns, here)
        elif not getattr(pattern.callback, "unacted", False):
            found[pattern.name or here] = example(here)
    return found


@pytest.mark.usefixtures("office_asks_for_more")
def test_no_page_opens_for_somebody_in_office_before_the_second_step(
    councillor: User, sign_in: SignIn
) -> None:
    client = sign_in(councillor)
    every = addresses(get_resolver().url_patterns)
    assert len(every) > 50
    closed = {
        name: address
        for name, address in every.items()
        if name not in middleware.OPEN_NAMES and not name.startswith(middleware.OPEN_PREFIXES)
    }
    assert {"home", "propose_pot", "cast_vote", "front_door"} <= set(closed)
    for name, address in closed.items():
        assert resolve(address).url_name == name
        for method in (client.get, client.post):
            response = method(address)
            if is_for_machines(response.wsgi_request):
                assert response.status_code == 403, name
                assert response.json()["code"] == "second-step-needed", name
            else:
                assert response.status_code == 302, name
                assert response.headers["Location"].startswith(SECOND_STEP), name


@pytest.mark.usefixtures("office_asks_for_more")
def test_setting_one_up_opens_the_office_at_once(councillor: User, sign_in: SignIn) -> None:
    client = sign_in(councillor)
    response = client.get("/home/", follow=True)
    assert response.redirect_chain == [(f"{SECOND_STEP}?next=%2Fhome%2F", 302)]
    assert "Others rely on it" in page_of(response).one("main").text
    set_up_app(client)
    assert client.get("/home/").status_code == 200


@pytest.mark.usefixtures("office_asks_for_more")
def test_a_session_that_began_with_a_password_alone_has_to_take_it_too(
    councillor: User, sign_in: SignIn
) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        older, newer = sign_in(councillor), sign_in(councillor)
        secret, _codes = set_up_app(newer)
        clock.shift(timedelta(seconds=30))
        response = older.get("/home/", follow=True)
        link = "/accounts/second-step/reauthenticate/?next=%2Fhome%2F"
        assert page_of(response).one("a", class_="govuk-button", href=link)
        key = older.session.session_key
        done = older.post(link, {"code": code_of(secret), "next": "/home/"})
        assert done.headers["Location"] == "/home/"
        assert older.get("/home/").status_code == 200
        assert older.session.session_key != key


@pytest.mark.usefixtures("office_asks_for_more")
def test_signing_in_with_it_is_enough(councillor: User, sign_in: SignIn) -> None:
    with time_machine.travel(timezone.now(), tick=False) as clock:
        secret, _codes = set_up_app(sign_in(councillor))
        clock.shift(timedelta(seconds=30))
        client = Client()
        post_sign_in(client, councillor)
        write_code(client, code_of(secret))
        assert client.get("/home/").status_code == 200
        assert client.get(f"{SECOND_STEP}?next=/home/").headers["Location"] == "/home/"


@pytest.mark.usefixtures("office_asks_for_more")
def test_the_last_one_stays_while_the_office_lasts(councillor: User, sign_in: SignIn) -> None:
    client = sign_in(councillor)
    set_up_app(client)
    page = page_of(client.get("/accounts/second-step/totp/deactivate/"))
    assert "Add another one before you remove this." in page.one("main").text
    client.post("/accounts/second-step/totp/deactivate/")
    authenticator = Authenticator.objects.get(type="totp")
    assert traces("second-factor.removed") == []
    verdict = second_factor.can_remove(councillor, authenticator)
    assert (verdict.allowed, verdict.code) == (False, "last-second-factor")
    mandates.end(mandate=Mandate.objects.get(user=councillor), by=None)
    client.post("/accounts/second-step/totp/deactivate/")
    assert not Authenticator.objects.exists()


@pytest.mark.usefixtures("office_asks_for_more")
def test_a_passkey_cannot_be_removed_round_the_rule(councillor: User) -> None:
    """allauth asks nobody before it removes a passkey: our guard stands at the row itself."""
    key = Authenticator.objects.create(user=councillor, type="webauthn", data={"name": "Mine"})
    with pytest.raises(NotAllowed, match="You hold an office"):
        key.delete()
    assert Authenticator.objects.filter(pk=key.pk).exists()
    assert traces("second-factor.removed") == []


@pytest.mark.usefixtures("office_asks_for_more")
def test_somebody_without_an_office_is_asked_for_nothing(ann: User, sign_in: SignIn) -> None:
    assert sign_in(ann).get("/home/").status_code == 200
    past = worlds.user("past")
    mandates.give(
        user=past,
        role="councillor",
        sphere=worlds.neighbourhood(),
        starts_on=worlds.LONG_AGO,
        ends_on=timezone.localdate(),
        by=None,
    )
    assert sign_in(past).get("/home/").status_code == 200


def test_the_demonstration_asks_nobody(councillor: User, sign_in: SignIn) -> None:
    assert settings.SECOND_FACTOR_FOR_OFFICE is False
    assert sign_in(councillor).get("/home/").status_code == 200


@pytest.mark.usefixtures("office_asks_for_more")
def test_the_way_on_leads_to_no_other_website(councillor: User, sign_in: SignIn) -> None:
    client = sign_in(councillor)
    set_up_app(client)
    response = client.get(f"{SECOND_STEP}?next=https://elsewhere.example/")
    assert response.headers["Location"] == "/home/"
