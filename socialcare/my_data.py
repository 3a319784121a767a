"""Everything that is kept about somebody, for them to take away: every personal table, whichever app it is in.

It knows no table by name. It follows the models that are classed as personal to the person they are about, reads the
rows as the reader, under the same row-level security as any page, and opens their words with the person's key. What
names another account says what the reader calls them, or nothing. A new table is in it from its first day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.text import capfirst

from governance.models import Sphere, User
from people import queries, rules
from people.models import Person, PersonKey
from people.models.sealed import Sealed
from socialcare.data_classes import DATA_CLASSES, PERSONAL
from socialcare.kernel import acting
from socialcare.kernel.bound_sealing import SealBroken

# What is personal and still nothing to take away, with the reason.
LEFT_OUT = {
    "people.PersonKey": "it opens the words, which are here opened",
    "budgets.Account": "it holds what the awards, contributions and payments here come to",
    "budgets.Movement": "each award, contribution and payment here is one",
    "governance.Sphere": "places, and the person's own, which has no content",
}
FURTHEST = 3  # steps from a row to the person it is about


@dataclass(frozen=True)
class Entry:
    """One row: the name of each thing in it → what it says, as plain text, numbers, days, lists or nothing."""

    values: dict[str, Any]


@dataclass(frozen=True)
class Table:
    """Everything of one kind."""

    code: str
    title: str
    entries: list[Entry]


@cache
def ways() -> dict[type[models.Model], str]:
    """Each personal model → the lookup that leads from its rows to the person they are about."""
    found: dict[type[models.Model], str] = {Person: "pk"}
    personal = [
        apps.get_model(label)
        for label, (data_class, _why) in DATA_CLASSES.items()
        if data_class == PERSONAL and label not in LEFT_OUT and label != Person._meta.label
    ]
    for _step in range(FURTHEST):
        for model in personal:
            if model not in found:
                way = next(_ways_from(model, found), None)
                if way is not None:
                    found[model] = way
    return found


def _ways_from(model: type[models.Model], found: dict[type[models.Model], str]) -> Iterator[str]:
    for one in model._meta.concrete_fields:
        target = one.related_model
        if target is Person:
            yield one.name
        elif isinstance(target, type) and target in found and target is not Person:
            yield f"{one.name}__{found[target]}"


def unreachable() -> set[str]:
    """Personal models whose rows lead to nobody: there should be none."""
    known = {model._meta.label for model in ways()}
    personal = {label for label, (of, _why) in DATA_CLASSES.items() if of == PERSONAL}
    return personal - known - set(LEFT_OUT)


def everything(user: User) -> dict[str, Any] | None:
    """What is kept about `user`, in plain lists, dicts, text and numbers; None for somebody without a record.

    As many queries as there are personal tables, and the names.
    """
    person = rules.own_record(user)
    if person is None:
        return None
    return {
        "made_at": acting.now().isoformat(),
        "person": person.public_id,
        "tables": [
            {
                "code": table.code,
                "title": table.title,
                "entries": [entry.values for entry in table.entries],
            }
            for table in tables(person, user)
        ],
    }


def tables(person: Person, user: User) -> list[Table]:
    """Every table that holds something about `person`, as `user` may read it; empty ones are left out."""
    reader = _Reader(person, user)
    found = []
    for model, way in ways().items():
        rows = model._default_manager.filter(**{way: person.pk}).order_by("pk")
        entries = reader.entries(list(rows.select_related(*_others(model))), way)
        if entries:
            title = str(capfirst(model._meta.verbose_name_plural))
            found.append(Table(model._meta.label_lower, title, entries))
    return found


def _others(model: type[models.Model]) -> list[str]:
    """What rows name besides accounts and the person, to be read with them."""
    related = (one for one in model._meta.concrete_fields if one.is_relation)
    return [one.name for one in related if one.related_model not in (User, Person)]


class _Reader:
    def __init__(self, person: Person, user: User) -> None:
        self.person, self.user = person, user
        self.key = PersonKey.objects.filter(person=person).first()
        self.names = queries.names_given_by(user)

    def entries(self, rows: list[models.Model], way: str) -> list[Entry]:
        """The rows of one table. At most one query, for accounts that were not met before."""
        accounts = {
            getattr(row, one.attname)
            for row in rows
            for one in row._meta.concrete_fields
            if one.related_model is User
        }
        unknown = accounts - set(self.names) - {self.user.pk, None}
        if unknown:
            # Office holders are public; anybody else is told by nobody but themself.
            met = User.objects.filter(pk__in=unknown)
            self.names |= dict(met.values_list("pk", "public_name"))
        return [Entry(self.values(row, way)) for row in rows]

    def values(self, row: models.Model, way: str) -> dict[str, Any]:
        to_person = way.partition("__")[0] if "__" not in way else ""
        values: dict[str, Any] = {}
        for one in row._meta.concrete_fields:
            is_own_number = one.primary_key or one.name == to_person
            if not is_own_number and not isinstance(one, models.BinaryField):
                values[one.name] = self.value(row, one)
        if isinstance(row, Sealed):
            values |= self.words(row)
        return values

    def value(self, row: models.Model, one: models.Field[Any, Any]) -> Any:
        value = getattr(row, one.attname)
        if value is None or not one.is_relation:
            return value.isoformat() if isinstance(value, date | datetime) else _plain(value)
        if one.related_model is User:
            return "myself" if value == self.user.pk else self.names[value] or "somebody"
        if one.related_model is Person:
            return self.person.public_id if value == self.person.pk else "somebody"
        other = getattr(row, one.name)
        if isinstance(other, Sphere):
            return other.name
        # A permission's own words would ask for its kind; its code is the part's.
        return getattr(other, "public_id", None) or getattr(other, "codename", None) or str(other)

    def words(self, row: Sealed) -> dict[str, str]:
        if self.key is None:
            return {}
        try:
            return row.words(self.key)
        except SealBroken:
            # Sealed with a key of another's: theirs to open.
            return {}


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | bool | dict) else str(value)
