"""A nation's law about who decides for whom, read from a document: its ages with their sources, its midnight, its leap
days.

Refuses a document that leaves an age out, gives one without a source or twice from the same day, or names no time zone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import yaml

from people.models import LawAge
from socialcare.kernel.errors import DomainError

ENGLAND = Path(__file__).resolve().parent / "data" / "law_england.yaml"
OLDEST_AGE = 30  # years
_KEYS = {"nation", "time_zone", "leap_births_count_on", "ages", "own_decision"}
_LEAP = {"1 March": True, "28 February": False}


class LawInvalid(DomainError):
    """A law cannot be used. `faults` holds one sentence for each thing that is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("law-invalid", " ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Age:
    """An age in whole years, from a day, and where the law says so."""

    what: str
    starts_on: date
    years: int
    source: str


@dataclass(frozen=True, kw_only=True)
class LawFile:
    """A law as its document says it."""

    nation: str
    time_zone: str
    leap_births_count_in_march: bool
    ages: tuple[Age, ...]
    sha256: str


def parse(text: str) -> LawFile:
    """Reads a law (YAML). Raises LawInvalid with every fault."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise LawInvalid([f"This is not YAML: {error}".replace("\n", " ")]) from error
    if not isinstance(document, dict):
        raise LawInvalid(["This is not a law: it has no keys."])
    faults = list(_faults(document))
    if faults:
        raise LawInvalid(faults)
    return LawFile(
        nation=document["nation"],
        time_zone=document["time_zone"],
        leap_births_count_in_march=_LEAP[document["leap_births_count_on"]],
        ages=tuple(
            Age(what, row["from"], row["years"], row["source"])
            for what, rows in document["ages"].items()
            for row in rows
        ),
        sha256=sha256(text.encode()).hexdigest(),
    )


def _faults(document: dict[str, Any]) -> Iterator[str]:
    missing = sorted(_KEYS - set(document))
    if missing:
        yield f"It lacks {', '.join(missing)}."
    for key in sorted(set(document) - _KEYS):
        yield f"“{key}” is not known here."
    if "nation" in document and not isinstance(document["nation"], str):
        yield "“nation” is the code of a nation."
    if "time_zone" in document and document["time_zone"] not in available_timezones():
        yield "“time_zone” is a name such as Europe/London."
    if "leap_births_count_on" in document and document["leap_births_count_on"] not in _LEAP:
        yield "“leap_births_count_on” is “1 March” or “28 February”."
    if "own_decision" in document and document["own_decision"] != "any age":
        yield "“own_decision” is “any age”: what a child understands is not counted in years."
    if isinstance(document.get("ages"), dict):
        yield from _age_faults(document["ages"])
    elif "ages" in document:
        yield "“ages” has a list for each age."


def _age_faults(ages: dict[str, Any]) -> Iterator[str]:
    for what in LawAge.What.values:
        if not ages.get(what):
            yield f"“ages” lacks “{what}”."
    for what, rows in ages.items():
        if what not in LawAge.What.values:
            yield f"“{what}” is not an age that is asked for."
            continue
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            yield f"“{what}” is a list of ages, each with from, years and source."
            continue
        days = [row.get("from") for row in rows]
        if not all(type(day) is date for day in days):
            yield f"“{what}” lacks the day from which an age is in force."
        elif len(set(days)) < len(days):
            yield f"“{what}” has two ages from the same day."
        for row in rows:
            years = row.get("years")
            if type(years) is not int or not 0 <= years <= OLDEST_AGE:
                yield f"“{what}” needs whole years, {OLDEST_AGE} at most."
            if not isinstance(row.get("source"), str) or not row["source"].strip():
                yield f"“{what}” needs the act and section, or the judgment, that says so."
