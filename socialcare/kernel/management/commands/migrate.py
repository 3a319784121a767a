"""`migrate` as the owner's login, after giving the application's login its default rights on new tables."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.db import connections

from socialcare.kernel.database import app_role, grant_default_rights


class Command(Migrate):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database="owner")

    def handle(self, *args: Any, **options: Any) -> None:
        if "owner" not in settings.DATABASES:
            raise CommandError(
                "Set OWNER_DATABASE_URL to the login that owns the tables; DATABASE_URL's login owns nothing."
            )
        alias = options["database"]
        if alias != "owner":
            raise CommandError("Migrations run as the owner: leave --database out.")
        connection = connections[alias]
        if connection.settings_dict["USER"] == app_role():
            raise CommandError("OWNER_DATABASE_URL and DATABASE_URL must be different logins.")
        grant_default_rights(connection)
        super().handle(*args, **options)
