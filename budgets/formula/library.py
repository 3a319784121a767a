"""The formulas the product carries, and the table a formula expects. Reads files, nothing else."""

from __future__ import annotations

import re
from pathlib import Path
from typing import IO

from .areas import AreaTable
from .document import AreaLevel, Formula
from .parsing import load

FORMULAS = Path(__file__).resolve().parent.parent / "formulas"

_SLUG = re.compile(r"[a-z][a-z0-9_-]*")


def built_in_slugs() -> list[str]:
    """The slugs of the formulas the product carries, in order."""
    return sorted(path.stem for path in FORMULAS.glob("*.yaml"))


def built_in(slug: str) -> Formula:
    """A formula the product carries. LookupError, naming the ones there are, for any other slug."""
    if not _SLUG.fullmatch(slug) or slug not in built_in_slugs():
        known = ", ".join(built_in_slugs())
        raise LookupError(f"no built-in formula is called “{slug}”; there are: {known}")
    path = FORMULAS / f"{slug}.yaml"
    return load(path.read_text(encoding="utf-8"), source=path.name)


def read_areas(formula: Formula, source: str | Path | IO[str]) -> AreaTable:
    """Read the table of areas in the columns that `formula` names. Raises `AreasInvalid`.

    Where the document names no column of names, a column `name` or `parent_name` is one, as in imported figures: the
    same places are called the same, whichever way their figures come.
    """
    columns = formula.areas
    first, *further = columns.within or (None,)
    return AreaTable.from_csv(
        source,
        code=columns.rows.code,
        name=_names(columns.rows, "name"),
        parent=first.code if first else None,
        parent_name=_names(first, "parent_name") if first else None,
        above=[(level.code, level.name) for level in further if level],
        combine=columns.combine,
    )


def _names(level: AreaLevel, usual: str) -> tuple[str, ...]:
    return (usual, *level.code) if level.name == level.code else level.name
