"""Beginning a person's record."""

from django.db import transaction

from governance import audit
from governance.actions import spheres
from governance.models import User
from people.models import Person
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError


@transaction.atomic
def begin(*, preferred_name: str, by: User) -> Person:
    """Begins the record of the person who signed in as `by`.

    Raises DomainError(no-name) for an empty name and Conflict(record-exists) when they have a record.
    """
    preferred_name = preferred_name.strip()
    if not preferred_name:
        raise DomainError("no-name", "Tell us what to call you.")
    with acting_as(by):
        # Two requests at once wait for each other here.
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if Person.objects.filter(user=by).exists():
            raise Conflict("record-exists", "You already have a record.")
        sphere_id = spheres.open_personal()
        person = Person.objects.create(user=by, sphere_id=sphere_id, preferred_name=preferred_name)
        audit.record("person.begun", subject=person, by=by, sphere=sphere_id)
    return person
