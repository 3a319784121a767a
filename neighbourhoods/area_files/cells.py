"""Reading one cell: a code, a name, a count, a coordinate. Exact numbers only; nothing is guessed or rounded."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)
_DEGREES = re.compile(r"-?\d{1,3}(\.\d+)?", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,19}")
MAX_NAME = 120
MAX_COUNT = 10**12
COUNT_PLACES = 4  # decimal places of a count that is not whole (an index's points)
DEGREE_PLACES = Decimal("0.000001")  # about 10 cm


class BadCell(ValueError):
    """A cell that cannot be used: a code and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


# A file says the same codes, names and small numbers over and over.
@lru_cache(maxsize=50_000)
def code(text: str) -> str:
    if not text.strip():
        raise BadCell("empty", "Give a code.")
    if not _CODE.fullmatch(text):
        raise BadCell("bad-code", "A code is 1 to 20 letters, digits, hyphens or underscores.")
    return text


@lru_cache(maxsize=50_000)
def name(text: str) -> str:
    stripped = text.strip()
    if not stripped:
        raise BadCell("empty", "Give a name.")
    if len(stripped) > MAX_NAME or not stripped.isprintable():
        raise BadCell("bad-name", f"A name is one line of at most {MAX_NAME} letters.")
    return stripped


@lru_cache(maxsize=50_000)
def count(text: str) -> int | Decimal:
    """A number of 0 or more. `1085` and `1085.0` are the same whole number."""
    if text.isdigit() and text.isascii() and len(text) <= 12:
        return int(text)
    if not text.strip():
        raise BadCell("empty", "Give a number; 0 if there are none.")
    if not _NUMBER.fullmatch(text):
        raise BadCell("not-a-number", "This is not a plain number such as 1085 or 12.5.")
    value = Decimal(text)
    if value < 0:
        raise BadCell("negative", "A count cannot be less than 0.")
    if value >= MAX_COUNT:
        raise BadCell("too-large", f"A count is less than {MAX_COUNT:,}.")
    if value == int(value):
        return int(value)
    if value != round(value, COUNT_PLACES):
        raise BadCell("too-precise", f"A count has at most {COUNT_PLACES} decimal places.")
    return value


def whole(text: str) -> int:
    value = count(text)
    if not isinstance(value, int):
        raise BadCell("not-whole", "A number of people is a whole number.")
    return value


def degrees(text: str, *, limit: int) -> Decimal | None:
    """Degrees north or east, to six places; None when the cell is empty."""
    if not text:
        return None
    # Publishers write coordinates with any number of digits: only six places are kept.
    if len(text) > 40 or not _DEGREES.fullmatch(text):
        raise BadCell("not-a-number", "This is not a number of degrees such as 53.5526.")
    value = Decimal(text)
    if abs(value) > limit:
        raise BadCell("out-of-range", f"Degrees are between -{limit} and {limit}.")
    return value.quantize(DEGREE_PLACES)
