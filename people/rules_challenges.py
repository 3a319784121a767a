"""Who may challenge, who looks at it again, and who may be drawn for that. Sight is in SQL (migration 0014)."""

from __future__ import annotations

from hashlib import sha256

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from governance.levels import Level
from governance.models import Mandate, User
from people.models import (
    Challenge,
    LegalAuthority,
    PanelSeat,
    Person,
    PersonUserObjectPermission,
    Residence,
)
from socialcare.kernel import acting
from socialcare.kernel.verdicts import YES, Verdict, no

ROLE = "independent-panel-member"
PANEL = 3


def own_challenges(user: User) -> QuerySet[Challenge]:
    return Challenge.objects.filter(person__user=user)


def seats_of(user: User) -> QuerySet[PanelSeat]:
    """The challenges that `user` was drawn for and that are open, whether or not they have answered."""
    return PanelSeat.objects.filter(user=user, challenge__state=Challenge.State.OPEN)


def can_say(seat: PanelSeat) -> Verdict:
    """Each member of a panel answers once."""
    if seat.opinion:
        return no("said-already", _("You have said what you think. It stays as it is."))
    return YES


def pool(person: Person) -> QuerySet[Mandate]:
    """Whom the panel may be drawn from: members of independent panels outside the local system in which the person
    lives, whom the person lets see nothing, who never decided for them, and not the person. Asked as the person themself, who sees all of that.
    """
    home = (
        Residence.objects.current()
        .filter(person=person, neighbourhood__level=Level.NEIGHBOURHOOD)
        .values("neighbourhood__parent")
    )
    near = PersonUserObjectPermission.objects.filter(content_object=person).values("user_id")
    live = Mandate.objects.on(acting.today()).filter(role=ROLE, user__is_active=True)
    # Somebody who holds the office at home too is no stranger there.
    at_home = live.filter(sphere__in=home).values("user_id")
    return (
        live.exclude(user_id__in=near)
        .exclude(user_id__in=at_home)
        .exclude(user_id__in=LegalAuthority.objects.filter(person=person).values("holder_id"))
        .exclude(user__person=person)
        .select_related("user")
    )


def drawn(challenge: Challenge, candidates: QuerySet[Mandate]) -> list[User]:
    """Three of them by lot: the smallest hashes of the challenge's id with theirs, so that the draw can be checked."""
    users = {mandate.user.pk: mandate.user for mandate in candidates}

    def lot(user: User) -> str:
        return sha256(f"{challenge.public_id} {user.public_id}".encode()).hexdigest()

    return sorted(users.values(), key=lot)[:PANEL]


def is_open(kind: str, public_id: str) -> bool:
    """Whether anybody's challenge of this thing is open: then nothing may get worse for them. Whoever asks."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT challenge_is_open(%s, %s)", [kind, public_id])
        return bool(cursor.fetchone()[0])
