"""The rights that somebody's goal can name, with plain names of our own (people/data/rights.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

PATH = Path(__file__).resolve().parent / "data" / "rights.yaml"


@dataclass(frozen=True)
class Right:
    """An article: its code ("UNCRPD 19") and what it is about, in words that are no quotation."""

    code: str
    title: str


@cache
def rights() -> dict[str, Right]:
    """Every right by its code, in the order of the file."""
    document = yaml.safe_load(PATH.read_text(encoding="utf-8"))
    found = [Right(**each) for each in document["rights"]]
    return {right.code: right for right in found}
