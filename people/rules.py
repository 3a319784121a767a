"""Who may see whose record. Sight is written once, in SQL, and called from here and from row-level security.

Seeing is not deciding: whoever may see a part may change nothing in it. This module alone reads the table of
consents.
"""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import BooleanField, F, Func, Model, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from governance.models import User
from people.models import Look, Person, PersonUserObjectPermission
from people.parts import NAME, Part
from socialcare.kernel import acting
from socialcare.kernel.verdicts import YES, Verdict, no

Row = TypeVar("Row", bound=Model)


class SeenBy(Func):
    """`person_id = ANY(ARRAY(SELECT visible_person_ids(user, part)))`, which PostgreSQL evaluates once a query."""

    template = "%(column)s = ANY(ARRAY(SELECT visible_person_ids(%(expressions)s)))"
    output_field = BooleanField()

    def __init__(self, user_id: int, part: str, *, column: str) -> None:
        super().__init__(Value(user_id), Value(part), column=column)


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


def can_change(user: User, row: Any) -> Verdict:
    """Only the person themself changes what is in their record, or who may see it. `row` names its person."""
    person = row if isinstance(row, Person) else getattr(row, "person", None) or row.content_object
    if person.user_id is not None and person.user_id == user.pk:
        return YES
    return no("not-your-record", _("Only the person themself can change this."))
