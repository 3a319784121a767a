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
    notes = {
        path.stem: json.loads(path.read_text())
        for path in (checkout / ".local").glob(f"{name}.json")
    }
    running = {name: note for name, note in notes.items() if _answers(note["DATABASE_URL"])}
    chosen = next(iter(running.values())) if len(running) == 1 else running.get("demo-8000")
    return chosen and {variable: chosen[variable] for variable in VARIABLES if variable in chosen}


def _answers(database_url: str) -> bool:
    try:
        psycopg.connect(database_url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True
