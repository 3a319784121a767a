"""Public pages at England's size, asked of gunicorn as the product starts it, with one process of web workers.

Requests a second are for each second of processor time, the web server's and the database's together: that is what one
core can answer, whatever else the machine does. The ratio is to `/livez`, which passes through the same server and
middleware and says "ok": the ceiling of anything that Django serves here. Waiting times are by the clock.
"""

from __future__ import annotations

import asyncio
import os
import random
import re
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.load import HOST, Request, WrongAnswer, ask, visit
from benchmarks.measuring import Figure, Size, children_of, processor_seconds
from governance.levels import Level
from governance.models import Sphere

VISITORS = 4
LONGEST = 10.0  # seconds for each page
# Town halls and stations up and down the country.
POSTCODES = ("S70 2TA", "LS1 3AD", "M2 5DB", "NE1 8QH", "SW1A 0AA", "PL1 2AA", "NR2 1NH", "B1 1BB")


@dataclass(frozen=True)
class Server:
    """gunicorn and the database it asks, by the processes that work for them."""

    port: int
    web: int
    database: int

    def processor_seconds(self) -> float:
        return processor_seconds(children_of(self.web) + children_of(self.database))


def measure(size: Size, *, database: int) -> list[Figure]:
    """Each page's requests a second of one core beside `/livez`, and how long a first visit waits. `database` is a pid."""
    with _serving(database) as server:
        pages = _pages(server)
        first = {name: _first(requests[0], server) for name, requests in pages.items()}
        ceiling, _p95 = _rate([Request("/livez")], server, size)
        figures = []
        for name, requests in pages.items():
            rate, p95 = _rate(requests, server, size)
            figures.append(
                Figure(
                    part="Public pages",
                    what=name,
                    ours=f"{rate:,.0f} requests/s a core; p95 {p95 * 1000:,.0f} ms",
                    beside=f"“ok” {ceiling:,.0f}/s a core; the very first {first[name] * 1000:,.0f} ms",
                    ratio=rate / ceiling,
                )
            )
        return figures


def _pages(server: Server) -> dict[str, list[Request]]:
    codes = _codes(Level.NEIGHBOURHOOD)
    systems = _codes(Level.LOCAL)
    return {
        "front door /": [Request("/")],
        "nation /places/": [Request("/places/")],
        "a local system /places/<code>/": [Request(f"/places/{code}/") for code in systems],
        "a neighbourhood /places/<code>/": [Request(f"/places/{code}/") for code in codes],
        "postcode POST /find/": _postcode_searches(server),
        "money /money/": [Request("/money/")],
        "a local system's CSV": [Request(f"/places/{code}.csv") for code in systems],
        "every neighbourhood's CSV /places.csv": [Request("/places.csv")],
    }


def _codes(level: Level) -> list[str]:
    """Codes of places with figures, in an order of chance that is the same every time."""
    codes = sorted(
        Sphere.objects.filter(level=level, profiles__isnull=False).values_list("code", flat=True)
    )
    random.Random(1).shuffle(codes)  # noqa: S311 -- nothing secret is chosen
    return codes


def _postcode_searches(server: Server) -> list[Request]:
    """Searches by postcode, with the cookie and the token that the form's page gave."""
    page = asyncio.run(ask(Request("/find/"), server.port)).decode()
    cookie = re.search(r"(?i)set-cookie: (csrf=[^;]+)", page)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if cookie is None or token is None:
        raise WrongAnswer("/find/ gave no form")
    # Most are shown the nearest places to choose from; a local system of one place is shown at once.
    search = Request("/find/", cookie=cookie[1], statuses=frozenset({200, 302}))
    return [
        replace(search, form=urllib.parse.urlencode({"csrfmiddlewaretoken": token[1], "q": code}))
        for code in POSTCODES
    ]


def _first(request: Request, server: Server) -> float:
    began = time.perf_counter()
    asyncio.run(ask(request, server.port))
    return time.perf_counter() - began


def _rate(requests: Sequence[Request], server: Server, size: Size) -> tuple[float, float]:
    """Requests for each second of processor time, and the 95th percentile of waiting in seconds."""
    visit(requests, port=server.port, visitors=VISITORS, most=len(POSTCODES), seconds=LONGEST)
    began = server.processor_seconds()
    answers = visit(
        requests, port=server.port, visitors=VISITORS, most=size.requests, seconds=LONGEST
    )
    used = server.processor_seconds() - began
    return len(answers.seconds) / used, answers.percentile(95)


@contextmanager
def _serving(database: int) -> Iterator[Server]:
    """The product's web server on a free port, with one worker process, as the application's login."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    env = {name: value for name, value in os.environ.items() if name != "OWNER_DATABASE_URL"}
    log = Path(os.environ["STATE_DIR"], "logs", "web.log")
    command = ["gunicorn", "--config", "python:socialcare.serving", "socialcare.wsgi"]
    with log.open("wb") as output:
        web = subprocess.Popen(  # noqa: S603 -- our own command
            [sys.executable, "-m", *command, "--bind", f"{HOST}:{port}"],
            env=env | {"WEB_WORKERS": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(web, port)
        yield Server(port=port, web=web.pid, database=database)
    finally:
        web.terminate()
        web.wait(30)


def _wait(web: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 60
    while web.poll() is None and time.monotonic() < until:
        try:
            _first(Request("/livez"), Server(port, web.pid, 0))
        except (OSError, WrongAnswer):
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the web server did not start")
