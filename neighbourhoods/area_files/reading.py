"""From a file to areas that nest: every neighbourhood in one local system, every local system in one nation.

Takes a file of neighbourhoods (docs/areas-file.md) or the country's file of small areas, which it adds up. Refuses
the whole file when any row is wrong, and says everything that is wrong with it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from neighbourhoods.area_files import cells
from neighbourhoods.area_files.cells import BadCell
from neighbourhoods.area_files.country import Country
from neighbourhoods.area_files.problems import AreaFileInvalid, Problem
from neighbourhoods.area_files.table import Table, read_table

Number = int | Decimal

REQUIRED = ("code", "name", "parent", "parent_name", "nation", "nation_name", "population")
OPTIONAL = ("region", "region_name", "area_type", "latitude", "longitude")
# What rows of one place must say alike.
NESTING = (
    "code",
    "name",
    "parent",
    "parent_name",
    "region",
    "region_name",
    "nation",
    "nation_name",
    "district",
)


@dataclass(frozen=True, kw_only=True)
class Area:
    """A neighbourhood as the file describes it. Degrees are WGS84; `row` is its first line."""

    row: int
    code: str
    name: str
    parent: str
    parent_name: str
    region: str
    region_name: str
    area_type: str
    latitude: Decimal | None
    longitude: Decimal | None
    population: int


@dataclass(frozen=True, kw_only=True)
class AreaFile:
    """A whole file, found good. `values[i]` are the figures of `areas[i]`, in the order of `columns`; codes ascend."""

    sha256: str
    rows_read: int
    from_small_areas: bool
    nation: str
    nation_name: str
    columns: tuple[str, ...]
    areas: list[Area]
    values: list[list[Number]]
    # Cells that the publisher withheld and that count as 0.
    withheld: int = 0
    # District code → (name, local system), where the file says which districts a local system is made of.
    districts: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class _Gathering:
    """One neighbourhood while its rows are being read."""

    first: Mapping[str, Any]
    population: int
    values: list[Number]
    people_by_type: Counter[str]


class _Nesting:
    """Notices when two rows disagree about what something is called or where it belongs."""

    def __init__(self, problems: list[Problem]) -> None:
        self._problems = problems
        self._said: dict[tuple[str, str], tuple[str, int]] = {}
        # What rows said of their places when they agreed with all before them: a large file says it again and again.
        self.agreed: set[tuple[Any, ...]] = set()

    def says(self, row: int, role: str, column: str, *, of: str, what: str, is_: str) -> None:
        """Row `row` says that the `role` of `of` is `is_`; an earlier row must not have said otherwise."""
        earlier, earlier_row = self._said.setdefault((role, of), (is_, row))
        if earlier != is_:
            codes = {
                "parent": "two-parents",
                "region": "two-regions",
                "nation": "two-nations",
                "district": "two-parents",
            }
            self._problems.append(
                Problem(
                    row,
                    column,
                    codes.get(role, "two-names"),
                    f"{what} {of} is in or called {is_} here, but {earlier} on line {earlier_row}.",
                )
            )


class _Reading:
    """One pass over one table."""

    def __init__(self, table: Table, country: Country, problems: list[Problem]) -> None:
        self.table, self.country, self.problems = table, country, problems
        small = country.small_areas
        self.from_small_areas = bool(small) and small["small_area"] in table.header
        roles = small if self.from_small_areas else {role: role for role in REQUIRED + OPTIONAL}
        self.position = {column: index for index, column in enumerate(table.header)}
        self.roles = {role: column for role, column in roles.items() if column in self.position}
        self.columns = tuple(column for column in table.header if column in country.indicators)
        self._check_header(roles)
        self.places = [self.position[column] for column in self.columns]
        self.plan = self._plan()
        # What a row says in columns that the file does not have.
        self.absent: dict[str, Any] = dict.fromkeys(("region", "region_name", "area_type"), "")
        self.absent |= dict.fromkeys(("latitude", "longitude"))
        self.absent |= {"district": "", "district_name": ""}
        if self.from_small_areas:
            self.absent |= {"nation": country.nation_code, "nation_name": country.nation_name}

    def _check_header(self, roles: Mapping[str, str]) -> None:
        def fault(column: str, code: str, message: str) -> None:
            self.problems.append(Problem(1, column, code, message))

        for column, times in Counter(self.table.header).items():
            if times > 1:
                fault(column, "duplicate-column", "This column is there more than once.")
        for role, column in roles.items():
            if column not in self.position and role not in OPTIONAL:
                fault(column, "missing-column", "The file does not have this column.")
        if self.from_small_areas:
            # A file of small areas also carries scores and ranks, which cannot be added up and are left out.
            for column in self.country.indicators:
                if column not in self.position:
                    fault(column, "missing-column", "The file does not have this column.")
            return
        for column in self.table.header:
            if column not in self.roles and column not in self.country.indicators:
                fault(
                    column,
                    "unknown-column",
                    "No indicator of this name is declared. Declare it with its class, or leave the column out.",
                )

    def _plan(self) -> list[tuple[str, str, int, Callable[[str], Any]]]:
        """Role, column, its place in a row, and how to read it."""
        readers: dict[str, Callable[[str], Any]] = {
            "small_area": cells.code,
            "code": cells.code,
            "name": cells.name,
            "parent": cells.code,
            "parent_name": cells.name,
            "nation": cells.code,
            "nation_name": cells.name,
            "population": cells.whole,
            "region": _or_empty(cells.code),
            "region_name": _or_empty(cells.name),
            "area_type": _or_empty(cells.code),
            "district": _or_empty(cells.code),
            "district_name": _or_empty(cells.name),
            "latitude": partial(cells.degrees, limit=90),
            "longitude": partial(cells.degrees, limit=180),
        }
        return [
            (role, column, self.position[column], readers[role])
            for role, column in self.roles.items()
        ]

    def identity(self, row: int, line: list[str]) -> dict[str, Any]:
        """Everything about one row but its counts. A cell that cannot be read is reported, and None."""
        found = dict(self.absent)
        for role, column, place, read in self.plan:
            try:
                found[role] = read(line[place])
            except BadCell as bad:
                self.problems.append(Problem(row, column, bad.code, bad.message))
                found[role] = None
        return found

    def counts(self, row: int, line: list[str]) -> tuple[list[Number], int]:
        """The row's counts in the order of `columns`, and how many of them were withheld."""
        texts = [line[place] for place in self.places]
        try:
            # Nearly every row of a large file; the others are read again with care.
            return list(map(cells.count, texts)), 0
        except BadCell:
            pass
        values: list[Number] = []
        withheld = 0
        for column, text in zip(self.columns, texts, strict=True):
            value: Number = 0
            if not text and self.from_small_areas and column in self.country.may_be_withheld:
                withheld += 1
            else:
                try:
                    value = cells.count(text)
                except BadCell as bad:
                    self.problems.append(Problem(row, column, bad.code, bad.message))
            values.append(value)
        return values, withheld


def _or_empty(read: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: read(text) if text.strip() else ""


def _check_nesting(nesting: _Nesting, reading: _Reading, row: int, found: dict[str, Any]) -> None:
    """Compares this row with the rows before it. Cells that could not be read are left out."""
    column = reading.roles
    told = tuple(map(found.get, NESTING))
    if told in nesting.agreed:
        return
    problems_before = len(reading.problems)

    def says(role: str, *, of: str, what: str) -> None:
        if found[of] and found[role] is not None and (of != "region" or found[role]):
            nesting.says(
                row, role, column.get(role, role), of=found[of], what=what, is_=found[role]
            )

    says("nation_name", of="nation", what="The nation")
    if found["nation"]:
        nesting.says(
            row, "nation", column.get("nation", "nation"), of="this file", what="The nation of",
            is_=found["nation"],
        )  # fmt: skip
    says("parent_name", of="parent", what="The local system")
    says("region", of="parent", what="The local system")
    says("region_name", of="region", what="The region")
    if reading.from_small_areas:
        says("parent", of="code", what="The neighbourhood")
        says("name", of="code", what="The neighbourhood")
        if found["district"] and found["parent"]:
            nesting.says(
                row, "district", column["district"], of=found["district"], what="The district",
                is_=found["parent"],
            )  # fmt: skip
    if len(reading.problems) == problems_before:
        nesting.agreed.add(told)


def _check_codes(
    gathered: Mapping[str, _Gathering], problems: list[Problem], rows: Mapping[str, int]
) -> None:
    """One code names one thing: a neighbourhood, a local system or the nation."""
    parents = {gathering.first["parent"] for gathering in gathered.values()}
    nations = {gathering.first["nation"] for gathering in gathered.values()}
    for code in gathered:
        if code in parents or code in nations:
            message = f"The code {code} also names a local system or the nation."
            problems.append(Problem(rows[code], "code", "code-used-twice", message))
    for code in sorted(filter(None, parents & nations)):
        problems.append(
            Problem(0, "parent", "code-used-twice", f"The code {code} also names the nation.")
        )


def read_areas(path: Path, *, country: Country) -> AreaFile:
    """Reads a file of neighbourhoods or of small areas, in which every fault is found before any is reported.

    Raises AreaFileInvalid with all the faults; OSError when the file cannot be read.
    """
    problems: list[Problem] = []
    table = read_table(path, problems)
    reading = _Reading(table, country, problems)
    if problems and any(problem.row == 1 for problem in problems):
        # Without its columns no row can be judged: the header comes first.
        raise AreaFileInvalid(problems)
    nesting = _Nesting(problems)
    gathered: dict[str, _Gathering] = {}
    rows: dict[str, int] = {}
    seen: dict[str, int] = {}
    names: dict[tuple[str, str], str] = {}
    districts: dict[str, tuple[str, str]] = {}
    rows_read = withheld = 0
    own_code = "small_area" if reading.from_small_areas else "code"
    for row, line in table.rows:
        rows_read += 1
        found = reading.identity(row, line)
        values, hidden = reading.counts(row, line)
        withheld += hidden
        _check_nesting(nesting, reading, row, found)
        if (found["latitude"] is None) != (found["longitude"] is None):
            message = "Give both degrees north and degrees east, or neither."
            problems.append(Problem(row, "latitude", "half-a-place", message))
        own = found[own_code]
        if own:
            if own in seen:
                message = f"{own} is also on line {seen[own]}."
                problems.append(Problem(row, reading.roles[own_code], "duplicate-code", message))
                if (
                    not reading.from_small_areas
                    and gathered[own].first["parent"] != found["parent"]
                ):
                    message = f"{own} is in {found['parent']} here, but in {gathered[own].first['parent']} on line {seen[own]}."
                    problems.append(Problem(row, "parent", "two-parents", message))
                continue
            seen[own] = row
        code = found["code"]
        if not code:
            continue
        if found["district"]:
            districts[found["district"]] = (found["district_name"], found["parent"])
        population = found["population"] or 0
        gathering = gathered.get(code)
        if gathering is None:
            gathering = gathered[code] = _Gathering(found, 0, [0] * len(reading.columns), Counter())
            rows[code] = row
            if found["name"] and found["parent"]:
                other = names.setdefault((found["parent"], found["name"].casefold()), code)
                if other != code:
                    message = f"{other} has this name too, in the same local system."
                    problems.append(Problem(row, reading.roles["name"], "duplicate-name", message))
        gathering.population += population
        gathering.people_by_type[found["area_type"] or ""] += population
        gathering.values = [a + b for a, b in zip(gathering.values, values, strict=True)]
    _check_codes(gathered, problems, rows)
    if not rows_read and not problems:
        problems.append(Problem(0, "", "empty-file", "The file has a header but no areas."))
    if problems:
        raise AreaFileInvalid(problems)
    return _whole(
        reading, gathered, rows=rows, rows_read=rows_read, districts=districts, withheld=withheld
    )


def _whole(
    reading: _Reading,
    gathered: Mapping[str, _Gathering],
    *,
    rows: Mapping[str, int],
    rows_read: int,
    districts: Mapping[str, tuple[str, str]],
    withheld: int,
) -> AreaFile:
    areas: list[Area] = []
    values: list[list[Number]] = []
    for code in sorted(gathered):
        gathering = gathered[code]
        first, types = gathering.first, gathering.people_by_type
        areas.append(
            Area(
                row=rows[code],
                code=code,
                name=first["name"],
                parent=first["parent"],
                parent_name=first["parent_name"],
                region=first["region"],
                region_name=first["region_name"],
                # The type in which most of its people live; of equal ones the first by code.
                area_type=min(types, key=lambda kind: (-types[kind], kind)),
                latitude=first["latitude"],
                longitude=first["longitude"],
                population=gathering.population,
            )
        )
        values.append(gathering.values)
    nation = next(iter(gathered.values())).first
    return AreaFile(
        sha256=reading.table.sha256,
        rows_read=rows_read,
        from_small_areas=reading.from_small_areas,
        nation=nation["nation"],
        nation_name=nation["nation_name"],
        columns=reading.columns,
        areas=areas,
        values=values,
        withheld=withheld,
        districts=districts,
    )
