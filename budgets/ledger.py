"""Posting money to the ledger, putting a posting right, and checking the whole of it. Amounts are whole pence.

The database decides: this module shapes the one call that posts, and turns the database's refusals into sentences.
It never computes a balance and never writes a row.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from django.db import DatabaseError, connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from budgets.models import Account, Movement
from governance import audit
from governance.models import User
from socialcare.kernel.errors import Conflict, DomainError, Missing

LARGEST_PENCE = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class MovementSpec:
    """One movement asked for. `source`, `destination`, `decision` and `reverses` are row ids; `key` names the movement
    for ever, so that asking again posts nothing."""

    source: int
    destination: int
    amount_pence: int
    purpose: str
    key: str
    decision: int | None = None
    reverses: int | None = None
    reason: str = ""


@dataclass(frozen=True)
class Posted:
    """How many movements a call posted, and how many it found posted already."""

    new: int
    already: int


# The database's refusals, by the constraint they name: our code, and a sentence.
_REFUSALS: dict[str, tuple[type[DomainError], str, str | Promise]] = {
    "account_keeps_its_floor": (
        Conflict,
        "overdraft",
        _("There is not enough money in the account."),
    ),
    "movement_key_reused": (
        Conflict,
        "key-reused",
        _("Another movement of money has this name already."),
    ),
    "movement_accounts_known": (Missing, "no-such-account", _("There is no such account.")),
    "movement_amount_positive": (
        DomainError,
        "bad-amount",
        _("The amount must be at least a penny."),
    ),
    "movement_between_two_accounts": (
        DomainError,
        "same-account",
        _("Money moves between two different accounts."),
    ),
    "movement_within_a_nation": (
        DomainError,
        "two-nations",
        _("Money stays within its own nation."),
    ),
    "movement_may_go": (
        DomainError,
        "wrong-way",
        _("Money for this purpose does not go from the one account to the other."),
    ),
    "movement_has_a_decision": (
        Conflict,
        "no-decision",
        _("No decision lets this money go."),
    ),
    "movement_reversal_exact": (
        Conflict,
        "cannot-reverse",
        _("Only a movement itself can be reversed, and only as a whole."),
    ),
}
_BAD_NUMBER = {"22003", "22P02"}  # out of range; not a whole number


def _refusal(error: DatabaseError) -> Exception:
    """What a database error says to people. An error that no rule of the ledger raised stays what it is."""
    cause = error.__cause__
    name = getattr(getattr(cause, "diag", None), "constraint_name", None)
    if name == "ledger_posts_once":
        return RuntimeError(
            "one posting a transaction: gather the movements and post them together"
        )
    if getattr(cause, "sqlstate", None) in _BAD_NUMBER:
        name = "movement_amount_positive"
    if name not in _REFUSALS:
        return error
    kind, code, message = _REFUSALS[name]
    return kind(code, str(message))


def post(movements: Iterable[MovementSpec], *, by: User | int | None) -> Posted:
    """Posts all the movements or none, in the caller's transaction, and records one audit entry for what is new.

    A movement whose key was posted before with the same content is left alone. `by` is None for the service itself.
    Call it once a transaction: two transactions that each posted twice could wait for each other for ever, so the
    second call raises RuntimeError, as does a call outside a transaction. Raises Conflict(overdraft, key-reused,
    no-decision, cannot-reverse), Missing(no-such-account), DomainError(bad-amount, same-account, wrong-way,
    two-nations); nothing is posted then, and the caller's transaction can go on.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("ledger.post belongs in the transaction of the act that moves the money")
    specs = list(movements)
    if not specs:
        return Posted(new=0, already=0)
    for spec in specs:
        if type(spec.amount_pence) is not int or not 0 < spec.amount_pence <= LARGEST_PENCE:
            raise DomainError("bad-amount", str(_("The amount must be at least a penny.")))
    actor = by.pk if isinstance(by, User) else by
    payload = json.dumps([_row(spec) for spec in specs])
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT * FROM post_movements(%s::jsonb, %s)", [payload, actor])
            posting, new, already, first_id, sha256 = cursor.fetchone()
    except DatabaseError as error:
        refusal = _refusal(error)
        if refusal is error:
            raise
        raise refusal from error
    if new:
        audit.record(
            "ledger.posted",
            subject=Movement(pk=first_id),
            by=by,
            sphere=Account.objects.values_list("nation_id", flat=True).get(pk=specs[0].source),
            posting=posting,
            movements=new,
            sha256=sha256,
        )
    return Posted(new=new, already=already)


def _row(spec: MovementSpec) -> dict[str, object]:
    row = asdict(spec)
    row["amount"] = row.pop("amount_pence")
    return row


@transaction.atomic
def reverse(*movements: Movement, reason_code: str, by: User | int | None) -> Posted:
    """Sends each movement's money back whole, under a new movement; all of them in one posting.

    `reason_code` is one of Movement.Reason. Raises DomainError(no-reason), Conflict(reversed-already, overdraft when
    the money is no longer there, cannot-reverse for a reversal), RuntimeError after another posting.
    """
    if reason_code not in Movement.Reason:
        raise DomainError("no-reason", str(_("Say why the movement is reversed.")))
    already_reversed = Conflict("reversed-already", str(_("That movement was reversed already.")))
    specs = [
        MovementSpec(
            source=movement.destination_id,
            destination=movement.source_id,
            amount_pence=movement.amount_pence,
            purpose=Movement.Purpose.REVERSAL,
            key=f"reversal:{movement.pk}",
            reverses=movement.pk,
            reason=reason_code,
        )
        for movement in movements
    ]
    try:
        posted = post(specs, by=by)
    except DomainError as error:
        # The key is made from what is reversed: another content under it is another reversal of the same movement.
        raise already_reversed if error.code == "key-reused" else error from error
    if posted.already:
        raise already_reversed
    return posted
