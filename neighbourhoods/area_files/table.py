"""Reading bytes into rows of text: gzip, encoding, quoting, number of fields. Knows nothing of areas."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from neighbourhoods.area_files.problems import AreaFileInvalid, Problem

if TYPE_CHECKING:
    import _csv

# Far above any country's file of areas; a small archive that unpacks to more is an attack or a mistake.
MAX_BYTES = 400_000_000
GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class Table:
    """`rows` are (line of the file, cells), each with exactly as many cells as the header.

    They are read as they are asked for, once: England's cells together are more than a million objects.
    """

    sha256: str
    header: list[str]
    rows: Iterator[tuple[int, list[str]]]


def _unpack(data: bytes, *, packed: bool) -> bytes:
    if not packed and not data.startswith(GZIP_MAGIC):
        return data
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(data)) as stream:
            unpacked = stream.read(MAX_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise AreaFileInvalid(
            [Problem(0, "", "not-gzip", "The file ends in .gz but is not a whole gzip file.")]
        ) from error
    if len(unpacked) > MAX_BYTES:
        raise AreaFileInvalid(
            [Problem(0, "", "too-big", f"The file unpacks to more than {MAX_BYTES:,} bytes.")]
        )
    return unpacked


def _decode(data: bytes, problems: list[Problem]) -> tuple[str, set[int]]:
    """The text, and the lines that are not UTF-8 (each reported once and then left out of other checks)."""
    try:
        return data.decode("utf-8-sig"), set()
    except UnicodeDecodeError:
        pass
    bad: set[int] = set()
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            line.decode()
        except UnicodeDecodeError:
            bad.add(number)
            problems.append(Problem(number, "", "encoding", "This line is not UTF-8 text."))
    return data.decode("utf-8-sig", errors="replace"), bad


def read_table(path: Path, problems: list[Problem]) -> Table:
    """Opens a CSV file with a header, packed by gzip or not. Adds faults of single rows to `problems` as they are read.

    Raises AreaFileInvalid when nothing can be read (not gzip, empty, and while reading rows: no end to a quotation),
    OSError if unreadable.
    """
    data = path.read_bytes()
    text, bad_lines = _decode(_unpack(data, packed=path.suffix == ".gz"), problems)
    lines = _lines(csv.reader(io.StringIO(text, newline=""), strict=True), bad_lines, problems)
    _first, header = next(lines, (0, []))
    if not header:
        problems.append(Problem(0, "", "empty-file", "The file has no header."))
        raise AreaFileInvalid(problems)
    header = [cell.strip() for cell in header]
    return Table(hashlib.sha256(data).hexdigest(), header, _rows(lines, len(header), problems))


def _lines(
    reader: _csv.Reader, bad_lines: set[int], problems: list[Problem]
) -> Iterator[tuple[int, list[str]]]:
    try:
        for cells in reader:
            if cells and reader.line_num not in bad_lines:
                yield reader.line_num, cells
    except csv.Error as error:
        problems.append(Problem(reader.line_num, "", "bad-quoting", f"Not a CSV row: {error}."))
        raise AreaFileInvalid(problems) from error


def _rows(
    lines: Iterator[tuple[int, list[str]]], fields: int, problems: list[Problem]
) -> Iterator[tuple[int, list[str]]]:
    for line, cells in lines:
        if len(cells) == fields:
            yield line, cells
        else:
            message = f"This row has {len(cells)} fields; the header has {fields}."
            problems.append(Problem(line, "", "wrong-fields", message))
