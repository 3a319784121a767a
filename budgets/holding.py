"""Who may hold somebody's budget: the law of a country as dated data, and one question asked of it. Reads a file only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).resolve().parent / "data" / "holding_england.yaml"


@dataclass(frozen=True)
class Law:
    """The law from one day on: the ages at which things change, and the ways open in each situation."""

    since: date
    young: int
    adult: int
    ways: dict[str, tuple[str, ...]]
    sources: tuple[str, ...]


@cache
def _laws() -> tuple[Law, ...]:
    entries: list[dict[str, Any]] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    laws = [
        Law(
            since=entry["since"],
            young=entry["ages"]["young"],
            adult=entry["ages"]["adult"],
            ways={situation: tuple(ways) for situation, ways in entry["ways"].items()},
            sources=tuple(entry["sources"]),
        )
        for entry in entries
    ]
    return tuple(sorted(laws, key=lambda law: law.since, reverse=True))


def law_on(day: date) -> Law:
    """The law that holds on that day; the oldest one for a day before all."""
    return next((law for law in _laws() if law.since <= day), _laws()[-1])


def age_on(born: date, day: date) -> int:
    """Full years. Somebody born on 29 February has their birthday on 1 March of other years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def situation(*, born: date | None, is_decided_by_another: bool, day: date) -> str:
    """child, young, adult, or not-able: where another lawfully decides for somebody who is 16 or older.

    Somebody whose birthday nobody knows is taken for an adult.
    """
    law = law_on(day)
    age = age_on(born, day) if born is not None else law.adult
    if age < law.young:
        return "child"
    if is_decided_by_another:
        return "not-able"
    return "young" if age < law.adult else "adult"


def ways(*, born: date | None, is_decided_by_another: bool, day: date) -> tuple[str, ...]:
    """The ways of holding it that the law leaves open, the most usual first."""
    found = situation(born=born, is_decided_by_another=is_decided_by_another, day=day)
    return law_on(day).ways[found]
