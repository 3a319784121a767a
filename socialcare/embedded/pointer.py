"""The note in the checkout (`.local/<instance>.json`, 0600) that leads manage.py to what is running.

A note is only a hint: it may be older than the servers it names, so `find` asks the database first.
"""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import psycopg

from socialcare.embedded.folders import CHECKOUT, Instance, write_private

VARIABLES = (
    "DATABASE_URL",
    "OWNER_DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "STATE_DIR",
    "PORT",
    "DEMO",
)


def write(instance: Instance, env: Mapping[str, str]) -> None:
    """Say where `instance` is running, and under which process."""
    instance.pointer.parent.mkdir(mode=0o700, exist_ok=True)
    note = {name: env[name] for name in VARIABLES if name in env}
    write_private(instance.pointer, {"pid": os.getpid(), **note})


def find(environ: Mapping[str, str], *, checkout: Path = CHECKOUT) -> dict[str, str] | None:
    """The environment of a running instance, or None when none that fits is running.

    SOCIALCARE_INSTANCE names one, PORT chooses `demo-<PORT>`; otherwise the only one running, and
    among several `demo-8000`.
    """
    name = environ.get("SOCIALCARE_INSTANCE") or (
        f"demo-{environ['PORT']}" if environ.get("PORT") else "*"
    )
    running = {
        path.stem: note
        for path in (checkout / ".local").glob(f"{name}.json")
        if _answers(note := json.loads(path.read_text()))
    }
    if len(running) == 1:
        return next(iter(running.values()))
    return running.get("demo-8000")


def _answers(note: dict[str, str]) -> bool:
    try:
        psycopg.connect(note["DATABASE_URL"], connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return note.pop("pid") is not None
