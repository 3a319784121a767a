"""Money is whole pence. This module reads and writes it for people; it never uses binary floats.

"Pence" is our word for the smallest unit of whatever money a nation uses, and "pounds" for the unit people speak
of. What they are really called, their sign and how many of the one make the other is the nation's `Currency`. It refuses
to convert: no sum ever changes its currency.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from socialcare.kernel.errors import DomainError

MOST_DIGITS = 4  # no money in use has more decimals


@dataclass(frozen=True, kw_only=True)
class Currency:
    """How one money is written.

    `code` is ISO 4217's, or one beginning with X that ISO leaves free. `digits` is how many decimals the larger unit
    has: 2 where 100 of the smaller make one of the larger, 0 where there is no smaller unit. `major` and `minor` are
    the units' names as people say several of them ("pounds", "pence"); `minor` is empty when there is none.
    """

    code: str
    symbol: str
    major: str | Promise
    minor: str | Promise = ""
    digits: int = 2
    symbol_after: bool = False

    @property
    def unit(self) -> int:
        """How many of the smallest unit make one of the larger: 100 pence a pound."""
        return 10**self.digits

    def with_symbol(self, number: str) -> str:
        """£1.2 million, or (with a space that does not break) 1.2 million kr."""
        return f"{number}\u00a0{self.symbol}" if self.symbol_after else f"{self.symbol}{number}"

    def plain(self, pence: int) -> str:
        """1234.56 for 123456 pence, not negative: as somebody would type it."""
        whole, part = divmod(pence, self.unit)
        return f"{whole}.{part:0{self.digits}d}" if self.digits else str(whole)


POUND = Currency(
    code="GBP",
    symbol="£",
    major=pgettext_lazy("money", "pounds"),
    # After "and" a word begins otherwise in some languages: ceiniogau, but punnoedd a cheiniogau.
    minor=pgettext_lazy("after “pounds and”", "pence"),
)

_in_use: ContextVar[Currency] = ContextVar("currency_in_use", default=POUND)


def in_use() -> Currency:
    """The currency in which sums are written when nothing else is said: the pound unless a page chose its nation's."""
    return _in_use.get()


def activate(currency: Currency) -> None:
    """Writes the rest of this page in `currency`, as `timezone.activate` does for times. CurrencyMiddleware ends it."""
    _in_use.set(currency)


@contextmanager
def override(currency: Currency) -> Iterator[None]:
    """Writes sums in `currency` inside the block."""
    before = _in_use.set(currency)
    try:
        yield
    finally:
        _in_use.reset(before)


def pounds(pence: int, currency: Currency | None = None) -> str:
    """£1,234.56 for 123456 pence; a negative sum says "minus" in a word, never by sign or colour alone.

    >>> pounds(-5)
    'minus £0.05'
    """
    currency = currency or in_use()
    whole, _point, part = currency.plain(abs(pence)).partition(".")
    number = f"{int(whole):,}" + (f".{part}" if part else "")
    return (_("minus ") if pence < 0 else "") + currency.with_symbol(number)


@lru_cache
def _pattern(symbol: str, symbol_after: bool, digits: int) -> re.Pattern[str]:
    """What somebody may type: the symbol or not, thousands with commas or without, all the decimals or none."""
    sign = f"(?:{re.escape(symbol)})?"
    number = r"(\d{1,3}(?:,\d{3})+|\d+)" + (rf"(?:\.(\d{{{digits}}}))?" if digits else "()")
    return re.compile(rf"^{number}\s*{sign}$" if symbol_after else rf"^{sign}\s*{number}$")


def pence_from_pounds(text: str, currency: Currency | None = None) -> int:
    """Pence from what a person typed in pounds: "1,234.56", "£1234". Raises DomainError(not-money)."""
    currency = currency or in_use()
    found = _pattern(currency.symbol, currency.symbol_after, currency.digits).match(text.strip())
    if not found:
        raise DomainError("not-money", how_to_write(currency))
    whole, part = found.groups()
    return int(whole.replace(",", "")) * currency.unit + int(part or 0)


def how_to_write(currency: Currency) -> str:
    """A sentence with an example for somebody whose sum was not understood."""
    if not currency.digits:
        return _("Write the amount in whole %(major)s, like 1,250.") % {"major": currency.major}
    return _("Write the amount in %(major)s and %(minor)s, like %(example)s.") % {
        "major": currency.major,
        "minor": currency.minor,
        "example": "1,250." + "0" * currency.digits,
    }
