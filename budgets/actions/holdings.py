"""Choosing how a budget is held, and changing it. The law says who may hold it; within it the person chooses."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from budgets import rules
from budgets.models import Holding
from governance import audit
from governance.models import User
from people.actions import records
from people.models import Person
from people.parts import Part
from socialcare.kernel import acting
from socialcare.kernel.errors import DomainError

# Ways in which somebody else holds it: it is written down who.
HELD_BY_ANOTHER = frozenset(
    {
        Holding.Way.NOMINEE,
        Holding.Way.AUTHORISED,
        Holding.Way.PARENT,
        Holding.Way.TRUST,
        Holding.Way.SERVICE_FUND,
    }
)


@transaction.atomic
def choose(*, person: Person, way: str, holder: str = "", why: str = "", by: User) -> Holding:
    """From today the budget of `person` is held that way; the way before it ends. The money stays where it is.

    Raises Missing(no-record), NotAllowed(not-yours-to-decide, not-by-law), DomainError(no-way, no-holder).
    """
    if way not in Holding.Way:
        raise DomainError("no-way", _("Choose how your budget is held."))
    holder, why = holder.strip(), why.strip()
    if way in HELD_BY_ANOTHER and not holder:
        raise DomainError("no-holder", _("Write who holds it."))
    person = records.hold(person, part=Part.BUDGET, by=by)
    rules.can_be_held(by, person, way).require()
    today = acting.today()
    now = Holding.objects.filter(person=person, ends_on=None).first()
    if now is not None:
        Holding.objects.filter(pk=now.pk).update(ends_on=max(today, now.starts_on))
    held = Holding(person=person, way=way, starts_on=today)
    held.put(records.key_of(person), holder=holder, why=why)
    held.save(force_insert=True)
    audit.record("holding.chosen", subject=held, by=by)
    return held
