"""Several real processes at one ledger: no update lost, no overdraft, no movement twice, and nobody waits in a ring."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from budgets import ledger
from budgets.ledger import MovementSpec
from budgets.models import Account, Movement
from governance import audit
from tests.ledger.worlds import Country, Purpose, country

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.services,
]
PROCESSES = 4


def race(made: Country, work: list[list[list[dict[str, Any]]]]) -> list[dict[str, Any]]:
    """Each list of calls in a process of its own, all at once. A deadlock or any other error fails here."""
    database = connections["default"].settings_dict["NAME"]
    racers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.ledger.writer", database],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "socialcare.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in work
    ]
    for racer in racers:
        assert racer.stdout
        assert racer.stdout.readline() == "ready\n"
    # All are connected: closing the input is the start.
    for racer, calls in zip(racers, work, strict=True):
        assert racer.stdin
        json.dump({"user": made.steward.pk, "calls": calls}, racer.stdin)
        racer.stdin.close()
        racer.stdin = None
    results = []
    for racer in racers:
        out, errors = racer.communicate(timeout=180)
        assert racer.returncode == 0, errors
        results.append(json.loads(out))
    return results


def total(results: list[dict[str, Any]]) -> Counter[str]:
    return sum((Counter(result["tally"]) for result in results), Counter())


def row(spec: MovementSpec) -> dict[str, Any]:
    return asdict(spec)


def test_one_hot_account_is_never_overdrawn_and_loses_nothing() -> None:
    made = country()
    made.fill_pot(6_000)
    chance = random.Random(1)
    work = [
        [
            [row(made.spec("pot", f"fund{chance.randrange(3)}", chance.randint(1, 60)))]
            for _ in range(100)
        ]
        for _ in range(PROCESSES)
    ]
    results = race(made, work)
    tally = total(results)
    assert set(tally) == {"new", "overdraft"}
    assert tally["new"] + tally["overdraft"] == PROCESSES * 100
    spent = sum(result["pence"] for result in results)
    assert made.balance("pot") == 6_000 - spent
    assert spent > 5_900  # nearly all of it went before the small sums were refused too
    assert ledger.verify() == []
    assert audit.verify() == []


def test_crossed_batches_with_shared_keys_post_each_movement_once() -> None:
    made = country(neighbourhoods=10)
    made.fill_pot(10**9)
    chance = random.Random(2)
    places = [name for name in made.ids if name.startswith(("fund", "entitlements"))]
    turns = [
        [
            row(made.spec("pot", chance.choice(places), chance.randint(1, 99), key=f"{turn}:{n}"))
            for n in range(300)
        ]
        for turn in range(10)
    ]
    # In each turn every process posts the same keys, in orders that cross; large enough to be met half-way.
    work = [[chance.sample(turn, 300) for turn in turns] for _ in range(PROCESSES)]
    results = race(made, work)
    used = {spec["key"]: spec["amount_pence"] for turn in turns for spec in turn}
    assert total(results) == Counter({"new": 3_000, "already": (PROCESSES - 1) * 3_000})
    assert made.balance("pot") == 10**9 - sum(used.values())
    assert ledger.verify() == []


def test_keys_are_taken_in_one_order_whatever_the_callers_order() -> None:
    """Two calls meet a third's key half-way, from opposite ends. Taken in the callers' order, they would deadlock."""
    made = country()
    made.fill_pot(100)
    rows = [ledger._row(made.spec("pot", "fund0", 1, key=f"k{n}")) for n in range(3)]
    asked = "SELECT new_count, already_count FROM try_post_movements(%s::jsonb, NULL)"
    with (
        ThreadPoolExecutor(2) as pool,
        direct_connection() as first,
        direct_connection() as up,
        direct_connection() as down,
    ):

        def post(connection: psycopg.Connection[Any], payload: list[dict[str, object]]) -> Any:
            with connection.transaction():
                return connection.execute(asked, [json.dumps(payload)]).fetchone()

        first.execute(asked, [json.dumps(rows[1:2])])  # and not committed
        climbing = pool.submit(post, up, rows)
        wait_until_blocked(up)
        falling = pool.submit(post, down, rows[::-1])
        wait_until_blocked(down)
        first.rollback()
        assert (climbing.result(timeout=30), falling.result(timeout=30)) == ((3, 0), (0, 3))
    assert made.balance("pot") == 97


def direct_connection() -> psycopg.Connection[Any]:
    return psycopg.connect(
        **connections["default"].get_connection_params() | {"cursor_factory": None}
    )


def wait_until_blocked(connection: psycopg.Connection[Any]) -> None:
    for _ in range(300):
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_blocking_pids(%s)", [connection.info.backend_pid])
            if cursor.fetchone()[0]:
                return
        time.sleep(0.1)
    pytest.fail("nobody is waiting")


def test_crossed_payments_and_reversals_on_many_accounts() -> None:
    made = country(neighbourhoods=10)
    made.fill_pot(10**6)
    places = [name for name in made.ids if name.startswith(("fund", "entitlements"))]
    made.post(*[made.spec("pot", places[n % 20], 10, key=f"first:{n}") for n in range(200)])
    firsts = list(Movement.objects.filter(purpose=Purpose.ALLOCATE).values_list("pk", flat=True))
    chance = random.Random(3)
    work = []
    for number in range(PROCESSES):
        calls: list[list[dict[str, Any]]] = [
            [
                row(made.spec("pot", name, 1, key=f"{number}:{turn}:{name}"))
                for name in chance.sample(places, 5)
            ]
            for turn in range(40)
        ]
        # All processes try to reverse the same movements, each in an order of its own.
        calls += [[{"reverses": pk}] for pk in chance.sample(firsts, 40)]
        chance.shuffle(calls)
        work.append(calls)
    tally = total(race(made, work))
    tried = {call[0]["reverses"] for calls in work for call in calls if "key" not in call[0]}
    assert tally["new"] == PROCESSES * 40 * 5 + len(tried)
    assert tally["reversed-already"] == PROCESSES * 40 - len(tried)
    assert set(tally) == {"new", "reversed-already"}
    assert made.balance("pot") == 10**6 - 10 * (200 - len(tried)) - PROCESSES * 40 * 5
    assert sum(Account.objects.values_list("balance_pence", flat=True)) == 0
    assert ledger.verify() == []
