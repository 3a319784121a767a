"""Tokens: made and ended by their owner, shown once, kept as hashes, and no wider than their owner and their scope."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from governance.actions import tokens
from governance.models import ApiToken, AuditEntry, User
from people.models import Person
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, NotAllowed
from tests import worlds
from tests.api.worlds import post, program_of, token_of
from tests.small_england import SmallEngland

pytestmark = pytest.mark.django_db
ME = "/api/v1/me/"


@pytest.fixture
def owner() -> User:
    user = worlds.user("owner")
    worlds.person(user, preferred_name="Ann")
    return user


def days(number: int) -> timedelta:
    return timedelta(days=number)


def make(user: User, **changes: object) -> tuple[ApiToken, str]:
    options = {"name": "zebra", "scope": "read", "ends_on": acting.today() + days(30), "by": user}
    return tokens.make(**{**options, **changes})  # type: ignore[arg-type]


# --- Making and ending ----------------------------------------------------------------------------


def test_only_a_hash_is_kept(owner: User) -> None:
    token, secret = make(owner)
    assert secret.startswith("socialcare_")
    assert len(secret) >= len("socialcare_") + 43  # 256 bits in base 64
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert secret not in str(row)
    assert secret.removeprefix("socialcare_") not in str(row)
    assert token.sha256 == tokens.hashed(secret)
    entry = AuditEntry.objects.get(verb="token.made")
    assert (entry.actor_id, entry.subject_id) == (owner.pk, token.public_id)


def test_no_two_secrets_are_alike(owner: User) -> None:
    assert len({make(owner)[1] for _ in range(10)}) == 10


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"name": "  "}, "no-name"),
        ({"scope": "everything"}, "no-scope"),
        ({"ends_on": 0}, "bad-end"),
        ({"ends_on": -1}, "bad-end"),
        ({"ends_on": 366}, "bad-end"),
    ],
)
def test_what_is_no_token(owner: User, changes: dict[str, object], code: str) -> None:
    if "ends_on" in changes:
        changes = {"ends_on": acting.today() + days(int(str(changes["ends_on"])))}
    with pytest.raises(DomainError) as refused:
        make(owner, **changes)
    assert refused.value.code == code
    assert not ApiToken.objects.exists()
    assert not AuditEntry.objects.filter(verb="token.made").exists()


def test_a_year_is_the_longest_for_postgresql_too(owner: User) -> None:
    token, _secret = make(owner, ends_on=acting.today() + days(365))
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=token.pk).update(ends_on=token.made_on + days(366))


def test_there_is_a_limit(owner: User) -> None:
    made = [make(owner)[0] for _ in range(tokens.MOST_AT_ONCE)]
    with pytest.raises(Conflict, match="Revoke one"):
        make(owner)
    tokens.revoke(token=made[0], by=owner)
    make(owner)


def test_a_token_is_ended_once_by_its_owner_alone(owner: User) -> None:
    token, secret = make(owner)
    with pytest.raises(NotAllowed):
        tokens.revoke(token=token, by=worlds.user("stranger"))
    assert program(secret).get(ME).status_code == 200
    tokens.revoke(token=token, by=owner)
    assert program(secret).get(ME).status_code == 401
    with pytest.raises(Conflict):
        tokens.revoke(token=token, by=owner)
    assert AuditEntry.objects.filter(verb="token.revoked").count() == 1


# --- Using ----------------------------------------------------------------------------------------


def program(secret: str, scheme: str = "Bearer") -> Client:
    return Client(headers={"Authorization": f"{scheme} {secret}"})


def test_a_program_is_its_owner_to_the_database_too(owner: User) -> None:
    """Row security shows a record to those who act: outside the request nobody does."""
    assert program_of(owner).get(ME).json()["preferred_name"] == "Ann"
    with acting_as(None):
        assert not Person.objects.exists()


def test_after_a_program_nobody_is_acting(owner: User) -> None:
    program_of(owner).get(ME)
    assert Client().get(ME).status_code == 401
    with acting_as(None):
        assert not Person.objects.exists()


def test_the_word_before_it_has_no_case(owner: User) -> None:
    assert program(token_of(owner), "bearer").get(ME).status_code == 200


@pytest.mark.parametrize(
    "secret", ["", "x", "socialcare_", "socialcare_" + "A" * 43, "ü", "a b", "x" * 10_000]
)
def test_a_wrong_one_is_refused_even_where_nobody_needs_any(owner: User, secret: str) -> None:
    for address in (ME, "/api/v1/spheres/"):
        answer = program(secret).get(address)
        assert (answer.status_code, answer.json()["code"]) == (401, "authentication-failed")
        assert answer["WWW-Authenticate"] == "Bearer"


def test_its_hash_opens_nothing(owner: User) -> None:
    token, _secret = make(owner)
    assert program(token.sha256).get(ME).status_code == 401


def test_it_ends_by_itself(owner: User) -> None:
    token, secret = make(owner)
    with time_machine.travel(worlds.noon(token.ends_on - days(1))):
        assert program(secret).get(ME).status_code == 200
    with time_machine.travel(worlds.noon(token.ends_on)):
        assert program(secret).get(ME).status_code == 401


def test_it_ends_with_its_owners_account(owner: User) -> None:
    _token, secret = make(owner)
    owner.is_active = False
    owner.save(update_fields=["is_active"])
    assert program(secret).get(ME).status_code == 401


def test_the_day_of_its_last_use_is_kept_and_no_more(owner: User) -> None:
    token, secret = make(owner)
    program(secret).get(ME)
    token.refresh_from_db()
    assert token.last_used_on == acting.today()


def test_a_token_for_reading_only_reads(untouched: SmallEngland) -> None:
    member = untouched.people["national"]
    address = f"/api/v1/matters/{untouched.open.public_id}/vote/"
    reading = program_of(member, scope="read")
    assert reading.get(ME).status_code == 200
    answer = post(reading, address, {"choice": "for"})
    assert (answer.status_code, answer.json()["code"]) == (403, "token-only-reads")
    assert not untouched.open.votes.exists()
    assert post(program_of(member), address, {"choice": "for"}).status_code == 201


def test_a_session_needs_its_csrf_token_and_a_program_does_not(untouched: SmallEngland) -> None:
    address = f"/api/v1/matters/{untouched.open.public_id}/vote/"
    session = Client(enforce_csrf_checks=True)
    session.force_login(untouched.people["national"])
    refused = post(session, address, {"choice": "for"})
    assert (refused.status_code, refused.json()["code"]) == (403, "permission-denied")
    assert not untouched.open.votes.exists()
    held = Client(
        enforce_csrf_checks=True,
        headers={"Authorization": f"Bearer {token_of(untouched.people['national'])}"},
    )
    assert post(held, address, {"choice": "for"}).status_code == 201


def test_a_token_opens_no_page(owner: User) -> None:
    answer = program(token_of(owner)).get("/home/tokens/")
    assert answer.status_code == 302
    assert "/accounts/login/" in answer["Location"]


# --- Pages ----------------------------------------------------------------------------------------


@pytest.fixture
def home(owner: User) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def test_the_secret_is_shown_once(home: Client, owner: User) -> None:
    made = home.post("/home/tokens/make/", {"name": "The sheet", "scope": "read", "days": "90"})
    assert made.status_code == 200
    assert "no-store" in made["Cache-Control"]
    found = re.search(r'id="secret">(\S+)</code>', made.content.decode())
    assert found is not None
    assert program(found[1]).get(ME).status_code == 200
    listed = home.get("/home/tokens/")
    assert "The sheet" in listed.content.decode()
    assert found[1] not in listed.content.decode()
    assert "no-store" in listed["Cache-Control"]
    token = ApiToken.objects.get()
    assert token.ends_on == acting.today() + days(90)


def test_a_form_that_lacks_something_comes_back(home: Client) -> None:
    answer = home.post("/home/tokens/make/", {"name": "", "scope": "all", "days": "1000"})
    assert answer.status_code == 422
    assert "govuk-error-summary" in answer.content.decode()
    assert not ApiToken.objects.exists()


def test_an_action_that_says_no_is_told_on_the_form(home: Client, owner: User) -> None:
    for _ in range(tokens.MOST_AT_ONCE):
        make(owner)
    answer = home.post("/home/tokens/make/", {"name": "One more", "scope": "read", "days": "30"})
    assert answer.status_code == 422
    assert "Revoke one first" in answer.content.decode()


def test_a_token_is_revoked_on_a_page(home: Client, owner: User) -> None:
    token, secret = make(owner)
    page = f"/home/tokens/{token.public_id}/revoke/"
    assert "zebra" in home.get(page).content.decode()
    assert home.post(page)["Location"] == "/home/tokens/"
    assert program(secret).get(ME).status_code == 401
    assert home.post(page).status_code == 422


def test_nobody_elses_token_is_there(home: Client) -> None:
    token, _secret = make(worlds.user("somebody"))
    page = f"/home/tokens/{token.public_id}/revoke/"
    hidden, missing = home.get(page), home.get("/home/tokens/000000000000/revoke/")
    assert hidden.status_code == missing.status_code == 404
    assert home.post(page).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None
    assert "zebra" not in home.get("/home/tokens/").content.decode()
