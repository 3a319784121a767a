"""A real Celery worker is killed with SIGKILL in the middle of its work; the next one finishes it, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from governance import audit
from governance.models import AuditEntry, Body
from socialcare.celery import app
from socialcare.kernel import outbox
from socialcare.kernel.models import OutboxMessage
from tests import worlds
from tests.kernel import slow_work

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]

PATIENCE = 40  # seconds for a worker to start or to finish, on a busy machine


def until(happened: Callable[[], bool], what: str, log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > deadline:
            pytest.fail(f"no sign that {what} after {PATIENCE} s:\n{log.read_text()[-2000:]}")
        time.sleep(0.1)


@contextmanager
def worker(log: Path, *, include: str = slow_work.__name__) -> Iterator[subprocess.Popen[bytes]]:
    """The product's worker on the test's database and broker, with its children in a group of their own.

    It loads the module `include` as well.
    """
    address = urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]
    environment = os.environ | {"DATABASE_URL": address._replace(path=f"/{name}").geturl()}
    environment.pop("OWNER_DATABASE_URL", None)
    command = [sys.executable, "-m", "celery", "-A", "socialcare", "worker", "--concurrency", "1"]
    command += ["--include", include, "--loglevel", "WARNING"]
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    with log.open("ab") as output:
        process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGTERM)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(timeout=10)


def test_work_survives_a_killed_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "NUDGE_INTERVAL", outbox.timedelta(seconds=1))
    log = tmp_path / "worker.log"
    nation = worlds.nation()
    app.control.purge()  # what earlier tests promised and never delivered
    message = outbox.promise(
        slow_work.TOPIC, key="slow:1", by=None, sphere_id=nation.pk, marks=str(tmp_path)
    )

    with worker(log) as first:
        until((tmp_path / "waiting").exists, "the work had begun", log)
        # It is in hand: nobody else can take it up, and nothing of the open step shows.
        assert not outbox.deliver(message.pk)
        assert not Body.objects.filter(kind=Body.Kind.PANEL).exists()
        os.killpg(first.pid, signal.SIGKILL)
        assert first.wait(timeout=10) == -signal.SIGKILL

    (tmp_path / "killed").touch()
    message.refresh_from_db()
    assert message.done_at is None
    assert message.attempts == 1
    assert set(Body.objects.values_list("kind", flat=True)) == {Body.Kind.NATIONAL_COUNCIL}

    def is_done() -> bool:
        outbox.sweep()
        return OutboxMessage.objects.filter(pk=message.pk, done_at__isnull=False).exists()

    with worker(log):
        until(is_done, "the work was done", log)

    message.refresh_from_db()
    assert message.attempts == 2
    assert message.last_error == ""
    assert Body.objects.filter(sphere=nation).count() == 2
    assert AuditEntry.objects.filter(verb="body.set-up").count() == 2
    assert audit.verify() == []
