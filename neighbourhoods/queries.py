"""Read shapes for places: the figures of a dataset as one table, and what each public page tells.

Everything here is public. Rates are exact Fractions; nothing is rounded before it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, QuerySet

from governance.levels import PUBLIC_LEVELS, Level
from governance.models import Sphere
from neighbourhoods.folding import fold
from neighbourhoods.models import (
    AreaProfile,
    Dataset,
    Indicator,
    IndicatorValue,
    NationalCurrency,
)
from socialcare.kernel.money import POUND, Currency

PER = 1000  # rates are per 1,000 people or households
# Nearer than this to the nation's rate, a place is "about the same".
SAME_PERCENT = 5


# --- One dataset as a table -----------------------------------------------------------------------


class AreaTable(NamedTuple):
    """Neighbourhoods in code order. Each column has one cell for each code: texts, or exact numbers."""

    codes: list[str]
    names: list[str]
    parents: list[str]
    columns: dict[str, list[str] | list[int | Decimal] | list[int]]


# Gathered an indicator at a time: over all of them at once the server sorts a quarter of a million rows on disk.
_COLUMNS = """
SELECT i."column", v.cells
  FROM neighbourhoods_indicator i
 CROSS JOIN LATERAL (
   SELECT string_agg(trim_scale(value)::text, ',' ORDER BY position) AS cells
     FROM neighbourhoods_indicatorvalue
     JOIN unnest(%s::bigint[]) WITH ORDINALITY AS place(sphere_id, position) USING (sphere_id)
    WHERE indicator_id = i.id) AS v
 WHERE i.dataset_id = %s AND v.cells IS NOT NULL
 ORDER BY i.position
"""


def _numbers(text: str) -> list[int | Decimal]:
    cells = text.split(",")
    if "." not in text:
        return [int(cell) for cell in cells]
    return [Decimal(cell) if "." in cell else int(cell) for cell in cells]


def neighbourhoods_of(dataset: Dataset) -> QuerySet[AreaProfile]:
    return AreaProfile.objects.filter(dataset=dataset, sphere__level=Level.NEIGHBOURHOOD)


def area_table(dataset: Dataset) -> AreaTable:
    """Every neighbourhood's figures as `dataset` gave them, with what is known of the place. Two queries."""
    return table_of(neighbourhoods_of(dataset), dataset=dataset)


def table_of(places: QuerySet[AreaProfile], *, dataset: Dataset) -> AreaTable:
    """The figures of some of a dataset's places. Two queries."""
    fields = ("name", "parent__code", "region_code", "region_name", "area_type", "population")
    rows = sorted(places.values_list("sphere__code", *fields, "sphere_id"))
    codes, names, parents, regions, region_names, types, people, ids = (
        [list(column) for column in zip(*rows, strict=True)] if rows else [[] for _ in range(8)]
    )
    columns: dict[str, list[str] | list[int | Decimal] | list[int]] = {
        "region": regions,
        "region_name": region_names,
        "area_type": types,
        "population": people,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [ids, dataset.pk])
        columns |= {column: _numbers(text) for column, text in cursor.fetchall()}
    return AreaTable(codes, names, parents, columns)


def names_of(dataset: Dataset, codes: Iterable[str]) -> dict[str, str]:
    """What `dataset` calls the places with these codes, by code."""
    found = AreaProfile.objects.filter(dataset=dataset, sphere__code__in=set(codes))
    return dict(found.values_list("sphere__code", "name"))


# --- What a page tells ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Rate:
    """How much of one indicator there is in a place, beside its nation."""

    indicator: Indicator
    value: Decimal
    base: Decimal | None
    nation_value: Decimal
    nation_base: Decimal | None

    @staticmethod
    def _per(value: Decimal, base: Decimal | None) -> Fraction | None:
        return Fraction(value) * PER / Fraction(base) if base else None

    @cached_property
    def per_thousand(self) -> Fraction | None:
        """None where nobody lives, or the indicator has nothing to be measured against."""
        return self._per(self.value, self.base)

    @cached_property
    def nation_per_thousand(self) -> Fraction | None:
        return self._per(self.nation_value, self.nation_base)

    @property
    def difference(self) -> Fraction | None:
        """How far above (+) or below (−) the nation's rate, as a share of it."""
        if self.per_thousand is None or not self.nation_per_thousand:
            return None
        return self.per_thousand / self.nation_per_thousand - 1

    @property
    def difference_size(self) -> Fraction:
        return abs(self.difference or Fraction(0))

    @property
    def compares(self) -> str:
        """`more`, `fewer`, `same`, or nothing when it cannot be compared."""
        if self.difference is None:
            return ""
        if abs(self.difference) * 100 < SAME_PERCENT:
            return "same"
        return "more" if self.difference > 0 else "fewer"


@dataclass(frozen=True)
class PlaceRow:
    """One place in a list. `rate` is per 1,000 of the chosen indicator's base; None where nobody lives."""

    code: str
    name: str
    region: str
    people: int
    value: Decimal
    rate: Fraction | None
    neighbourhoods: int = 0


@dataclass(frozen=True)
class Area:
    """A public sphere with what its newest dataset says of it."""

    sphere: Sphere
    profile: AreaProfile
    dataset: Dataset
    # The places above it, nearest first.
    above: Sequence[Sphere]

    @property
    def is_current(self) -> bool:
        return self.sphere.ends_on is None


def currency_of(nation: Sphere) -> Currency:
    """The money that `nation` counts in; the pound where nobody said. No query after `select_related("national_currency")`."""
    try:
        return nation.national_currency.currency
    except NationalCurrency.DoesNotExist:
        return POUND


def nations() -> QuerySet[Sphere]:
    """The nations that have figures, in the order in which they came."""
    return (
        Sphere.objects.filter(level=Level.NATIONAL, datasets__isnull=False)
        .distinct()
        .order_by("pk")
    )


def area(code: str) -> Area | None:
    """The public place with this code, in one query; None when there is none with figures."""
    profile = (
        AreaProfile.objects.filter(sphere__code=code, sphere__level__in=PUBLIC_LEVELS)
        .select_related("dataset__nation__national_currency", "sphere__parent__parent")
        .order_by("-dataset")
        .first()
    )
    if profile is None:
        return None
    return Area(profile.sphere, profile, profile.dataset, profile.sphere.ancestors()[1:])


def indicators_to_choose(dataset: Dataset) -> list[Indicator]:
    """The shown indicators that can be compared, in the dataset's order."""
    shown = dataset.indicators.filter(is_shown=True, base__isnull=False)
    return list(shown.select_related("base").order_by("position"))


def chosen(indicators: Sequence[Indicator], column: str) -> Indicator | None:
    """The indicator named `column`, else the headline, else the first; None when there is none."""
    for indicator in indicators:
        if indicator.column == column:
            return indicator
    headline = [indicator for indicator in indicators if indicator.is_headline]
    return next(iter([*headline, *indicators]), None)


def children(area: Area, *, indicator: Indicator | None) -> list[PlaceRow]:
    """The places right below `area`, with one indicator, by name. Two queries (three for a nation)."""
    below = AreaProfile.objects.filter(dataset=area.dataset, parent=area.sphere)
    profiles = list(below.select_related("sphere"))
    values: dict[int, dict[int, Decimal]] = {}
    if indicator is not None:
        # By the ids themselves: right after an import PostgreSQL has no statistics to plan a join by.
        found = IndicatorValue.objects.filter(
            indicator__in=[indicator.pk, indicator.base_id],
            sphere__in=[profile.sphere_id for profile in profiles],
        )
        for indicator_id, sphere_id, value in found.values_list("indicator", "sphere", "value"):
            values.setdefault(sphere_id, {})[indicator_id] = value
    sizes: dict[int, int] = {}
    if area.sphere.level == Level.NATIONAL:
        counted = neighbourhoods_of(area.dataset)
        sizes = dict(counted.values_list("parent").annotate(size=Count("sphere")))
    rows = []
    for profile in profiles:
        figures = values.get(profile.sphere_id, {})
        value = figures.get(indicator.pk, Decimal(0)) if indicator else Decimal(0)
        base = figures.get(indicator.base_id) if indicator and indicator.base_id else None
        rows.append(
            PlaceRow(
                code=profile.sphere.code,
                name=profile.name,
                region=profile.region_name,
                people=profile.population,
                value=value,
                rate=Fraction(value) * PER / Fraction(base) if base else None,
                neighbourhoods=sizes.get(profile.sphere_id, 0),
            )
        )
    return sorted(rows, key=lambda row: (row.name, row.code))


SORTS = {
    "name": lambda row: row.name,
    "region": lambda row: (row.region, row.name),
    "people": lambda row: row.people,
    "rate": lambda row: -1 if row.rate is None else row.rate,
    "neighbourhoods": lambda row: row.neighbourhoods,
}


def in_order(rows: Sequence[PlaceRow], sort: str) -> list[PlaceRow]:
    """`rows` by a key of SORTS, "-" before it for falling. An unknown key leaves them by name."""
    key = SORTS.get(sort.removeprefix("-"), SORTS["name"])
    return sorted(rows, key=key, reverse=sort.startswith("-"))


def holding(rows: Sequence[PlaceRow], text: str) -> list[PlaceRow]:
    """The rows whose name or region holds `text`, whatever its capitals and accents."""
    key = fold(text)
    return [row for row in rows if key in fold(row.name) or key in fold(row.region)]


def rates(area: Area) -> list[Rate]:
    """The shown indicators of a place beside its nation's. Two queries."""
    indicators = indicators_to_choose(area.dataset)
    wanted = {i.pk for i in indicators} | {i.base_id for i in indicators}
    found = IndicatorValue.objects.filter(
        indicator__in=wanted, sphere__in=[area.sphere.pk, area.dataset.nation_id]
    )
    figures: dict[tuple[int | None, int], Decimal] = {
        (indicator, sphere): value
        for indicator, sphere, value in found.values_list("indicator", "sphere", "value")
    }
    here, nation = area.sphere.pk, area.dataset.nation_id
    return [
        Rate(
            indicator=indicator,
            value=figures[indicator.pk, here],
            base=figures.get((indicator.base_id, here)),
            nation_value=figures[indicator.pk, nation],
            nation_base=figures.get((indicator.base_id, nation)),
        )
        for indicator in indicators
    ]


def most_different(rates: Sequence[Rate]) -> Rate | None:
    """The rate furthest from the nation's, if any is not about the same."""
    apart = [rate for rate in rates if rate.compares in {"more", "fewer"}]
    return max(apart, key=lambda rate: rate.difference_size, default=None)
