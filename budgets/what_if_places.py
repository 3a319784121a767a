"""The places of a what-if's answer: narrowed, in order, and as a file. Pages and the API show the same ones.

It works nothing out; `budgets.whatif` does.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from budgets.whatif import Change, Comparison
from governance.levels import Level

COLUMNS = (
    "code",
    "name",
    "parent",
    "people",
    "before_pence",
    "after_pence",
    "change_pence",
    "before_rank",
    "after_rank",
    "hardship_switched_pence",
)
_Key = Callable[[Change], Any]
SORTS: dict[str, _Key] = {
    "name": lambda change: change.name,
    "before": lambda change: change.before_pence,
    "after": lambda change: change.after_pence,
    "change": lambda change: change.change_pence,
    "share": lambda change: change.change_share or Fraction(),
    "head": lambda change: change.change_a_head or Fraction(),
    "rank": lambda change: change.ranks_up,
    "switched": lambda change: change.switched_change_pence or 0,
}
LARGEST_GAIN = "-change"
DIRECTIONS: dict[str, Callable[[int], bool]] = {
    "gain": lambda pence: pence > 0,
    "lose": lambda pence: pence < 0,
    "same": lambda pence: pence == 0,
}


def at(answer: Comparison, level: str) -> list[Change]:
    """The places of one level: local systems, or neighbourhoods."""
    return answer.local if level == Level.LOCAL else answer.neighbourhoods


def narrowed(changes: Sequence[Change], *, parent: str = "", direction: str = "") -> list[Change]:
    """Those right below `parent` (a code) that go in that `direction` (a key of DIRECTIONS); "" leaves all."""
    goes = DIRECTIONS.get(direction, lambda _pence: True)
    return [
        each
        for each in changes
        if (not parent or each.parent == parent) and goes(each.change_pence)
    ]


def in_order(changes: Sequence[Change], sort: str) -> list[Change]:
    """By a key of SORTS, "-" before it for falling; any other puts the largest gain first."""
    key = SORTS.get(sort.removeprefix("-"))
    by_name = sorted(changes, key=lambda change: (change.name, change.code))
    if key is None:
        key, sort = SORTS["change"], LARGEST_GAIN
    return sorted(by_name, key=key, reverse=sort.startswith("-"))


def as_csv(changes: Sequence[Change]) -> str:
    """The places as comma-separated text with a header, in code order. Ranks are by money a head."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for each in sorted(changes, key=lambda change: change.code):
        writer.writerow(
            [
                *(each.code, each.name, each.parent, each.people),
                *(each.before_pence, each.after_pence, each.change_pence),
                *(each.before_rank, each.after_rank),
                "" if each.switched_pence is None else each.switched_pence,
            ]
        )
    return text.getvalue()
