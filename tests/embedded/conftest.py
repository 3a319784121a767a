"""Real supervisors in processes of their own, each on an instance that no other test shares."""

import os
import queue
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from socialcare.embedded import servers
from socialcare.embedded.children import command_of
from socialcare.embedded.folders import CHECKOUT, Instance

PROVIDED = {"DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "STATE_DIR", "PORT"}


def clean_environment(**changes: str) -> dict[str, str]:
    """An operator's environment that provides no services."""
    kept = {name: value for name, value in os.environ.items() if name not in PROVIDED}
    return {**kept, **changes}


@dataclass
class Supervised:
    """A supervisor under test, and what it has said so far."""

    process: subprocess.Popen[str]
    instance: Instance
    said: list[str] = field(default_factory=list)
    _lines: "queue.Queue[str | None]" = field(default_factory=queue.Queue)

    def __post_init__(self) -> None:
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self._lines.put(line)
        self.process.stdout.close()
        self._lines.put(None)

    def wait_for(self, words: str, *, seconds: float = 60) -> None:
        """Return when it has said `words`; fail when it ends or `seconds` pass before that."""
        deadline = time.monotonic() + seconds
        while True:
            line = self._lines.get(timeout=max(0.1, deadline - time.monotonic()))
            assert line is not None, f"it ended without saying {words!r}: {''.join(self.said)}"
            self.said.append(line)
            if words in line:
                return

    def stop(self, signal_number: int) -> int:
        """Send it a signal and return its exit status."""
        self.process.send_signal(signal_number)
        return self.process.wait(60)

    def pids(self) -> dict[str, int]:
        """The process number of each of its children, by name."""
        run = self.instance.state / "run"
        return {path.stem: int(path.read_text().split()[0]) for path in run.glob("*.pid")}

    def connect(self, role: str = servers.OWNER) -> psycopg.Connection:
        return psycopg.connect(servers.database_url(self.instance, role), autocommit=True)


def are_gone(pids: dict[str, int], *, seconds: float = 20) -> bool:
    """Whether all these processes end in time."""
    deadline = time.monotonic() + seconds
    while any(command_of(pid) for pid in pids.values()):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


Start = Callable[..., Supervised]


@contextmanager
def starting() -> Iterator[Start]:
    """Yield a function that starts supervisors: `start("services", name=…, **environment)`.

    At the end they are stopped and their files removed.
    """
    started: list[Supervised] = []

    def start(*words: str, name: str = "", **environment: str) -> Supervised:
        name = name or f"check-{secrets.token_hex(4)}"
        state = environment.get("SOCIALCARE_STATE")
        process = subprocess.Popen(
            [sys.executable, "-m", "socialcare.supervisor", *words],
            cwd=CHECKOUT,
            env=clean_environment(SOCIALCARE_INSTANCE=name, **environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        instance = Instance.named(name, state=Path(state) if state else None)
        started.append(Supervised(process, instance))
        return started[-1]

    yield start
    for supervised in started:
        supervised.process.terminate()
        supervised.process.wait(60)
    for supervised in started:
        supervised.instance.stop_orphans()
        supervised.instance.wipe()
        supervised.instance.pointer.unlink(missing_ok=True)


@pytest.fixture
def start() -> Iterator[Start]:
    """Start supervisors of this test's own."""
    with starting() as start:
        yield start


@pytest.fixture
def services(start: Start) -> Supervised:
    """A database and broker of this test's own, ready."""
    supervised = start("services")
    supervised.wait_for("Ctrl-C stops everything")
    return supervised


@pytest.fixture(scope="module")
def running() -> Iterator[Supervised]:
    """A database and broker for tests that stop nothing, ready."""
    with starting() as start:
        supervised = start("services")
        supervised.wait_for("Ctrl-C stops everything")
        yield supervised
