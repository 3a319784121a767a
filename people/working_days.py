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


def is_working(day: date, *, nation: str) -> bool:
    """Is it neither a weekend nor a bank holiday of that nation (its public code)?"""
    return day.weekday() < SATURDAY and day not in holidays().get(nation, frozenset())


def after(day: date, *, days: int, nation: str) -> date:
    """The last day of `days` working days that begin on the day after `day`."""
    while days:
        day += timedelta(days=1)
        days -= is_working(day, nation=nation)
    return day
