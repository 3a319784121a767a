"""Beginning a person's record: one's own, or that of somebody who has no account."""

from collections.abc import Collection
from datetime import date

from django.db import connection, transaction
from django.utils.translation import gettext as _

from governance import audit
from governance.actions import spheres
from governance.models import Sphere, User
from people.actions import authorities
from people.models import LegalAuthority, Person
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError
from socialcare.kernel.public_ids import new_public_id


@transaction.atomic
def begin(*, preferred_name: str, by: User) -> Person:
    """Begins the record of the person who signed in as `by`.

    Raises DomainError(no-name) for an empty name and Conflict(record-exists) when they have a record.
    """
    preferred_name = _checked(preferred_name)
    with acting_as(by):
        # Two requests at once wait for each other here.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if Person.objects.filter(user=by).exists():
            raise Conflict("record-exists", "You already have a record.")
        sphere_id = spheres.open_personal()
        person = Person.objects.create(user=by, sphere_id=sphere_id, preferred_name=preferred_name)
        audit.record("person.begun", subject=person, by=by, sphere=sphere_id)
    return person


@transaction.atomic
def begin_for(
    *,
    preferred_name: str,
    kind: str,
    parts: Collection[str],
    put_to: Sphere,
    evidence: str,
    words: str = "",
    ends_on: date | None = None,
    by: User,
) -> LegalAuthority:
    """Begins the record of somebody without an account, and puts the evidence that `by` may act for them to a registrar.

    The record opens to nobody until the registrar has confirmed it. Whoever asked for help (`kind` "asked") needs
    nobody's leave but their own. Raises DomainError(no-name) and whatever `authorities.claim` raises.
    """
    preferred_name = _checked(preferred_name)
    person = Person(public_id=new_public_id(), preferred_name=preferred_name)
    with acting_as(by):
        with connection.cursor() as cursor:
            cursor.execute("SELECT begin_person_for(%s, %s)", [person.public_id, preferred_name])
            [person.pk] = cursor.fetchone()
        audit.record("person.begun-for", subject=person, by=by)
        return authorities.claim(
            person_id=person.pk,
            kind=kind,
            parts=parts,
            put_to=put_to,
            evidence=evidence,
            words=words,
            ends_on=ends_on,
            by=by,
        )


def _checked(preferred_name: str) -> str:
    preferred_name = preferred_name.strip()
    if not preferred_name:
        raise DomainError("no-name", _("Tell us what to call you."))
    return preferred_name
