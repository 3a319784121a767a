"""Would this formula take minutes to work out? Then it is refused before anybody waits for it.

A document is short and its numbers can still be huge: an exact ratio of columns has a denominator that every area's
divisor divides, and floors and caps compare fractions of such numbers. England's formula has 93 parts and 33 bits.
"""

from __future__ import annotations

from collections.abc import Iterator

from .areas import AreaTable
from .document import Formula, Stream
from .needs import Needs
from .problems import AreasInvalid, Problem

# Parts of all expressions together.
MOST_PARTS = 500
# Bits of the longest number of a stream's need: of all streams together, and of one that has floors or caps.
MOST_BITS = 60_000
MOST_BITS_BOUNDED = 2_000

CODE = "too_heavy"
MESSAGE = "this takes too long to work out; make it shorter, or round its ratios"


def too_heavy(formula: Formula, areas: AreaTable | None = None) -> list[Problem]:
    """Why the formula would take too long, by its length and, over a table, by how large its numbers grow.

    Both positions of the hardship switch are tried: whoever asks about one is shown the other too. What else is wrong
    with the table is left to whoever computes over it. At most a few seconds.
    """
    if problem := _too_long(formula):
        return [problem]
    if areas is None:
        return []
    tries = [formula]
    if any(indicator.indicator_class == "B" for indicator in formula.indicators.values()):
        tries.append(formula.switched(hardship=not formula.hardship_on))
    found = {problem for each in tries for problem in _too_large(each, areas)}
    return sorted(found)[:1]


def _too_long(formula: Formula) -> Problem | None:
    parts = 0
    for stream in formula.streams:
        parts += sum(1 for _part in stream.need.walk())
        if parts > MOST_PARTS:
            return _problem(stream)
    return None


def _too_large(formula: Formula, areas: AreaTable) -> Iterator[Problem]:
    needs = Needs(formula, areas, most_bits=MOST_BITS)
    everything = 0
    for stream in formula.streams:
        try:
            weights = needs.weights(stream)
        except AreasInvalid as error:
            if any(problem.code == CODE for problem in error.problems):
                yield _problem(stream)
            return
        bits = max(weights.denominator.bit_length(), *(n.bit_length() for n in weights.numbers))
        everything += bits
        if everything > MOST_BITS or (stream.bounds and bits > MOST_BITS_BOUNDED):
            yield _problem(stream)
            return


def _problem(stream: Stream) -> Problem:
    return Problem(stream.line, stream.need.key, CODE, MESSAGE)
