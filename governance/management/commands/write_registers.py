"""Writes docs/roles.md and docs/powers.md from the registers in code."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from governance import registers


class Command(BaseCommand):
    help = "Writes the registers of roles and powers to docs/, where people read them. Needs no database."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to",
            type=Path,
            default=Path(settings.BASE_DIR) / "docs",
            help="folder (default: %(default)s)",
        )

    def handle(self, *args: Any, to: Path, **options: Any) -> None:
        for name, text in registers.pages().items():
            (to / name).write_text(text)
            self.stdout.write(f"wrote {to / name}")
