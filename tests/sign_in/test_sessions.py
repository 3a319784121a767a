"""Sessions: listed to their owner without saying where they are, and ended at once."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.core import mail
from django.db import connection
from django.test import Client

from governance.actions import sessions
from governance.models import KnownDevice, Session, User
from governance.sessions import SIGN_IN
from socialcare.kernel.errors import Missing
from tests import worlds
from tests.kit.reading import Page
from tests.sign_in.conftest import (
    FIREFOX,
    IPHONE,
    SignIn,
    is_signed_in,
    post_sign_in,
    row_of,
    traces,
)

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def security_page(client: Client) -> Page:
    return Page(client.get("/home/security/").content.decode())


# --- The list -------------------------------------------------------------------------------------


def test_the_list_says_what_and_since_when_and_which_is_this_one(
    ann: User, sign_in: SignIn
) -> None:
    phone, computer = sign_in(ann, IPHONE), sign_in(ann, FIREFOX)
    assert is_signed_in(phone)
    rows = [" ".join(row.text.split()) for row in security_page(computer).all("th", scope="row")]
    assert sorted(rows) == ["Firefox on Linux This one", "Safari on an iPhone or iPad"]
    assert "You are signed in on 2 devices." in security_page(computer).one("main").text


def test_nobody_sees_the_sessions_of_another(ann: User, sign_in: SignIn) -> None:
    bob = worlds.user("bob")
    sign_in(ann, IPHONE)
    text = security_page(sign_in(bob)).one("main").text
    assert "iPhone" not in text
    assert "1 device" in text


def test_no_network_address_and_no_user_agent_is_kept_anywhere(ann: User) -> None:
    client = Client(headers={"user-agent": IPHONE})
    post_sign_in(client, ann, REMOTE_ADDR="203.0.113.77")
    with connection.cursor() as cursor:
        for model in (Session, KnownDevice):
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {model._meta.db_table} t")
            text = " ".join(row for (row,) in cursor.fetchall())
            assert "203.0.113" not in text
            assert "18_5" not in text
    decoded = str(row_of(client).get_decoded())
    assert "203.0.113" not in decoded
    assert "Mozilla" not in decoded
    assert all("203.0.113" not in str(entry.detail) for entry in traces("session.begun"))


def test_the_page_shows_no_key_that_opens_a_session(ann: User, sign_in: SignIn) -> None:
    computer, phone = sign_in(ann), sign_in(ann, IPHONE)
    html = computer.get("/home/security/").content.decode()
    assert phone.session.session_key not in html
    assert computer.session.session_key not in html
    assert row_of(phone).public_id in html
    assert phone.session.session_key not in str(row_of(phone))


def test_signing_in_changes_the_key(ann: User) -> None:
    """Somebody who put a key into this browser before must not be signed in with it."""
    client = Client()
    client.get("/accounts/login/")
    session = client.session
    session["something"] = "kept"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    before = session.session_key
    post_sign_in(client, ann)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def test_two_rows_of_one_sign_in_can_stand_side_by_side_for_a_moment(
    ann: User, sign_in: SignIn
) -> None:
    client = sign_in(ann)
    session = client.session
    public_id = row_of(client).public_id
    session.cycle_key()
    assert Session.objects.get(public_id=public_id).session_key == session.session_key


# --- Ending ---------------------------------------------------------------------------------------


def test_an_ended_session_is_over_at_its_next_request(ann: User, sign_in: SignIn) -> None:
    computer, phone = sign_in(ann), sign_in(ann, IPHONE)
    public_id = row_of(phone).public_id
    response = computer.post(f"/home/security/{public_id}/end/", follow=True)
    assert "That device is signed out." in response.content.decode()
    assert not is_signed_in(phone)
    assert is_signed_in(computer)
    (entry,) = traces("session.ended")
    assert (entry.actor_id, entry.detail) == (ann.pk, {"session": public_id, "why": "by-owner"})


def test_a_request_under_way_cannot_bring_an_ended_session_back(ann: User, sign_in: SignIn) -> None:
    phone = sign_in(ann, IPHONE)
    under_way = phone.session
    assert under_way[SIGN_IN], "it has been read"
    sessions.end(public_id=row_of(phone).public_id, by=ann)
    under_way["anything"] = 1
    with pytest.raises(UpdateError):
        under_way.save()
    assert not is_signed_in(phone)


def test_nobody_ends_the_session_of_another(ann: User, sign_in: SignIn) -> None:
    phone, stranger = sign_in(ann, IPHONE), sign_in(worlds.user("mallory"))
    public_id = row_of(phone).public_id
    hidden = stranger.post(f"/home/security/{public_id}/end/")
    missing = stranger.post("/home/security/000000000000/end/")
    assert hidden.status_code == missing.status_code == 404
    assert is_signed_in(phone)
    with pytest.raises(Missing):
        sessions.end(public_id="", by=ann)
    assert traces("session.ended") == []


def test_ending_this_one_signs_out(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    response = client.post(f"/home/security/{row_of(client).public_id}/end/", follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "You are signed out." in response.content.decode()
    assert not is_signed_in(client)


def test_signing_out_elsewhere_and_everywhere(ann: User, sign_in: SignIn) -> None:
    here, others = sign_in(ann), [sign_in(ann, IPHONE), sign_in(ann)]
    bob = sign_in(worlds.user("bob"))
    response = here.post("/home/security/elsewhere/sign-out/", follow=True)
    assert "2 devices are signed out." in response.content.decode()
    assert is_signed_in(here)
    assert not any(map(is_signed_in, others))
    here.post("/home/security/everywhere/sign-out/")
    assert not is_signed_in(here)
    assert is_signed_in(bob)


@pytest.mark.parametrize("address", ["elsewhere/sign-out/", "everywhere/sign-out/"])
def test_a_link_ends_nothing(ann: User, sign_in: SignIn, address: str) -> None:
    client = sign_in(ann)
    assert client.get(f"/home/security/{address}").status_code == 405
    assert is_signed_in(client)


def test_a_new_password_ends_every_session(ann: User, sign_in: SignIn) -> None:
    computer, phone = sign_in(ann), sign_in(ann, IPHONE)
    new = {"password1": "three words apart", "password2": "three words apart"}
    computer.post("/accounts/password/change/", {"oldpassword": worlds.PASSWORD, **new})
    assert not Session.objects.filter(user=ann).exists()
    assert not is_signed_in(computer)
    assert not is_signed_in(phone)
    assert len(traces("user.password-changed")) == 1
    (letter,) = mail.outbox
    assert letter.subject == "Your password is changed"
    assert "127.0.0.1" not in letter.body
    assert "Firefox" not in letter.body


def test_every_beginning_and_end_leaves_its_trace(ann: User, sign_in: SignIn) -> None:
    client = sign_in(ann)
    public_id = row_of(client).public_id
    client.post("/accounts/logout/")
    (begun,), (ended,) = traces("session.begun"), traces("session.ended")
    assert begun.detail == {"session": public_id, "device": "firefox-linux"}
    assert ended.detail == {"session": public_id, "why": "signed-out"}
    assert {begun.subject_id, ended.subject_id} == {ann.public_id}
