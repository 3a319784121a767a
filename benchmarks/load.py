"""A small load generator for this machine alone: a few visitors who ask one page after another.

It is bounded by a number of requests and by a time, opens a connection for each request (a first visit), reads every
answer to its end, and counts an answer with the wrong status as a failure of the whole measurement.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Request:
    """One request. `form` makes it a POST; `statuses` are the answers that are right."""

    path: str
    form: str = ""
    cookie: str = ""
    statuses: frozenset[int] = frozenset({200})

    def as_bytes(self, port: int) -> bytes:
        lines = [
            f"{'POST' if self.form else 'GET'} {self.path} HTTP/1.1",
            f"Host: localhost:{port}",
            "Connection: close",
        ]
        if self.cookie:
            lines.append(f"Cookie: {self.cookie}")
        if self.form:
            lines.append("Content-Type: application/x-www-form-urlencoded")
            lines.append(f"Content-Length: {len(self.form)}")
        return ("\r\n".join(lines) + "\r\n\r\n" + self.form).encode()


@dataclass
class Answers:
    """Seconds that each answer took, and the seconds that all took together."""

    seconds: list[float] = field(default_factory=list)
    whole: float = 0.0

    def percentile(self, percent: int) -> float:
        """The time, in seconds, within which that many of a hundred answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


class WrongAnswer(Exception):
    """A page answered with another status than it should."""


async def ask(request: Request, port: int) -> bytes:
    """The whole answer, head and all. Raises WrongAnswer."""
    reader, writer = await asyncio.open_connection(HOST, port)
    try:
        writer.write(request.as_bytes(port))
        answer = await reader.read()
    finally:
        writer.close()
    status = int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0
    if status not in request.statuses:
        raise WrongAnswer(f"{request.path} answered {status}")
    return answer


def visit(
    requests: Sequence[Request], *, port: int, visitors: int, most: int, seconds: float
) -> Answers:
    """`visitors` at once ask `requests` round and round, until `most` were asked or `seconds` are over."""
    return asyncio.run(_visit(islice(cycle(requests), most), port, visitors, seconds))


async def _visit(waiting: Iterator[Request], port: int, visitors: int, seconds: float) -> Answers:
    answers = Answers()
    began = time.perf_counter()

    async def visitor() -> None:
        for request in waiting:
            asked = time.perf_counter()
            if asked - began > seconds:
                return
            await ask(request, port)
            answers.seconds.append(time.perf_counter() - asked)

    await asyncio.gather(*(visitor() for _ in range(visitors)))
    answers.whole = time.perf_counter() - began
    return answers
