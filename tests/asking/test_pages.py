"""Asking and answering on pages: three minutes, nothing lost, and everything that must not be met elsewhere."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from governance.models import AuditEntry, Sphere, User
from people.actions import asks, invitations
from people.models import Ask, Invitation
from socialcare import views_asking
from socialcare.kernel.acting import acting_as
from socialcare.kernel.models import IdempotentRequest, OutboxMessage
from socialcare.kernel.sealing import SealBroken
from tests import worlds
from tests.asking.worlds import NAME, SECRETS, WORDS, asked, said, taken
from tests.kit.reading import Page

pytestmark = pytest.mark.django_db
CODE = re.compile(r">([0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4})<")


@pytest.fixture(autouse=True)
def _nobody_has_tried_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def place() -> Sphere:
    return worlds.neighbourhood(name="Marigold Fold")


@pytest.fixture
def worker(place: Sphere) -> User:
    return worlds.holder("social-worker", place)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("django.db.backends").setLevel(logging.WARNING)
        yield caplog


def client_of(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def words_of(answer: HttpResponse) -> str:
    return Page(answer.content.decode()).one("main").text


def ask_online(client: Client, place: str, **other: str) -> HttpResponse:
    return client.post(reverse("ask_for_help", args=["me"]), said(place=place, **other))


def code_on(answer: HttpResponse) -> str:
    found = CODE.search(answer.content.decode())
    assert found is not None
    return found.group(1)


# --- Without an account ---------------------------------------------------------------------------


def test_from_the_front_door_to_an_answer(place: Sphere, worker: User) -> None:
    client = Client()
    door = Page(client.get("/").content.decode())
    [link] = [each for each in door.all("a") if each.text == "I need help"]
    assert client.get(link.attributes["href"]).status_code == 200
    answer = ask_online(client, "marigold fold")
    assert answer.status_code == 200
    text = words_of(answer)
    assert "Somebody talks with you by" in text
    assert f"{worker.public_name}, Social worker in Marigold Fold" in text
    code = code_on(answer)
    # They come back.
    text = words_of(client.post(reverse("come_back"), {"code": code.upper()}))
    assert "Waiting for somebody to take it" in text
    assert not [secret for secret in SECRETS if secret in text]
    # Somebody takes it, talks, and says what happened.
    with acting_as(worker):
        ask = Ask.objects.get()
    desk = client_of(worker)
    listed = words_of(desk.get(reverse("people_who_asked")))
    assert not [secret for secret in SECRETS if secret in listed]
    shown = words_of(desk.get(reverse("ask", args=[ask.pk])))
    assert not [secret for secret in SECRETS if secret not in shown]
    for step, sent in (
        ("take_ask", {}),
        ("talked_about_ask", {}),
        ("close_ask", {"answer": "A rail."}),
    ):
        assert desk.post(reverse(step, args=[ask.pk]), sent).status_code == 302
    # They sign up, and make it theirs.
    newcomer = worlds.user()
    worlds.person(newcomer)
    home = client_of(newcomer)
    assert home.post(reverse("claim_ask"), {"code": code}).status_code == 302
    mine = words_of(home.get(reverse("my_asks")))
    assert WORDS in mine
    assert "A rail." in mine
    assert f"{worker.public_name}," in mine


@pytest.mark.parametrize(
    "missing", ["place", "name", "talk", "channel", "reach"], ids=lambda name: f"without-{name}"
)
def test_nothing_is_lost_on_an_error(place: Sphere, missing: str) -> None:
    sent = said(place=place.name)
    sent[missing] = ""
    answer = Client().post(reverse("ask_for_help", args=["me"]), sent)
    assert answer.status_code == 422
    html = answer.content.decode()
    for name, value in sent.items():
        if name not in {missing, "talk", "channel"}:
            assert value in html
    assert html.count(" checked") == 2 - (missing in {"talk", "channel"})


def test_one_of_several_neighbourhoods_is_chosen(worker: User) -> None:
    local = worlds.local_system(name="Borough")
    first, second = (worlds.neighbourhood(under=local, name="Twin Green") for _ in range(2))
    client = Client()
    answer = ask_online(client, "Twin Green")
    assert answer.status_code == 422
    choices = Page(answer.content.decode()).all("input", name="neighbourhood", type="radio")
    assert {choice.attributes["value"] for choice in choices} == {first.code, second.code}
    assert WORDS in answer.content.decode()
    answer = ask_online(client, "Twin Green", neighbourhood=second.code)
    assert answer.status_code == 200
    # One that was not offered is none.
    elsewhere = worlds.neighbourhood().code
    assert ask_online(client, "Twin Green", neighbourhood=elsewhere).status_code == 422


def test_an_unknown_place_comes_back(place: Sphere) -> None:
    answer = ask_online(Client(), "Nowhere in particular")
    assert answer.status_code == 422
    assert "We found no neighbourhood of that name" in words_of(answer)


def test_where_nobody_answers_the_page_says_so(place: Sphere) -> None:
    text = words_of(ask_online(Client(), place.name))
    assert "Nobody reads asks in that place" in text
    assert "Somebody talks with you by" not in text


def test_words_are_never_read_as_markup(place: Sphere, worker: User) -> None:
    hostile = '<script>alert("x")</script>'
    ask_online(Client(), place.name, words=hostile, name=hostile, say=hostile)
    with acting_as(worker):
        ask = Ask.objects.get()
    html = client_of(worker).get(reverse("ask", args=[ask.pk])).content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;" in html


def test_too_many_in_an_hour_wait(place: Sphere, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views_asking.AskForHelp, "most", 2)
    client = Client()
    statuses = [ask_online(client, place.name).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    other = client.post(
        reverse("ask_for_help", args=["me"]), said(place=place.name), REMOTE_ADDR="192.0.2.9"
    )
    assert other.status_code == 200


def test_guessing_codes_is_stopped(place: Sphere, monkeypatch: pytest.MonkeyPatch) -> None:
    for view in (views_asking.ComeBack, views_asking.OpenInvitation, views_asking.TakeBack):
        monkeypatch.setattr(view, "most", 3)
    client = Client()
    for name in ("come_back", "open_invitation", "take_back"):
        assert client.post(reverse(name), {"code": "0000-0000-0000"}).status_code in {200, 422}
    # They are counted together.
    assert client.post(reverse("come_back"), {"code": "0000-0000-0000"}).status_code == 429


def test_taking_it_back_with_the_code(place: Sphere, worker: User) -> None:
    client = Client()
    code = code_on(ask_online(client, place.name))
    assert client.post(reverse("take_back"), {"code": code}).status_code == 302
    assert "Taken back" in words_of(client.post(reverse("come_back"), {"code": code}))
    with acting_as(worker):
        assert not Ask.objects.exists()


# --- With an account, and by a helper -------------------------------------------------------------


def test_whoever_has_a_record_is_not_asked_again(place: Sphere) -> None:
    user = worlds.user()
    worlds.person(user, preferred_name="Annie")
    worlds.fill_record(user, neighbourhood=place)
    html = client_of(user).get(reverse("ask_for_help", args=["family"])).content.decode()
    for known in ("Annie", worlds.REACH, worlds.SAY, worlds.NEVER, place.name):
        assert known in html


def test_a_helper_gets_the_code_and_is_shown_as_one(place: Sphere, worker: User) -> None:
    helper = client_of(worlds.user("helper"))
    sent = said(place=place.name, how="bsl", for_whom="me")
    answer = helper.post(reverse("write_down"), sent)
    assert answer.status_code == 200
    assert code_on(answer)
    assert WORDS not in words_of(helper.get(reverse("my_asks")))
    with acting_as(worker):
        ask = Ask.objects.get()
    text = words_of(client_of(worker).get(reverse("ask", args=[ask.pk])))
    assert "Written down by a helper" in text
    assert "In British Sign Language" in text


def test_there_is_no_third_kind_of_asking() -> None:
    assert Client().get(reverse("ask_for_help", args=["neighbour"])).status_code == 404


# --- Invitations ----------------------------------------------------------------------------------


@pytest.mark.parametrize("is_signed_in", [True, False])
def test_an_invitation_says_nothing_about_the_neighbour(place: Sphere, is_signed_in: bool) -> None:
    user = worlds.user() if is_signed_in else None
    if user is not None:
        worlds.person(user, preferred_name="Inviting Ida")
    answer = client_of(user).post(reverse("invite"), {"place": place.name, "name": NAME})
    code = code_on(answer)
    opened = words_of(Client().post(reverse("open_invitation"), {"code": code}))
    assert place.name in opened
    assert "Ida" not in opened
    with acting_as(user):
        assert Invitation.objects.count() == int(is_signed_in)
    columns = {field.name for field in Invitation._meta.get_fields()}
    assert columns == {
        "public_id", "person", "neighbourhood", "code_hash", "made_at", "expires_at",
    }  # fmt: skip


def test_an_invitation_ends_after_28_days_or_when_its_maker_says(place: Sphere) -> None:
    user, other = worlds.user(), worlds.user()
    for each in (user, other):
        worlds.person(each)
    with acting_as(user):
        first, second = (invitations.make(neighbourhood=place, by=user) for _ in range(2))
    for days, there in ((27, True), (28, False)):
        with acting_as(None, at=timezone.now() + timedelta(days=days, minutes=1)):
            assert (invitations.place_of(first.code) == place) is there
    address = reverse("revoke_invitation", args=[second.invitation.pk])
    assert client_of(other).post(address).status_code == 404
    assert client_of(user).post(address).status_code == 302
    assert "has ended" in words_of(Client().post(reverse("open_invitation"), {"code": second.code}))


def test_using_an_invitation_leaves_no_mark(place: Sphere) -> None:
    user = worlds.user()
    worlds.person(user)
    with acting_as(user):
        made = invitations.make(neighbourhood=place, by=user)
        before = Invitation.objects.values().get()
    client = Client()
    client.post(reverse("open_invitation"), {"code": made.code})
    ask_online(client, place.name)
    with acting_as(user):
        assert Invitation.objects.values().get() == before
    assert "Nothing yet" in words_of(client_of(user).get(reverse("my_asks")))


def test_ended_invitations_are_deleted(place: Sphere) -> None:
    with acting_as(None), time_machine.travel(timezone.now() - timedelta(days=29), tick=True):
        invitations.make(neighbourhood=place, by=None)
    with acting_as(None):
        kept = invitations.make(neighbourhood=place, by=None)
    assert invitations.forget_ended() == 1
    assert invitations.forget_ended() == 0
    assert invitations.place_of(kept.code) == place


# --- Ways in which an ask could leak --------------------------------------------------------------

# Whoever must not find out, and every address they might try.
PRYING = ("/home/", "/home/asks/", "/asks/", "/asks/how-soon/", "/people/")
FROM_OUTSIDE = ("/api/v1/me/asks/", "/api/v1/me/")


@pytest.fixture
def prying(place: Sphere) -> dict[str, User | None]:
    nation = place.parent.parent  # type: ignore[union-attr]
    assert nation is not None
    found: dict[str, User | None] = {
        "anybody": None,
        "somebody signed in": worlds.user(),
        "a councillor there": worlds.holder("councillor", place),
        "a steward": worlds.holder("national-steward", nation),
        "a coordinator elsewhere": worlds.holder("coordinator", worlds.neighbourhood()),
        "one whose office has ended": worlds.holder(
            "coordinator", place, ends_on=timezone.localdate()
        ),
        "a colleague of whoever took it": worlds.holder("coordinator", place),
        "the helper": worlds.user("helper"),
    }
    return found


def test_nobody_else_finds_it_anywhere(
    place: Sphere, worker: User, prying: dict[str, User | None]
) -> None:
    made = [taken(place, worker, by=worlds.user())]
    by_helper = asked(place, by=prying["the helper"], how="phone").ask
    with acting_as(worker):
        asks.take(ask=by_helper, by=worker)
    made.append(asks.Made(by_helper, None))
    pages = ("", "close/", "hand-on/")
    addresses = [
        *PRYING,
        *FROM_OUTSIDE,
        *(f"/asks/{each.ask.pk}/{page}" for each in made for page in pages),
        *(f"/api/v1/me/asks/{each.ask.pk}/" for each in made),
        *(f"/people/{each.ask.pk}/" for each in made),
    ]
    for who, user in prying.items():
        client = client_of(user)
        for address in addresses:
            text = client.get(address, follow=True).content.decode()
            assert not [secret for secret in SECRETS if secret in text], (who, address)
        for each in made:
            for step in ("take", "talked", "close", "hand-on"):
                answer = client.post(f"/asks/{each.ask.pk}/{step}/", {"answer": "x"})
                assert answer.status_code in {302, 404}, (who, step)
                assert answer.status_code == 404 or "/accounts/login/" in answer["Location"]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM people_ask",
        "SELECT count(*) FROM people_ask WHERE neighbourhood_id = {place}",
        "SELECT coalesce(sum(length(sealed)), 0) FROM people_ask",
        "SELECT count(*) FROM (SELECT to_jsonb(a) FROM people_ask a) AS j",
        "SELECT count(*) FROM governance_sphere s JOIN people_ask a ON a.neighbourhood_id = s.id",
        "SELECT count(*) FROM visible_ask_ids({worker})",
        "SELECT count(*) FROM people_ask WHERE code_hash IS NOT NULL",
        "SELECT count(account_that_asked(public_id)) FROM people_ask",
    ],
)
def test_no_question_in_sql_gives_it_away(
    place: Sphere, worker: User, prying: dict[str, User | None], sql: str
) -> None:
    taken(place, worker, by=worlds.user())
    question = sql.format(place=place.pk, worker=worker.pk)
    for who, user in prying.items():
        with acting_as(user), connection.cursor() as cursor:
            cursor.execute(question)
            assert cursor.fetchone() == (0,), who
    if "code_hash" not in sql:
        with acting_as(worker), connection.cursor() as cursor:
            cursor.execute(question)
            assert cursor.fetchone() != (0,), "the question is a real one"


def test_traces_addresses_logs_and_letters_do_not_tell(
    place: Sphere, worker: User, log: pytest.LogCaptureFixture
) -> None:
    client = Client()
    answer = ask_online(client, place.name)
    code = code_on(answer)
    answers = [
        answer,
        ask_online(client, "Nowhere"),
        client.post(reverse("come_back"), {"code": code}),
        client.post(reverse("take_back"), {"code": code}),
    ]
    told = json.dumps(
        [
            *AuditEntry.objects.filter(verb__startswith="ask.").values(
                "verb", "actor_id", "subject_id", "detail", "sphere_id"
            ),
            *OutboxMessage.objects.values("topic", "key", "payload", "last_error"),
            *IdempotentRequest.objects.values("key", "body", "location"),
            *[letter.body + letter.subject for letter in mail.outbox],
            *[each.headers.get("Location", "") for each in answers],
            *[dict(each.cookies) for each in answers],
            dict(client.session.items()),
            log.text,
        ],
        default=str,
    )
    for secret in (*SECRETS, code, place.name):
        assert secret not in told, secret
    assert all("no-store" in each["Cache-Control"] for each in answers)


def test_a_row_says_nothing_of_itself(place: Sphere, worker: User) -> None:
    made = taken(place, worker)
    stored = repr(made.ask) + str(made.ask) + str(vars(made.ask))
    assert not [secret for secret in (*SECRETS, made.code) if str(secret) in stored]


def test_words_open_only_in_their_own_row(place: Sphere) -> None:
    one, other = asked(place).ask, asked(place).ask
    one.sealed = other.sealed
    with pytest.raises(SealBroken):
        one.words(one)
    one.wrapped = other.wrapped
    with pytest.raises(SealBroken):
        one.words(one)


def test_a_code_of_one_thing_opens_no_other(place: Sphere) -> None:
    with acting_as(None):
        invitation = invitations.make(neighbourhood=place, by=None).code
    ask = asked(place).code
    client = Client()
    assert client.post(reverse("come_back"), {"code": invitation}).status_code == 422
    assert "has ended" in words_of(client.post(reverse("open_invitation"), {"code": ask}))


def test_hidden_is_missing(place: Sphere, worker: User) -> None:
    """One that somebody else took, and none at all: the same page."""
    made = taken(place, worker)
    client = client_of(worlds.holder("coordinator", place))
    answers = [client.get(f"/asks/{pk}/") for pk in (made.ask.pk, "0" * 12)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert words_of(answers[0]) == words_of(answers[1])


def test_the_list_says_what_is_late(place: Sphere, worker: User) -> None:
    asked(place)
    address = reverse("people_who_asked")
    assert "longer than we said" not in words_of(client_of(worker).get(address))
    with time_machine.travel(timezone.now() + timedelta(days=20), tick=True):
        text = words_of(client_of(worker).get(address))
    assert "1 person has waited longer than we said" in text
    assert "Late" in text
