"""Charts without scripts: a row of words and a bar for each figure, and the same figures in a table beneath.

Words stay text, so that they keep their size on a phone; only the bars are SVG. Lengths are exact thousandths of
the widest row. Figures may not be negative, except the changes of a waterfall and of a chart of changes. At most five parts share a stack:
more could not be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from typing import Any
from zlib import crc32

from django import template

register = template.Library()

Exact = int | Fraction | Decimal
WIDTH = 1000
MOST_PARTS = 5


@dataclass(frozen=True)
class Bar:
    """One row of a ranked chart: `words` is the value as people read it ("£1,204")."""

    label: str
    value: Exact
    words: str
    href: str = ""
    highlight: bool = False


@dataclass(frozen=True)
class Step:
    """One row of a waterfall. `change` is added to what came before; a `total` shows the sum so far."""

    label: str
    change: Exact
    words: str
    total: bool = False


@dataclass(frozen=True)
class Part:
    """One part of a whole."""

    label: str
    value: Exact
    words: str


def _thousandths(value: Exact, whole: Exact) -> int:
    return int(Fraction(value) * WIDTH / Fraction(whole)) if whole else 0


def _refuse_negative(values: Sequence[Exact]) -> None:
    if any(value < 0 for value in values):
        raise ValueError("a bar cannot be shorter than nothing; show changes as a waterfall")


def _chart(says: str, headings: tuple[str, str], **values: object) -> dict[str, Any]:
    # A page's charts say different things, so the sentence can name its own id.
    return {"says": says, "headings": headings, "number": crc32(says.encode()), **values}


@register.inclusion_tag("kit/bar_chart.html")
def bar_chart(rows: Sequence[Bar], *, says: str, label: str, value: str) -> dict[str, Any]:
    """Bars in the order given. `says` is the sentence that the chart shows; `label` and `value` head the table."""
    _refuse_negative([row.value for row in rows])
    widest = max((row.value for row in rows), default=0)
    lengths = [_thousandths(row.value, widest) for row in rows]
    return _chart(says, (label, value), rows=rows, bars=list(zip(rows, lengths, strict=True)))


@register.inclusion_tag("kit/waterfall.html")
def waterfall(steps: Sequence[Step], *, says: str, label: str, value: str) -> dict[str, Any]:
    """How one sum becomes another: each step adds to or takes from what came before."""
    sums = list(accumulate(0 if step.total else Fraction(step.change) for step in steps))
    low, high = min([0, *sums]), max([0, *sums])
    bars = []
    for step, after in zip(steps, sums, strict=True):
        before = 0 if step.total else after - Fraction(step.change)
        start, end = sorted((before, after))
        kind = "total" if step.total else "down" if step.change < 0 else "up"
        left = _thousandths(start - low, high - low)
        bars.append((step, left, _thousandths(end - low, high - low) - left, kind))
    return _chart(says, (label, value), rows=steps, bars=bars)


@register.inclusion_tag("kit/change_chart.html")
def change_chart(rows: Sequence[Bar], *, says: str, label: str, value: str) -> dict[str, Any]:
    """Gains and losses: bars to the right of nothing and to its left, in the order given."""
    values = [Fraction(row.value) for row in rows]
    nothing = Fraction(0)
    low, high = min([nothing, *values]), max([nothing, *values])
    bars = []
    for row, change in zip(rows, values, strict=True):
        start, end = sorted((nothing, change))
        left = _thousandths(start - low, high - low)
        length = _thousandths(end - low, high - low) - left
        bars.append((row, left, length, "down" if change < 0 else "up"))
    return _chart(says, (label, value), rows=rows, bars=bars)


@register.inclusion_tag("kit/stacked_bar.html")
def stacked_bar(parts: Sequence[Part], *, says: str, label: str, value: str) -> dict[str, Any]:
    """A whole and its parts, at most five, largest differences in lightness first."""
    if len(parts) > MOST_PARTS:
        raise ValueError("at most five parts can be told apart; join the small ones")
    _refuse_negative([part.value for part in parts])
    whole = sum(Fraction(part.value) for part in parts)
    ends = [_thousandths(end, whole) for end in accumulate(Fraction(p.value) for p in parts)]
    starts = [0, *ends[:-1]]
    bars = [
        (part, start, end - start, shade)
        for shade, (part, start, end) in enumerate(zip(parts, starts, ends, strict=False), start=1)
    ]
    return _chart(says, (label, value), rows=parts, bars=bars)
