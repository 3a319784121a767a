"""Places as open CSV, in the columns that `import_areas` takes. Everything in it is public."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet

from governance.levels import Level
from neighbourhoods.area_files.compiling import COLUMNS
from neighbourhoods.models import AreaProfile
from neighbourhoods.queries import Area, neighbourhoods_of, table_of

# What spreadsheets take for the start of a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file for csv.writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


def plain(text: str) -> str:
    """The text as a spreadsheet must take it: never as a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def places_below(area: Area) -> QuerySet[AreaProfile]:
    """The places right below `area`; a neighbourhood itself."""
    if area.sphere.level == Level.NEIGHBOURHOOD:
        return AreaProfile.objects.filter(dataset=area.dataset, sphere=area.sphere)
    return AreaProfile.objects.filter(dataset=area.dataset, parent=area.sphere)


def every_neighbourhood(area: Area) -> QuerySet[AreaProfile]:
    """All the neighbourhoods that the nation's dataset describes."""
    return neighbourhoods_of(area.dataset)


def lines(area: Area, places: QuerySet[AreaProfile]) -> Iterator[str]:
    """The CSV of `places`, a line at a time. All is read at once, so that a slow reader holds no transaction open."""
    table = table_of(places, dataset=area.dataset)
    profiles = {
        profile.sphere.code: profile for profile in places.select_related("sphere", "parent")
    }
    nation = area.above[-1] if area.above else area.sphere
    columns = {name: cells for name, cells in table.columns.items() if name not in COLUMNS}

    def rows() -> Iterator[list[Any]]:
        yield [*COLUMNS, *columns]
        for number, code in enumerate(table.codes):
            place = profiles[code]
            yield [
                code,
                plain(place.name),
                place.parent.code if place.parent else "",
                plain(place.parent.name) if place.parent else "",
                place.region_code,
                plain(place.region_name),
                nation.code,
                plain(nation.name),
                place.area_type,
                place.latitude,
                place.longitude,
                place.population,
                *(cells[number] for cells in columns.values()),
            ]

    writer = csv.writer(_Line(), lineterminator="\n")
    return (writer.writerow(row) for row in rows())
