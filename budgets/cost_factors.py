"""What the same help costs in each local system, from the very run that shared the pot. It writes nothing."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from budgets.formula import Result
from budgets.formula.exact import divide_half_even
from budgets.models.prices import MILLION

# The stream from which people's own entitlements are paid.
INDIVIDUAL_STREAM = "individual"


def of_result(result: Result) -> dict[str, int]:
    """Code of a local system → its cost factor in millionths.

    The formula's factors for the individual stream, neighbourhood by neighbourhood, weighed by the need there; 1 where
    there is no need to weigh by. Empty where the formula has no such stream.
    """
    stream = next((s for s in result.formula.streams if s.code == INDIVIDUAL_STREAM), None)
    if stream is None:
        return {}
    need = result.needs.everywhere(stream.need)
    costed = result.needs.weights(stream)
    plain: defaultdict[str, int] = defaultdict(int)
    weighed: defaultdict[str, int] = defaultdict(int)
    for row, parent in enumerate(result.areas.parents):
        plain[parent] += need.numbers[row]
        weighed[parent] += costed.numbers[row]
    return {
        code: _millionths(
            Fraction(weighed[code] * need.denominator, plain[code] * costed.denominator)
            if plain[code]
            else Fraction(1)
        )
        for code in plain
        if code
    }


def _millionths(factor: Fraction) -> int:
    """To the nearest millionth, and at least one."""
    return max(1, divide_half_even(factor.numerator * MILLION, factor.denominator))
