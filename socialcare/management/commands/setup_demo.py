"""Builds the demonstration, or prints who can sign in to it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from socialcare import demo


class Command(BaseCommand):
    help = "Builds the demonstration (England's places, an invented council and people). Adds only what is missing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--sign-ins", action="store_true", help="print who can sign in, and change nothing"
        )

    def handle(self, *, sign_ins: bool, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError(
                "This is not the demonstration: set DEMO=1 on a database that holds nobody's records."
            )
        if sign_ins:
            people = (
                *demo.SIGN_INS,
                demo.ASSESSOR,
                demo.ADVOCATE,
                *demo.AUTHORITY,
                *demo.COUNCIL,
                *demo.PANEL,
            )
            width = max(len(person.email) for person in people)
            for person in people:
                self.stdout.write(f"{person.email:<{width}}  {person.what}")
            self.stdout.write(f"password for all of them: {demo.PASSWORD}")
            return
        for line in demo.build():
            self.stdout.write(line)
