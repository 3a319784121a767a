"""Who is acting, told to PostgreSQL inside each transaction.

Row-level security and the SQL rules read `acting_user()` and `acting_now()`. Outside `acting_as` nobody is
acting, and tables of personal records are empty. The settings last for one transaction only, so that a pooled
connection never carries one person's sight into the next person's request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import connection, transaction
from django.utils import timezone

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


# The moment that `acting_as` was told; None is the clock.
_moment: ContextVar[datetime | None] = ContextVar("moment", default=None)


def _set(user: str, now: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('app.user', %s, true), set_config('app.now', %s, true)", [user, now]
        )


def _get() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.user', true), current_setting('app.now', true)")
        user, now = cursor.fetchone()
    return user or "", now or ""


@contextmanager
def acting_as(user: AbstractBaseUser | int | None, *, at: datetime | None = None) -> Iterator[None]:
    """One transaction in which `user` (a user, an id, or None for the system itself) is the acting user.

    `at` is the moment that SQL rules, and `now` and `today` here, take for now; the default is the clock. A nested block that ends well restores
    the outer actor itself, because releasing a savepoint does not.
    """
    user_id = user if isinstance(user, int) or user is None else user.pk
    is_nested = connection.in_atomic_block
    with transaction.atomic():
        # The settings end with the transaction: only a nested block has an outer actor to go back to.
        outer = _get() if is_nested else None
        _set("" if user_id is None else str(user_id), (at or timezone.now()).isoformat())
        token = _moment.set(at)
        try:
            yield
        finally:
            _moment.reset(token)
        # An error rolls back to the savepoint, and the settings with it.
        if outer is not None and not connection.needs_rollback:
            _set(*outer)


def act_as(user: AbstractBaseUser | None) -> None:
    """Names the acting user for the rest of the transaction already open (a token read inside a view)."""
    _set("" if user is None or user.pk is None else str(user.pk), timezone.now().isoformat())


def now() -> datetime:
    """This moment: by the application's clock, or the one that `acting_as` was told."""
    return _moment.get() or timezone.now()


def today() -> date:
    """The date where the country is, at this moment."""
    return timezone.localdate(now())
