"""Read shapes of records, consents and looks, for pages and the API. They show what `people.rules` lets the reader see."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import gettext

from governance.models import Sphere, User
from people import rules
from people.models import (
    AboutMe,
    Acquaintance,
    AdvanceStatement,
    AuthorityEntry,
    CommunicationNeed,
    ConsentEntry,
    LegalAuthority,
    Look,
    Person,
    PersonKey,
    PersonUserObjectPermission,
    ProtectedAddress,
    Residence,
    RetentionRule,
    SafeContact,
    SupportAgreement,
)
from people.models.authority import TRANSITIONS
from people.models.consents import State
from people.models.sealed import Sealed
from people.parts import Part, Purpose
from people.rules import Held
from socialcare.kernel import acting

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
class Statement:
    """What somebody wants in a crisis, opened."""

    row: AdvanceStatement
    signs: str
    want: str
    avoid: str
    call: str


@dataclass(frozen=True)
class Support:
    """Who helps somebody to decide about a part, opened."""

    row: SupportAgreement
    who: str
    what: str
    how: str


@dataclass(frozen=True)
class Record:
    """Somebody's record as one reader may see it: what is in the parts outside `parts` is not even loaded."""

    person: Person
    is_own: bool
    parts: frozenset[Part]
    # What the reader is let see, and for what; empty on one's own record.
    under: list[PersonUserObjectPermission]
    # What they see, and write, by legal authority; empty on one's own record.
    held: list[Held] = field(default_factory=list)
    # The parts in which the reader may write.
    writes: frozenset[Part] = frozenset()
    date_of_birth: date | None = None
    needs: list[Need] = field(default_factory=list)
    contact: Contact | None = None
    address: str = ""
    neighbourhood: Sphere | None = None
    statement: Statement | None = None
    # Who helps them decide now, in the parts that the reader may see.
    support: list[Support] = field(default_factory=list)

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
    def grounds(self) -> list[PersonUserObjectPermission | Held]:
        """Everything by which the reader sees what they see: what `looks.note` takes."""
        return [*self.under, *self.held]

    @property
    def authorities(self) -> list[LegalAuthority]:
        """By what the reader acts for the person, each once."""
        return list({held.authority.pk: held.authority for held in self.held}.values())

    @property
    def agrees(self) -> frozenset[Part]:
        """The parts about which the reader may agree for somebody else; empty on one's own record."""
        return frozenset(each.part for each in self.held if each.kind != LegalAuthority.Kind.ASKED)

    @property
    def writes_about(self) -> bool:
        return Part.ABOUT_ME in self.writes

    @property
    def writes_contact(self) -> bool:
        return Part.CONTACT in self.writes

    @property
    def writes_address(self) -> bool:
        return Part.ADDRESS in self.writes

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
    return _record(person, user, parts=frozenset(Part), under=[], held=[], is_own=True)


def record_of(user: User, public_id: str) -> Record | None:
    """The record with that id, as far as `user` may see it. None where they may see nothing, or there is nothing."""
    person = rules.people_visible_to(user).filter(public_id=public_id).first()
    if person is None:
        return None
    if person.user_id == user.pk:
        return _record(person, user, parts=frozenset(Part), under=[], held=[], is_own=True)
    held = rules.held_by(user, of=person)
    under = list(rules.consents_held_by(user, of=person).order_by("permission_id"))
    parts = frozenset(consent.part for consent in under) | {each.part for each in held}
    return _record(person, user, parts=parts, under=under, held=held, is_own=False)


def _record(
    person: Person,
    user: User,
    *,
    parts: frozenset[Part],
    under: list[PersonUserObjectPermission],
    held: list[Held],
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
    statement = None
    if Part.ABOUT_ME in parts:
        said = rules.visible_to(user, AdvanceStatement.objects.all(), part=Part.ABOUT_ME)
        row = said.filter(person=person).first()
        statement = Statement(row, **_open(row, key)) if row is not None else None
    # PostgreSQL shows those of the parts that the reader may see.
    agreed = SupportAgreement.objects.filter(person=person, part__in=parts, ends_on=None)
    support = [Support(row, **_open(row, key)) for row in agreed.order_by("pk")]
    return Record(
        person=person,
        is_own=is_own,
        parts=parts,
        under=under,
        held=held,
        writes=frozenset(Part) if is_own else frozenset(each.part for each in held),
        date_of_birth=about.date_of_birth if about is not None else None,
        needs=needs,
        contact=contact,
        address=_open(address, key)["address"] if address is not None else "",
        neighbourhood=residence.neighbourhood if residence is not None else None,
        statement=statement,
        support=support,
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


def names_given_by(user: User, *, of: Person | None = None) -> dict[int, str]:
    """User id → what `user` calls them, or what those are called who see something of `of`. Two queries."""
    whose = {"person__user": user} if of is None else {"person": of}
    key = PersonKey.objects.filter(**whose).first()
    return {
        known.user_id: _open(known, key)["known_as"]
        for known in Acquaintance.objects.filter(**whose)
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


def who_can_see(user: User, *, of: Person | None = None, lines: int = 20) -> WhoCanSee:
    """Whom `user` lets see what, and the last changes to it; of the parts of the record `of` somebody else that they decide
    about, where it is given. Five queries, however many they are."""
    whose = {"person__user": user} if of is None else {"person": of}
    names = names_given_by(user, of=of)
    ids = dict(Acquaintance.objects.filter(**whose).values_list("user_id", "public_id"))
    found = rules.consents_given_by(user) if of is None else rules.consents_given_for(of, by=user)
    given = sorted(
        found.order_by("permission_id"),
        key=lambda consent: (names.get(consent.user_id, "").casefold(), consent.user_id),
    )
    people = []
    for _user_id, theirs in groupby(given, key=lambda consent: consent.user_id):
        consents = list(theirs)
        who = consents[0].user
        people.append(LetSee(who, names.get(who.pk, ""), ids.get(who.pk, ""), consents))
    entries = ConsentEntry.objects.filter(**whose).order_by("-at", "-pk")[:lines]
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
    """Somebody of whom the reader sees something. The name comes with it: listing it is no look."""

    person: Person
    parts: list[Part]
    # Does the reader act for them, by legal authority or because they asked?
    is_acted_for: bool = False


def people_who_let(user: User) -> list[Supported]:
    """Everybody who lets `user` see something now, or for whom they act, by name. Two queries, and a third for whoever
    acts for somebody."""
    acted_for: dict[int, Supported] = {}
    for each in rules.held_by(user):
        person = each.authority.person
        known = acted_for.setdefault(person.pk, Supported(person, [], is_acted_for=True))
        known.parts.append(each.part)
    held = rules.consents_held_by(user).order_by(
        "content_object__preferred_name", "content_object_id", "permission_id"
    )
    found = []
    for _person_id, consents in groupby(held, key=lambda consent: consent.content_object_id):
        mine = list(consents)
        parts = [consent.part for consent in mine]
        also = acted_for.pop(_person_id, None)
        is_acted_for = also is not None
        if also is not None:
            parts = [part for part in Part if part in {*parts, *also.parts}]
        found.append(Supported(mine[0].content_object, parts, is_acted_for=is_acted_for))
    for each_for in acted_for.values():
        unique = [part for part in Part if part in each_for.parts]
        found.append(Supported(each_for.person, unique, is_acted_for=True))
    return sorted(found, key=lambda each: (each.person.preferred_name.casefold(), each.person.pk))


# --- Who decides for whom -------------------------------------------------------------------------


@dataclass(frozen=True)
class Evidence:
    """A step in the life of an authority, with what was written then."""

    entry: AuthorityEntry
    words: list[str]


@dataclass(frozen=True)
class Authority:
    """An authority as its person or its holder reads it."""

    row: LegalAuthority
    # None while the holder may not see whom it is about.
    person: Person | None
    evidence: list[Evidence] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        return bool(TRANSITIONS[self.row.state])

    @property
    def may_be_disputed(self) -> bool:
        return LegalAuthority.State.DISPUTED in TRANSITIONS[self.row.state]

    @property
    def rests_on_asking(self) -> bool:
        return self.row.kind == LegalAuthority.Kind.ASKED


@dataclass(frozen=True)
class WhoDecides:
    """Who decides for the reader, and for whom the reader does."""

    over_me: list[Authority]
    mine: list[Authority]


def who_decides(user: User) -> WhoDecides:
    """Everybody's authority over `user`, with the evidence; and what `user` holds or has claimed. Six queries."""
    person = rules.own_record(user)
    over_me: list[Authority] = []
    if person is not None:
        rows = list(rules.authorities_over(person).order_by("-recorded_at", "-pk"))
        evidence = _evidence(person.pk, rows)
        over_me = [Authority(row, person, evidence.get(row.pk, [])) for row in rows]
    held = LegalAuthority.objects.filter(holder=user).exclude(person=person)
    people = {each.pk: each for each in rules.people_visible_to(user)}
    mine = [
        Authority(row, people.get(row.person_id))
        for row in held.select_related("put_to").order_by("-recorded_at", "-pk")
    ]
    return WhoDecides(over_me, mine)


def evidence_for(authority: LegalAuthority) -> list[Evidence]:
    """The steps of `authority` that the reader may see, the oldest first, opened. Two queries."""
    return _evidence(authority.person_id, [authority]).get(authority.pk, [])


def _evidence(person_id: int, rows: list[LegalAuthority]) -> dict[int, list[Evidence]]:
    key = PersonKey.objects.filter(person_id=person_id).first()
    found: dict[int, list[Evidence]] = {}
    for entry in AuthorityEntry.objects.filter(authority__in=rows).order_by("at", "pk"):
        words = [text for text in _open(entry, key).values() if text]
        found.setdefault(entry.authority_id, []).append(Evidence(entry, words))
    return found


# --- How long it is kept --------------------------------------------------------------------------


@dataclass(frozen=True)
class Hold:
    """A rule that keeps the reader's own record from being erased; `until` None where nobody knows the day yet."""

    rule: RetentionRule
    until: date | None

    @property
    def in_words(self) -> str:
        why = f"{gettext(self.rule.basis)} ({self.rule.source})"
        if self.until is None:
            return why
        return gettext("Until %(day)s: %(why)s") % {
            "day": date_format(self.until, "j F Y"),
            "why": why,
        }


def holds_on_own_record() -> list[Hold]:
    """What keeps the record of whoever is acting from being erased today. Two queries."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rule, NULLIF(until, 'infinity') FROM own_erasure_holds() ORDER BY rule"
        )
        found: list[tuple[int, date | None]] = cursor.fetchall()
    kept = RetentionRule.objects.in_bulk([rule for rule, _until in found])
    return [Hold(kept[rule], until) for rule, until in found]


def retention_in_force() -> list[RetentionRule]:
    """Each nation's rule of each kind that counts today, by nation and code."""
    begun = RetentionRule.objects.filter(starts_on__lte=acting.today()).select_related("nation")
    return list(begun.order_by("nation", "code", "-starts_on").distinct("nation", "code"))
