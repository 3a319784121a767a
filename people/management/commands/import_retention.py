"""Brings in a nation's rules about how long records are kept."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from people import retention
from people.actions import retention as keeping
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import DomainError


class Command(BaseCommand):
    help = (
        "Brings in a nation's rules about how long records are kept, and why. The nation's places come first "
        "(import_areas). A rule that is there already stays as it is: give a new one its own day."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file",
            type=Path,
            nargs="?",
            default=retention.ENGLAND,
            help="a YAML file (default: England's)",
        )

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        try:
            read = retention.parse(file.read_text(encoding="utf-8"))
            with acting_as(None):
                new = keeping.bring_in(file=read)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read.") from error
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(read.rules)} rules, {new} new")
