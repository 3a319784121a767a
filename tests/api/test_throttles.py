"""How often somebody may ask: counted apiece, told when to come back, and set by the operator."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests import worlds
from tests.api.worlds import program_of

pytestmark = pytest.mark.django_db
SPHERES = "/api/v1/spheres/"


@pytest.fixture
def rates(settings: Any) -> Iterator[None]:
    settings.REST_FRAMEWORK = {
        **settings.REST_FRAMEWORK,
        "DEFAULT_THROTTLE_RATES": {"anon": "2/min", "user": "3/min"},
    }
    cache.clear()
    yield
    cache.clear()


def asked(client: Client, times: int) -> list[int]:
    return [client.get(SPHERES).status_code for _ in range(times)]


def test_whoever_asks_too_often_is_told_when_to_come_back(rates: None) -> None:
    assert asked(Client(), 2) == [200, 200]
    answer = Client().get(SPHERES)
    assert (answer.status_code, answer.json()["code"]) == (429, "throttled")
    assert answer["Content-Type"] == "application/problem+json"
    assert 0 < int(answer["Retry-After"]) <= 60


def test_each_network_address_is_counted_apiece(rates: None) -> None:
    assert asked(Client(REMOTE_ADDR="192.0.2.1"), 3) == [200, 200, 429]
    assert asked(Client(REMOTE_ADDR="192.0.2.2"), 2) == [200, 200]


def test_a_made_up_address_helps_nobody(rates: None) -> None:
    """Without proxies of ours, X-Forwarded-For is whatever the sender wrote."""
    answers = [
        Client(headers={"X-Forwarded-For": f"192.0.2.{number}"}).get(SPHERES).status_code
        for number in range(3)
    ]
    assert answers == [200, 200, 429]


def test_a_user_is_counted_across_programs(rates: None) -> None:
    user = worlds.user("busy")
    assert asked(program_of(user), 2) == [200, 200]
    assert asked(program_of(user), 2) == [200, 429]
    assert asked(program_of(worlds.user("calm")), 1) == [200]


def test_guessing_tokens_is_counted(rates: None) -> None:
    guesser = Client(headers={"Authorization": "Bearer socialcare_guess"})
    assert asked(guesser, 3) == [401, 401, 429]


def test_the_product_has_limits(settings: Any) -> None:
    from socialcare import settings as written

    assert set(written.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]) == {"anon", "user"}
    assert settings.REST_FRAMEWORK["NUM_PROXIES"] == 0
