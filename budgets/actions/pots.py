"""The national pot: proposed, put to the council, set, and brought into the ledger."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from budgets import ledger, rules
from budgets.actions import accounts
from budgets.ledger import MovementSpec
from budgets.models import Account, Movement, Pot
from governance import audit
from governance.actions import matters
from governance.models import Decision, Sphere, User
from neighbourhoods.queries import currency_of
from socialcare.kernel import outbox
from socialcare.kernel.errors import Conflict, DomainError, NotAllowed
from socialcare.kernel.money import pounds

POWER = "set-the-pot"


@transaction.atomic
def propose(
    *,
    nation: Sphere,
    starts_on: date,
    ends_on: date,
    total_pence: int,
    risk_reserve_pence: int,
    national_functions_pence: int,
    background: str = "",
    by: User,
) -> Pot:
    """Proposes the pot of one period and puts it to the national council. All sums in pence.

    Raises NotAllowed(may-not-raise), DomainError(bad-period, bad-sums), Conflict(asked-already).
    """
    rules.can_propose_pot(by, nation).require()
    if ends_on <= starts_on:
        raise DomainError("bad-period", _("The period must end after it starts."))
    if (
        min(risk_reserve_pence, national_functions_pence) < 0
        or risk_reserve_pence + national_functions_pence >= total_pence
    ):
        raise DomainError(
            "bad-sums",
            _("The reserve and the national functions must leave something to share."),
        )
    # A public record is in the country's language, whatever language its writer reads in.
    with translation.override(settings.LANGUAGE_CODE):
        question = _("Shall the national pot from %(start)s be %(total)s?") % {
            "start": starts_on.isoformat(),
            "total": pounds(total_pence, currency_of(nation)),
        }
    matter = matters.raise_matter(
        power=POWER,
        sphere=nation,
        subject=f"pot:{starts_on.isoformat()}",
        question=question,
        background=background,
        by=by,
    )
    pot = Pot.objects.create(
        nation=nation,
        starts_on=starts_on,
        ends_on=ends_on,
        total_pence=total_pence,
        risk_reserve_pence=risk_reserve_pence,
        national_functions_pence=national_functions_pence,
        matter=matter,
        proposed_by=by,
    )
    audit.record("pot.proposed", subject=pot, by=by, sphere=nation, total_pence=total_pence)
    return pot


@transaction.atomic
def settle(*, decision: Decision) -> Pot:
    """Gives effect to the council's decision about a pot; doing it again changes nothing.

    A pot that is set is brought in from the treasury, and its reserve and national functions set aside. Raises
    NotAllowed(no-such-decision), Conflict(period-taken).
    """
    pot = Pot.objects.select_for_update().filter(matter_id=decision.matter_id).first()
    if pot is None or decision.matter.power != POWER:
        raise NotAllowed("no-such-decision", _("That decision was not about a pot."))
    if pot.state != Pot.State.PROPOSED:
        return pot
    pot.state = Pot.State.SET if decision.carried else Pot.State.REJECTED
    pot.decision = decision
    try:
        with transaction.atomic():
            pot.save(update_fields=["state", "decision"])
    except IntegrityError as error:
        raise Conflict("period-taken", _("A pot was set for that period already.")) from error
    audit.record(
        "pot.set" if decision.carried else "pot.rejected",
        subject=pot,
        by=None,
        sphere=pot.nation_id,
        decision=decision.public_id,
    )
    if decision.carried:
        _bring_in(pot)
    return pot


def _bring_in(pot: Pot) -> None:
    """Treasury → pot, and from the pot what is set aside. One posting."""
    nation = pot.nation
    kind = Account.Kind
    held = accounts.open_for(
        nation,
        kinds=[kind.TREASURY, kind.NATIONAL_POT, kind.RISK_RESERVE, kind.NATIONAL_FUNCTIONS],
        by=None,
    )
    moves = [
        (kind.TREASURY, kind.NATIONAL_POT, pot.total_pence, Movement.Purpose.SET_POT),
        (
            kind.NATIONAL_POT,
            kind.RISK_RESERVE,
            pot.risk_reserve_pence,
            Movement.Purpose.SET_ASIDE,
        ),
        (
            kind.NATIONAL_POT,
            kind.NATIONAL_FUNCTIONS,
            pot.national_functions_pence,
            Movement.Purpose.SET_ASIDE,
        ),
    ]
    ledger.post(
        [
            MovementSpec(
                source=held[source],
                destination=held[destination],
                amount_pence=amount,
                purpose=purpose,
                key=f"pot:{pot.public_id}:{destination}",
                decision=pot.decision_id,
            )
            for source, destination, amount, purpose in moves
            if amount
        ],
        by=None,
    )


@outbox.handler(f"decided:{POWER}")
def settle_when_decided(*, by: int | None, decision_id: int, **payload: Any) -> None:
    settle(decision=Decision.objects.select_related("matter").get(pk=decision_id))
