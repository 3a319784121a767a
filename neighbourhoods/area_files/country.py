"""A country's declaration: who publishes its figures and what each column counts.

Refuses any class but A (need) and B (hardship of whole areas as a sign of need): what people earn, own or pay in
tax is never brought in, whatever a file offers.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from socialcare.kernel.errors import DomainError
from socialcare.kernel.money import MOST_DIGITS, POUND, Currency

ENGLAND = Path(__file__).resolve().parent.parent / "data" / "england"
CLASSES = ("A", "B")
UNITS = ("people", "households", "points")


class CountryInvalid(DomainError):
    """A declaration cannot be used. `faults` holds one sentence for each thing that is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("country-invalid", " ".join(faults))
        self.faults = faults


@dataclass(frozen=True, kw_only=True)
class DeclaredIndicator:
    """A column of counts. `base` is the column a rate is worked out from; `shown` ones are on the pages.

    The `headline` is the one that lists of places show first.
    """

    column: str
    label: str
    need_class: str
    unit: str
    base: str = ""
    source: str = ""
    vintage: str = ""
    shown: bool = False
    headline: bool = False


@dataclass(frozen=True, kw_only=True)
class Country:
    nation_code: str
    nation_name: str
    slug: str
    vintage: str
    source: str
    licence: str
    attribution: str
    indicators: Mapping[str, DeclaredIndicator]
    # The nation's money; None where the declaration says nothing, which leaves it at the pound.
    currency: Currency | None = None
    # Role → column of the country's file of small areas; empty when it has none.
    small_areas: Mapping[str, str] = field(default_factory=dict)
    may_be_withheld: frozenset[str] = frozenset()
    district_codes_since: Mapping[str, str] = field(default_factory=dict)
    area_types: Mapping[str, str] = field(default_factory=dict)


def _indicators(raw: Any, sources: Mapping[str, Any], faults: list[str]) -> list[DeclaredIndicator]:
    found: list[DeclaredIndicator] = []
    for number, item in enumerate(raw if isinstance(raw, list) else [], start=1):
        item = item if isinstance(item, dict) else {}
        column, need_class = str(item.get("column", "")), str(item.get("class", ""))
        name = column or f"number {number}"
        if not column or not item.get("label"):
            faults.append(f"Indicator {name}: give a column and a label.")
        if need_class == "C":
            faults.append(
                f"Indicator {name}: class C (what people earn, own or pay in tax) is never brought in."
            )
        elif need_class not in CLASSES:
            faults.append(f"Indicator {name}: the class is A (need) or B (hardship of an area).")
        if item.get("unit") not in UNITS:
            faults.append(f"Indicator {name}: the unit is one of {', '.join(UNITS)}.")
        source = sources.get(str(item.get("source", "")), {})
        found.append(
            DeclaredIndicator(
                column=column,
                label=str(item.get("label", "")),
                need_class=need_class,
                unit=str(item.get("unit", "")),
                base=str(item.get("base", "")),
                source=str(source.get("title", item.get("source", ""))),
                vintage=str(source.get("vintage", "")),
                shown=bool(item.get("shown", False)),
                headline=bool(item.get("headline", False)),
            )
        )
    columns = [indicator.column for indicator in found]
    faults += [
        f"Indicator {column}: declared twice."
        for column in sorted({c for c in columns if columns.count(c) > 1})
    ]
    faults += [
        f"Indicator {indicator.column}: its base {indicator.base} is not declared."
        for indicator in found
        if indicator.base and indicator.base not in columns
    ]
    if sum(indicator.headline for indicator in found) > 1:
        faults.append("Only one indicator is the headline.")
    bases = {indicator.base for indicator in found if indicator.base}
    faults += [
        f"Indicator {indicator.column}: others are worked out from it, so it has no base itself."
        for indicator in found
        if indicator.base and indicator.column in bases
    ]
    return found


# No part of a number, or a sum could be read as another one.
_SYMBOL = re.compile(r"[^\d.,\s+-]{1,8}")
_NAME = re.compile(r"\S(.{0,38}\S)?")


def _currency(raw: dict[str, Any], faults: list[str]) -> Currency | None:
    if not raw:
        return None
    before = len(faults)
    known = {"code", "symbol", "symbol_after", "digits", "major", "minor"}
    faults += [f"currency: {key} is not known here." for key in raw if key not in known]
    code, symbol, digits = str(raw.get("code", "")), str(raw.get("symbol", "")), raw.get("digits")
    major, minor = str(raw.get("major", "")), str(raw.get("minor", ""))
    if code == POUND.code:
        if raw != {"code": code}:
            faults.append("currency: GBP is built in; give its code and nothing else.")
        return POUND
    if not re.fullmatch("[A-Z]{3}", code):
        faults.append("currency: the code is three capital letters, as ISO 4217 gives them.")
    if not _SYMBOL.fullmatch(symbol):
        faults.append(
            "currency: the symbol has 1 to 8 characters, none of them a digit, space, point, comma, + or -."
        )
    if isinstance(digits, bool) or not isinstance(digits, int) or not 0 <= digits <= MOST_DIGITS:
        faults.append(f"currency: digits is a whole number from 0 to {MOST_DIGITS}.")
    if not isinstance(raw.get("symbol_after", False), bool):
        faults.append("currency: symbol_after is yes or no.")
    if not _NAME.fullmatch(major):
        faults.append("currency: give major, the larger unit's name for several of them.")
    if bool(minor) != bool(digits) or (minor and not _NAME.fullmatch(minor)):
        faults.append(
            "currency: give minor, the smaller unit's name, and leave it out when digits is 0."
        )
    if len(faults) > before:
        return None
    return Currency(
        code=code,
        symbol=symbol,
        symbol_after=raw.get("symbol_after", False),
        digits=int(digits or 0),
        major=major,
        minor=minor,
    )


def load(path: Path) -> Country:
    """Reads a declaration (YAML; docs/areas-file.md). Raises CountryInvalid with every fault, OSError if unreadable."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise CountryInvalid(
            [f"{path.name} is not YAML in UTF-8: {error}".replace("\n", " ")]
        ) from error
    if not isinstance(document, dict):
        raise CountryInvalid([f"{path.name} is not a declaration: it has no keys."])
    faults: list[str] = []
    parts: dict[str, dict[str, Any]] = {}
    for key in (
        "nation",
        "currency",
        "dataset",
        "sources",
        "small_areas",
        "district_codes_since",
        "area_types",
    ):
        value = document.get(key, {})
        if not isinstance(value, dict):
            faults.append(f"{key}: give keys and values.")
            value = {}
        parts[key] = value
    for part, keys in (
        ("nation", ("code", "name")),
        ("dataset", ("slug", "vintage", "source", "licence", "attribution")),
    ):
        faults += [f"{part}: give a {key}." for key in keys if not parts[part].get(key)]
    currency = _currency(parts["currency"], faults)
    indicators = _indicators(document.get("indicators"), parts["sources"], faults)
    if faults:
        raise CountryInvalid(faults)
    nation, dataset = parts["nation"], parts["dataset"]
    layout = dict(parts["small_areas"])
    withheld = layout.pop("may_be_withheld", [])
    return Country(
        nation_code=str(nation["code"]),
        nation_name=str(nation["name"]),
        slug=str(dataset["slug"]),
        vintage=str(dataset["vintage"]),
        source=str(dataset["source"]),
        licence=str(dataset["licence"]),
        attribution=str(dataset["attribution"]).strip(),
        indicators={indicator.column: indicator for indicator in indicators},
        currency=currency,
        small_areas={role: str(column) for role, column in layout.items()},
        may_be_withheld=frozenset(withheld),
        district_codes_since={str(k): str(v) for k, v in parts["district_codes_since"].items()},
        area_types={str(k): str(v) for k, v in parts["area_types"].items()},
    )


@cache
def england() -> Country:
    """The built-in country. Its indicators are also the ready vocabulary for any other country's file."""
    return load(ENGLAND / "country.yaml")


@dataclass(frozen=True)
class DatasetNote:
    """What a dataset says of itself. Dates are ISO text where a vintage is a date."""

    slug: str
    vintage: str
    source: str
    licence: str
    attribution: str


def note_for(nation_code: str, *, country: Country, file_name: str, on: date) -> DatasetNote:
    """The declaration's note when it is about this nation; otherwise a plain one made from the file itself."""
    if nation_code == country.nation_code:
        return DatasetNote(
            country.slug, country.vintage, country.source, country.licence, country.attribution
        )
    return DatasetNote(nation_code.lower(), on.isoformat(), file_name, "", "")
