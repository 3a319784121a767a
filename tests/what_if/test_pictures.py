"""What an answer is told as: the finding first, gains and losses on both sides of nothing, words beside every bar."""

from __future__ import annotations

from fractions import Fraction

import pytest
from django.template import Context, Template

from budgets.views import what_if_pictures as pictures
from socialcare.kernel.templatetags.charts import Bar
from tests.what_if.test_compare import FLOOR, LOUDER, POT, compare

CHART = '{% change_chart bars says="So it is." label="Place" value="Change" %}'


def drawn(*values: Fraction | int) -> str:
    bars = [Bar(f"Place {i}", value, f"{value}") for i, value in enumerate(values)]
    return Template(CHART).render(Context({"bars": bars}))


def test_gains_go_right_and_losses_left() -> None:
    text = drawn(30, -10, 0)
    # Nothing is a quarter of the way from the largest loss to the largest gain.
    assert 'class="sc-chart__up" x="250" width="750"' in text
    assert 'class="sc-chart__down" x="0" width="250"' in text
    assert 'class="sc-chart__up" x="250" width="0"' in text


@pytest.mark.parametrize("values", [(0, 0), (), (5,), (-5,), (Fraction(1, 3), Fraction(-2, 7))])
def test_any_changes_can_be_drawn(values: tuple[Fraction | int, ...]) -> None:
    assert drawn(*values).count("<rect") == 2 * len(values)


@pytest.mark.parametrize(
    ("pence", "words"),
    [(310_000_000, "£3.1 million more"), (-950, "£10 less"), (0, "the same")],
)
def test_a_change_in_words(pence: int, words: str) -> None:
    assert pictures.changed(pence) == words


def test_the_finding_names_the_largest_and_counts_the_rest() -> None:
    answer = compare(LOUDER)
    said = pictures.finding(answer)
    up, down = (pick(answer.local, key=lambda each: each.change_pence) for pick in (max, min))
    assert said.startswith(f"{up.name} would get ")
    assert f"{down.name} would get " in said
    tally = answer.by_local
    assert said.endswith(f"Of 3 local systems {tally.gain} would gain and {tally.lose} would lose.")


def test_when_everybody_gains_nobody_is_said_to_lose() -> None:
    said = pictures.finding(compare(after_pot=2 * POT))
    assert "less" not in said
    assert said.endswith("Of 3 local systems 3 would gain and 0 would lose.")


def test_nothing_is_drawn_where_nothing_changes() -> None:
    answer = compare()
    assert pictures.finding(answer).startswith("Nothing would change.")
    assert pictures.largest(answer) is None
    assert pictures.tenths(answer) is None
    assert pictures.ups_and_downs(answer) == pictures.UpsAndDowns([], [])


def test_the_tenths_begin_with_the_greatest_need() -> None:
    picture = pictures.tenths(compare(LOUDER))
    assert picture is not None
    assert [bar.label for bar in picture.bars][::9] == [
        "Tenth 10, the greatest need",
        "Tenth 1, the least need",
    ]
    assert picture.bars[0].words in picture.says


def test_gainers_come_before_losers() -> None:
    picture = pictures.largest(compare(FLOOR))
    assert picture is not None
    values = [bar.value for bar in picture.bars]
    assert values == sorted(values, reverse=True)
    assert values[0] > 0 > values[-1]
