"""Brings in a nation's law about who decides for whom."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from people import law
from people.actions import laws
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import DomainError


class Command(BaseCommand):
    help = (
        "Brings in a nation's law about who decides for whom: the ages with their sources, its time zone, its leap "
        "days. The nation's places come first (import_areas). The same file again changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            nargs="?",
            default=law.ENGLAND,
            help="a YAML file (default: England's)",
        )

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            read = law.parse(file.read_text(encoding="utf-8"))
            with acting_as(None):
                kept = laws.bring_in(file=read)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read.") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{kept.nation.name}: {len(read.ages)} ages, midnight in {read.time_zone}"
        )
