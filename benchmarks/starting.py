"""How long `script/demo` takes until it prints its sign-ins: with an empty database, and again with everything there.

The packages are installed already; how long that takes is up to the network. After each start the first pages are
asked for, one after the other, as the first visitor does.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.load import HOST, Request, ask
from benchmarks.measuring import Figure
from socialcare.demo import NEIGHBOURHOOD
from socialcare.embedded.folders import CHECKOUT, Instance

INSTANCE = "benchmarks-start"
READY = "Ctrl-C stops everything."
FIRST = ("/", "/places/", f"/places/{NEIGHBOURHOOD}/", "/money/")


def measure() -> list[Figure]:
    """Seconds from the command to the sign-ins, cold and warm, and the slowest of the first pages."""
    try:
        return [_start("empty database", "--fresh"), _start("everything there")]
    finally:
        Instance.named(INSTANCE).wipe()


def _start(words: str, *options: str) -> Figure:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    began = time.perf_counter()
    with _demo(port, *options) as steps:
        took = time.perf_counter() - began
        first = [_seconds(path, port) for path in FIRST]
    return Figure(
        part="Starting",
        what=f"script/demo to its sign-ins, {words}",
        ours=f"{took:.1f} s",
        beside=f"{steps}; slowest of the first pages {max(first) * 1000:,.0f} ms",
    )


def _seconds(path: str, port: int) -> float:
    began = time.perf_counter()
    asyncio.run(ask(Request(path), port))
    return time.perf_counter() - began


@contextmanager
def _demo(port: int, *options: str) -> Iterator[str]:
    """The demonstration, running; yields what its progress log said about the longest steps. Stopped afterwards."""
    # It brings services of its own: nothing of this run's may lead it to ours.
    ours = ("DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "STATE_DIR", "SECRET_KEY", "DEMO")
    env = {name: value for name, value in os.environ.items() if name not in ours}
    demo = subprocess.Popen(  # noqa: S603 -- our own command
        [sys.executable, "-m", "socialcare.supervisor", "demo", *options],
        cwd=CHECKOUT,
        env=env | {"PORT": str(port), "SOCIALCARE_INSTANCE": INSTANCE},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert demo.stdout is not None  # noqa: S101 -- opened as a pipe above
    try:
        said = []
        for line in demo.stdout:
            said.append(line.strip())
            if line.startswith(READY):
                break
        else:
            raise RuntimeError("the demonstration did not start:\n" + "\n".join(said))
        yield _longest(said)
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.communicate(timeout=60)


def _longest(said: list[str]) -> str:
    """The two steps of the progress log that took longest: `12.3 s  words` tells when each ended."""
    before, steps = 0.0, []
    for line in said:
        seconds, found, words = line.partition(" s  ")
        if found and seconds.strip().replace(".", "").isdecimal():
            steps.append((float(seconds) - before, words))
            before = float(seconds)
    steps.sort(reverse=True)
    return "; ".join(f"{words.rstrip('.')} {seconds:.1f} s" for seconds, words in steps[:2])
