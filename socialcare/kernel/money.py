"""Money is whole pence. This module reads and writes it for people; it never uses binary floats."""

import re

from django.utils.translation import gettext as _

from socialcare.kernel.errors import DomainError

_POUNDS = re.compile(r"^£?\s*(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d{2}))?$")


def pounds(pence: int) -> str:
    """£1,234.56 for 123456 pence; a negative sum says "minus" in a word, never by sign or colour alone.

    >>> pounds(-5)
    'minus £0.05'
    """
    sign = _("minus ") if pence < 0 else ""
    whole, part = divmod(abs(pence), 100)
    return f"{sign}£{whole:,}.{part:02d}"


def pence_from_pounds(text: str) -> int:
    """Pence from what a person typed in pounds: "1,234.56", "£1234". Raises DomainError(not-money)."""
    found = _POUNDS.match(text.strip())
    if not found:
        raise DomainError("not-money", _("Write the amount in pounds and pence, like 1,250.00."))
    whole, part = found.groups()
    return int(whole.replace(",", "")) * 100 + int(part or 0)
