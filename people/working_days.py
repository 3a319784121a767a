"""By when something is due that takes so many working days: weekends and a nation's bank holidays are left out.

The holidays are dated data (people/data/bank-holidays.yaml). Where it says nothing, only weekends are left out, so that
a day is never later than the law would have it.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from pathlib import Path

import yaml

PATH = Path(__file__).resolve().parent / "data" / "bank-holidays.yaml"
SATURDAY = 5


@cache
def holidays() -> dict[str, frozenset[date]]:
    """Nation code → the days on which nobody is expected to work."""
    document = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    return {nation: frozenset(days) for nation, days in document["nations"].items()}


def _of(nation: str) -> frozenset[date]:
    return holidays().get(nation, frozenset())


def is_free_of(day: date, *, off: frozenset[date]) -> bool:
    """Is it neither a weekend nor among the days `off`?"""
    return day.weekday() < SATURDAY and day not in off


def is_working(day: date, *, nation: str) -> bool:
    """Is it neither a weekend nor a bank holiday of that nation (its public code)?"""
    return is_free_of(day, off=_of(nation))


def last_of(day: date, *, days: int, off: frozenset[date]) -> date:
    """The last day of `days` working days that begin on the day after `day`, with the days `off` left out."""
    while days:
        day += timedelta(days=1)
        days -= is_free_of(day, off=off)
    return day


def after(day: date, *, days: int, nation: str) -> date:
    """The same by the bank holidays of a nation."""
    return last_of(day, days=days, off=_of(nation))
