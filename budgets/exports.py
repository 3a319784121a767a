"""Allocations as files: the same columns and the same bytes, whether worked out just now or read from the ledger's runs."""

from __future__ import annotations

import csv
import errno
import io
import secrets
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from budgets import formula as engine
from budgets.models import AllocationRun
from governance.levels import Level

COLUMNS = ("code", "name", "parent", "need", "share", "amount_pence")
# Decimals of need a head (the nation's mean is 1) and of the share of the pot, in files and in the database.
NEED_DECIMALS = 6
SHARE_DECIMALS = 12


@dataclass(frozen=True)
class Line:
    """One sphere's allocation as it stands in a file."""

    code: str
    name: str
    parent: str
    need: str
    share: str
    amount_pence: int


def need_text(row: engine.Row) -> str:
    return engine.format_decimal(row.need, NEED_DECIMALS)


def share_text(row: engine.Row) -> str:
    return engine.format_decimal(row.share, SHARE_DECIMALS)


def lines_of_result(rows: Iterable[engine.Row]) -> Iterator[Line]:
    """Rows of a result just worked out, in code order."""
    for row in sorted(rows, key=lambda row: row.code):
        yield Line(
            row.code, row.name, row.parent, need_text(row), share_text(row), row.amount_pence
        )


def lines_of_run(run: AllocationRun, level: Level) -> Iterator[Line]:
    """Rows of a run that has been stored, in code order, with the names that its figures gave the places."""
    rows = run.allocations.filter(
        sphere__level=level, sphere__profiles__dataset=run.dataset_id
    ).values_list(
        "sphere__code",
        "sphere__profiles__name",
        "sphere__profiles__parent__code",
        "sphere__profiles__parent__level",
        "need",
        "share",
        "amount_pence",
    )
    # Sorted here: a database may put letters in another order.
    for code, name, parent, parent_level, need, share, pence in sorted(rows):
        # The nation has no line of its own in these files.
        above = parent if parent_level != Level.NATIONAL else ""
        yield Line(
            code, name, above, f"{need:.{NEED_DECIMALS}f}", f"{share:.{SHARE_DECIMALS}f}", pence
        )


def as_csv(lines: Iterable[Line]) -> str:
    """The lines as comma-separated text with a header."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow(
            [line.code, line.name, line.parent, line.need, line.share, line.amount_pence]
        )
    return text.getvalue()


def write_files(folder: Path, files: dict[str, str]) -> None:
    """Writes every file whole, or none: each beside its place first, then all moved there.

    Raises OSError; also when something other than a file has a file's place, since moving would destroy it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    places = {folder / name: text for name, text in files.items()}
    for place in places:
        if place.exists() and not place.is_file():
            raise FileExistsError(errno.EEXIST, f"{place.name} is there and is not a file")
    with ExitStack() as leftovers:
        ready = []
        for place, text in places.items():
            beside = place.with_name(f".{place.name}.{secrets.token_hex(6)}")
            # Opened as a new file, it gets the rights that the user's other new files get.
            with beside.open("x", encoding="utf-8", newline="") as file:
                leftovers.callback(beside.unlink, missing_ok=True)
                file.write(text)
            ready.append((beside, place))
        for beside, place in ready:
            beside.replace(place)
