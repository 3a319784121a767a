"""Adds what a health body paid to somebody's budget, by the number of the account. It tells nothing about them."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from budgets.actions import entitlements
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import DomainError
from socialcare.kernel.money import pounds


class Command(BaseCommand):
    help = (
        "Adds money from a health body to the personal budget with that account number, which its owner gave them. The "
        "body sees nothing and decides nothing. The same --key adds once. Exit status 1 when it cannot be added."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", help="the number that stands on the owner's page My money")
        parser.add_argument("--pence", type=int, required=True, help="how much, in whole pence")
        parser.add_argument("--body", required=True, help="which health body it comes from")
        parser.add_argument("--key", required=True, help="the body's own name for this payment")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with acting_as(None):
                entitlements.add_contribution(
                    account=options["account"],
                    body=options["body"],
                    amount_pence=options["pence"],
                    key=options["key"],
                )
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{pounds(options['pence'])} is in that budget.")
