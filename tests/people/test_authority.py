"""Legal authority: what opens on which day, for whom, and what nobody can open."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from governance.models import User
from people import rules
from people.actions import consents, persons, records
from people.models import (
    AuthorityEntry,
    ConsentEntry,
    LegalAuthority,
    Person,
    PersonUserObjectPermission,
    SafeContact,
)
from people.parts import Part
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, NotAllowed
from tests import worlds
from tests.worlds import Registry, in_days

pytestmark = pytest.mark.django_db

LONDON = ZoneInfo("Europe/London")
ALL = set(Part)


@pytest.fixture
def office() -> Registry:
    return worlds.registry()


def child(name: str = "Mia", *, born_on: date | None = None) -> tuple[User, Person]:
    """Somebody with an account and a record, with that date of birth or none."""
    user = worlds.user(name.lower())
    person = worlds.person(user, preferred_name=name)
    if born_on is not None:
        with acting_as(user):
            records.introduce(person=person, preferred_name=name, date_of_birth=born_on, by=user)
    return user, person


def years_ago(years: int, *, days: int = 0) -> date:
    today = worlds.in_days(0)
    return today.replace(year=today.year - years, day=min(today.day, 28)) - timedelta(days=days)


def parts_of(user: User, person: Person) -> tuple[set[Part], set[Part], set[Part]]:
    """The parts that `user` sees, writes and agrees about, as the rules say."""
    with acting_as(user):
        seen = {part for part in Part if rules.people_visible_to(user, part=part).contains(person)}
        writes = {part for part in Part if rules.can_decide(user, person, part)}
        agrees = {part for part in Part if rules.can_agree(user, person, part)}
    return seen, writes, agrees


def at_midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=LONDON)


# --- By kind and by age ---------------------------------------------------------------------------


def test_a_parent_of_a_child_of_ten_sees_writes_and_agrees(office: Registry) -> None:
    _mia, person = child(born_on=years_ago(10))
    mum = worlds.user("mum")
    assert parts_of(mum, person) == (set(), set(), set())
    claim = worlds.claim(mum, "parental-responsibility", over=person, put_to=office.place)
    assert parts_of(mum, person) == (set(), set(), set())
    office.confirmed(claim, born_on=years_ago(10))
    assert parts_of(mum, person) == (ALL, ALL, ALL)


def test_a_child_of_ten_writes_and_agrees_to_nothing_alone(office: Registry) -> None:
    mia, person = child(born_on=years_ago(10))
    assert parts_of(mia, person) == (ALL, ALL, set())
    friend = worlds.user("friend")
    with pytest.raises(NotAllowed) as refused:
        worlds.let_see(mia, friend, "contact")
    assert refused.value.code == "not-yet-yours-to-agree"
    with acting_as(mia):
        assert not ConsentEntry.objects.exists()


def test_a_competent_childs_own_decision_closes_that_part_to_parents(office: Registry) -> None:
    born = years_ago(15)
    mia, person = child(born_on=born)
    mum = worlds.user("mum")
    worlds.authority(office, mum, "parental-responsibility", over=person, born_on=born)
    own = worlds.authority(office, mia, "own-decision", "needs", over=person)
    rest = ALL - {Part.NEEDS}
    assert parts_of(mum, person) == (rest, rest, rest)
    assert parts_of(mia, person) == (ALL, ALL, {Part.NEEDS})
    with acting_as(mum):
        assert not LegalAuthority.objects.filter(pk=own.pk).exists()
        assert not AuthorityEntry.objects.filter(authority=own).exists()
    office.ended(own)
    assert parts_of(mum, person) == (ALL, ALL, ALL)


@pytest.mark.parametrize("years", [16, 17, 18, 40])
def test_from_sixteen_a_parent_sees_what_they_are_let_see(office: Registry, years: int) -> None:
    born = years_ago(years)
    mia, person = child(born_on=born)
    mum = worlds.user("mum")
    with time_machine.travel(worlds.noon(years_ago(years - 15)), tick=False):
        worlds.authority(office, mum, "parental-responsibility", over=person, born_on=born)
        assert parts_of(mum, person) == (ALL, ALL, ALL)
    assert parts_of(mum, person) == (set(), set(), set())
    assert parts_of(mia, person) == (ALL, ALL, ALL)
    worlds.let_see(mia, mum, "plan")
    assert parts_of(mum, person) == ({Part.PLAN}, set(), set())


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        ("attorney", {Part.BUDGET, Part.SPENDING}),
        ("deputy", {Part.BUDGET, Part.SPENDING}),
        ("best-interests", {Part.NEEDS}),
        ("care-order", set()),
        ("parental-responsibility", set()),
    ],
)
def test_a_grown_up_is_decided_for_within_the_named_parts(
    office: Registry, kind: str, parts: set[Part]
) -> None:
    ann, person = child("Ann", born_on=date(1985, 3, 27))
    bob = worlds.user("bob")
    claim = worlds.claim(bob, kind, *parts, over=person, put_to=office.place)
    if parts:
        office.confirmed(claim)
    else:
        with pytest.raises(Conflict) as refused:
            office.confirmed(claim, born_on=date(1985, 3, 27))
        assert refused.value.code == "birthday-differs"
    assert parts_of(bob, person) == (parts, parts, parts)
    # It takes nothing from her.
    assert parts_of(ann, person) == (ALL, ALL, ALL)


def test_attorneys_and_deputies_begin_at_their_ages(office: Registry) -> None:
    _mia, person = child(born_on=years_ago(17))
    bob = worlds.user("bob")
    for kind, sight in (("attorney", set()), ("deputy", {Part.BUDGET})):
        held = worlds.authority(office, bob, kind, "budget", over=person)
        assert parts_of(bob, person)[0] == sight
        office.ended(held)
    _tom, younger = child("Tom", born_on=years_ago(15))
    worlds.authority(office, bob, "deputy", "budget", over=younger)
    assert parts_of(bob, younger)[0] == set()


def test_without_a_date_of_birth_somebody_is_grown_up(office: Registry) -> None:
    ann, person = child("Ann")
    assert parts_of(ann, person) == (ALL, ALL, ALL)
    bob = worlds.user("bob")
    worlds.authority(office, bob, "deputy", "budget", over=person)
    assert parts_of(bob, person)[0] == {Part.BUDGET}


def test_who_was_asked_writes_and_agrees_to_nothing(office: Registry) -> None:
    sister = worlds.user("sister")
    claim = begun_for(sister, office, "about-me", "contact")
    with acting_as(sister):
        assert not Person.objects.filter(pk=claim.person_id).exists()
    office.confirmed(claim)
    with acting_as(sister):
        person = Person.objects.get(pk=claim.person_id)
    asked = {Part.ABOUT_ME, Part.CONTACT}
    assert parts_of(sister, person) == (asked, asked, set())
    with acting_as(sister):
        records.say_how_to_reach(person=person, channel="phone", reach="07700 900111", by=sister)
        assert SafeContact.objects.get(person=person).entered_by == sister
        with pytest.raises(NotAllowed):
            give(person, worlds.user("friend"), "contact", by=sister)
    over = datetime.combine(in_days(91), datetime.min.time(), tzinfo=LONDON)
    with time_machine.travel(over, tick=False):
        assert parts_of(sister, person) == (set(), set(), set())


def begun_for(by: User, office: Registry, *parts: str, name: str = "Joan") -> LegalAuthority:
    """A record that `by` began for somebody without an account."""
    claim = persons.begin_for(
        preferred_name=name,
        kind="asked",
        parts=parts,
        put_to=office.place,
        evidence="talked-with",
        words="I was asked at her kitchen table.",
        ends_on=in_days(90),
        by=by,
    )
    with acting_as(by):
        return LegalAuthority.objects.get(pk=claim.pk)


def give(person: Person, to: User, *parts: str, by: User) -> list[PersonUserObjectPermission]:
    return consents.give(
        person=person,
        to=to,
        known_as="somebody",
        parts=parts,
        purpose="everyday",
        ends_on=in_days(30),
        by=by,
    )
