"""Posting by eight writers at once through the product's action, beside pgbench inserting the same rows barely.

Three ways: one movement, which is a transaction of its own; a hundred; and one movement within an act that opens a
transaction and says who acts, because it writes something else too. Nothing was promised of the last.

The bare tables are copies of the ledger's and the audit trail's, with their indexes and without a single rule: no
checks, no foreign keys, no triggers, no row-level security. pgbench adds the movements, changes the balances and adds
the trace and its seal by prepared statements, in one transaction, as posting does; it works nothing out and refuses
nothing. Both sides write to the same server with the settings the product runs with, so that each commit reaches the
disk.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import dj_database_url
import psycopg

from benchmarks import nations
from benchmarks.measuring import Figure, Size, at_least, in_turns
from governance.models import User

WRITERS = 8
WANTED = 0.6
# What the product itself posts together: a step of a national run is larger still.
MANY = 100


BARE = """
DROP SCHEMA IF EXISTS bare CASCADE;
CREATE SCHEMA bare;
CREATE TABLE bare.account (LIKE budgets_account INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES)
  WITH (fillfactor = 50);
CREATE TABLE bare.movement (LIKE budgets_movement INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES);
CREATE TABLE bare.entry (LIKE governance_auditentry INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING INDEXES);
CREATE TABLE bare.seal (LIKE governance_auditseal INCLUDING DEFAULTS INCLUDING INDEXES);
CREATE SEQUENCE bare.seal_number;
INSERT INTO bare.account (public_id, sphere_id, nation_id, kind, floor_pence, balance_pence)
  SELECT n::text, n, 1, 'bare', 0, 0 FROM generate_series(1, {accounts}) AS n;
VACUUM ANALYZE bare.account;
"""
SOURCE = "UPDATE bare.account SET balance_pence = balance_pence - {batch} WHERE id = :source;"
MOVEMENT = """
INSERT INTO bare.movement (idempotency_key, source_id, destination_id, amount_pence, purpose, decision_id, reason,
    posting, posted_at, posted_by)
  VALUES (:client_id || ':' || :key || ':{number}', :source, :destination + {number}, 1, 'allocate', 1, '', 1, now(), 1);
UPDATE bare.account SET balance_pence = balance_pence + 1 WHERE id = :destination + {number};
"""
TRACE = """
INSERT INTO bare.entry (batch, at, actor_id, verb, subject_kind, subject_id, sphere_id, detail)
  VALUES (1, now(), 1, 'ledger.posted', 'budgets.movement', '1', 1,
          '{"posting": 1, "movements": 1, "sha256": "0000000000000000000000000000000000000000000000000000000000000000"}');
INSERT INTO bare.seal (lane, number, batch, entries, previous_hash, hash, sealed_at)
  SELECT 0, n, n, '{1}', repeat('0', 64), repeat('0', 64), now() FROM nextval('bare.seal_number') AS n;
"""


def measure(size: Size, *, by: User, pgbench: Path) -> list[Figure]:
    """Movements a second, one a posting and many a posting, from one pot and from many."""
    places = size.nations * size.places
    worlds = {
        "one hot account": [nations.purse("hot", places=places, by=by)],
        f"{2 * places:,} accounts": [
            nations.purse(f"spread{number}", places=size.places, by=by)
            for number in range(size.nations)
        ],
    }
    with _writers(worlds, by=by) as writers, tempfile.TemporaryDirectory() as folder:
        _make_bare_tables(accounts=size.nations + 2 * places)
        figures = []
        for world, purses in worlds.items():
            for batch, within_an_act in ((1, False), (MANY, False), (1, True)):
                script = Path(folder, "bare.sql")
                script.write_text(_script(pots=len(purses), accounts=2 * places, batch=batch))

                def ours(
                    world: str = world, batch: int = batch, within_an_act: bool = within_an_act
                ) -> float:
                    return writers.post(
                        world, seconds=size.seconds, batch=batch, within_an_act=within_an_act
                    )

                def bare(script: Path = script, batch: int = batch) -> float:
                    return batch * _transactions_a_second(pgbench, script, size.seconds)

                speeds = in_turns(ours, bare, turns=size.turns)
                figures.append(_figure(world, batch, within_an_act, *speeds))
    return figures


def _figure(world: str, batch: int, within_an_act: bool, ours: float, bare: float) -> Figure:
    wanted, is_met = ("", None) if within_an_act else at_least(WANTED, ours / bare)
    way = f"{batch} {'movement' if batch == 1 else 'movements'} a posting"
    return Figure(
        part="Ledger, 8 writers",
        what=f"{world}, {way}{', within an act' if within_an_act else ''}",
        ours=f"{ours:,.0f} movements/s",
        beside=f"pgbench, bare {bare:,.0f}/s",
        ratio=ours / bare,
        wanted=wanted,
        is_met=is_met,
    )


# --- Ours -----------------------------------------------------------------------------------------


class Writers:
    """The processes that post. Django is loaded in each before anything is measured."""

    def __init__(self, processes: list[subprocess.Popen[str]]) -> None:
        self.processes = processes

    def tell(self, order: object) -> list[str]:
        """Gives every writer the same line at once; returns their answers."""
        for process in self.processes:
            assert process.stdin is not None  # noqa: S101 -- opened as pipes below
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
        answers = []
        for process in self.processes:
            assert process.stdout is not None  # noqa: S101
            answers.append(process.stdout.readline().strip())
        return answers

    def post(self, world: str, *, seconds: float, batch: int, within_an_act: bool) -> float:
        """Movements a second, all writers together."""
        order = {
            "world": world,
            "seconds": seconds,
            "batch": batch,
            "within_an_act": within_an_act,
        }
        answers = self.tell(order)
        return sum(map(int, answers)) / seconds


@contextmanager
def _writers(worlds: dict[str, list[nations.Purse]], *, by: User) -> Iterator[Writers]:
    command = [sys.executable, "-m", "benchmarks.writer"]
    with ExitStack() as stack:
        writers = Writers(
            [
                stack.enter_context(
                    subprocess.Popen(  # noqa: S603 -- our own command
                        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
                    )
                )
                for _ in range(WRITERS)
            ]
        )
        purses = {name: [purse.as_json() for purse in many] for name, many in worlds.items()}
        answers = writers.tell({"by": by.pk, "worlds": purses})
        if set(answers) != {"ready"}:
            raise RuntimeError("a writer did not start")
        yield writers


# --- Bare -----------------------------------------------------------------------------------------


def _make_bare_tables(*, accounts: int) -> None:
    with psycopg.connect(os.environ["OWNER_DATABASE_URL"], autocommit=True) as connection:
        for statement in BARE.format(accounts=accounts).split(";\n"):
            connection.execute(statement)


def _script(*, pots: int, accounts: int, batch: int) -> str:
    """What pgbench does in one transaction. Pots come first, so that all lock their accounts in one order."""
    lines = [
        "\\set key random(1, 9000000000000000000)",
        f"\\set source random(1, {pots})",
        f"\\set destination random({pots + 1}, {pots + accounts - batch + 1})",
        "BEGIN;",
        SOURCE.format(batch=batch),
        *(MOVEMENT.format(number=number) for number in range(batch)),
        TRACE,
        "END;",
    ]
    return "\n".join(lines)


def _transactions_a_second(pgbench: Path, script: Path, seconds: float) -> float:
    where: dict[str, object] = {**dj_database_url.parse(os.environ["OWNER_DATABASE_URL"])}
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    env = {variable: str(where[key]) for variable, key in names.items() if where.get(key)}
    time = max(1, round(seconds))
    done = subprocess.run(  # noqa: S603 -- our own command
        [
            *(str(pgbench), "--no-vacuum", "--protocol=prepared", f"--file={script}"),
            *(f"--client={WRITERS}", "--jobs=2", f"--time={time}", str(where["NAME"])),
        ],
        env=os.environ | env,
        check=True,
        capture_output=True,
        text=True,
    )
    told = next(line for line in done.stdout.splitlines() if line.startswith("tps = "))
    return float(told.split()[2])
