"""Who is an advocate, whom they are asked by, and who may do the next step. Sight is in SQL (migration 0015)."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from governance.levels import Level
from governance.models import Sphere, User
from people import rules
from people.models import AdvocacyRequest, Advocate, Residence
from socialcare.kernel import acting
from socialcare.kernel.verdicts import YES, Verdict, no

ROLE = "advocate"


def register() -> QuerySet[Advocate]:
    """Everybody who is an advocate today, for anybody to read."""
    return Advocate.objects.on(acting.today()).select_related(
        "mandate__user", "mandate__sphere", "organisation"
    )


def own_requests(user: User) -> QuerySet[AdvocacyRequest]:
    return AdvocacyRequest.objects.filter(person__user=user)


def asked_of(user: User) -> QuerySet[AdvocacyRequest]:
    """What `user` was asked as an advocate, by name or as anybody free there; and what they accepted."""
    own = rules.own_record(user)
    rows = AdvocacyRequest.objects.all()
    # Not by the person's user: a person whom the advocate may not see is no row to join.
    return rows if own is None else rows.exclude(person=own)


def home_of(user: User) -> Sphere | None:
    """The local system in which `user` lives, if they have said where."""
    residence = (
        Residence.objects.current()
        .filter(person__user=user, neighbourhood__level=Level.NEIGHBOURHOOD)
        .select_related("neighbourhood__parent")
        .first()
    )
    return residence.neighbourhood.parent if residence is not None else None


def can_accept(request: AdvocacyRequest) -> Verdict:
    if request.state == AdvocacyRequest.State.ASKED:
        return YES
    return no("answered-already", _("That has been answered already."))
