"""Writing down that somebody looked at another's record, in the transaction in which they are shown it."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from governance import audit
from governance.models import User
from people.models import Look, Person, PersonUserObjectPermission
from people.parts import Part
from people.rules import Held
from socialcare.kernel import acting


@transaction.atomic
def note(
    *, person: Person, under: Collection[PersonUserObjectPermission | Held], by: User
) -> Look | None:
    """Keeps that `by` was shown what `under` (consents, and parts held by authority) lets them see of `person`.

    Looking at one's own record is not kept. The reason is the purpose of each consent and the kind of each authority:
    nothing more is asked. PostgreSQL refuses a look at what may not be seen, or by an authority that is not held.
    """
    if person.user_id == by.pk:
        return None
    seen = {ground.part for ground in under}
    look = Look.objects.create(
        person=person,
        user=by,
        parts=[part.value for part in Part if part in seen],
        purposes=sorted({each.purpose for each in under if not isinstance(each, Held)}),
        authorities=sorted({each.kind for each in under if isinstance(each, Held)}),
        at=acting.now(),
    )
    # The trace names the look and not the person: who supports whom is for them to know.
    audit.record("record.looked", subject=look, by=by)
    return look
