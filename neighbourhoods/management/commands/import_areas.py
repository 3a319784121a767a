"""Brings a file of areas into the database: all of it, or nothing and every reason why."""

import time
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from neighbourhoods.actions import areas
from neighbourhoods.area_files import (
    AreaFileInvalid,
    CountryInvalid,
    compiling,
    load,
    note_for,
    read_areas,
)
from neighbourhoods.area_files.country import ENGLAND
from socialcare.kernel import acting
from socialcare.kernel.errors import DomainError


class Command(BaseCommand):
    help = (
        "Brings the areas of a country and their figures in from FILE: a file of neighbourhoods in the columns of "
        "docs/areas-file.md, or the country's file of small areas, which is added up first. Every fault is printed "
        "as FILE:LINE: column: code: message, and then nothing is changed. The same bytes again change nothing; a "
        "newer file renames, adds and ends areas and deletes none. Exit status 0 when brought in (or already "
        "there), 1 when the data has faults, 2 for wrong usage or a file that is not there."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE", help="the areas, .csv or .csv.gz")
        parser.add_argument(
            "--country",
            type=Path,
            metavar="YAML",
            default=ENGLAND / "country.yaml",
            help="what the columns count and who publishes them (default: England's declaration)",
        )
        parser.add_argument(
            "--on",
            type=date.fromisoformat,
            metavar="YYYY-MM-DD",
            help="the day from which the file's names and boundaries hold (default: today)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        path: Path = options["file"]
        on: date = options["on"] or acting.today()
        try:
            country = load(options["country"])
            file = read_areas(path, country=country)
            if file.from_small_areas and file.nation == compiling.CARRIED_NATION:
                file = compiling.with_centres(file, compiling.carried_centres())
            note = note_for(file.nation, country=country, file_name=path.name, on=on)
            with acting.acting_as(None):
                done = areas.import_areas(file=file, note=note, country=country, on=on, by=None)
        except AreaFileInvalid as error:
            for problem in error.problems:
                self.stderr.write(problem.line(str(path)))
            self.stderr.write(f"{len(error.problems)} faults. Nothing was changed.")
            raise SystemExit(1) from None
        except CountryInvalid as error:
            for fault in error.faults:
                self.stderr.write(f"{options['country']}: {fault}")
            raise SystemExit(1) from None
        except DomainError as error:
            self.stderr.write(f"{path}: {error.code}: {error.message} Nothing was changed.")
            raise SystemExit(1) from None
        except OSError as error:
            raise CommandError(
                f"{error.filename}: {error.strerror or error}", returncode=2
            ) from error
        seconds = time.monotonic() - started
        if not done.is_new:
            self.stdout.write(
                f"{path.name} was brought in on {done.dataset.imported_at:%Y-%m-%d}: the same bytes "
                f"(SHA-256 {file.sha256}). Nothing was changed ({seconds:.1f} s)."
            )
            return
        self.stdout.write(
            f"{file.nation_name}: {done.local_systems:,} local systems, {done.neighbourhoods:,} neighbourhoods, "
            f"{done.values:,} figures from {file.rows_read:,} rows. Added {done.added:,}, renamed {done.renamed:,}, "
            f"moved {done.moved:,}, ended {done.ended:,}. SHA-256 {file.sha256}. {seconds:.1f} s."
        )
