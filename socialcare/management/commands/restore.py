"""Makes an empty database into what a backup holds."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from socialcare.ops import restore, snapshot


class Command(BaseCommand):
    help = (
        "Loads the backup in DIR into the database of OWNER_DATABASE_URL, which must be empty: nothing is ever "
        "overwritten. Every file is checked first; then one transaction makes the tables as they were when the backup "
        "was made and loads the rows, all or nothing; then the tables are brought up to this version. Stop web, "
        "worker and beat first. Exit status: 0 done, 1 the backup or the result is not what it should be, 2 the "
        "database, DIR or a setting must be changed first."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="a folder that `backup` made")
        parser.add_argument(
            "--verify",
            action="store_true",
            help="read every row back against its SHA-256, then check the ledger and the audit trail",
        )
        parser.add_argument(
            "--expect",
            metavar="SHA256",
            default="",
            help="the manifest's SHA-256 that `backup` printed",
        )
        parser.add_argument(
            "--accept-loss",
            action="store_true",
            help="load it although heads of the audit trail were published here after it was made",
        )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        if restore.OWNER not in settings.DATABASES:
            raise CommandError(
                "Set OWNER_DATABASE_URL: only the owner may load it all.", returncode=2
            )
        heads = Path(settings.AUDIT_HEAD_FILE)
        try:
            manifest = restore.restore(
                folder,
                heads=heads,
                expected=options["expect"],
                accept_loss=options["accept_loss"],
                verify=options["verify"],
                say=self.stdout.write,
            )
        except snapshot.Refused as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        except snapshot.Damaged as damage:
            raise CommandError(str(damage), returncode=1) from damage
        if options["verify"]:
            self._verify(folder, manifest, heads)

    def _verify(self, folder: Path, manifest: snapshot.Manifest, heads: Path) -> None:
        found = list(restore.faults(folder, heads=heads))
        for fault in found:
            self.stderr.write(fault)
        if found:
            raise CommandError(f"Not what it should be: {len(found)} faults.", returncode=1)
        self.stdout.write(
            f"verified: every row, {manifest.accounts:,} accounts, {manifest.movements:,} movements of "
            f"{manifest.moved_pence:,} pence, {manifest.audit_seals:,} seals"
        )
