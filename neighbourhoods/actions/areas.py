"""Bringing in a file of areas: the only writer of places.

One transaction: all of a file or nothing. Areas are never deleted: one that a newer file leaves out ends on a date,
and what earlier files said stays as it was.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import add
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from governance import audit
from governance.levels import Level
from governance.models import Sphere, User
from neighbourhoods import rules
from neighbourhoods.area_files import Area, AreaFile, AreaFileInvalid, Country, Problem
from neighbourhoods.area_files.country import DatasetNote
from neighbourhoods.area_files.reading import Number
from neighbourhoods.folding import fold
from neighbourhoods.models import (
    AreaProfile,
    Dataset,
    Indicator,
    IndicatorValue,
    NationalCurrency,
)
from neighbourhoods.queries import currency_of
from socialcare.kernel.copying import copy_in
from socialcare.kernel.errors import Conflict
from socialcare.kernel.money import POUND
from socialcare.kernel.public_ids import new_public_id

# Any number: two imports at once would both see that nothing is there yet.
_IMPORT_LOCK = 6_856_153


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What an import did. `is_new` is false when these very bytes were there already and nothing changed."""

    dataset: Dataset
    is_new: bool
    local_systems: int = 0
    neighbourhoods: int = 0
    values: int = 0
    added: int = 0
    renamed: int = 0
    moved: int = 0
    ended: int = 0


@dataclass(frozen=True)
class _Place:
    """A sphere as the file wants it."""

    code: str
    level: Level
    name: str
    parent: str
    row: int


def _places(file: AreaFile) -> list[_Place]:
    """The nation, its local systems and its neighbourhoods, highest first."""
    places = {file.nation: _Place(file.nation, Level.NATIONAL, file.nation_name, "", 0)}
    for area in file.areas:
        places.setdefault(
            area.parent, _Place(area.parent, Level.LOCAL, area.parent_name, file.nation, area.row)
        )
    for area in file.areas:
        places[area.code] = _Place(area.code, Level.NEIGHBOURHOOD, area.name, area.parent, area.row)
    return list(places.values())


def _refuse_taken_codes(
    places: Sequence[_Place], known: Mapping[str, Sphere], file: AreaFile
) -> None:
    """A code that names something else already cannot be used again. Raises AreaFileInvalid with every one."""
    problems: list[Problem] = []
    for place in places:
        sphere = known.get(place.code)
        if sphere is not None and sphere.level != place.level:
            message = f"{place.code} is already the code of a {Level(sphere.level).label.lower()}."
            problems.append(Problem(place.row, "code", "code-taken", message))
    new = {place.code: place for place in places if place.code not in known}
    for code in Sphere.objects.filter(code__in=new).values_list("code", flat=True):
        message = f"{code} is already the code of a place outside {file.nation_name}."
        problems.append(Problem(new[code].row, "code", "code-taken", message))
    if problems:
        raise AreaFileInvalid(problems)


def _known(nation: Sphere | None) -> dict[str, Sphere]:
    """The nation's places by code, those that have ended too, locked in primary-key order."""
    if nation is None:
        return {}
    within = Q(pk=nation.pk) | Q(parent=nation) | Q(parent__parent=nation)
    places = Sphere.objects.public().filter(within).order_by("pk")
    return {sphere.code: sphere for sphere in places.select_for_update(of=("self",))}


# Row-level security rules out COPY here; through model instances the same takes several times as long.
_ADD = """
INSERT INTO governance_sphere (public_id, level, parent_id, code, name, starts_on)
SELECT public_id, %s, parent_id, code, name, %s
  FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[]) AS fresh(public_id, parent_id, code, name)
RETURNING code, id
"""


def _add(
    places: Sequence[_Place], level: Level, ids: dict[str, int], *, on: date
) -> dict[str, int]:
    """Makes spheres of one level. Returns their row ids by code."""
    columns: list[list[Any]] = [
        [new_public_id() for _place in places],
        [ids.get(place.parent) for place in places],
        [place.code for place in places],
        [place.name for place in places],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [level.value, on, *columns])
        return dict(cursor.fetchall())


def _lay_out(
    places: Sequence[_Place], known: dict[str, Sphere], *, on: date
) -> tuple[dict[str, int], dict[str, int]]:
    """Makes the tree of spheres what the file says. Returns their row ids by code, and how many changed in which way."""
    ids = {code: sphere.pk for code, sphere in known.items()}
    tally = {"added": 0, "renamed": 0, "moved": 0, "ended": 0}
    changed: list[Sphere] = []
    for level in (Level.NATIONAL, Level.LOCAL, Level.NEIGHBOURHOOD):
        fresh: list[_Place] = []
        for place in (place for place in places if place.level == level):
            parent = ids.get(place.parent)
            sphere = known.get(place.code)
            if sphere is None:
                fresh.append(place)
                continue
            is_renamed = sphere.name != place.name
            is_moved = sphere.parent_id != parent
            if is_renamed or is_moved or sphere.ends_on is not None:
                sphere.name, sphere.parent_id, sphere.ends_on = place.name, parent, None
                changed.append(sphere)
            tally["renamed"] += is_renamed
            tally["moved"] += is_moved
        ids |= _add(fresh, level, ids, on=on)
        tally["added"] += len(fresh)
    wanted = {place.code for place in places}
    for code, sphere in known.items():
        if code not in wanted and sphere.ends_on is None:
            # A sphere lives for a day at least: the database refuses one that ends as it starts.
            sphere.ends_on = max(on, sphere.starts_on + timedelta(days=1))
            changed.append(sphere)
            tally["ended"] += 1
    Sphere.objects.bulk_update(changed, ["name", "parent", "ends_on"], batch_size=1000)
    return ids, tally


_PROFILE = (
    "dataset", "sphere", "parent", "name", "name_key", "search_key", "population",
    "region_code", "region_name", "area_type", "latitude", "longitude",
)  # fmt: skip


def _profiles(
    file: AreaFile, dataset: Dataset, ids: dict[str, int]
) -> Iterator[tuple[object, ...]]:
    """One profile for each neighbourhood, local system and the nation, in the order of _PROFILE."""

    def names(name: str, within: str) -> tuple[str, str, str]:
        key = fold(name)
        return name, key, f"{key} {fold(within)}"

    nowhere = ("", None, None)
    people: dict[str, int] = {}
    first: dict[str, Area] = {}
    for area in file.areas:
        people[area.parent] = people.get(area.parent, 0) + area.population
        first.setdefault(area.parent, area)
        region = (area.region, area.region_name)
        where = (area.area_type, area.latitude, area.longitude)
        told = names(area.name, area.parent_name)
        yield dataset.pk, ids[area.code], ids[area.parent], *told, area.population, *region, *where
    for code, area in first.items():
        region = (area.region, area.region_name)
        told = names(area.parent_name, "")
        yield dataset.pk, ids[code], ids[file.nation], *told, people[code], *region, *nowhere
    told = names(file.nation_name, "")
    yield dataset.pk, ids[file.nation], None, *told, sum(people.values()), "", "", *nowhere


def _declare(file: AreaFile, dataset: Dataset, country: Country) -> list[Indicator]:
    """The dataset's indicators, in the order of the file's columns."""
    declared = [country.indicators[column] for column in file.columns]
    indicators = [
        Indicator(
            dataset=dataset,
            position=position,
            column=note.column,
            label=note.label,
            need_class=note.need_class,
            unit=note.unit,
            source=note.source,
            vintage=note.vintage,
            is_shown=note.shown,
            is_headline=note.headline,
        )
        for position, note in enumerate(declared)
    ]
    by_column = dict(zip(file.columns, indicators, strict=True))
    # Bases first, because the rows can only be inserted, never completed later.
    bases = {note.base for note in declared}
    first = [indicator for column, indicator in by_column.items() if column in bases]
    Indicator.objects.bulk_create(first)
    rest = [indicator for column, indicator in by_column.items() if column not in bases]
    for indicator in rest:
        indicator.base = by_column.get(country.indicators[indicator.column].base)
    Indicator.objects.bulk_create(rest)
    return indicators


def _copy_values(file: AreaFile, indicators: Sequence[Indicator], ids: dict[str, int]) -> int:
    """Writes every figure, and the sums for local systems and the nation. Returns how many."""
    figures = dict(zip((area.code for area in file.areas), file.values, strict=True))
    sums: dict[str, list[Number]] = {}
    for area, values in zip(file.areas, file.values, strict=True):
        for code in (area.parent, file.nation):
            before = sums.get(code)
            sums[code] = list(map(add, before, values)) if before else list(values)
    rows = [(ids[code], values) for code, values in (figures | sums).items()]
    copy_in(
        IndicatorValue,
        ("indicator", "sphere", "value"),
        (
            (indicator.pk, sphere_id, values[position])
            for position, indicator in enumerate(indicators)
            for sphere_id, values in rows
        ),
    )
    return len(rows) * len(indicators)


def _settle_currency(file: AreaFile, country: Country, nation: Sphere, *, is_new: bool) -> None:
    """A new nation's money is what its declaration says, or the pound; after that it stays.

    Raises Conflict(other-currency): sums already in the ledger would silently mean something else.
    """
    declared = country.currency if country.nation_code == file.nation else None
    if is_new:
        NationalCurrency.row(nation, declared or POUND).save(force_insert=True)
    elif declared is not None and declared != (known := currency_of(nation)):
        message = f"{nation.name} counts its money in {known.code}, written {known.symbol}: a newer file cannot change that."
        raise Conflict("other-currency", message)


def import_areas(
    *, file: AreaFile, note: DatasetNote, country: Country, on: date, by: User | None
) -> Imported:
    """Brings in a file that was found good, as the nation's current figures from the day `on`.

    The same bytes again change nothing. Raises NotAllowed(may-not-import), Conflict(too-early) when newer figures are
    there, Conflict(other-currency), and AreaFileInvalid(code-taken) when the file gives a code to something else than the place that has it.
    """
    with transaction.atomic():
        nation = Sphere.objects.filter(code=file.nation, level=Level.NATIONAL).first()
        rules.can_import_areas(by, nation).require()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_IMPORT_LOCK])
        earlier = Dataset.objects.filter(nation=nation, sha256=file.sha256).first()
        if earlier is not None:
            return Imported(dataset=earlier, is_new=False)
        newest = Dataset.objects.current(nation) if nation else None
        if newest is not None and on < newest.effective_on:
            message = f"The figures already there hold from {newest.effective_on}: choose that day or a later one."
            raise Conflict("too-early", message)
        places = _places(file)
        known = _known(nation)
        _refuse_taken_codes(places, known, file)
        ids, tally = _lay_out(places, known, on=on)
        nation = nation or Sphere.objects.get(pk=ids[file.nation])
        _settle_currency(file, country, nation, is_new=not known)
        dataset = Dataset.objects.create(
            nation=nation,
            slug=note.slug,
            vintage=note.vintage,
            source=note.source,
            licence=note.licence,
            attribution=note.attribution,
            sha256=file.sha256,
            effective_on=on,
        )
        copy_in(AreaProfile, _PROFILE, _profiles(file, dataset, ids))
        indicators = _declare(file, dataset, country)
        values = _copy_values(file, indicators, ids)
        with connection.cursor() as cursor:
            cursor.execute("SELECT analyze_places()")
        local_systems = sum(place.level == Level.LOCAL for place in places)
        audit.record(
            "areas.imported",
            subject=dataset,
            by=by,
            sphere=nation,
            sha256=file.sha256,
            neighbourhoods=len(file.areas),
            local_systems=local_systems,
            **tally,
        )
        return Imported(
            dataset=dataset,
            is_new=True,
            local_systems=local_systems,
            neighbourhoods=len(file.areas),
            values=values,
            **tally,
        )
