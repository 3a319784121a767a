"""May they? Each rule reads like a sentence and gives its reason. Rights come from mandates and seats, by date."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from governance import roles
from governance.models import Body, Mandate, Matter, Sphere, User
from governance.roles import Role
from socialcare.kernel import acting
from socialcare.kernel.verdicts import YES, Verdict, no


def live_mandates(user: User, *, on: date | None = None) -> QuerySet[Mandate]:
    return Mandate.objects.on(on or acting.today()).filter(user=user).select_related("sphere")


def roles_in(user: User, sphere: Sphere, *, on: date | None = None) -> list[Role]:
    """The roles that `user` holds in `sphere` on that day."""
    slugs = live_mandates(user, on=on).filter(sphere=sphere).values_list("role", flat=True)
    return [roles.get(slug) for slug in slugs]


def _takes_part(user: User, power: str, seat: Sphere) -> bool:
    return any(power in role.raises or role.votes_in for role in roles_in(user, seat))


def can_raise(user: User, power: str, seat: Sphere) -> Verdict:
    """A question is put to a seat by a member of its body, or by a role there that raises such questions."""
    if _takes_part(user, power, seat):
        return YES
    return no(
        "may-not-raise",
        _("Only members of the body that decides, and those who prepare its work, can ask it this."),
    )


def can_steer(user: User, matter: Matter) -> Verdict:
    """Whoever may raise such a matter may also open its vote, close it when it is time, or withdraw it."""
    if _takes_part(user, matter.power, matter.seat):
        return YES
    return no("may-not-steer", _("Only those who may raise this can open or close the vote on it."))


def can_vote(user: User, matter: Matter) -> Verdict:
    """A member on the roll may vote once, while the matter is open."""
    if not matter.roll.filter(user=user).exists():
        return no("not-on-the-roll", _("Only members who were on the roll at opening can vote."))
    if matter.state != Matter.State.OPEN:
        return no("not-open", _("This matter is not open for votes."))
    if matter.votes.filter(user=user).exists():
        return no("voted-already", _("You have voted on this already."))
    return YES


def can_carry_out(user: User, power: str, sphere: Sphere) -> Verdict:
    """Carrying out what a body decided is an office of its own, held in that body's sphere."""
    if any(power in role.carries_out for role in roles_in(user, sphere)):
        return YES
    return no("may-not-carry-out", _("Only the stewards of this sphere carry out its decisions."))


def members_of(body: Body, *, on: date | None = None) -> QuerySet[User]:
    """The users whose live mandates give them a vote in `body`."""
    voting = [role.slug for role in roles.ROLES.values() if role.votes_in == body.kind]
    live = Mandate.objects.on(on or acting.today()).filter(sphere=body.sphere, role__in=voting)
    return User.objects.filter(pk__in=live.values("user_id"), is_active=True)
