"""The files themselves: which there are, their columns, and their bytes, a line at a time."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from budgets import queries as money
from budgets.exports import NEED_DECIMALS, SHARE_DECIMALS
from budgets.models import AllocationRun
from governance.models import Sphere
from neighbourhoods import exports, queries
from neighbourhoods.models import AreaProfile, Dataset, Indicator


@dataclass(frozen=True)
class Column:
    """One column of a file: its Frictionless type, what it says, and in what unit."""

    name: str
    type: str
    title: str
    unit: str = ""
    source: str = ""


@dataclass(frozen=True)
class OpenFile:
    """A table as CSV. Two with the same `key` have the same bytes: it names rows that never change."""

    key: str
    path: str = field(compare=False)
    # For a page; the package tells it in the country's language.
    title: str | Promise = field(compare=False)
    dataset: Dataset = field(compare=False)
    columns: list[Column] = field(compare=False)
    # Reads everything when it is called; what it returns touches no database.
    lines: Callable[[], Iterator[str]] = field(compare=False)


@dataclass(frozen=True)
class Measure:
    """SHA-256 and length of a file's bytes."""

    sha256: str
    size: int


@lru_cache(maxsize=64)
def measure(file: OpenFile) -> Measure:
    """Worked out once a process, a line at a time."""
    digest, size = hashlib.sha256(), 0
    for line in file.lines():
        data = line.encode()
        digest.update(data)
        size += len(data)
    return Measure(digest.hexdigest(), size)


class _Line:
    """A file for csv.writer that hands each line back."""

    def write(self, line: str) -> str:
        return line


def _as_csv(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer = csv.writer(_Line(), lineterminator="\n")
    return (writer.writerow(row) for row in rows)


# --- Allocations ----------------------------------------------------------------------------------


def posted_runs(nation: Sphere) -> list[AllocationRun]:
    """The runs that are published: those whose money was posted, the newest period first."""
    return list(
        money.runs()
        .filter(pot__nation=nation, state=AllocationRun.State.POSTED)
        .order_by("-pot__starts_on")
    )


def run_of(nation: Sphere, starts_on: date) -> AllocationRun | None:
    """The posted run of the period that starts on that day."""
    posted = money.runs().filter(pot__nation=nation, state=AllocationRun.State.POSTED)
    return posted.filter(pot__starts_on=starts_on).first()


def allocations(run: AllocationRun) -> OpenFile:
    """What every place was given in one period."""
    starts_on = run.pot.starts_on.isoformat()
    streams = sorted(run.held_by)
    return OpenFile(
        key=f"allocations:{run.public_id}",
        path=f"allocations/{starts_on}.csv",
        title=format_lazy(_("What each place was given from {day}"), day=starts_on),
        dataset=run.dataset,
        columns=[
            Column("code", "string", "Code of the place"),
            Column("name", "string", "Name of the place"),
            Column("level", "string", "Local system or neighbourhood"),
            Column("parent", "string", "Code of the place right above"),
            Column("need", "number", "Need a head", unit="nation's mean = 1"),
            Column("share", "number", "Part of what was shared", unit="share of 1"),
            Column("amount_pence", "integer", "What it was given", unit="pence"),
            *(
                Column(f"{code}_pence", "integer", f"Of this, {code}", unit="pence")
                for code in streams
            ),
        ],
        lines=lambda: _allocation_lines(run, streams),
    )


def _allocation_lines(run: AllocationRun, streams: list[str]) -> Iterator[str]:
    found = list(
        run.allocations.order_by("sphere__code").values_list(
            "sphere_id", "sphere__code", "sphere__level", "need", "share", "amount_pence", "streams"
        )
    )
    # Named as the run's own figures named them: a place may have another name by now.
    named = {
        sphere_id: (name, parent)
        for sphere_id, name, parent in AreaProfile.objects.filter(dataset=run.dataset).values_list(
            "sphere_id", "name", "parent__code"
        )
    }

    def rows() -> Iterator[list[Any]]:
        yield [column.name for column in allocations(run).columns]
        for sphere_id, code, level, need, share, amount, by_stream in found:
            name, parent = named[sphere_id]
            yield [
                code,
                exports.plain(name),
                level,
                parent,
                f"{need:.{NEED_DECIMALS}f}",
                f"{share:.{SHARE_DECIMALS}f}",
                amount,
                *(by_stream.get(stream, 0) for stream in streams),
            ]

    return _as_csv(rows())


# --- Neighbourhoods -------------------------------------------------------------------------------

_ABOUT_PLACES = {
    "code": Column("code", "string", "Code of the neighbourhood"),
    "name": Column("name", "string", "Name of the neighbourhood"),
    "parent": Column("parent", "string", "Code of its local system"),
    "parent_name": Column("parent_name", "string", "Name of its local system"),
    "region": Column("region", "string", "Code of its region"),
    "region_name": Column("region_name", "string", "Name of its region"),
    "nation": Column("nation", "string", "Code of its nation"),
    "nation_name": Column("nation_name", "string", "Name of its nation"),
    "area_type": Column("area_type", "string", "Kind of place, town to countryside"),
    "latitude": Column("latitude", "number", "Latitude of its middle", unit="degrees, WGS84"),
    "longitude": Column("longitude", "number", "Longitude of its middle", unit="degrees, WGS84"),
    "population": Column("population", "integer", "People who live there", unit="people"),
}


def neighbourhoods(nation: Sphere) -> OpenFile | None:
    """Every neighbourhood with the figures that need is worked out from. None before any were brought in."""
    area = queries.area(nation.code)
    if area is None:
        return None
    indicators = Indicator.objects.filter(dataset=area.dataset).order_by("position")
    return OpenFile(
        key=f"neighbourhoods:{area.dataset.sha256}",
        path="neighbourhoods.csv",
        title=_("Neighbourhoods and their figures"),
        dataset=area.dataset,
        columns=[
            *_ABOUT_PLACES.values(),
            *(
                Column(each.column, "number", each.label, unit=each.unit, source=each.source)
                for each in indicators
            ),
        ],
        lines=lambda: exports.lines(area, exports.every_neighbourhood(area)),
    )


def every_file(nation: Sphere) -> list[OpenFile]:
    """All the tables, the places first, then the newest period's money."""
    places = neighbourhoods(nation)
    return [*([places] if places else []), *map(allocations, posted_runs(nation))]
