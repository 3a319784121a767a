"""Who may see whose record. Sight is written once, in SQL, and called from here and from row-level security.

Seeing is not deciding: whoever may see a part may change nothing in it. This module alone reads the table of
consents.
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from governance import rules as governance
from governance.models import Sphere, User
from people.models import (
    Assessment,
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


def people_visible_to(user: User, *, part: str = NAME) -> QuerySet[Person]:
    """The people whose `part` of the record `user` may see: themself, and those who let them. Nobody sees by rank."""
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


def consents_held_by(
    user: User, *, of: Person | None = None
) -> QuerySet[PersonUserObjectPermission]:
    """What others let `user` see at this moment; `of` one person only."""
    now = acting.now()
    held = PersonUserObjectPermission.objects.filter(
        user=user, starts_at__lte=now, ends_at__gt=now
    ).select_related("permission", "content_object")
    return held if of is None else held.filter(content_object=of)


def looks_at(user: User) -> QuerySet[Look]:
    """Every look by another at the record of `user`."""
    return Look.objects.filter(person__user=user).select_related("user")


def can_decide(user: User, person: Person, part: Part) -> Verdict:
    """May `user` decide what is in that part of the record of `person`, and who may see it? One query.

    PostgreSQL answers, with the function that its policies on the part's tables ask: deciding is written once too.
    """
    decided = DecidedBy(user.pk, part, column='"people_person"."id"')
    if Person.objects.filter(decided, pk=person.pk).exists():
        return YES
    return no("not-yours-to-decide", _("Only the person themself can change this."))


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
