"""A stop is polite: the page that somebody waits for is finished, and so is the step of work that has begun."""

from __future__ import annotations

import http.client
import os
import signal
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings

from governance import audit
from governance.models import Body
from socialcare.celery import app
from socialcare.kernel import outbox
from socialcare.kernel.models import OutboxMessage
from tests import worlds
from tests.kernel import slow_work
from tests.kernel.test_worker_killed import until, worker
from tests.operations import slow_app
from tests.operations.web import serving

pytestmark = pytest.mark.services


def test_a_stopped_web_server_finishes_the_page(tmp_path: Path, free_port: int) -> None:
    answers: list[bytes] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", free_port, timeout=20)
        connection.request("GET", "/")
        answers.append(connection.getresponse().read())
        connection.close()

    env = {**os.environ, "STATE_DIR": str(tmp_path)}
    app = f"{slow_app.__name__}:application"
    with serving(env, tmp_path / "web.log", port=free_port, app=app) as process:
        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(slow_app.SECONDS / 3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        asking.join(30)
    assert answers == [b"first half, second half"]


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_a_stopped_worker_puts_back_what_it_cannot_finish(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody sweeps here: the next worker has the work from the broker, where the stopped one put it back."""
    monkeypatch.setenv("REMAP_SIGTERM", "SIGQUIT")  # as the demo and the containers start it
    log = tmp_path / "worker.log"
    nation = worlds.nation()
    app.control.purge()
    message = outbox.promise(
        slow_work.TOPIC, key="slow:1", by=None, sphere_id=nation.pk, marks=str(tmp_path)
    )
    with worker(log) as first:
        until((tmp_path / "waiting").exists, "the work had begun", log)
        began = time.monotonic()
        first.send_signal(signal.SIGTERM)
        first.wait(30)
        # It gave the work its time, and no more.
        assert time.monotonic() - began > settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT - 1
    (tmp_path / "killed").touch()
    assert not OutboxMessage.objects.get(pk=message.pk).done_at

    def is_done() -> bool:
        return OutboxMessage.objects.filter(pk=message.pk, done_at__isnull=False).exists()

    with worker(log):
        until(is_done, "the work was done", log)
    assert Body.objects.filter(sphere=nation).count() == 2
    assert audit.verify() == []
