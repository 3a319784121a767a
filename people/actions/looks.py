"""Writing down that somebody looked at another's record, in the transaction in which they are shown it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from governance import audit
from governance.models import User
from people.models import Look, Person, PersonUserObjectPermission
from socialcare.kernel import acting


@transaction.atomic
def note(*, person: Person, under: Collection[PersonUserObjectPermission], by: User) -> Look | None:
    """Keeps that `by` was shown what `under` lets them see of `person`. Looking at one's own record is not kept.

    The reason is the purpose of each consent: nothing more is asked. PostgreSQL refuses a look at what may not be
    seen.
    """
    if person.user_id == by.pk:
        return None
    look = Look.objects.create(
        person=person,
        user=by,
        parts=[consent.part.value for consent in under],
        purposes=sorted({consent.purpose for consent in under}),
        at=acting.now(),
    )
    # The trace names the look and not the person: who supports whom is for them to know.
    audit.record("record.looked", subject=look, by=by)
    return look
