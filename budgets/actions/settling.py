"""What PostgreSQL's rules say to people when somebody's own money cannot move."""

from __future__ import annotations

from django.utils.translation import gettext as _

from budgets import ledger
from socialcare.kernel.errors import Conflict


def refusal_of(constraint: str) -> Exception:
    """The sentence for a rule that stands against a movement of somebody's own, by its name in the database."""
    if constraint == "payment_back_within_what_was_paid":
        return Conflict("too-much-back", _("No more can come back than was paid."))
    if constraint == "account_keeps_its_floor":
        return Conflict("overdraft", _("There is not enough money in your budget for that."))
    return ledger.refusal_for(constraint)
