"""A web application that takes its time, for a stop that has to wait for it."""

import time
from collections.abc import Callable, Iterator
from typing import Any

SECONDS = 1.5


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterator[bytes]:
    start_response("200 OK", [("Content-Type", "text/plain")])
    yield b"first half, "
    time.sleep(SECONDS)
    yield b"second half"
