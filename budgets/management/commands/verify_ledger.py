"""Checks the ledger to the penny."""

from typing import Any

from django.core.management.base import BaseCommand

from budgets import ledger
from socialcare.kernel.money import pounds


class Command(BaseCommand):
    help = (
        "Checks the ledger: every balance is the sum of its movements, each nation's accounts come to nought, no "
        "account is below its floor, every pot reconciles, every movement keeps its rules and rests on a carried "
        "decision, and every posting is what the audit trail recorded. Prints each fault, at most a hundred of a "
        "kind. Exit status 0 when the ledger is whole, 1 when it is not."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        faults = ledger.verify()
        for fault in faults:
            self.stderr.write(f"{fault.code}: {fault.message}")
        if faults:
            self.stderr.write(f"The ledger is NOT whole: {len(faults)} faults.")
            raise SystemExit(1)
        size = ledger.size()
        self.stdout.write(
            f"The ledger is whole: {size.movements} movements between {size.accounts} accounts; "
            f"{pounds(size.out_pence)} paid out of treasuries."
        )
