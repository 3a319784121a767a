"""Small worlds for tests: places, people who sign in, bodies with members, and decisions that were really taken.

Whatever the product has an action for is built through that action, so that no test rests on a state which cannot
arise. Places alone are written here, as an import of areas would write them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from governance import powers
from governance.actions import bodies, loans, mandates, matters, users
from governance.levels import Level
from governance.methods import Choice
from governance.models import DECIDING_KIND, Body, Decision, LoanOfPower, Matter, Sphere, User
from people import law, queries
from people.actions import authorities, consents, laws, looks, persons, records
from people.models import LegalAuthority, Person, PersonUserObjectPermission
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as

PASSWORD = "correct horse battery staple"

_numbers = count(1)
# The role that gives a vote in each kind of body.
VOTING_ROLE = {
    Body.Kind.ASSEMBLY: "councillor",
    Body.Kind.COUNCIL: "local-councillor",
    Body.Kind.NATIONAL_COUNCIL: "national-councillor",
    Body.Kind.PANEL: "panel-member",
}
# Places and mandates are older than any test, so that a test may look back a few years.
LONG_AGO = date(2000, 1, 1)


def noon(day: date) -> datetime:
    """The middle of a day where the country is, for a test that moves the clock."""
    return datetime.combine(day, time(12), tzinfo=timezone.get_current_timezone())


# --- Places ---------------------------------------------------------------------------------------


def nation(*, code: str = "", name: str = "England") -> Sphere:
    return _place(Level.NATIONAL, None, code or f"N{next(_numbers):05}", name)


def local_system(*, under: Sphere | None = None, code: str = "", name: str = "") -> Sphere:
    """A local system, in a nation of its own unless `under` says which."""
    number = next(_numbers)
    return _place(
        Level.LOCAL, under or nation(), code or f"L{number:05}", name or f"Borough {number}"
    )


def neighbourhood(*, under: Sphere | None = None, code: str = "", name: str = "") -> Sphere:
    """A neighbourhood, in a local system (and nation) of its own unless `under` says which."""
    number = next(_numbers)
    return _place(
        Level.NEIGHBOURHOOD,
        under or local_system(),
        code or f"H{number:05}",
        name or f"Green {number}",
    )


def _place(level: Level, parent: Sphere | None, code: str, name: str) -> Sphere:
    return Sphere.objects.create(
        level=level, parent=parent, code=code, name=name, starts_on=LONG_AGO
    )


# --- People ---------------------------------------------------------------------------------------


def user(name: str = "user", *, email: str = "", password: str = PASSWORD) -> User:
    """Somebody who can sign in: an account with a confirmed e-mail address and no mandate."""
    account = users.register(
        email=email or f"{name}{next(_numbers)}@example.org",
        password=password,
        public_name=name.title(),
        by=None,
    )
    EmailAddress.objects.create(user=account, email=account.email, verified=True, primary=True)
    return account


def holder(role: str, sphere: Sphere, **dates: date) -> User:
    """A new user who holds `role` in `sphere`, since long ago unless `dates` say otherwise."""
    somebody = user(role)
    mandates.give(
        user=somebody, role=role, sphere=sphere, by=None, **{"starts_on": LONG_AGO, **dates}
    )
    return somebody


def person(by: User | None = None, *, preferred_name: str = "Ann") -> Person:
    """A person's own record, begun by themself."""
    return persons.begin(preferred_name=preferred_name, by=by or user("person"))


# What stands in a record that `fill_record` filled, and nowhere else: who may not see it must never meet it.
BORN = date(1985, 3, 27)
ADDRESS = "17 Larkspur Yard"
REACH = "07700 900461"
SAY = "It is about the beekeepers"
NEVER = "No letters with a window"
WORDS = "Read it to me on yellow paper"
SECRETS = (ADDRESS, REACH, SAY, NEVER, WORDS, "27 March 1985", BORN.isoformat())


def fill_record(by: User, *, neighbourhood: Sphere | None = None) -> None:
    """Something in every part of the record that `by` has begun."""
    with acting_as(by):
        person = Person.objects.get(user=by)
        mine = {"person": person, "by": by}
        records.introduce(
            preferred_name=person.preferred_name, pronouns="they", date_of_birth=BORN, **mine
        )
        records.say_how_to_reach(channel="text", reach=REACH, say=SAY, never=NEVER, **mine)
        records.keep_address(address=ADDRESS, neighbourhood=neighbourhood, **mine)
        need = {"kind": "large-print", "words": WORDS, "review_on": in_days(90)}
        records.record_need(**need, **mine)


def in_days(days: int) -> date:
    return acting.today() + timedelta(days=days)


def let_see(
    by: User,
    to: User,
    *parts: str,
    known_as: str = "my sister",
    purpose: str = "everyday",
    starts_in: int = 0,
    days: int = 30,
) -> list[PersonUserObjectPermission]:
    """`by` lets `to` see those parts, from so many days from now, for so many days."""
    with acting_as(by):
        return consents.give(
            person=Person.objects.get(user=by),
            to=to,
            known_as=known_as,
            parts=parts,
            purpose=purpose,
            starts_on=in_days(starts_in),
            ends_on=in_days(starts_in + days),
            by=by,
        )


def look(by: User, of: Person) -> None:
    """`by` reads what `of` lets them see, as the page does."""
    with acting_as(by):
        found = queries.record_of(by, of.public_id)
        assert found is not None
        looks.note(person=found.person, under=found.grounds, by=by)


# --- Legal authority ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Registry:
    """A local system under England's law, and its registrar."""

    place: Sphere
    registrar: User

    def confirmed(self, authority: LegalAuthority, *, born_on: date | None = None) -> None:
        with acting_as(self.registrar):
            authorities.confirm(authority=authority, born_on=born_on, by=self.registrar)

    def ended(self, authority: LegalAuthority) -> None:
        with acting_as(self.registrar):
            words = "By an order."
            authorities.end(
                authority=authority, words=words, evidence="court-order", by=self.registrar
            )

    def limited(self, authority: LegalAuthority, *to: str) -> None:
        with acting_as(self.registrar):
            authorities.limit(authority=authority, to=to, words="By an order.", by=self.registrar)


def registry(*, under: Sphere | None = None) -> Registry:
    """A local system whose nation has England's law."""
    place = local_system(under=under)
    assert place.parent is not None
    with acting_as(None):
        laws.bring_in(file=replace(law.parse(law.ENGLAND.read_text()), nation=place.parent.code))
    return Registry(place, holder("registrar", place))


EVIDENCE = {
    "parental-responsibility": "birth-certificate",
    "care-order": "court-order",
    "own-decision": "talked-with",
    "attorney": "lasting-power",
    "deputy": "court-order",
    "best-interests": "capacity-assessment",
    "asked": "talked-with",
}


def claim(
    by: User, kind: str, *parts: str, over: Person, put_to: Sphere, **terms: Any
) -> LegalAuthority:
    """`by` puts to the registrar that they may decide for `over`, with the right evidence."""
    if kind in ("best-interests", "asked"):
        terms.setdefault("ends_on", in_days(90))
    if kind == "best-interests":
        said = ("decision", "support", "consulted", "reasons")
        terms.setdefault("reasons", dict.fromkeys(said, "It is written here."))
    with acting_as(by):
        return authorities.claim(
            person_id=over.pk,
            kind=kind,
            parts=parts,
            put_to=put_to,
            evidence=EVIDENCE[kind],
            by=by,
            **terms,
        )


def authority(
    registry: Registry,
    by: User,
    kind: str,
    *parts: str,
    over: Person,
    born_on: date | None = None,
    **terms: Any,
) -> LegalAuthority:
    """A confirmed one. A parent's needs the child's date of birth."""
    claimed = claim(by, kind, *parts, over=over, put_to=registry.place, **terms)
    registry.confirmed(claimed, born_on=born_on)
    return claimed


# --- Bodies and what they decide ------------------------------------------------------------------


@dataclass(frozen=True)
class Council:
    """A body and the users who hold a vote in it."""

    body: Body
    members: list[User]

    @property
    def sphere(self) -> Sphere:
        return self.body.sphere

    @property
    def chair(self) -> User:
        return self.members[0]


def council(sphere: Sphere, *, members: int = 5, kind: str = "") -> Council:
    """The body that decides for `sphere` (or its panel, by `kind`), with that many members."""
    kind = kind or DECIDING_KIND[Level(sphere.level)]
    body = bodies.set_up(sphere=sphere, kind=kind, name=f"{kind} of {sphere.name}", by=None)
    role = VOTING_ROLE[Body.Kind(kind)]
    return Council(body, [holder(role, sphere) for _ in range(members)])


def panel(sphere: Sphere, *, members: int = 3) -> Council:
    """The national panel of disabled people and families."""
    return council(sphere, members=members, kind=Body.Kind.PANEL)


def raised(
    who: Council,
    *,
    power: str,
    subject: str = "",
    sphere: Sphere | None = None,
    to: Body | None = None,
) -> Matter:
    """A question that the chair of `who` put to it."""
    return matters.raise_matter(
        power=power,
        sphere=sphere or who.sphere,
        subject=subject or f"thing:{next(_numbers)}",
        question="Shall we do this?",
        background="It was asked for at the last meeting.",
        to=to,
        by=who.chair,
    )


def opened(who: Council, *, power: str, days: int = 7, **asked: object) -> Matter:
    """A question on which `who` is voting."""
    return matters.open_vote(
        matter=raised(who, power=power, **asked),  # type: ignore[arg-type]
        closes_at=timezone.now() + timedelta(days=days),
        by=who.chair,
    )


def vote(matter: Matter, members: list[User], choice: str = Choice.FOR, reason: str = "") -> None:
    for member in members:
        matters.cast(matter=matter, choice=choice, reason=reason, by=member)


def decided(
    who: Council, *, power: str, choice: str = Choice.FOR, reason: str = "", **asked: object
) -> Decision:
    """A question to which every member of `who` gave the same answer; carried unless `choice` says otherwise."""
    matter = opened(who, power=power, **asked)
    vote(matter, who.members, choice, reason)
    return matters.close(matter=matter, by=who.chair)


# --- Loans of power -------------------------------------------------------------------------------


def agreed(
    purpose: str,
    who: Council,
    *,
    power: str,
    home: Sphere,
    borrower: Sphere,
    choice: str = Choice.FOR,
) -> Decision:
    """What `who` decided about one loan: `purpose` is lend, accept or assent (governance.actions.loans)."""
    return decided(
        who,
        power=power,
        choice=choice,
        reason="We see it so.",
        sphere=home,
        to=None if purpose == loans.LEND else who.body,
        subject=loans.subject(purpose, power=power, home=home, borrower=borrower),
    )


def devolution(
    *, power: str, lender: Council, borrower: Council, reasons: str = "Closer.", **dates: date
) -> LoanOfPower:
    """A power that `lender` lent down and `borrower` accepted."""
    names = {"power": power, "home": lender.sphere, "borrower": borrower.sphere}
    return loans.devolve(
        **names,
        reasons=reasons,
        consent=agreed(loans.LEND, lender, **names),
        acceptance=agreed(loans.ACCEPT, borrower, **names),
        by=lender.chair,
        **dates,
    )


def reservation(
    *,
    power: str,
    lender: Council,
    borrower: Council,
    ends_on: date,
    starts_on: date | None = None,
    reasons: str = "Too large for one place.",
) -> LoanOfPower:
    """A power that `borrower` holds until `ends_on` with the consent of `lender`."""
    assert not powers.get(power).core
    names = {"power": power, "home": lender.sphere, "borrower": borrower.sphere}
    return loans.reserve(
        **names,
        ground=LoanOfPower.Ground.TOO_LARGE,
        reasons=reasons,
        starts_on=starts_on,
        ends_on=ends_on,
        consent=agreed(loans.LEND, lender, **names),
        by=borrower.chair,
    )
