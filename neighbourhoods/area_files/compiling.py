"""Writing a file of neighbourhoods: the same figures always give the same bytes."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from neighbourhoods.area_files import cells
from neighbourhoods.area_files.country import ENGLAND
from neighbourhoods.area_files.problems import AreaFileInvalid, Problem
from neighbourhoods.area_files.reading import AreaFile
from neighbourhoods.area_files.table import read_table

COLUMNS = (
    "code",
    "name",
    "parent",
    "parent_name",
    "region",
    "region_name",
    "nation",
    "nation_name",
    "area_type",
    "latitude",
    "longitude",
    "population",
)
CARRIED = ENGLAND / "neighbourhoods.csv.gz"
CARRIED_NATION = "E92000001"
Centres = Mapping[str, tuple[Decimal, Decimal]]


def read_centres(path: Path, *, code_column: str) -> Centres:
    """Code → degrees north and east, from a CSV file with columns `latitude` and `longitude`.

    Raises AreaFileInvalid for a missing column or a cell that is not a number of degrees.
    """
    problems: list[Problem] = []
    table = read_table(path, problems)
    wanted = (code_column, "latitude", "longitude")
    problems += [
        Problem(1, column, "missing-column", "The file does not have this column.")
        for column in wanted
        if column not in table.header
    ]
    if problems:
        raise AreaFileInvalid(problems)
    code, north, east = (table.header.index(column) for column in wanted)
    centres: dict[str, tuple[Decimal, Decimal]] = {}
    for row, line in table.rows:
        try:
            latitude = cells.degrees(line[north], limit=90)
            longitude = cells.degrees(line[east], limit=180)
        except cells.BadCell as bad:
            problems.append(Problem(row, "latitude", bad.code, bad.message))
            continue
        if latitude is not None and longitude is not None:
            centres[line[code]] = (latitude, longitude)
    if problems:
        raise AreaFileInvalid(problems)
    return centres


def carried_centres() -> Centres:
    """Where England's neighbourhoods are: the file of small areas itself does not say."""
    return read_centres(CARRIED, code_column="code")


def with_centres(file: AreaFile, centres: Centres) -> AreaFile:
    """The same file with a place on the map for each area that has none and is among `centres`."""
    nowhere = (None, None)
    areas = [
        area
        if area.latitude is not None
        else replace(
            area,
            latitude=centres.get(area.code, nowhere)[0],
            longitude=centres.get(area.code, nowhere)[1],
        )
        for area in file.areas
    ]
    return replace(file, areas=areas)


def as_csv(file: AreaFile) -> bytes:
    """The file of neighbourhoods as CSV: UTF-8, line feeds, codes ascending."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*COLUMNS, *file.columns])
    for area, values in zip(file.areas, file.values, strict=True):
        writer.writerow(
            [
                area.code,
                area.name,
                area.parent,
                area.parent_name,
                area.region,
                area.region_name,
                file.nation,
                file.nation_name,
                area.area_type,
                "" if area.latitude is None else area.latitude,
                "" if area.longitude is None else area.longitude,
                area.population,
                *values,
            ]
        )
    return out.getvalue().encode()


def districts_as_csv(file: AreaFile, codes_since: Mapping[str, str]) -> bytes:
    """District → local system, under each district's old code and its new one (`codes_since`: new → old)."""
    districts = dict(file.districts)
    for new, old in codes_since.items():
        districts[new] = districts[old]
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["district", "district_name", "local_system"])
    for code in sorted(districts):
        writer.writerow([code, *districts[code]])
    return out.getvalue().encode()


def packed(data: bytes) -> bytes:
    """gzip without a time or a file name, so that the same data is the same bytes on any day."""
    out = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=out, mtime=0) as stream:
        stream.write(data)
    return out.getvalue()
