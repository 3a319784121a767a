"""Logs as one JSON object a line, by allow-list: what is not named here is never written.

A line says what happened, never what anybody sent or who they are: no path, query, body, e-mail address, IP address or
user. An error is its class and the places it went through, because its text and its variables may hold somebody's
words. Nothing here imports Django's settings, so that the web server can log the same way before they exist.
"""

from __future__ import annotations

import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

# What a call may add with `extra=`, or `log_context` for a while.
FIELDS = (
    "request_id",
    "route",
    "method",
    "status",
    "duration_ms",
    "code",
    "outbox_id",
    "topic",
    "attempts",
    "run_id",
)
# Route names, codes and ids. A sentence, an e-mail address or a postcode written as people write it does not fit.
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,100}")
OURS = frozenset({"socialcare", "governance", "people", "families", "neighbourhoods", "budgets"})
MOST_FRAMES = 40

_CHECKOUT = Path(__file__).resolve().parents[2]
_context: ContextVar[dict[str, object] | None] = ContextVar("log_context", default=None)


@contextmanager
def log_context(**fields: object) -> Iterator[None]:
    """Adds `fields`, of the names in FIELDS, to every line that this thread logs inside the block."""
    token = _context.set({**(_context.get() or {}), **fields})
    try:
        yield
    finally:
        _context.reset(token)


class AllowListFormatter(logging.Formatter):
    """One line of JSON: time, level, logger, event, the fields that are allowed, and an error without its words."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "event": _event(record),
        }
        given = {**(_context.get() or {}), **record.__dict__}
        line |= {name: given[name] for name in FIELDS if name in given and _is_plain(given[name])}
        if record.exc_info and record.exc_info[1] is not None:
            line["errors"] = [_without_words(error) for error in _chain(record.exc_info[1])]
        return json.dumps(line)


def _event(record: logging.LogRecord) -> str:
    """The words written in the code, with nothing filled in.

    A library's message without arguments may have been filled in already: of that only the place is told.
    """
    if record.name.partition(".")[0] in OURS or record.args:
        return str(record.msg)
    return f"{record.module}:{record.lineno}"


def _is_plain(value: object) -> bool:
    if isinstance(value, str):
        return bool(_CODE.fullmatch(value))
    return isinstance(value, int | float)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error, then what led to it."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        hidden = None if current.__suppress_context__ else current.__context__
        current = current.__cause__ or hidden


def _without_words(error: BaseException) -> dict[str, object]:
    kind = type(error)
    frames = traceback.extract_tb(error.__traceback__)[-MOST_FRAMES:]
    return {
        "error": f"{kind.__module__}.{kind.__qualname__}",
        "frames": [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames],
    }


def _short(filename: str) -> str:
    """A file's path within the checkout or a package: where either lies is nobody's business."""
    _, _, inside = filename.rpartition("/site-packages/")
    return inside.removeprefix(f"{_CHECKOUT}/")


def config(*, level: str, is_plain: bool = False) -> dict[str, Any]:
    """A `logging` configuration that sends everything through the formatter to standard error.

    `is_plain` is for a developer's own screen: whole sentences, values and all.
    """
    plain = {"format": "{asctime} {levelname} {name} {message}", "style": "{"}
    lines = {"()": f"{__name__}.AllowListFormatter"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": plain if is_plain else lines},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django's own set-up sends these elsewhere too; and each page is told once, by ObservingMiddleware.
            "django": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            # An error brings its trace; what else goes wrong with a request, the request's own line says.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
            "gunicorn.error": {"handlers": ["console"], "level": level, "propagate": False},
            "gunicorn.access": {"handlers": [], "level": "CRITICAL", "propagate": False},
        },
    }
