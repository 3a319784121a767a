"""By when somebody is answered: counted in working days from rules that are dated data (people/data/promises.yaml).

A promise is a day that is said to a person and kept with what they asked: a later rule does not move it. After the last
bank holiday that the file knows, only weekends are left out. It refuses a day before the first rule.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import yaml

from people import working_days

PATH = Path(__file__).resolve().parent / "data" / "promises.yaml"
ASK, CHALLENGE = "ask", "challenge"


@dataclass(frozen=True)
class Promises:
    """`rules`: kind → (first day, working days) in the order of the days."""

    rules: dict[str, tuple[tuple[date, int], ...]]
    holidays: frozenset[date]

    def working_days(self, kind: str, *, on: date) -> int:
        """How many working days the rule in force on that day gives. Raises LookupError when there is none."""
        in_force = [days for first, days in self.rules[kind] if first <= on]
        if not in_force:
            raise LookupError(f"no rule for {kind} on {on}")
        return in_force[-1]

    def is_working_day(self, day: date) -> bool:
        return working_days.is_free_of(day, off=self.holidays)

    def due(self, kind: str, *, on: date) -> date:
        """The last day on which what was asked `on` that day is answered in time. The day itself does not count."""
        return working_days.last_of(on, days=self.working_days(kind, on=on), off=self.holidays)


@cache
def current() -> Promises:
    """The promises of the file."""
    document = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    rules = {
        kind: tuple(sorted((rule["from"], int(rule["working_days"])) for rule in listed))
        for kind, listed in document["promises"].items()
    }
    return Promises(rules, working_days.holidays()[document["nation"]])
