"""Checks the audit trail from its first seal to its last."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from governance import audit
from governance.models import AuditEntry, AuditSeal


class Command(BaseCommand):
    help = (
        "Checks the audit trail: finds entries that were edited, deleted, added behind the trail's back or "
        "reordered, seals that are gone, and (against the file of published heads) a tail that was cut off. "
        "Exit status 0 when the trail is whole, 1 when it is not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--heads",
            type=Path,
            default=Path(settings.AUDIT_HEAD_FILE),
            help="file of published heads (default: %(default)s)",
        )

    def handle(self, *args: Any, heads: Path, **options: Any) -> None:
        faults = audit.verify(heads=heads)
        for fault in faults:
            self.stderr.write(f"{fault.code}: {fault.message}")
        seals, entries = AuditSeal.objects.count(), AuditEntry.objects.count()
        published = len(audit.published_heads(heads))
        if faults:
            self.stderr.write(f"The audit trail is NOT whole: {len(faults)} faults.")
            raise SystemExit(1)
        self.stdout.write(
            f"The audit trail is whole: {entries} entries under {seals} seals, "
            f"{published} published heads checked."
        )
