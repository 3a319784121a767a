"""`script/benchmarks`: measures everything, or the parts that are named, and writes docs/benchmarks.md.

    script/benchmarks                  everything, about ten minutes; writes the table
    script/benchmarks --quick          small sizes, to see that it works; writes nothing
    script/benchmarks ledger pages     only these parts; writes nothing

It starts a database and a broker of its own with the settings the product runs with, and removes them. Exit status: 0
when it has measured (a promise that was not met is in the table, not in the status), 1 when something broke.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import django

from benchmarks import report
from benchmarks.measuring import FULL, QUICK, Figure, Size
from socialcare.embedded.folders import CHECKOUT, Instance
from socialcare.supervisor import Supervisor, services

DOCUMENT = CHECKOUT / "docs" / "benchmarks.md"
# In this order: England comes before the invented nations, because the pages show the first nation there is.
PARTS = ("shares", "england", "pages", "ledger", "million", "sight", "starting")
NEEDED_BY = {"pages": "england"}


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="script/benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--quick", action="store_true", help="small sizes, to see that it works")
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"there is no part called {', '.join(sorted(unknown))}")
    parts = set(arguments.parts or PARTS)
    size = QUICK if arguments.quick else FULL
    began = time.monotonic()
    figures = []
    for figure in _measured(parts | {NEEDED_BY[part] for part in parts & set(NEEDED_BY)}, size):
        figures.append(figure)
        print(f"{figure.part}: {figure.what}\n    {figure.ours}   [{figure.beside}]", flush=True)
    text = report.table(
        figures, size=size, on=datetime.now(UTC).date(), taken=time.monotonic() - began
    )
    print(f"\n{text}")
    if size is FULL and not arguments.parts:
        report.write(DOCUMENT, text)
        print(f"\nWritten to {DOCUMENT.relative_to(CHECKOUT)}.")
    return 0


def _measured(parts: set[str], size: Size) -> Iterator[Figure]:
    """Every part's figures as they come, on services that go away afterwards."""
    instance = Instance.named("benchmarks")
    with instance.held():
        instance.stop_orphans()
    instance.wipe()
    try:
        supervisor = Supervisor()
        with services(instance, supervisor) as env:
            _prepare(env)
            database = next(p.child for p in supervisor.parts if p.child.name == "database")
            pgbench = instance.programs()[0] / "pgbench"
            yield from _parts(parts, size, database=database.process.pid, pgbench=pgbench)
    finally:
        instance.wipe()


def _prepare(env: Mapping[str, str]) -> None:
    """Points this process and all that it starts at the services, and makes the tables."""
    os.environ.update(env)
    os.environ["DEMO"] = "1"  # plain HTTP, as script/demo serves it
    for words in (("migrate", "--noinput"), ("collectstatic", "--noinput")):
        subprocess.run(  # noqa: S603 -- our own command
            [sys.executable, str(CHECKOUT / "manage.py"), *words],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    django.setup()


def _parts(parts: set[str], size: Size, *, database: int, pgbench: Path) -> Iterator[Figure]:
    # Only now: these know the product's models, which want the settings.
    from benchmarks import england, ledger, million, nations, pages, shares, sight, starting

    small_areas = small_area_file()
    by = nations.councillor()
    measurements = {
        "shares": lambda: shares.measure(size, small_areas=small_areas),
        "england": lambda: england.measure(small_areas=small_areas, by=by),
        "pages": lambda: pages.measure(size, database=database),
        "ledger": lambda: ledger.measure(size, by=by, pgbench=pgbench),
        "million": lambda: million.measure(size, by=by),
        "sight": lambda: sight.measure(size),
        "starting": starting.measure,
    }
    for part in PARTS:
        if part in parts:
            yield from measurements[part]()


def small_area_file() -> Path | None:
    """England's file of small areas, where SMALL_AREA_FILE says it is; it is too large to be carried."""
    name = os.environ.get("SMALL_AREA_FILE")
    return Path(name) if name else None


if __name__ == "__main__":
    sys.exit(main())
