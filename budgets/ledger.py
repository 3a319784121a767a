"""Posting money to the ledger, putting a posting right, and checking the whole of it. Amounts are whole pence.

The database decides: this module shapes the one call that posts, and turns the database's refusals into sentences.
It never computes a balance and never writes a row, not even the trace of a posting: the same call leaves it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from budgets.models import Movement
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
    "movement_by_its_own_door": (
        DomainError,
        "wrong-way",
        _("Money of somebody’s own moves by their decision alone."),
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
_POST = "SELECT new_count, already_count, refusal FROM try_post_movements(%s::jsonb, %s)"


def refusal_for(constraint: str) -> Exception:
    """What a rule of the database, by its constraint's name, says to people. One that is nobody's slip stays an error."""
    if constraint == "ledger_posts_once":
        return RuntimeError(
            "one posting a transaction: gather the movements and post them together"
        )
    if constraint not in _REFUSALS:
        return IntegrityError(f"a movement breaks the rule {constraint}")
    kind, code, message = _REFUSALS[constraint]
    return kind(code, str(message))


def post(movements: Iterable[MovementSpec], *, by: User | int | None) -> Posted:
    """Posts all the movements or none, in the caller's transaction, with one audit entry for what is new.

    Outside a transaction the one statement is a transaction of its own, trace and seal with it: enough where moving the
    money is the whole act. An act that writes anything else opens a transaction around both.

    A movement whose key was posted before with the same content is left alone. `by` is None for the service itself.
    Call it once a transaction: two transactions that each posted twice could wait for each other for ever, so the
    second call raises RuntimeError. Raises Conflict(overdraft, key-reused, no-decision, cannot-reverse),
    Missing(no-such-account), DomainError(bad-amount, same-account, wrong-way, two-nations); nothing is posted then, and
    the caller's transaction can go on.
    """
    specs = list(movements)
    if not specs:
        return Posted(new=0, already=0)
    for spec in specs:
        if type(spec.amount_pence) is not int or not 0 < spec.amount_pence <= LARGEST_PENCE:
            raise DomainError("bad-amount", str(_("The amount must be at least a penny.")))
    payload = json.dumps([_row(spec) for spec in specs])
    with connection.cursor() as cursor:
        cursor.execute(_POST, [payload, by.pk if isinstance(by, User) else by])
        new, already, refusal = cursor.fetchone()
    if refusal is not None:
        raise refusal_for(refusal)
    return Posted(new=new, already=already)


def _row(spec: MovementSpec) -> dict[str, object]:
    return {
        "key": spec.key,
        "source": spec.source,
        "destination": spec.destination,
        "amount": spec.amount_pence,
        "purpose": spec.purpose,
        "decision": spec.decision,
        "reverses": spec.reverses,
        "reason": spec.reason,
    }


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


# --- Verifying ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """Something wrong with the ledger: `code`, the row id it was found at, and one sentence."""

    code: str
    at: int
    message: str


def verify() -> list[Fault]:
    """Every kind of fault in the ledger, the first hundred of each.

    Balances against the sums of their movements; each nation's money against nought; floors; each pot against what
    was set and handed out; each movement against its rules (a carried decision, an exact reversal, a way it may go);
    each posting against the audit trail, which finds an edit whose balances were edited to match. PostgreSQL looks as
    the owner, at people's own money too, and tells of that without its sums.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, at, message FROM ledger_faults()")
        return [Fault(*row) for row in cursor.fetchall()]


@dataclass(frozen=True)
class Size:
    """How much a ledger holds: counts, and the pence that treasuries paid out."""

    movements: int
    accounts: int
    out_pence: int


def size() -> Size:
    """Counted over the whole ledger, whoever asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT movements, accounts, out_pence FROM ledger_size()")
        return Size(*cursor.fetchone())
