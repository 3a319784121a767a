"""Seals anew, with the present SECRET_KEY, what an earlier one sealed."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from socialcare.kernel.sealing import SealBroken
from socialcare.ops.backup import OWNER
from socialcare.ops.resealing import reseal


class Command(BaseCommand):
    help = (
        "Seals anew, with the present SECRET_KEY, everybody's key and second step that one of SECRET_KEY_FALLBACKS "
        "sealed, so that the old one can be taken out. Run it after every process has the new SECRET_KEY. The service "
        "goes on meanwhile; running it again changes nothing that matters. Needs OWNER_DATABASE_URL. Exit status: 0 "
        "done, 1 a row opens with none of the keys, 2 a setting must be changed first."
    )
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        if OWNER not in settings.DATABASES:
            raise CommandError(
                "Set OWNER_DATABASE_URL: only the owner may reach everybody's keys.", returncode=2
            )
        try:
            done = reseal()
        except SealBroken as broken:
            raise CommandError(
                f"{broken}: a row opens with none of the keys. Put back the SECRET_KEY that sealed it, among "
                "SECRET_KEY_FALLBACKS, and run this again."
            ) from broken
        self.stdout.write(
            f"Sealed anew: {done.keys:,} people's keys, {done.second_steps:,} second steps. "
            "SECRET_KEY_FALLBACKS can be emptied."
        )
