"""Days on which something happens again: exact across month ends and leap days. PostgreSQL counts them the same way."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta


def occurrence(first: date, every: str, number: int) -> date:
    """The day of the time with that number, `first` being number 0, `every` week, four-weeks or month.

    Weeks are sevens of days. A month's day is the first one's, or the last day of a month that has none such: from
    31 January come 28 or 29 February and 31 March. Always counted from the first day, so that nothing drifts.
    """
    match every:
        case "week":
            return first + timedelta(weeks=number)
        case "four-weeks":
            return first + timedelta(weeks=4 * number)
        case "month":
            year, month = divmod(first.year * 12 + first.month - 1 + number, 12)
            last = monthrange(year, month + 1)[1]
            return date(year, month + 1, min(first.day, last))
    raise ValueError(f"nothing happens every {every}")
