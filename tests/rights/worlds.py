"""Advocates on the register, and somebody who asked one."""

from __future__ import annotations

from itertools import count

from governance.models import Sphere, User
from people.actions import advocacy
from people.models import AdvocacyOrganisation, AdvocacyRequest, Advocate
from socialcare.kernel.acting import acting_as
from tests import worlds

_numbers = count(1)
ABOUT = "They talk past me at the meetings"


def organisation() -> AdvocacyOrganisation:
    return advocacy.register_organisation(
        name=f"Voices {next(_numbers)}",
        gives_support=False,
        pays_for_support=False,
        declared_on=worlds.LONG_AGO,
        checked_on=worlds.LONG_AGO,
    )


def advocate(local_system: Sphere) -> Advocate:
    return advocacy.register_advocate(
        user=worlds.user("bea"),
        organisation=organisation(),
        local_system=local_system,
        by=None,
    )


def asked(
    by: User, local_system: Sphere, *, who: Advocate | None = None, days: int = 30
) -> AdvocacyRequest:
    with acting_as(by):
        return advocacy.ask(
            local_system=local_system,
            advocate=who,
            name="Ann",
            words=ABOUT,
            ends_on=worlds.in_days(days),
            by=by,
        )


def accepted(by: User, local_system: Sphere) -> AdvocacyRequest:
    """Asked of an advocate by name, who said yes."""
    who = advocate(local_system)
    request = asked(by, local_system, who=who)
    user = who.mandate.user
    with acting_as(user):
        return advocacy.accept(request=request, by=user)
