"""The product's own gunicorn, as the demo and the containers start it."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


def get(port: int, path: str, **headers: str) -> http.client.HTTPResponse:
    """Asks the local server on `port`; the answer is read."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    connection.request("GET", path, headers={"Host": "localhost", **named})
    response = connection.getresponse()
    response.body = response.read()  # type: ignore[attr-defined]
    connection.close()
    return response


@contextmanager
def serving(
    env: Mapping[str, str], log: Path, *, port: int, app: str = "socialcare.wsgi"
) -> Iterator[subprocess.Popen[bytes]]:
    """Gunicorn with the product's configuration, answering on `port`."""
    command = [sys.executable, "-m", "gunicorn", "--config", "python:socialcare.serving"]
    command += ["--bind", f"127.0.0.1:{port}", app]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=settings.BASE_DIR,
            env=env,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                get(port, "/livez")
                break
            except OSError:
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.1)
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
