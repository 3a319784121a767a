"""The table a formula is computed from: areas with codes, names, the areas they lie in, and columns.

Cells stay text until a formula asks for a column; then they become exact scaled integers, once.
Refuses duplicate codes, broken nesting, and cells that are blank, negative or not numbers where a
formula needs a number; all of a file's or a column's bad rows are told at once.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from math import lcm
from pathlib import Path
from typing import IO

from .exact import read_number
from .problems import AreasInvalid, Problem, did_you_mean

Names = str | Sequence[str]  # a column's name, or several of which the first one present is used

_MOST_PROBLEMS = 50  # enough to see what is wrong with a file; a thousand more would hide it
_ALL_WHOLE = re.compile(r"[0-9]{1,18}(?:\n[0-9]{1,18})*")


@dataclass(frozen=True, slots=True)
class Column:
    """A column as exact numbers: value of area i = numbers[i] ÷ scale."""

    numbers: list[int]
    scale: int


@dataclass(frozen=True, slots=True)
class Above:
    """One level of areas above the rows: for each row the code and name of the area it lies in."""

    codes: tuple[str, ...]
    names: tuple[str, ...]


@dataclass(frozen=True)
class AreaTable:
    """Areas in file order. Build it with `from_csv`, `from_rows` or `from_columns`, never by hand.

    `above` lists the levels above the rows, nearest first. `lines` gives each source row's line in
    its file. When several source rows make one area (`combine`), `members` maps source row → area.
    """

    codes: tuple[str, ...]
    names: tuple[str, ...]
    above: tuple[Above, ...]
    cells: Mapping[str, Sequence[str]]
    lines: Sequence[int]
    members: Sequence[int] | None = None
    _numbers: dict[tuple[str, bool, bool], Column] = field(default_factory=dict, repr=False)
    _labels: dict[str, list[str]] = field(default_factory=dict, repr=False)

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def parents(self) -> tuple[str, ...]:
        """The code of the area each row lies in; empty strings when the table has one level."""
        return self.above[0].codes if self.above else ("",) * len(self.codes)

    # -- making one ---------------------------------------------------------------------------

    @classmethod
    def from_csv(
        cls,
        source: str | Path | IO[str],
        *,
        code: Names = "code",
        name: Names | None = None,
        parent: Names | None = None,
        parent_name: Names | None = None,
        above: Sequence[tuple[Names, Names | None]] = (),
        combine: bool = False,
    ) -> AreaTable:
        """Read a comma-separated table with a header, plain or gzipped (UTF-8, with or without BOM).

        `above` adds further levels above the parent, nearest first, each as (code, name) columns.
        With `combine`, rows that share a code are added together into one area. Raises
        `AreasInvalid` with every bad row, and OSError when the file cannot be read.
        """
        if isinstance(source, str | Path):
            raw = Path(source).read_bytes()
            try:
                raw = gzip.decompress(raw) if raw[:2] == b"\x1f\x8b" else raw
                stream: IO[str] = io.StringIO(raw.decode("utf-8-sig"), newline="")
            except (OSError, EOFError, UnicodeDecodeError) as error:
                message = f"this is not UTF-8 text, plain or gzipped ({error.__class__.__name__})"
                raise AreasInvalid([Problem(0, "", "file", message)], source=str(source)) from error
        else:
            stream = source
        header, rows, lines = _read_csv(stream, str(source) if stream is not source else "")
        cells = dict(zip(header, zip(*rows, strict=True), strict=True)) if rows else {}
        return cls._from_cells(cells, lines, code, name, parent, parent_name, above, combine)

    @classmethod
    def from_rows(
        cls,
        rows: Iterable[Mapping[str, object]],
        *,
        code: Names = "code",
        name: Names | None = None,
        parent: Names | None = None,
        parent_name: Names | None = None,
        above: Sequence[tuple[Names, Names | None]] = (),
        combine: bool = False,
    ) -> AreaTable:
        """Build from mappings (all with the same keys). Numbers may be int, Decimal, Fraction or text.

        None is a blank cell. A float is refused: its digits are not what was counted.
        """
        listed = [dict(row) for row in rows]
        header = list(listed[0]) if listed else []
        problems = [
            Problem(number, "", "row_keys", "this row has other keys")
            for number, row in enumerate(listed, start=1)
            if list(row) != header
        ]
        if problems:
            problems += _floats({key: [row.get(key) for row in listed] for key in header})
            problems.sort(key=lambda problem: problem.line)
            raise AreasInvalid(problems[:_MOST_PROBLEMS])
        return cls.from_columns(
            {key: [row[key] for row in listed] for key in header},
            code=code,
            name=name,
            parent=parent,
            parent_name=parent_name,
            above=above,
            combine=combine,
        )

    @classmethod
    def from_columns(
        cls,
        columns: Mapping[str, Sequence[object]],
        *,
        code: Names = "code",
        name: Names | None = None,
        parent: Names | None = None,
        parent_name: Names | None = None,
        above: Sequence[tuple[Names, Names | None]] = (),
        combine: bool = False,
    ) -> AreaTable:
        """Build from columns, all of one length, with cells as `from_rows` takes them."""
        if problems := _floats(columns):
            raise AreasInvalid(problems[:_MOST_PROBLEMS])
        texts = {
            column: tuple("" if cell is None else str(cell) for cell in cells)
            for column, cells in columns.items()
        }
        lines = range(1, len(next(iter(texts.values()), ())) + 1)
        return cls._from_cells(texts, lines, code, name, parent, parent_name, above, combine)

    @classmethod
    def _from_cells(
        cls,
        cells: Mapping[str, tuple[str, ...]],
        lines: Sequence[int],
        code: Names,
        name: Names | None,
        parent: Names | None,
        parent_name: Names | None,
        above: Sequence[tuple[Names, Names | None]],
        combine: bool,
    ) -> AreaTable:
        if not lines:
            raise AreasInvalid(
                [Problem(0, "", "no_rows", "the table has no rows below its header")]
            )
        levels = [(parent, parent_name), *above] if parent else []
        problems: list[Problem] = []
        code_column = _find(cells, code, problems)
        name_column = _find(cells, name, problems) if name else code_column
        pairs = []
        for upper_code, upper_name in levels:
            column = _find(cells, upper_code or "", problems)
            pairs.append((column, _find(cells, upper_name, problems) if upper_name else column))
        if problems:
            raise AreasInvalid(problems)
        codes, members = _gather(cells[code_column], lines, code_column, combine, problems)
        chain = [Above(cells[c], _named(cells[n], cells[c])) for c, n in pairs]
        below, below_column = cells[code_column], code_column
        for (column, _), level in zip(pairs, chain, strict=True):
            _check_nesting(below, level.codes, lines, below_column, column, problems)
            below, below_column = level.codes, column
        if problems:
            raise AreasInvalid(problems[:_MOST_PROBLEMS])
        first = _first_rows(members) if members is not None else range(len(codes))
        return cls(
            codes=codes,
            names=tuple(_named([cells[name_column][row] for row in first], codes)),
            above=tuple(
                Above(
                    tuple(level.codes[row] for row in first),
                    tuple(level.names[row] for row in first),
                )
                for level in chain
            ),
            cells=cells,
            lines=lines,
            members=members,
        )

    # -- reading it ---------------------------------------------------------------------------

    def find(self, names: Names) -> str:
        """The first of `names` that this table has. Raises `AreasInvalid`."""
        problems: list[Problem] = []
        column = _find(self.cells, names, problems)
        if problems:
            raise AreasInvalid(problems)
        return column

    def column(
        self, names: Names, *, blank_is_zero: bool = False, may_be_negative: bool = False
    ) -> Column:
        """A column as exact numbers. Raises `AreasInvalid` with each row it cannot use."""
        name = self.find(names)
        key = (name, blank_is_zero, may_be_negative)
        if key not in self._numbers:
            column = _parse_column(name, self.cells[name], self.lines, *key[1:])
            if self.members is not None:
                sums = [0] * len(self.codes)
                for area, number in zip(self.members, column.numbers, strict=True):
                    sums[area] += number
                column = Column(sums, column.scale)
            self._numbers[key] = column
        return self._numbers[key]

    def labels(self, names: Names, *, weigh_by: Names = ()) -> Sequence[str]:
        """A column as text.

        A combined area has the label that most of it has – counted by the column `weigh_by`, such
        as population, or else by rows – and the smallest label on a tie.
        """
        name = self.find(names)
        if self.members is None:
            return self.cells[name]
        sizes: Sequence[int] = [1] * len(self.members)
        if weigh_by:
            column = self.find(weigh_by)
            sizes = _parse_column(column, self.cells[column], self.lines, False, False).numbers
        if name not in self._labels:
            counts: list[Counter[str]] = [Counter() for _ in self.codes]
            for area, label, size in zip(self.members, self.cells[name], sizes, strict=True):
                counts[area][label] += size
            self._labels[name] = [min(c, key=lambda label: (-c[label], label)) for c in counts]
        return self._labels[name]

    @cached_property
    def sha256(self) -> str:
        """SHA-256 over every cell in order, as hexadecimal: the data's vintage."""
        return digest(
            [self.codes, self.names, [[a.codes, a.names] for a in self.above], self.cells]
        )


def digest(content: object) -> str:
    """SHA-256, in hexadecimal, of content written as canonical JSON."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _read_csv(stream: IO[str], source: str) -> tuple[list[str], list[list[str]], list[int]]:
    reader = csv.reader(stream, strict=True)
    problems: list[Problem] = []
    rows: list[list[str]] = []
    lines: list[int] = []
    header: list[str] = []
    try:
        header = next(reader, [])
        for column, times in Counter(header).items():
            if times > 1:
                message = f"the column “{column}” appears {times} times"
                problems.append(Problem(1, column, "duplicate_column", message))
        for row in reader:
            if not row:
                continue
            if len(row) != len(header):
                message = f"{len(row)} cells where the header has {len(header)}"
                problems.append(Problem(reader.line_num, "", "cells", message))
            else:
                rows.append(row)
                lines.append(reader.line_num)
    except csv.Error as error:
        problems.append(Problem(reader.line_num, "", "csv", f"this is not a CSV table: {error}"))
    if problems:
        raise AreasInvalid(problems[:_MOST_PROBLEMS], source=source)
    return header, rows, lines


def _floats(columns: Mapping[str, Sequence[object]]) -> list[Problem]:
    said = "is a binary float; give an int, a Decimal or text"
    return [
        Problem(number, column, "float", f"{cell!r} {said}")
        for column, cells in columns.items()
        for number, cell in enumerate(cells, start=1)
        if isinstance(cell, float)
    ]


def _find(cells: Mapping[str, Sequence[str]], names: Names, problems: list[Problem]) -> str:
    wanted = [names] if isinstance(names, str) else list(names)
    for name in wanted:
        if name in cells:
            return name
    said = " or ".join(f"“{name}”" for name in wanted)
    hint = did_you_mean(wanted[0], cells)
    message = f"the table has no column {said}.{hint}"
    problems.append(Problem(1, wanted[0], "missing_column", message))
    return ""


def _named(names: Iterable[str], codes: Iterable[str]) -> tuple[str, ...]:
    """Names without the blanks around them, as imported figures have them; the code of what has none."""
    return tuple(name.strip() or code for name, code in zip(names, codes, strict=True))


def _gather(
    codes: Sequence[str],
    lines: Sequence[int],
    column: str,
    combine: bool,
    problems: list[Problem],
) -> tuple[tuple[str, ...], list[int] | None]:
    """Areas in order of first appearance, and for combined rows the area each row belongs to."""
    place: dict[str, int] = {}
    members = []
    for code, line in zip(codes, lines, strict=True):
        if not code.strip():
            problems.append(Problem(line, column, "blank_code", "this row has no code"))
        elif code in place and not combine:
            message = f"the code “{code}” appears more than once"
            problems.append(Problem(line, column, "duplicate_code", message))
        members.append(place.setdefault(code, len(place)))
    return tuple(place), members if combine and len(place) < len(members) else None


def _check_nesting(
    below: Sequence[str],
    above: Sequence[str],
    lines: Sequence[int],
    below_column: str,
    above_column: str,
    problems: list[Problem],
) -> None:
    home: dict[str, str] = {}
    for code, parent, line in zip(below, above, lines, strict=True):
        if not parent.strip():
            message = f"“{code}” does not say which area it lies in"
            problems.append(Problem(line, above_column, "blank_parent", message))
        elif home.setdefault(code, parent) != parent:
            message = f"“{code}” ({below_column}) lies in “{parent}” here, in “{home[code]}” above"
            problems.append(Problem(line, above_column, "broken_nesting", message))


def _first_rows(members: Sequence[int]) -> list[int]:
    first: dict[int, int] = {}
    for row, area in enumerate(members):
        first.setdefault(area, row)
    return list(first.values())


def _parse_column(
    name: str,
    cells: Sequence[str],
    lines: Sequence[int],
    blank_is_zero: bool,
    may_be_negative: bool,
) -> Column:
    if _ALL_WHOLE.fullmatch("\n".join(cells)):
        return Column(list(map(int, cells)), 1)
    problems: list[Problem] = []
    values: list[Fraction] = []
    # Counts repeat, so nearly every cell has been read before.
    read = cache(read_number)
    for cell, line in zip(cells, lines, strict=True):
        text = cell.strip() or ("0" if blank_is_zero else "")
        if not text:
            problems.append(Problem(line, name, "blank", "the cell is blank"))
            continue
        try:
            value = read(text)
        except ValueError as error:
            problems.append(Problem(line, name, "not_a_number", str(error)))
            continue
        if value < 0 and not may_be_negative:
            problems.append(Problem(line, name, "negative", f"{text} is negative"))
        values.append(value)
    if problems:
        raise AreasInvalid(problems[:_MOST_PROBLEMS])
    scale = lcm(*{value.denominator for value in values})
    return Column([v.numerator * (scale // v.denominator) for v in values], scale)
