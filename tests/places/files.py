"""Small files of areas for tests: an invented country of two local systems, whole and broken."""

from __future__ import annotations

import csv
import io
from pathlib import Path

HEADER = [
    "code", "name", "parent", "parent_name", "region", "region_name", "nation", "nation_name",
    "area_type", "latitude", "longitude", "population", "pop_total", "disab_lot", "disab_total",
]  # fmt: skip

ROWS = [
    ["N1", "Quay", "L1", "Harbour", "R1", "Coast", "Z1", "Borduria", "UN1", "50.1", "1.5", "100", "100", "10", "100"],
    ["N2", "Mole", "L1", "Harbour", "R1", "Coast", "Z1", "Borduria", "UN1", "50.2", "1.5", "200", "200", "40", "200"],
    ["N3", "Ridge", "L2", "Upland", "R2", "Hills", "Z1", "Borduria", "RSN1", "50.9", "1.9", "300", "300", "15", "300"],
]  # fmt: skip

SMALL_HEADER = [
    "lsoa21_code", "msoa21_code", "msoa_hcl_name", "utla_code", "utla_name", "region_code", "region_name",
    "ltla24_code", "ltla24_name", "ruc21_code",
]  # fmt: skip


def text(rows: list[list[str]] = ROWS, *, header: list[str] = HEADER) -> str:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([header, *rows])
    return out.getvalue()


def write(folder: Path, content: str | bytes | None = None, *, name: str = "areas.csv") -> Path:
    """A file of areas in `folder`; Borduria unless `content` says otherwise."""
    path = folder / name
    data = text() if content is None else content
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return path


def with_cell(row: int, column: str, value: str) -> list[list[str]]:
    """Borduria with one cell changed; `row` counts from 0."""
    rows = [list(line) for line in ROWS]
    rows[row][HEADER.index(column)] = value
    return rows
