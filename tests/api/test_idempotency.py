"""Asking twice is done once: one after the other, at the same moment, and after a refusal."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from governance.models import Matter
from socialcare.kernel.api import idempotency
from socialcare.kernel.models import IdempotentRequest
from tests import worlds
from tests.api.conftest import ClientOf
from tests.api.test_matters import MATTERS, question
from tests.api.worlds import post, token_of
from tests.small_england import SmallEngland

KEY = "a-key-of-my-own"


def test_the_same_request_gets_the_same_answer(untouched: SmallEngland, program: ClientOf) -> None:
    chair = program("national")
    answers = [post(chair, MATTERS, question(untouched), idempotency_key=KEY) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.content for answer in answers} == {answers[0].content}
    assert {answer["Location"] for answer in answers} == {answers[0]["Location"]}
    assert "Idempotent-Replayed" not in answers[0]
    assert Matter.objects.filter(subject="figures:2026").count() == 1


def test_a_key_means_one_request(untouched: SmallEngland, program: ClientOf) -> None:
    chair = program("national")
    post(chair, MATTERS, question(untouched), idempotency_key=KEY)
    other = post(chair, MATTERS, question(untouched, subject="figures:2027"), idempotency_key=KEY)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
    elsewhere = post(chair, f"{MATTERS}{untouched.open.public_id}/vote/", idempotency_key=KEY)
    assert elsewhere.json()["code"] == "idempotency-key-reused"
    assert not Matter.objects.filter(subject="figures:2027").exists()


def test_a_key_is_ones_own(untouched: SmallEngland, program: ClientOf) -> None:
    mine = post(program("national"), MATTERS, question(untouched), idempotency_key=KEY)
    theirs = post(program("steward"), MATTERS, question(untouched), idempotency_key=KEY)
    assert mine.status_code == 201
    assert theirs.status_code == 403
    assert theirs.json()["code"] == "may-not-raise"


def test_a_refusal_is_not_kept(untouched: SmallEngland, program: ClientOf) -> None:
    sent = question(untouched)
    assert post(program("citizen"), MATTERS, sent, idempotency_key=KEY).status_code == 403
    assert not IdempotentRequest.objects.exists()


@pytest.mark.parametrize("key", ["short", "with a space", "ünicode-key", "x" * 201, ""])
def test_an_odd_key_is_refused(untouched: SmallEngland, program: ClientOf, key: str) -> None:
    answer = post(program("national"), MATTERS, question(untouched), idempotency_key=key)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency-key-odd")
    assert not Matter.objects.filter(subject="figures:2026").exists()


def test_keys_are_forgotten_after_a_day(untouched: SmallEngland, program: ClientOf) -> None:
    post(program("national"), MATTERS, question(untouched), idempotency_key=KEY)
    assert idempotency.forget_old() == 0
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert idempotency.forget_old() == 1
    assert not IdempotentRequest.objects.exists()


# --- At the same moment ---------------------------------------------------------------------------

AT_ONCE = 6
committing = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def at_once(send: Any) -> list[Any]:
    """Calls `send(number)` from several threads that start together, each with a connection of its own."""
    start = Barrier(AT_ONCE)

    def one(number: int) -> Any:
        start.wait(timeout=10)
        try:
            return send(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


@committing
def test_at_the_same_moment_it_is_done_once() -> None:
    nation = worlds.nation()
    council = worlds.council(nation, members=1)
    secret = token_of(council.chair)
    sent = {
        "power": "publish-national-figures",
        "sphere": nation.code,
        "subject": "figures:2026",
        "question": "Shall we?",
    }
    headers = {"Authorization": f"Bearer {secret}"}
    answers = at_once(
        lambda _number: post(Client(headers=headers), MATTERS, sent, idempotency_key=KEY)
    )
    assert Counter(answer.status_code for answer in answers) == {201: AT_ONCE}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer for answer in answers) == 1
    assert Matter.objects.count() == 1


@committing
def test_at_the_same_moment_a_key_still_means_one_request() -> None:
    nation = worlds.nation()
    council = worlds.council(nation, members=1)
    headers = {"Authorization": f"Bearer {token_of(council.chair)}"}

    def send(number: int) -> Any:
        sent = {
            "power": "publish-national-figures",
            "sphere": nation.code,
            "subject": f"figures:{number}",
            "question": "Shall we?",
        }
        return post(Client(headers=headers), MATTERS, sent, idempotency_key=KEY)

    answers = at_once(send)
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: AT_ONCE - 1}
    assert Matter.objects.count() == 1


@committing
def test_a_step_taken_at_the_same_moment_is_taken_once() -> None:
    nation = worlds.nation()
    council = worlds.council(nation, members=1)
    matter = worlds.raised(council, power="publish-national-figures")
    headers = {"Authorization": f"Bearer {token_of(council.chair)}"}
    address = f"{MATTERS}{matter.public_id}/"
    seen = Client().get(address)["ETag"]
    answers = at_once(
        lambda _number: post(Client(headers=headers), f"{address}withdraw/", if_match=seen)
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 412: AT_ONCE - 1}
