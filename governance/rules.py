"""May they? Each rule reads like a sentence and gives its reason. Rights come from mandates and seats, by date."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from governance import roles
from governance.levels import Level
from governance.models import (
    DECIDING_KIND,
    ApiToken,
    Body,
    LoanOfPower,
    Mandate,
    Matter,
    Sphere,
    User,
)
from governance.roles import Role
from socialcare.kernel import acting
from socialcare.kernel.verdicts import YES, Verdict, no


def live_mandates(user: User, *, on: date | None = None) -> QuerySet[Mandate]:
    return Mandate.objects.on(on or acting.today()).filter(user=user).select_related("sphere")


def roles_in(user: User, sphere: Sphere, *, on: date | None = None) -> list[Role]:
    """The roles that `user` holds in `sphere` on that day."""
    slugs = live_mandates(user, on=on).filter(sphere=sphere).values_list("role", flat=True)
    return [roles.get(slug) for slug in slugs]


def _takes_part(user: User, power: str, seat: Sphere, body_kind: str | None) -> bool:
    return any(
        power in role.raises or (role.votes_in is not None and role.votes_in == body_kind)
        for role in roles_in(user, seat)
    )


def can_raise(user: User, power: str, seat: Sphere, *, to: Body | None = None) -> Verdict:
    """A question is put to a seat by a member of its body, or by a role there that raises such questions.

    The body is the one that decides for the seat, unless `to` names the panel beside it.
    """
    kind = to.kind if to is not None else DECIDING_KIND.get(Level(seat.level))
    if _takes_part(user, power, seat, kind):
        return YES
    return no(
        "may-not-raise",
        _(
            "Only members of the body that decides, and those who prepare its work, can ask it this."
        ),
    )


def can_steer(user: User, matter: Matter) -> Verdict:
    """Whoever may raise such a matter may also open its vote, close it when it is time, or withdraw it."""
    kind = matter.body.kind if matter.body is not None else None
    if _takes_part(user, matter.power, matter.seat, kind):
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


def can_end_loan(user: User, loan: LoanOfPower) -> Verdict:
    """Those who decide at either end bring a power home at once.

    A power taken up without consent, because rights were being broken at home, is not for home to take back: it
    lapses by its date, or whoever holds it hands it down.
    """
    ends = [loan.borrower]
    if loan.kind == LoanOfPower.Kind.DEVOLUTION or loan.consent_id is not None:
        ends.append(loan.home)
    if any(holds_office(user, loan.power, end) for end in ends):
        return YES
    return no("may-not-end", _("Only those who decide at the ends of this loan can end it."))


def holds_office(user: User, power: str, sphere: Sphere) -> bool:
    """Whether the user decides in `sphere`, or raises or carries out there what is decided under `power`."""
    return any(
        power in role.raises or power in role.carries_out or role.votes_in is not None
        for role in roles_in(user, sphere)
    )


def members_of(body: Body, *, on: date | None = None) -> QuerySet[User]:
    """The users whose live mandates give them a vote in `body`."""
    voting = [role.slug for role in roles.ROLES.values() if role.votes_in == body.kind]
    live = Mandate.objects.on(on or acting.today()).filter(sphere=body.sphere, role__in=voting)
    return User.objects.filter(pk__in=live.values("user_id"), is_active=True)


# --- Offices and bodies ---------------------------------------------------------------------------


def _decides_above(user: User, sphere: Sphere) -> bool:
    """Whether the user has a vote today in the body that decides for the sphere right above."""
    if sphere.parent is None:
        return False
    return _decides_for(user, sphere.parent)


def _decides_for(user: User, sphere: Sphere) -> bool:
    kind = DECIDING_KIND.get(Level(sphere.level))
    body = Body.objects.filter(sphere=sphere, kind=kind).first() if kind else None
    return body is not None and members_of(body).filter(pk=user.pk).exists()


def can_appoint(by: User | None, role: Role, sphere: Sphere) -> Verdict:
    """Who enters that somebody holds an office, and that they do so no more: members of the body right above.

    Nobody is above the nation. Its council appoints those who carry out what it decides; a seat in the council or in
    the panel that may stop it is won by election or by lot, and never given by those who sit there. The service itself
    (no user) enters what happened outside it.
    """
    if by is None or _decides_above(by, sphere):
        return YES
    if sphere.level == Level.NATIONAL and role.votes_in is None and _decides_for(by, sphere):
        return YES
    return no("may-not-appoint", _("Only members of the body above can give or end this office."))


def can_give_mandate(by: User | None, to: User, role: Role, sphere: Sphere) -> Verdict:
    """Those who may appoint to the office, and nobody to themself."""
    if by is not None and by.pk == to.pk:
        return no("not-to-yourself", _("Nobody can give an office to themself."))
    return can_appoint(by, role, sphere)


def can_end_mandate(by: User | None, mandate: Mandate) -> Verdict:
    """Its holder may lay it down; else those who may appoint to it end it."""
    if by is not None and by.pk == mandate.user_id:
        return YES
    return can_appoint(by, roles.get(mandate.role), mandate.sphere)


def can_set_up_body(by: User | None, sphere: Sphere) -> Verdict:
    """Members of the body right above; a nation's bodies are there from the beginning (no user)."""
    if by is None or _decides_above(by, sphere):
        return YES
    return no("may-not-set-up", _("Only members of the body above can set up this body."))


# --- Tokens ---------------------------------------------------------------------------------------


def tokens_visible_to(user: User) -> QuerySet[ApiToken]:
    """Somebody's tokens are seen by themself alone."""
    return ApiToken.objects.filter(user=user)


def can_revoke_token(user: User, token: ApiToken) -> Verdict:
    if token.user_id == user.pk:
        return YES
    return no("not-your-token", _("Only its owner can revoke a token."))
