"""Turns figures about places into the bars and sentences of charts. It asks the database nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from neighbourhoods.area_files.country import england
from neighbourhoods.models import Indicator
from neighbourhoods.queries import Area, PlaceRow
from socialcare.kernel.templatetags.charts import Bar
from socialcare.kernel.templatetags.figures import number
from socialcare.kernel.templatetags.language import translated

MOST_BARS = 12


@dataclass(frozen=True)
class Ranked:
    """The places with the highest rates, and a sentence that says how far apart places are."""

    bars: list[Bar]
    says: str


def ranked(rows: Sequence[PlaceRow], indicator: Indicator) -> Ranked | None:
    """None when there are not two places to compare."""
    known = sorted(
        ((row, row.rate) for row in rows if row.rate is not None),
        key=lambda known: (-known[1], known[0].name),
    )
    if len(known) < 2:
        return None
    (most, most_rate), (least, least_rate) = known[0], known[-1]
    says = _(
        "%(label)s: %(most)s has the most, %(most_rate)s in every 1,000, and %(least)s the fewest, %(least_rate)s."
    ) % {
        "label": translated(indicator.label),
        "most": most.name,
        "most_rate": number(most_rate, 1),
        "least": least.name,
        "least_rate": number(least_rate, 1),
    }
    if len(known) > MOST_BARS:
        says += " " + _("These are the %(count)d with the most.") % {"count": MOST_BARS}
    bars = [
        Bar(row.name, rate, number(rate, 1), href=reverse("place", args=[row.code]))
        for row, rate in known[:MOST_BARS]
    ]
    return Ranked(bars, says)


def area_type(area: Area) -> str:
    """The kind of area in words; empty where the country does not say."""
    return translated(england().area_types.get(area.profile.area_type))
