"""Who may see whose record. Sight is written once, in SQL, and called from here and from row-level security.

Seeing is not deciding, and writing somebody's words down is not agreeing for them: three functions in PostgreSQL say who
may do which, by consent or by legal authority, on the acting day. This module alone reads the table of consents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db import connection
from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from governance import rules as governance
from governance.models import Sphere, User
from people.models import (
    Assessment,
    LegalAuthority,
    Look,
    PeerReview,
    Person,
    PersonUserObjectPermission,
    Residence,
    TrustedAssessor,
)
from people.parts import NAME, Part
from socialcare.kernel import acting
from socialcare.kernel.verdicts import YES, Verdict, no

Row = TypeVar("Row", bound=Model)


class _Among(Func):
    """`person_id = ANY(ARRAY(SELECT function(user, part)))`, which PostgreSQL evaluates once a query."""

    template = "%(column)s = ANY(ARRAY(SELECT %(function)s(%(expressions)s)))"
    output_field = BooleanField()

    def __init__(self, user_id: int, part: str, *, column: str) -> None:
        super().__init__(Value(user_id), Value(part), column=column)


class SeenBy(_Among):
    """Is the row about somebody whose part the user may see?"""

    function = "visible_person_ids"


class DecidedBy(_Among):
    """Is the row about somebody about whose part the user may decide?"""

    function = "decided_person_ids"


class AgreedBy(_Among):
    """Is the row about somebody for whom the user may agree to something about the part?"""

    function = "agreed_person_ids"


class OwnWordsBy(_Among):
    """Is the row about the user, or about somebody who asked them to write about the part?"""

    function = "own_words_person_ids"


@dataclass(frozen=True)
class Held:
    """One part of somebody's record that the reader sees, and writes, by legal authority at this moment."""

    authority: LegalAuthority
    part: Part

    @property
    def kind(self) -> str:
        return self.authority.kind


def people_visible_to(user: User, *, part: str = NAME) -> QuerySet[Person]:
    """The people whose `part` of the record `user` may see: themself, those who let them, and those for whom they may
    lawfully decide. Nobody sees by rank."""
    return Person.objects.filter(SeenBy(user.pk, part, column='"people_person"."id"'))


def visible_to(user: User, rows: QuerySet[Row], *, part: Part) -> QuerySet[Row]:
    """Those of `rows`, of a table that belongs to `part`, which `user` may see. Each row names its `person`."""
    table = rows.model._meta.db_table
    return rows.filter(SeenBy(user.pk, part, column=f'"{table}"."person_id"'))


def own_record(user: User) -> Person | None:
    """The record of `user` themself."""
    return Person.objects.filter(user=user).first()


def consents_given_by(user: User) -> QuerySet[PersonUserObjectPermission]:
    """What `user` lets others see, whether it holds yet, now, or no longer."""
    return (
        PersonUserObjectPermission.objects.filter(content_object__user=user)
        .annotate(code=F("permission__codename"))
        .select_related("permission", "user", "content_object")
    )


def consents_given_for(person: Person, *, by: User) -> QuerySet[PersonUserObjectPermission]:
    """What others may see of `person`, in the parts about which `by` may agree for them. Not what `by` was let see."""
    return (
        PersonUserObjectPermission.objects.filter(content_object=person)
        .exclude(user=by)
        .annotate(code=F("permission__codename"))
        .select_related("permission", "user", "content_object")
    )


def consents_given_of(person: Person, *, to: User) -> QuerySet[PersonUserObjectPermission]:
    """What `to` was let see of `person`, as far as whoever is acting may know it."""
    given = PersonUserObjectPermission.objects.filter(content_object=person, user=to)
    return given.select_related("permission", "user", "content_object")


def consents_held_by(
    user: User, *, of: Person | None = None
) -> QuerySet[PersonUserObjectPermission]:
    """What others let `user` see at this moment; `of` one person only."""
    now = acting.now()
    held = PersonUserObjectPermission.objects.filter(
        user=user, starts_at__lte=now, ends_at__gt=now
    ).select_related("permission", "content_object")
    return held if of is None else held.filter(content_object=of)


def held_by(user: User, *, of: Person | None = None) -> list[Held]:
    """What `user` holds over others by legal authority at this moment, in the order of the parts; over one person only
    where `of` is given. Two queries."""
    sql = "SELECT authority_id, part FROM live_authorities(%s)"
    values = [user.pk]
    if of is not None:
        sql += " WHERE person_id = %s"
        values.append(of.pk)
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[int, str]] = cursor.fetchall()
    order = list(Part)
    rows.sort(key=lambda row: (order.index(Part(row[1])), row[0]))
    authorities = (
        LegalAuthority.objects.select_related("person").in_bulk({row[0] for row in rows})
        if rows
        else {}
    )
    return [Held(authorities[pk], Part(part)) for pk, part in rows]


def authorities_over(person: Person) -> QuerySet[LegalAuthority]:
    """Everybody's authority over `person`, as far as whoever is acting may know of it."""
    return LegalAuthority.objects.filter(person=person).select_related("holder", "put_to")


def is_registrar(user: User) -> bool:
    """Is `user` the registrar of a local system today?"""
    return user.mandates.on(acting.today()).filter(role="registrar").exists()


def evidence_waiting_at(place: Sphere) -> QuerySet[LegalAuthority]:
    """What waits for the registrar of `place`, the oldest first. PostgreSQL shows it to nobody else."""
    waiting = LegalAuthority.objects.filter(put_to=place, state=LegalAuthority.State.RECORDED)
    return waiting.order_by("recorded_at", "pk")


def evidence_put_to(user: User) -> QuerySet[LegalAuthority]:
    """The authorities whose evidence was put to a local system of which `user` is the registrar."""
    places = user.mandates.on(acting.today()).filter(role="registrar").values("sphere")
    return LegalAuthority.objects.filter(put_to__in=places).select_related("holder", "put_to")


def looks_at(user: User) -> QuerySet[Look]:
    """Every look by another at the record of `user`."""
    return Look.objects.filter(person__user=user).select_related("user")


# --- Deciding -------------------------------------------------------------------------------------


def _is_among(function: type[_Among], user: User, person: Person, part: Part) -> bool:
    among = function(user.pk, part, column='"people_person"."id"')
    return Person.objects.filter(among, pk=person.pk).exists()


def can_decide(user: User, person: Person, part: Part) -> Verdict:
    """May `user` write in that part of the record of `person`? One query.

    The person may at any age; so may whoever holds legal authority over the part today, or was asked to write the person's
    words down. PostgreSQL answers, with the function that its policies on the part's tables ask.
    """
    if _is_among(DecidedBy, user, person, part):
        return YES
    return no("not-yours-to-decide", _("You may not change this for them."))


def can_agree(user: User, person: Person, part: Part) -> Verdict:
    """May `user` agree to something about that part for `person`: who sees it, a plan, money? One query.

    The person may, from the age the law names or once their own decision about the part is recorded; so may whoever
    lawfully decides about it. Somebody who writes a person's words down may not.
    """
    if _is_among(AgreedBy, user, person, part):
        return YES
    if person.user_id == user.pk:
        return no(
            "not-yet-yours-to-agree",
            _(
                "The law does not let you agree to this alone yet. Ask somebody who decides with you."
            ),
        )
    return no("not-yours-to-decide", _("You may not agree to this for them."))


def can_write_own_words(user: User, person: Person, part: Part) -> Verdict:
    """May `user` write what only `person` says: who helps them decide, what they want in a crisis? One query.

    The person, and whoever they asked to write for them; nobody who decides for them.
    """
    if _is_among(OwnWordsBy, user, person, part):
        return YES
    return no("theirs-to-write", _("Only they write this, or somebody whom they asked."))


def can_agree_to_all(user: User, person: Person, parts: Iterable[Part]) -> Verdict:
    """As `can_agree`, for each of `parts`."""
    for part in parts:
        verdict = can_agree(user, person, part)
        if not verdict:
            return verdict
    return YES


def can_take_back(user: User, person: Person, part: Part) -> Verdict:
    """May `user` stop what somebody is let see of that part? The person may at any age."""
    return YES if person.user_id == user.pk else can_agree(user, person, part)


# --- Authority ------------------------------------------------------------------------------------


def can_register(user: User, authority: LegalAuthority) -> Verdict:
    """May `user` say what the evidence for it shows? The registrar of the local system it was put to; never their own."""
    if authority.holder_id == user.pk:
        return no("not-your-own", _("Somebody else checks what you hold yourself."))
    if evidence_put_to(user).filter(pk=authority.pk).exists():
        return YES
    return no("not-the-registrar", _("The registrar it was put to does this."))


def can_dispute(user: User, authority: LegalAuthority) -> Verdict:
    """May `user` say that it is not so? The person it is about, and the registrar for whoever tells them."""
    own = own_record(user)
    if own is not None and authority.person_id == own.pk:
        return YES
    if can_register(user, authority):
        return YES
    return no("not-yours-to-dispute", _("Tell the registrar. They can mark it as disputed."))


def can_end(user: User, authority: LegalAuthority) -> Verdict:
    """May `user` end it? The registrar; whoever holds it; and the person, where it rests on their asking alone."""
    own = own_record(user)
    is_theirs = own is not None and authority.person_id == own.pk
    asked = authority.kind == LegalAuthority.Kind.ASKED
    if authority.holder_id == user.pk or (is_theirs and asked) or can_register(user, authority):
        return YES
    return no("not-yours-to-end", _("The registrar can end it. Tell them why."))


# --- Reading another's needs and plan -------------------------------------------------------------


def grounds_of(user: User, *, of: Person, part: Part) -> list[PersonUserObjectPermission | Held]:
    """By what `user` sees that part of the record of another at this moment: what `looks.note` takes. Three queries."""
    everything: list[PersonUserObjectPermission | Held] = [
        *consents_held_by(user, of=of),
        *held_by(user, of=of),
    ]
    return [ground for ground in everything if ground.part == part]


# --- Trusted assessors ----------------------------------------------------------------------------


def can_register_assessor(by: User | None, user: User, scope: Sphere) -> Verdict:
    """The registrar of the local system writes its register, and nobody themself in. No user: the service's set-up."""
    if by is None:
        return YES
    if by.pk == user.pk:
        return no("not-to-yourself", _("Nobody can register themself."))
    if governance.can_carry_out(by, "register-assessors", scope):
        return YES
    return no("may-not-register", _("Only the registrar of the local system keeps its register."))


def can_end_registration(by: User | None, assessor: TrustedAssessor) -> Verdict:
    """The assessor lays it down, or the registrar of the local system ends it."""
    if by is None or by.pk == assessor.user_id:
        return YES
    if governance.can_carry_out(by, "register-assessors", assessor.scope):
        return YES
    return no("may-not-register", _("Only the registrar of the local system keeps its register."))


def assessments_given_to(user: User) -> QuerySet[Assessment]:
    """The conversations that `user` was asked about, and whose needs they may see at this moment."""
    asked = Assessment.objects.filter(assessor__user=user).select_related(
        "person", "conversation", "assessor__scope"
    )
    return visible_to(user, asked, part=Part.NEEDS)


def reviews_given_to(user: User) -> QuerySet[PeerReview]:
    """The assessments that `user` was asked to look at, of people whose needs they may see at this moment."""
    asked = PeerReview.objects.filter(reviewer__user=user).select_related(
        "person", "reviewer", "assessment"
    )
    return visible_to(user, asked, part=Part.NEEDS)


def can_assess(assessor: TrustedAssessor, person: Person, *, named: bool = False) -> Verdict:
    """May this assessor agree points with that person? `named`: the person's plan names the assessor's organisation.

    Registered today, for the local system where the person says they live (if they say so), and with nothing to gain
    that we can see; the assessor declares the rest.
    """
    if not TrustedAssessor.objects.on(acting.today()).filter(pk=assessor.pk).exists():
        return no("not-registered", _("This assessor is not on the register today."))
    if assessor.user_id == person.user_id:
        return no("own-assessor", _("Nobody assesses themself."))
    if named:
        return no(
            "organisation-in-the-plan",
            _(
                "This assessor’s organisation is in the plan, so it would decide about its own work."
            ),
        )
    lives = Residence.objects.current().filter(person=person).select_related("neighbourhood")
    home = lives.first()
    if home is not None and home.neighbourhood.parent_id != assessor.scope_id:
        return no("outside-their-area", _("This assessor is registered for another area."))
    return YES


def can_comment(user: User, person: Person) -> Verdict:
    """Whoever sees the plan speaks beside it, except the person: they write the plan itself."""
    if person.user_id == user.pk:
        return no("your-own-plan", _("This is your own plan. Write in it what you like."))
    return YES
