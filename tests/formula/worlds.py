"""Small formula documents and tables for the formula tests."""

from __future__ import annotations

from functools import cache
from textwrap import indent

from budgets.formula import AreaTable, Formula, load

HEADER = """\
formula: small
version: "1"
title: A small formula
nation: Testland
effective: {from: 2026-04-01, until: 2027-03-31}
references:
  count: {title: A count}
"""

AREAS = """\
areas:
  level: neighbourhood
  code: code
  name: name
  population: people
  within: {level: local, code: parent}
"""

INDICATORS = """\
indicators:
  lot: {class: A, unit: people, counts: people limited a lot, source: count}
  little: {class: A, unit: people, counts: people limited a little, source: count}
"""

NEED = """\
need:
  points:
    unit: points a person
    reference: count
    of: {lot: 5, little: 1.25}
"""

STREAMS = """\
streams:
  individual:
    title: Entitlements
    held_by: neighbourhood
    share: {value: 0.7, unit: share, reference: count}
  fund:
    title: Funds
    held_by: neighbourhood
    share: {value: 0.2, unit: share, reference: count}
    need: people_here
  system:
    title: Local systems
    held_by: local
    share: {value: 0.1, unit: share, reference: count}
    need: lot
"""

PEOPLE_HERE = (
    "  people_here: {column: people, class: A, unit: people, counts: everybody, source: count}\n"
)


def document(*parts: str) -> str:
    """A whole document from the usual header, areas and indicators, and `parts`."""
    return HEADER + AREAS + INDICATORS + "".join(parts)


@cache
def three_streams() -> Formula:
    """Neighbourhoods in local systems, three streams with a need each."""
    return load(document(PEOPLE_HERE, NEED, STREAMS))


@cache
def one_stream(extra: str = "") -> Formula:
    """The same areas and one need."""
    return load(document(NEED, extra))


@cache
def bounded(limits: str, *, level: str = "neighbourhood", ends_on: str = "2027-03-31") -> Formula:
    """One need with bounds; `limits` is the YAML list below `limits:`."""
    return load(
        document(
            NEED,
            f"bounds:\n  level: {level}\n  ends_on: {ends_on}\n  limits:\n",
            indent(limits, "    "),
        )
    )


def table(rows: list[tuple[str, str, int, int, int]], **more: list[object]) -> AreaTable:
    """Rows of (code, parent, people, lot, little); `more` adds columns."""
    return AreaTable.from_rows(
        [
            {
                "code": code,
                "name": f"Place {code}",
                "parent": parent,
                "people": people,
                "lot": lot,
                "little": little,
                **{column: values[i] for column, values in more.items()},
            }
            for i, (code, parent, people, lot, little) in enumerate(rows)
        ],
        code="code",
        name="name",
        parent="parent",
    )


SMALL = [
    ("n1", "east", 900, 40, 90),
    ("n2", "east", 1100, 80, 60),
    ("n3", "west", 500, 10, 20),
    ("n4", "west", 1500, 90, 210),
    ("n5", "west", 1000, 33, 77),
]
