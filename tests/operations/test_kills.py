"""kill -9, twenty times: the web in the middle of an answer, the worker and the database in the middle of a run.

Whatever a steward was told is done is there afterwards, once: every pot that was to be shared is shared to the penny,
and the ledger and the audit trail are whole.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psycopg
import pytest

from socialcare.embedded import servers
from socialcare.embedded.children import Child, PartFailedError
from socialcare.embedded.folders import CHECKOUT, Instance
from tests.operations.conftest import Place
from tests.operations.web import get

pytestmark = pytest.mark.services

ROUNDS = 10  # each kills the web, and the worker or the database
PATIENCE = 120  # seconds for one thing to happen, on a machine that does much else
IMPATIENT = "tests.operations.impatient"


@dataclass
class Service:
    """The whole product on services of its own, each part of which can be killed and started again."""

    instance: Instance
    port: int
    logs: Path
    children: dict[str, Child | subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def env(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if name != "OWNER_DATABASE_URL"},
            "DATABASE_URL": servers.database_url(self.instance, servers.APP),
            "REDIS_URL": servers.redis_url(self.instance),
            "SECRET_KEY": self.instance.secrets()["secret_key"],
            "STATE_DIR": str(self.instance.state),
            "DEMO": "1",
            "PLAIN_STATIC": "1",
            "WEB_WORKERS": "1",
        }

    @property
    def place(self) -> Place:
        """For commands, the owner's too."""
        owner = servers.database_url(self.instance, servers.OWNER)
        return Place(servers.DATABASE, {**self.env, "OWNER_DATABASE_URL": owner})

    def start(self, name: str) -> None:
        if name == "broker":
            self.children[name] = servers.start_broker(self.instance)
        elif name == "database":
            self.children[name] = self._database()
        else:
            self.children[name] = self._process(name)

    def _database(self) -> Child:
        """What is left of a killed server takes a moment to notice that it is."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                return servers.start_database(self.instance)
            except PartFailedError:
                assert time.monotonic() < deadline
                time.sleep(0.2)

    def _process(self, name: str) -> subprocess.Popen[bytes]:
        words = {
            "web": [
                *("gunicorn", "--config", "python:socialcare.serving"),
                *("--bind", f"127.0.0.1:{self.port}", "socialcare.wsgi"),
            ],
            "worker": [
                *("celery", "-A", IMPATIENT, "worker", "--concurrency", "1", "--loglevel", "INFO"),
                *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            ],
            "beat": [
                *("celery", "-A", IMPATIENT, "beat", "--pidfile="),
                *("--schedule", str(self.logs / "schedule")),
            ],
        }[name]
        with (self.logs / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=CHECKOUT,
                env=self.env,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """SIGKILL for the whole of a part; of the database for its first process, which the others then miss."""
        child = self.children.pop(name)
        process = child.process if isinstance(child, Child) else child
        if name == "database":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def value(self, statement: str, *values: object) -> object:
        """What the database answers, as soon as it does."""
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(psycopg.OperationalError):
                with self.place.connect() as connection:
                    row = connection.execute(statement, values).fetchone()
                return row and row[0]
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def wait_for_web(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            with suppress(OSError):
                assert get(self.port, "/livez").status == 200
                return
            assert time.monotonic() < deadline, self.ends_of_logs()
            time.sleep(0.05)

    def wait_until(self, statement: str, *values: object) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self.value(statement, *values):
            assert time.monotonic() < deadline, self.ends_of_logs()
            time.sleep(0.05)

    def ends_of_logs(self) -> str:
        return "\n".join(f"{log}:\n{log.read_text()[-2000:]}" for log in self.logs.glob("*.log"))


@pytest.fixture
def service(tmp_path: Path, free_port: int) -> Iterator[Service]:
    """Lasting services, because temporary ones do not write what they promise to the disk at once."""
    instance = Instance.named(f"kill-{secrets.token_hex(4)}")
    service = Service(instance, free_port, tmp_path)
    with ExitStack() as stack:
        stack.callback(instance.wipe)
        stack.enter_context(instance.held())
        stack.callback(instance.stop_orphans)
        stack.callback(
            lambda: [service.kill(name) for name in [*service.children] if name != "broker"]
        )
        for name in ("database", "broker"):
            service.start(name)
        yield service
        broker = service.children.pop("broker")
        assert isinstance(broker, Child)
        broker.stop()


class Steward:
    """Somebody at a browser who tries again until the page says that it is done."""

    def __init__(self, port: int, cookies: dict[str, str]) -> None:
        self.port = port
        self.cookies = cookies

    def _ask(self, method: str, path: str, body: str = "") -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {
            "Host": f"localhost:{self.port}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            for cookie in response.headers.get_all("Set-Cookie") or []:
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return response.status, response.read().decode()
        finally:
            connection.close()

    def share(self, pot: str) -> str:
        """Shares a pot; returns once the service has said that it will be done."""
        path = f"/money/pots/{pot}/share/"
        deadline = time.monotonic() + PATIENCE
        last: object = None
        while time.monotonic() < deadline:
            try:
                status, page = self._ask("GET", path)
                if status == 200:
                    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
                    formula = re.search(r'name="formula" value="(\d+)"', page)
                    assert token, page
                    assert formula, page
                    form = {"csrfmiddlewaretoken": token[1], "formula": formula[1]}
                    status, page = self._ask("POST", path, urlencode(form))
                    if status == 302:
                        return pot
                assert status >= 500, (status, page)
                last = status
            except (OSError, http.client.HTTPException) as error:
                last = error
            time.sleep(0.1)
        raise AssertionError(f"pot {pot} could not be shared: {last!r}")


# A run that has begun to post, and one that will: there is a middle to be killed in, or there is going to be.
UNDER_WAY = "SELECT EXISTS (SELECT FROM budgets_allocationrun WHERE state = 'posting' AND systems_posted BETWEEN 1 AND systems_total - 3)"
TO_COME = "SELECT EXISTS (SELECT FROM budgets_allocationrun WHERE state <> 'posted' AND (systems_total = 0 OR systems_posted < systems_total - 6))"


class Pots:
    """Pots that are set, shared one after another: in the foreground, or in the background while things are killed."""

    def __init__(self, steward: Steward, ids: list[str], browser: ThreadPoolExecutor) -> None:
        self.steward, self.waiting, self.browser = steward, iter(ids), browser
        self.shared: list[str] = []
        self.asked: Future[str] | None = None

    def collect(self, *, wait: bool = False) -> bool:
        """Whether nothing is being asked for now; what was acknowledged is noted."""
        if self.asked is not None and (wait or self.asked.done()):
            self.shared.append(self.asked.result())
            self.asked = None
        return self.asked is None

    def ask(self) -> None:
        if self.collect():
            self.asked = self.browser.submit(self.steward.share, next(self.waiting))

    def wait_for_a_middle(self, service: Service) -> None:
        """Returns in the middle of a run, having asked for one if there is none to come."""
        deadline = time.monotonic() + PATIENCE
        while not service.value(UNDER_WAY):
            if self.collect() and not service.value(TO_COME):
                self.ask()
            assert time.monotonic() < deadline, service.ends_of_logs()
            time.sleep(0.05)


def test_nothing_that_was_acknowledged_is_lost_or_doubled(service: Service) -> None:
    service.place.manage("migrate", "-v0")
    world = json.loads(service.place.run("-m", "tests.operations.populate", "pots"))
    for name in ("web", "beat", "worker"):
        service.start(name)
    killed: list[str] = []
    with ThreadPoolExecutor(1) as browser:
        pots = Pots(Steward(service.port, world["cookies"]), world["pots"], browser)
        for number in range(ROUNDS):
            service.wait_for_web()
            pots.wait_for_a_middle(service)
            pots.ask()
            if number % 3 == 2:
                pots.collect(wait=True)  # it has just been acknowledged
            else:
                time.sleep(0.05 * number)  # it is being asked, or answered
            for name in ("web", ("worker", "database")[number % 2]):
                service.kill(name)
                killed.append(name)
            for name in killed[-2:]:
                service.start(name)
        pots.collect(wait=True)
    shared = pots.shared

    assert (len(killed), set(killed)) == (20, {"web", "worker", "database"})
    assert len(shared) >= 3
    for pot in shared:
        service.wait_until(
            "SELECT EXISTS (SELECT FROM budgets_allocationrun r JOIN budgets_pot p ON p.id = r.pot_id"
            " WHERE p.public_id = %s AND r.state = 'posted')",
            pot,
        )
    # What is put off until a vote ends may wait; no run may.
    promised = "SELECT FROM kernel_outboxmessage WHERE topic = 'budgets.carry_out_run'"
    service.wait_until(f"SELECT NOT EXISTS ({promised} AND done_at IS NULL)")
    # More than one try: something was killed in its middle.
    assert service.value(f"SELECT EXISTS ({promised} AND attempts > 1)")

    assert once_for_each_run(service) == []
    assert "whole" in service.place.manage("verify_audit").lower()
    service.place.manage("verify_ledger")
    held = "SELECT balance_pence FROM budgets_account WHERE kind = 'national-pot'"
    unshared = (
        "SELECT sum(total_pence - risk_reserve_pence - national_functions_pence) FROM budgets_pot p"
        " WHERE state = 'set' AND NOT EXISTS (SELECT FROM budgets_allocationrun WHERE pot_id = p.id)"
    )
    assert service.value(held) == service.value(unshared)


def once_for_each_run(service: Service) -> list[tuple[object, ...]]:
    """The runs whose money is not the pot's, or whose story is not told exactly once."""
    statement = """
        SELECT r.public_id, m.pence, p.total_pence - p.risk_reserve_pence - p.national_functions_pence, e.story
          FROM budgets_allocationrun r
          JOIN budgets_pot p ON p.id = r.pot_id
         CROSS JOIN LATERAL (SELECT sum(amount_pence) AS pence FROM budgets_movement
                              WHERE idempotency_key LIKE 'run:' || r.public_id || ':%') AS m
         CROSS JOIN LATERAL (SELECT array_agg(verb ORDER BY id) AS story FROM governance_auditentry
                              WHERE subject_kind = 'budgets.allocationrun' AND subject_id = r.public_id
                                AND verb <> 'run.resumed') AS e
         WHERE r.state = 'posted'
           AND (m.pence <> p.total_pence - p.risk_reserve_pence - p.national_functions_pence
                OR e.story <> ARRAY['run.requested', 'cost-factors.kept', 'run.shared', 'run.posted']::varchar[])
    """
    with service.place.connect() as connection:
        return list(connection.execute(statement))
