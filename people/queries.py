"""Read shapes of records, consents and looks, for pages and the API. They show what `people.rules` lets the reader see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from governance.models import Sphere, User
from people import rules
from people.models import (
    AboutMe,
    Acquaintance,
    CommunicationNeed,
    ConsentEntry,
    Look,
    Person,
    PersonKey,
    PersonUserObjectPermission,
    ProtectedAddress,
    Residence,
    SafeContact,
)
from people.models.consents import State
from people.models.sealed import Sealed
from people.parts import Part, Purpose

# --- A record -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Need:
    """One thing that helps somebody to understand and be understood, with their own words opened."""

    row: CommunicationNeed
    words: str


@dataclass(frozen=True)
class Contact:
    """How to reach somebody safely, opened."""

    row: SafeContact
    reach: str
    say: str
    never: str


@dataclass(frozen=True)
class Record:
    """Somebody's record as one reader may see it: what is in the parts outside `parts` is not even loaded."""

    person: Person
    is_own: bool
    parts: frozenset[Part]
    # What the reader is let see, and for what; empty on one's own record.
    under: list[PersonUserObjectPermission]
    date_of_birth: date | None = None
    needs: list[Need] = field(default_factory=list)
    contact: Contact | None = None
    address: str = ""
    neighbourhood: Sphere | None = None

    @property
    def shows_about(self) -> bool:
        return Part.ABOUT_ME in self.parts

    @property
    def shows_contact(self) -> bool:
        return Part.CONTACT in self.parts

    @property
    def shows_address(self) -> bool:
        return Part.ADDRESS in self.parts

    @property
    def shows_plan(self) -> bool:
        return Part.PLAN in self.parts

    @property
    def shows_needs(self) -> bool:
        return Part.NEEDS in self.parts

    @property
    def flagged(self) -> list[Need]:
        """What everybody who may see it is told first."""
        return [need for need in self.needs if need.row.is_flagged]

    @property
    def purposes(self) -> list[str]:
        """What the reader is let see it for, in words."""
        given = {consent.purpose for consent in self.under}
        return [str(purpose.label) for purpose in Purpose if purpose in given]


def own_record(user: User) -> Record | None:
    """The whole record of `user` themself, or None if they have none."""
    person = rules.own_record(user)
    if person is None:
        return None
    return _record(person, user, parts=frozenset(Part), under=[], is_own=True)


def record_of(user: User, public_id: str) -> Record | None:
    """The record with that id, as far as `user` may see it. None where they may see nothing, or there is nothing."""
    person = rules.people_visible_to(user).filter(public_id=public_id).first()
    if person is None:
        return None
    if person.user_id == user.pk:
        return _record(person, user, parts=frozenset(Part), under=[], is_own=True)
    under = list(rules.consents_held_by(user, of=person).order_by("permission_id"))
    parts = frozenset(consent.part for consent in under)
    return _record(person, user, parts=parts, under=under, is_own=False)


def _record(
    person: Person,
    user: User,
    *,
    parts: frozenset[Part],
    under: list[PersonUserObjectPermission],
    is_own: bool,
) -> Record:
    key = PersonKey.objects.filter(person=person).first()
    about = address = None
    needs: list[Need] = []
    contact: Contact | None = None
    residence: Residence | None = None
    if Part.ABOUT_ME in parts:
        seen = rules.visible_to(user, AboutMe.objects.all(), part=Part.ABOUT_ME)
        about = seen.filter(person=person).first()
        rows = rules.visible_to(user, CommunicationNeed.objects.all(), part=Part.ABOUT_ME)
        needs = [
            Need(row, **_open(row, key))
            for row in rows.filter(person=person).order_by("-is_flagged", "pk")
        ]
    if Part.CONTACT in parts:
        ways = rules.visible_to(user, SafeContact.objects.all(), part=Part.CONTACT)
        way = ways.filter(person=person).first()
        contact = Contact(way, **_open(way, key)) if way is not None else None
    if Part.ADDRESS in parts:
        kept = rules.visible_to(user, ProtectedAddress.objects.all(), part=Part.ADDRESS)
        address = kept.filter(person=person).first()
        homes = rules.visible_to(user, Residence.objects.current(), part=Part.ADDRESS)
        residence = homes.filter(person=person).select_related("neighbourhood").first()
    return Record(
        person=person,
        is_own=is_own,
        parts=parts,
        under=under,
        date_of_birth=about.date_of_birth if about is not None else None,
        needs=needs,
        contact=contact,
        address=_open(address, key)["address"] if address is not None else "",
        neighbourhood=residence.neighbourhood if residence is not None else None,
    )


def _open(row: Sealed, key: PersonKey | None) -> dict[str, str]:
    """A sealed row's words. A row without its person's key is a fault of ours: erasing takes both."""
    if key is None:
        raise RuntimeError(f"a row of {row._meta.label} has lost its key")
    return row.words(key)


def needs_of(user: User) -> list[Need]:
    """What helps `user`, on their own record. Two queries."""
    key = PersonKey.objects.filter(person__user=user).first()
    rows = CommunicationNeed.objects.filter(person__user=user).select_related("person")
    return [Need(row, **_open(row, key)) for row in rows.order_by("pk")]


# --- Who can see what -----------------------------------------------------------------------------


def names_given_by(user: User) -> dict[int, str]:
    """User id → what `user` calls them. Two queries; nobody else's names are ever among them."""
    key = PersonKey.objects.filter(person__user=user).first()
    return {
        known.user_id: _open(known, key)["known_as"]
        for known in Acquaintance.objects.filter(person__user=user)
    }


@dataclass(frozen=True)
class LetSee:
    """Somebody whom a person lets see something, by the name that the person gave them."""

    user: User
    name: str
    acquaintance: str
    consents: list[PersonUserObjectPermission]

    @property
    def is_over(self) -> bool:
        """Has everything ended, so that there is nothing left to stop?"""
        return all(consent.state == State.OVER for consent in self.consents)


@dataclass(frozen=True)
class Change:
    """A line of the history of consents."""

    entry: ConsentEntry
    name: str


@dataclass(frozen=True)
class WhoCanSee:
    people: list[LetSee]
    history: list[Change]


def who_can_see(user: User, *, lines: int = 20) -> WhoCanSee:
    """Whom `user` lets see what, and the last changes to it. Five queries, however many they are."""
    names = names_given_by(user)
    ids = dict(Acquaintance.objects.filter(person__user=user).values_list("user_id", "public_id"))
    given = sorted(
        rules.consents_given_by(user).order_by("permission_id"),
        key=lambda consent: (names.get(consent.user_id, "").casefold(), consent.user_id),
    )
    people = []
    for _user_id, found in groupby(given, key=lambda consent: consent.user_id):
        consents = list(found)
        whose = consents[0].user
        people.append(LetSee(whose, names.get(whose.pk, ""), ids.get(whose.pk, ""), consents))
    entries = ConsentEntry.objects.filter(person__user=user).order_by("-at", "-pk")[:lines]
    history = [Change(entry, names.get(entry.user_id, "")) for entry in entries]
    return WhoCanSee(people, history)


@dataclass(frozen=True)
class Looked:
    """A look by somebody, by the name that the person gave them."""

    look: Look
    name: str


def looked(looks: list[Look], names: dict[int, str]) -> list[Looked]:
    return [Looked(look, names.get(look.user_id, "") or look.user.public_name) for look in looks]


# --- The people I support -------------------------------------------------------------------------


@dataclass(frozen=True)
class Supported:
    """Somebody who lets the reader see something of theirs. The name comes with the consent: listing it is no look."""

    person: Person
    parts: list[Part]


def people_who_let(user: User) -> list[Supported]:
    """Everybody who lets `user` see something now, by name. One query."""
    held = rules.consents_held_by(user).order_by(
        "content_object__preferred_name", "content_object_id", "permission_id"
    )
    found = []
    for _person_id, consents in groupby(held, key=lambda consent: consent.content_object_id):
        mine = list(consents)
        found.append(Supported(mine[0].content_object, [consent.part for consent in mine]))
    return found
