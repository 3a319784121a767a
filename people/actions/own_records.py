"""Holding one's own record, for what a person does for themself alone and nobody may do for them."""

from __future__ import annotations

from django.utils.translation import gettext as _

from governance.models import User
from people.models import Person
from socialcare.kernel.errors import Missing


def own(by: User) -> Person:
    """The record of `by`, held until the end of the transaction. Raises Missing(no-record)."""
    person = Person.objects.select_for_update(no_key=True).filter(user=by).first()
    if person is None:
        raise Missing("no-record", _("You have no record yet."))
    return person
