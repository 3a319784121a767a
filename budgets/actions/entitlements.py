"""Awarding what a conversation's points give, and paying what is due. PostgreSQL works both out; nothing here adds up."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from budgets.actions.settling import refusal_of
from budgets.models import Entitlement
from governance import audit
from governance.models import User
from people.actions import records
from people.actions.assessments import POINTS_KNOWN
from people.models import Conversation
from socialcare.kernel import acting, outbox
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, Missing, NotAllowed

# So many people's money in one transaction.
BATCH = 200
_REFUSALS: dict[str, tuple[type[DomainError], str | Promise]] = {
    "no-such-conversation": (Missing, _("There is no such conversation.")),
    "needs-an-assessor": (
        NotAllowed,
        _("More than the points give is agreed with an assessor whom you trust."),
    ),
    "no-points-yet": (Conflict, _("The points are not agreed yet.")),
    "no-price-yet": (Conflict, _("The national council has not said yet what a point is worth.")),
    "bad-component": (DomainError, _("The price has no such component, or not so many of it.")),
    "below-the-formula": (DomainError, _("Nobody is awarded less than their points give.")),
    "no-reason": (DomainError, _("Say why this award is more than the points give.")),
    "would-fall": (
        Conflict,
        _("What you get falls only after a new conversation. This one stays as it is."),
    ),
    "challenge-open": (
        Conflict,
        _("You asked for this to be looked at again. Until then it stays as it is."),
    ),
}


@dataclass(frozen=True)
class Awarded:
    """An award: its row and public id. `is_new` is false where nothing changed."""

    id: int
    public_id: str
    is_new: bool


@transaction.atomic
def award(
    *,
    conversation: Conversation | int,
    extras: Mapping[str, int] | None = None,
    weekly_pence: int | None = None,
    reason: str = "",
    weeks_at_a_time: int = 4,
    by: User | None,
) -> Awarded:
    """Awards what the conversation's points give from today, or leaves the award that does so already.

    While the points are being looked at again, it is what nobody doubts. `extras` (published components, so many a
    week) and a `weekly_pence` above what the formula gives are agreed by an assessor whom the person trusts, the second
    with a `reason`. Less than before begins when what was paid has run out. `by` is None when it follows by itself.

    Raises Missing(no-such-conversation), NotAllowed(needs-an-assessor), Conflict(no-points-yet, no-price-yet, would-fall,
    challenge-open), DomainError(bad-component, below-the-formula, no-reason).
    """
    made = Entitlement()
    reason = reason.strip()
    if reason:
        if not isinstance(conversation, Conversation):
            raise TypeError("a reason is sealed for its person: give the conversation itself")
        made.put(records.key_of(conversation.person), reason=reason)
    conversation_id = conversation.pk if isinstance(conversation, Conversation) else conversation
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT entitlement, is_new, refusal FROM try_award_entitlement(%s, %s, %s::jsonb, %s, %s, %s, %s)",
            [
                conversation_id,
                made.public_id,
                json.dumps(dict(extras or {})),
                weekly_pence,
                weeks_at_a_time,
                bytes(made.sealed) if reason else None,
                acting.today(),
            ],
        )
        entitlement_id, is_new, refusal = cursor.fetchone()
    if refusal is not None:
        kind, words = _REFUSALS[refusal]
        raise kind(refusal, str(words))
    awarded = Awarded(entitlement_id, made.public_id if is_new else "", is_new)
    if is_new:
        made.pk = entitlement_id
        audit.record("entitlement.awarded", subject=made, by=by)
    return awarded


@outbox.handler(POINTS_KNOWN)
def follow(*, conversation_id: int, by: int | None) -> None:
    """The award that follows by itself from points, or from what nobody doubts of them.

    Where it may not be (no price yet, a challenge is open, it would fall), nothing changes; the person's own page says
    why when they ask for it there.
    """
    with acting_as(None), suppress(Conflict):
        award(conversation=conversation_id, by=None)


def pay_due(*, at: datetime | None = None) -> int:
    """Pays every entitlement that is due today (or was, `at` another moment), batch by batch, each in a transaction of its own. Returns how many.

    Whoever is several periods behind is paid them one after another. Where a neighbourhood's money is short, the
    national reserve tops it up; where that is short too, what is owed is noted as the nation's gap and nobody else is
    held up. Doing it again pays nothing twice.
    """
    paid = 0
    while (now_paid := _pay_once_round(at)) > 0:
        paid += now_paid
    with acting_as(None, at=at), connection.cursor() as cursor:
        cursor.execute("SELECT note_funding_gaps(%s)", [acting.today()])
    return paid


def _pay_once_round(at: datetime | None) -> int:
    paid, after_day, after_id = 0, None, None
    while True:
        with acting_as(None, at=at), connection.cursor() as cursor:
            cursor.execute(
                "SELECT tried, paid, last_day, last_id FROM pay_entitlements(%s, %s, %s, %s)",
                [acting.today(), BATCH, after_day, after_id],
            )
            tried, now_paid, after_day, after_id = cursor.fetchone()
        paid += now_paid
        if tried < BATCH:
            return paid


@transaction.atomic
def add_contribution(
    *, account: str, body: str, amount_pence: int, key: str, on: date | None = None
) -> None:
    """A health body adds to somebody's budget, by the number of the account that they gave it; the operator enters it.

    It buys neither sight nor a say. The same `key` adds once. Raises Missing(no-such-account),
    DomainError(no-body, bad-amount), Conflict(key-reused).
    """
    if not body.strip():
        raise DomainError("no-body", str(_("Say which health body it comes from.")))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT try_add_contribution(%s, %s, %s, %s, %s)",
            [account, body.strip(), amount_pence, key, on or acting.today()],
        )
        (refusal,) = cursor.fetchone()
    if refusal is not None:
        raise refusal_of(refusal)
