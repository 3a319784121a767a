"""Inviting a neighbour to ask. It keeps nothing about the neighbour, and no record begins."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from governance import audit
from governance.levels import Level
from governance.models import Sphere, User
from people import rules, rules_asks
from people.codes import hash_of, new_code
from people.models import Invitation
from people.models.asks import INVITATION_LASTS
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError, Missing

MOST_AT_ONCE = 20


@dataclass(frozen=True)
class Made:
    """An invitation, and its code: shown once, to hand over."""

    invitation: Invitation
    code: str


@transaction.atomic
def make(*, neighbourhood: Sphere, by: User | None) -> Made:
    """A code with which anybody asks for help in that neighbourhood, for 28 days.

    Whoever is signed in and has a record can end it sooner. Raises DomainError(not-a-neighbourhood) and
    Conflict(too-many-invitations).
    """
    if neighbourhood.level != Level.NEIGHBOURHOOD:
        raise DomainError("not-a-neighbourhood", _("Choose a neighbourhood."))
    if by is not None and rules_asks.own_invitations(by).count() >= MOST_AT_ONCE:
        raise Conflict("too-many-invitations", _("You have many invitations out. End one first."))
    now, code = acting.now(), new_code()
    invitation = Invitation.objects.create(
        person=rules.own_record(by) if by is not None else None,
        neighbourhood=neighbourhood,
        code_hash=hash_of(code),
        made_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    audit.record("invitation.made", subject=invitation, by=by)
    return Made(invitation, code)


@transaction.atomic
def revoke(*, invitation: Invitation, by: User) -> None:
    """Ends it at once; nothing of it is left. Raises Missing(no-such-invitation)."""
    found = rules_asks.own_invitations(by).filter(pk=invitation.pk).first()
    if found is None:
        raise Missing("no-such-invitation")
    audit.record("invitation.revoked", subject=found, by=by)
    Invitation.objects.filter(pk=found.pk).delete()


def place_of(code: str) -> Sphere | None:
    """The neighbourhood that a code invites to; None once it has expired or was ended, and for no code of ours."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT invited_to(%s)", [hash_of(code)])
        place_id = cursor.fetchone()[0]
    return None if place_id is None else Sphere.objects.get(pk=place_id)


def forget_ended() -> int:
    """Deletes what has expired. Returns how many."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT forget_ended_invitations()")
        return int(cursor.fetchone()[0])
