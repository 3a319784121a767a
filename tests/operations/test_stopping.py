"""A stop is polite: the page that somebody waits for is finished, and so is the step of work that has begun."""

from __future__ import annotations

import http.client
import os
import signal
import threading
import time
from pathlib import Path

import pytest

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
