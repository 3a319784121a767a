"""Databases of a test's own, reached only by commands, as an operator would."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings

OLD_BACKUP = Path(__file__).parent / "data" / "ledger-0002"


@dataclass(frozen=True)
class Place:
    """A database with nothing in it, and the environment that leads commands there."""

    name: str
    env: dict[str, str]

    @property
    def heads(self) -> Path:
        return Path(self.env["STATE_DIR"], "audit-heads.jsonl")

    def run(self, *words: str, status: int = 0, **changes: str) -> str:
        """Runs `python <words>` here; returns what it said, when it ended with `status` as it should."""
        done = subprocess.run(
            [sys.executable, "-W", "error", *words],
            cwd=settings.BASE_DIR,
            env={**self.env, **changes},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def manage(self, *words: str, status: int = 0, **changes: str) -> str:
        return self.run("manage.py", *words, status=status, **changes)

    def connect(self) -> psycopg.Connection:
        """As the owner."""
        return psycopg.connect(self.env["OWNER_DATABASE_URL"], autocommit=True)

    def value(self, statement: str) -> object:
        with self.connect() as connection:
            row = connection.execute(statement).fetchone()
        return row and row[0]

    @property
    def is_empty(self) -> bool:
        return (
            self.value(
                "SELECT count(*) = 0 FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            )
            is True
        )


@pytest.fixture(scope="session")
def make_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], Place]]:
    """Makes empty databases, gone when the tests are."""
    owner = urlsplit(os.environ["OWNER_DATABASE_URL"])
    app = urlsplit(os.environ["DATABASE_URL"])
    made: list[str] = []

    def make() -> Place:
        name = f"test_place_{secrets.token_hex(4)}"
        with psycopg.connect(owner.geturl(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        made.append(name)
        addresses = {
            "DATABASE_URL": app._replace(path=f"/{name}").geturl(),
            "OWNER_DATABASE_URL": owner._replace(path=f"/{name}").geturl(),
            "STATE_DIR": str(tmp_path_factory.mktemp("state")),
        }
        return Place(name, os.environ | addresses)

    yield make
    with psycopg.connect(owner.geturl(), autocommit=True) as connection:
        for name in made:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def place(make_place: Callable[[], Place]) -> Place:
    """An empty database of this test's own."""
    return make_place()


@pytest.fixture
def free_port() -> int:
    """A port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
