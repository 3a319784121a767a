"""Figures and dates in words: money, counts, shares, days, moments.

Everything is exact until its last digit is rounded, half away from zero, for the reader. Binary floats are
refused: a float in a template means that somebody lost pence on the way.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from socialcare.kernel import money

register = template.Library()

Exact = int | Fraction | Decimal

MILLION = 10**6
BILLION = 10**9


def _exact(value: Exact) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, int | Fraction | Decimal):
        raise TypeError(f"an exact number is needed here, not {type(value).__name__}")
    return Fraction(value)


def _rounded(value: Exact, places: int) -> str:
    """`value` with so many decimals, thousands separated, rounded half away from zero, "minus" in a word."""
    scaled = _exact(value) * 10**places
    units = int(abs(scaled) + Fraction(1, 2))
    sign = _("minus ") if scaled < 0 and units else ""
    whole, part = divmod(units, 10**places)
    return f"{sign}{whole:,}" + (f".{part:0{places}d}" if places else "")


@register.filter
def pounds(pence: int, currency: money.Currency | None = None) -> str:
    """£1,234.56 for 123456 pence, in the currency in use unless another is given."""
    return money.pounds(pence, currency)


@register.filter
def pounds_short(pence: Exact, currency: money.Currency | None = None) -> str:
    """A sum at a glance: "£950", "£12,346", "£1.2 million", "£24.6 billion" for a value in pence."""
    currency = currency or money.in_use()
    value = _exact(pence) / currency.unit
    size = abs(value)
    # The bounds are where rounding would already show a million (or a thousand million).
    if size >= BILLION - MILLION // 20:
        number = _("%(sum)s billion") % {"sum": _rounded(size / BILLION, 1)}
    elif size >= MILLION - Fraction(1, 2):
        number = _("%(sum)s million") % {"sum": _rounded(size / MILLION, 1)}
    else:
        number = _rounded(size, 0)
    return (_("minus ") if value < 0 else "") + currency.with_symbol(number)


@register.filter
def per_head(pence: Exact, people: int) -> str:
    """Whole pounds for each person, "£1,204", for a sum in pence; a dash word where nobody lives."""
    if not people:
        return _("nobody lives here")
    return pounds_short(_exact(pence) / people)


@register.filter
def number(value: Exact, places: int = 0) -> str:
    """1,234 (or, with `places`, 1,234.5)."""
    return _rounded(value, places)


@register.filter
def percent(share: Exact, places: int = 0) -> str:
    """38% for the exact share 0.38 (or 19/50)."""
    return f"{_rounded(_exact(share) * 100, places)}%"


@register.filter
def day(value: date | datetime) -> str:
    """Tuesday 3 March, with the year when it is not this one."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    return date_format(value, "l j F" if value.year == timezone.localdate().year else "l j F Y")


@register.filter
def when(moment: datetime) -> SafeString:
    """2 hours ago (or the day, when longer ago), with the exact time on hover and for machines."""
    local = timezone.localtime(moment)
    exact = _("%(day)s at %(time)s") % {
        "day": date_format(local, "l j F Y"),
        "time": date_format(local, "H:i"),
    }
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', local.isoformat(), exact, _distance(moment)
    )


def _distance(moment: datetime) -> str:
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if 0 <= minutes < 1:
        return _("just now")
    if 1 <= minutes < 60:
        return ngettext("%(n)d minute ago", "%(n)d minutes ago", minutes) % {"n": minutes}
    if 60 <= minutes < 24 * 60:
        hours = minutes // 60
        return ngettext("%(n)d hour ago", "%(n)d hours ago", hours) % {"n": hours}
    return day(moment)
