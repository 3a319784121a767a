"""Who may see and answer what people ask for. Sight is in SQL (migration 0013) and called from here.

An ask may be read by those who answer asks in its neighbourhood until one of them takes it: asking is telling them, and
the page says so first. No rule here can refuse anybody help: there is none to ask whether somebody may ask.
"""

from __future__ import annotations

from django.db.models import BooleanField, Func, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from governance import roles
from governance import rules as offices
from governance.levels import Level
from governance.models import Mandate, Sphere, User
from people.models import Ask, Invitation
from socialcare.kernel import acting
from socialcare.kernel.verdicts import YES, Verdict, no

ANSWERING_ROLES = tuple(role.slug for role in roles.ROLES.values() if role.answers_asks)


class _VisibleAsk(Func):
    """`public_id = ANY(ARRAY(SELECT visible_ask_ids(user)))`, which PostgreSQL evaluates once a query."""

    template = '"people_ask"."public_id" = ANY(ARRAY(SELECT visible_ask_ids(%(expressions)s)))'
    output_field = BooleanField()

    def __init__(self, user_id: int) -> None:
        super().__init__(Value(user_id))


def visible_to(user: User) -> QuerySet[Ask]:
    """The asks that `user` sees: their own, those that wait where they answer asks, and those they took."""
    return Ask.objects.filter(_VisibleAsk(user.pk))


def own_asks(user: User) -> QuerySet[Ask]:
    return Ask.objects.filter(person__user=user)


def to_answer(user: User) -> QuerySet[Ask]:
    """What waits for `user` or somebody beside them, and what they took. Never what they asked themself."""
    if not can_answer(user):
        return Ask.objects.none()
    return visible_to(user).exclude(person__user=user)


def own_invitations(user: User) -> QuerySet[Invitation]:
    return Invitation.objects.live(acting.now()).filter(person__user=user)


def can_answer(user: User) -> Verdict:
    """Local area coordinators and social workers answer asks, while they hold that office."""
    if offices.live_mandates(user).filter(role__in=ANSWERING_ROLES).exists():
        return YES
    return no(
        "does-not-answer",
        _("Only local area coordinators and social workers read what people asked."),
    )


def can_take(user: User, ask: Ask) -> Verdict:
    """One that waits, or whose taker holds no such office any more."""
    if ask.taken_by_id is None and ask.state == Ask.State.WAITING:
        return YES
    taker = ask.taken_by
    if ask.is_open and taker is not None and taker.pk != user.pk and not can_answer(taker):
        return YES
    return no("taken-already", _("Somebody has taken it already."))


def can_go_on(user: User, ask: Ask) -> Verdict:
    """Only whoever took it says that they talked, hands it on, and says what came of it."""
    if ask.taken_by_id == user.pk:
        return YES
    return no("not-yours-to-answer", _("Take it first. Then it is for you to go on."))


def answering_in(place: Sphere) -> QuerySet[Mandate]:
    """The offices whose holders read asks in that neighbourhood today: its own, else those of its local system."""
    live = (
        Mandate.objects.on(acting.today())
        .filter(role__in=ANSWERING_ROLES, user__is_active=True)
        .select_related("user", "sphere")
    )
    here = live.filter(sphere=place)
    if here.exists():
        return here
    return live.filter(sphere__parent_id=place.parent_id, sphere__level=Level.NEIGHBOURHOOD)


def colleagues(user: User, ask: Ask) -> QuerySet[User]:
    """To whom `user` may hand an ask: everybody else who answers asks there."""
    there = answering_in(ask.neighbourhood).exclude(user=user)
    return User.objects.filter(pk__in=there.values("user_id")).order_by("public_name", "pk")
