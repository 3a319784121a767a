"""What can be wrong with a formula document, its data or its pot, and how that is told.

Everything found wrong is told at once, each with the line, the key (or column), a stable code and
a sentence that says what to do. Refuses to guess: nothing here repairs an input.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing that is wrong. `line` counts from 1; 0 means the whole file."""

    line: int
    key: str
    code: str
    message: str

    def describe(self, source: str) -> str:
        """`FILE:LINE: key: message`, as compilers write it, so that editors can jump to it."""
        where = f"{source}:{self.line}" if self.line else source
        return f"{where}: {self.key}: {self.message}" if self.key else f"{where}: {self.message}"


class FormulaError(ValueError):
    """Base of every refusal; `problems` says why, in reading order."""

    def __init__(self, problems: Iterable[Problem], *, source: str = "") -> None:
        self.problems: list[Problem] = sorted(problems)
        self.source = source
        super().__init__("\n".join(p.describe(source or "formula") for p in self.problems))


class FormulaInvalid(FormulaError):
    """The formula document cannot be read as a formula."""


class AreasInvalid(FormulaError):
    """The table of areas is broken, or lacks what the formula asks of it."""


class PotRefused(FormulaError):
    """This pot cannot be shared out under this formula: no result keeps every promise."""


def did_you_mean(word: str, known: Sequence[str] | Iterable[str]) -> str:
    """A hint to append to a sentence about an unknown word; empty when nothing is close."""
    close = get_close_matches(word, list(known), n=1)
    return f" Did you mean “{close[0]}”?" if close else ""
