"""What a measurement gives, and how long things take: medians of several turns, and processor time by process."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

_TICKS = os.sysconf("SC_CLK_TCK")
Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Size:
    """How much to measure. `seconds` is for each turn of something that goes on until it is stopped."""

    name: str
    turns: int
    seconds: float
    nations: int
    places: int
    movements: int
    requests: int
    people: int
    asked: int


FULL = Size(
    "full",
    turns=3,
    seconds=3,
    nations=100,
    places=50,
    movements=1_000_000,
    requests=240,
    people=1_000_000,
    asked=200,
)
QUICK = Size(
    "quick",
    turns=1,
    seconds=1,
    nations=10,
    places=20,
    movements=20_000,
    requests=20,
    people=20_000,
    asked=20,
)


@dataclass(frozen=True)
class Figure:
    """One line of the table. `is_met` is None where nothing was promised."""

    part: str
    what: str
    ours: str
    beside: str = ""
    ratio: float | None = None
    wanted: str = ""
    is_met: bool | None = None


def at_least(share: float, ratio: float) -> tuple[str, bool]:
    """What was wanted of a ratio, and whether it is so."""
    return f"at least {share:.0%}", ratio >= share


def under(seconds: float, taken: float) -> tuple[str, bool]:
    """What was wanted of a time in seconds, and whether it is so."""
    return f"under {seconds:g} s", taken < seconds


def timed(action: Callable[[], Answer]) -> tuple[float, Answer]:
    """How many seconds the action takes by the clock on the wall, and what it gives."""
    began = time.perf_counter()
    answer = action()
    return time.perf_counter() - began, answer


def worked(action: Callable[[], object]) -> float:
    """How many seconds of processor time the action takes in this process: others on the machine change it little."""
    began = time.process_time()
    action()
    return time.process_time() - began


def in_turns(*actions: Callable[[], float], turns: int) -> list[float]:
    """The median of what each action returns, taken in turns: what slows one slows the others too."""
    found: list[list[float]] = [[] for _ in actions]
    for _ in range(turns):
        for results, action in zip(found, actions, strict=True):
            results.append(action())
    return [median(results) for results in found]


def processor_seconds(pids: Iterable[int]) -> float:
    """The processor time that these processes have used, in seconds, with their children's that have ended.

    A web server replaces its workers after so many requests, and a database ends a connection's process with it.
    """
    used = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        # User and system, and the same of children that were waited for, in clock ticks: proc(5).
        used += sum(map(int, fields[11:15]))
    return used / _TICKS


def children_of(pid: int) -> list[int]:
    """The process and all those below it that run now."""
    parents: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        if name.isdecimal():
            try:
                with open(f"/proc/{name}/stat", encoding="ascii", errors="replace") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(name))
    found, waiting = [], [pid]
    while waiting:
        found.append(waiting.pop())
        waiting += parents.get(found[-1], [])
    return found
