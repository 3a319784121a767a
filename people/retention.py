"""The rules of retention, read from a document: what is kept, why, how long, and what holds an erasure.

Refuses a rule without a basis or a source, a code twice from one day, and a hold without an end.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from socialcare.kernel.errors import DomainError

ENGLAND = Path(__file__).resolve().parent / "data" / "retention_england.yaml"
LONGEST = 120  # years
_WORDS = ("code", "title", "basis", "after", "source")
_KEYS = {*_WORDS, "from", "years", "hold"}


class RetentionInvalid(DomainError):
    """Rules that cannot be used. `faults` holds one sentence for each thing that is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("retention-invalid", " ".join(faults))
        self.faults = faults


@dataclass(frozen=True)
class Rule:
    """One rule as its document says it; `years` None for as long as the record is used."""

    code: str
    starts_on: date
    title: str
    basis: str
    after: str
    years: int | None
    is_hold: bool
    source: str


@dataclass(frozen=True)
class RetentionFile:
    nation: str
    rules: tuple[Rule, ...]


def parse(text: str) -> RetentionFile:
    """Reads rules (YAML). Raises RetentionInvalid with every fault."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise RetentionInvalid([f"This is not YAML: {error}".replace("\n", " ")]) from error
    if not isinstance(document, dict) or not isinstance(document.get("rules"), list):
        raise RetentionInvalid(["Give a nation and a list of rules."])
    faults = list(_faults(document))
    if faults:
        raise RetentionInvalid(faults)
    return RetentionFile(
        nation=document["nation"],
        rules=tuple(
            Rule(
                **{key: raw[key] for key in _WORDS},
                starts_on=raw["from"],
                years=raw.get("years"),
                is_hold=raw["hold"],
            )
            for raw in document["rules"]
        ),
    )


def _faults(document: dict[str, Any]) -> Iterator[str]:
    if not isinstance(document.get("nation"), str):
        yield "“nation” is the code of a nation."
    seen: set[tuple[object, object]] = set()
    for number, raw in enumerate(document["rules"], start=1):
        if not isinstance(raw, dict):
            yield f"rule {number}: give keys and values."
            continue
        name = f"rule {raw.get('code') or number}"
        yield from (f"{name}: “{key}” is not known here." for key in sorted(set(raw) - _KEYS))
        for key in _WORDS:
            if not isinstance(raw.get(key), str) or not raw[key].strip():
                yield f"{name}: give “{key}” in words."
        if type(raw.get("from")) is not date:
            yield f"{name}: “from” is a day, as 2026-01-01."
        years = raw.get("years")
        if years is not None and (type(years) is not int or not 0 <= years <= LONGEST):
            yield f"{name}: “years” is a whole number, {LONGEST} at most."
        if type(raw.get("hold")) is not bool:
            yield f"{name}: “hold” is true or false."
        elif raw["hold"] and years is None:
            yield f"{name}: what holds an erasure needs “years”."
        if (raw.get("code"), raw.get("from")) in seen:
            yield f"{name}: twice from the same day."
        seen.add((raw.get("code"), raw.get("from")))
