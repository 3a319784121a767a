"""Copies the whole database into a folder."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from socialcare.ops import snapshot
from socialcare.ops.backup import OWNER, back_up


class Command(BaseCommand):
    help = (
        "Copies everything in the database into the new folder DIR, as of one moment, while the service goes on: each "
        "table's rows with their SHA-256, the sequences, the published heads of the audit trail. Sessions are left "
        "out: nobody stays signed in by a copy. The folder is for its owner alone (0700); keep it on an encrypted "
        "disk. Prints the manifest's SHA-256: keep it elsewhere, and `restore --expect` will know a changed backup. "
        "Needs OWNER_DATABASE_URL. Exit status: 0 done, 1 it failed and left nothing, 2 DIR or a setting must be "
        "changed first."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="the folder to make")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        if OWNER not in settings.DATABASES:
            raise CommandError(
                "Set OWNER_DATABASE_URL: only the owner may copy it all.", returncode=2
            )
        say = self.stdout.write if options["verbosity"] > 1 else lambda words: None
        try:
            manifest = back_up(folder, heads=Path(settings.AUDIT_HEAD_FILE), say=say)
        except snapshot.Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(
            f"{folder}: {len(manifest.tables)} tables, {manifest.rows:,} rows, {manifest.movements:,} movements, "
            f"{manifest.audit_seals:,} seals.\n"
            f"SHA-256 of {snapshot.MANIFEST}: {snapshot.sha256_of(manifest.text())}"
        )
