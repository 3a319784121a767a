"""Reading bytes into rows of text: gzip, encoding, quoting, number of fields. Knows nothing of areas."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from dataclasses import dataclass
from pathlib import Path

from neighbourhoods.area_files.problems import AreaFileInvalid, Problem

# Far above any country's file of areas; a small archive that unpacks to more is an attack or a mistake.
MAX_BYTES = 400_000_000
GZIP_MAGIC = b"\x1f\x8b"


@dataclass(frozen=True)
class Table:
    """`rows` are (line of the file, cells), each with exactly as many cells as the header."""

    sha256: str
    header: list[str]
    rows: list[tuple[int, list[str]]]


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
    """Reads a CSV file with a header, packed by gzip or not. Adds faults of single rows to `problems`.

    Raises AreaFileInvalid when nothing can be read (not gzip, empty, no end to a quotation), OSError if unreadable.
    """
    data = path.read_bytes()
    text, bad_lines = _decode(_unpack(data, packed=path.suffix == ".gz"), problems)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            line = reader.line_num
            if not cells or line in bad_lines:
                continue
            if not header:
                header = [cell.strip() for cell in cells]
            elif len(cells) != len(header):
                message = f"This row has {len(cells)} fields; the header has {len(header)}."
                problems.append(Problem(line, "", "wrong-fields", message))
            else:
                rows.append((line, cells))
    except csv.Error as error:
        problems.append(Problem(reader.line_num, "", "bad-quoting", f"Not a CSV row: {error}."))
        raise AreaFileInvalid(problems) from error
    if not header:
        problems.append(Problem(0, "", "empty-file", "The file has no header."))
        raise AreaFileInvalid(problems)
    return Table(hashlib.sha256(data).hexdigest(), header, rows)
