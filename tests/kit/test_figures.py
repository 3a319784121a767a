"""Figures and dates in words."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from socialcare.kernel.templatetags import figures


@pytest.mark.parametrize(
    ("pence", "words"),
    [
        (0, "£0"),
        (49, "£0"),
        (50, "£1"),
        (95_000, "£950"),
        (1_234_550, "£12,346"),
        (99_999_949, "£999,999"),
        (99_999_950, "£1.0 million"),
        (123_456_789, "£1.2 million"),
        (99_949_999_999, "£999.5 million"),
        (99_994_999_999, "£999.9 million"),
        (99_995_000_000, "£1.0 billion"),
        (2_460_000_000_000, "£24.6 billion"),
        (-123_456_789, "minus £1.2 million"),
        (Fraction(100, 3), "£0"),
    ],
)
def test_a_sum_at_a_glance(pence: int, words: str) -> None:
    assert figures.pounds_short(pence) == words


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_a_sum_at_a_glance_is_near_the_sum(pence: int) -> None:
    words = figures.pounds_short(pence)
    sign = -1 if words.startswith("minus ") else 1
    digits, *unit = words.removeprefix("minus ").removeprefix("£").replace(",", "").split()
    scale = {"million": 10**8, "billion": 10**11}[unit[0]] if unit else 100
    shown = sign * Fraction(digits) * scale
    assert abs(shown - pence) <= (scale // 20 if unit else 50)


@pytest.mark.parametrize(
    ("value", "places", "words"),
    [
        (56_490_091, 0, "56,490,091"),
        (Decimal("3.45"), 1, "3.5"),
        (Fraction(-1, 3), 2, "minus 0.33"),
        (Fraction(-1, 300), 1, "0.0"),
        (Fraction(1, 2), 0, "1"),
    ],
)
def test_numbers(value: figures.Exact, places: int, words: str) -> None:
    assert figures.number(value, places) == words


@pytest.mark.parametrize(
    ("share", "places", "words"),
    [
        (Fraction(19, 50), 0, "38%"),
        (Decimal("0.3825"), 1, "38.3%"),
        (Fraction(-1, 20), 0, "minus 5%"),
    ],
)
def test_shares(share: figures.Exact, places: int, words: str) -> None:
    assert figures.percent(share, places) == words


def test_a_head() -> None:
    assert figures.per_head(120_400_000, 1_000) == "£1,204"
    assert figures.per_head(100, 0) == "nobody lives here"


@pytest.mark.parametrize("value", [0.1, "1", None, True])
def test_what_is_not_exact_is_refused(value: object) -> None:
    with pytest.raises(TypeError, match="exact"):
        figures.number(value)  # type: ignore[arg-type]


@time_machine.travel(datetime(2026, 3, 3, 12, 0, tzinfo=UTC), tick=False)
def test_days() -> None:
    assert figures.day(date(2026, 3, 3)) == "Tuesday 3 March"
    assert figures.day(date(2025, 3, 4)) == "Tuesday 4 March 2025"
    # Half past midnight in summer time is still the evening before in UTC.
    assert figures.day(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)) == "Wednesday 1 July"


@time_machine.travel(datetime(2026, 3, 3, 12, 0, tzinfo=UTC), tick=False)
@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=23, minutes=59), "23 hours ago"),
        (timedelta(days=1), "Monday 2 March"),
        (timedelta(days=-1), "Wednesday 4 March"),
        (timedelta(seconds=-30), "Tuesday 3 March"),
    ],
)
def test_moments(ago: timedelta, words: str) -> None:
    moment = datetime(2026, 3, 3, 12, 0, tzinfo=UTC) - ago
    html = figures.when(moment)
    assert f">{words}</time>" in html
    assert f'datetime="{moment.isoformat()}"' in html


@time_machine.travel(datetime(2026, 3, 3, 12, 0, tzinfo=UTC), tick=False)
def test_the_exact_moment_is_on_hover() -> None:
    html = figures.when(datetime(2026, 3, 3, 10, 5, tzinfo=UTC))
    assert 'title="Tuesday 3 March 2026 at 10:05"' in html
