"""Legal authority: what opens on which day, for whom, and what nobody can open."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from governance.models import AuditEntry, User
from people import law, queries, rules
from people.actions import authorities, consents, laws, looks, persons, records
from people.law import LawInvalid
from people.models import (
    AboutMe,
    Acquaintance,
    AuthorityEntry,
    ConsentEntry,
    LawAge,
    LegalAuthority,
    Look,
    Person,
    PersonKey,
    PersonUserObjectPermission,
    SafeContact,
)
from people.models.authority import HOLDING, TRANSITIONS
from people.parts import Part
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, Missing, NotAllowed
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


# --- Midnight -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "sixteenth"),
    [
        # In winter midnight in London is midnight in Greenwich; in summer it is an hour before.
        (date(2010, 12, 5), date(2026, 12, 5)),
        (date(2010, 7, 5), date(2026, 7, 5)),
        # The days on which the clocks go forward and back.
        (date(2010, 3, 29), date(2026, 3, 29)),
        (date(2010, 10, 25), date(2026, 10, 25)),
        # Born on 29 February: of age on 1 March of a common year.
        (date(2008, 2, 29), date(2024, 2, 29)),
        (date(2012, 2, 29), date(2028, 2, 29)),
    ],
)
def test_rights_change_at_the_midnight_that_begins_the_birthday(
    office: Registry, born: date, sixteenth: date
) -> None:
    mia, person = child(born_on=None)
    mum = worlds.user("mum")
    with time_machine.travel(worlds.noon(born.replace(year=born.year + 12)), tick=False):
        worlds.authority(office, mum, "parental-responsibility", over=person, born_on=born)
    midnight = at_midnight(sixteenth)
    for moment, hers, mias in (
        (midnight - timedelta(seconds=1), ALL, set()),
        (midnight, set(), ALL),
    ):
        with time_machine.travel(moment, tick=False):
            assert parts_of(mum, person)[2] == hers
            assert parts_of(mia, person)[2] == mias


@pytest.mark.parametrize(
    ("born", "years", "in_march", "day"),
    [
        (date(2008, 2, 29), 18, True, date(2026, 3, 1)),
        (date(2008, 2, 29), 18, False, date(2026, 2, 28)),
        (date(2008, 2, 29), 16, True, date(2024, 2, 29)),
        (date(2007, 3, 1), 17, True, date(2024, 3, 1)),
        (date(2008, 2, 28), 18, True, date(2026, 2, 28)),
    ],
)
def test_a_birthday_is_counted_as_the_law_counts(
    born: date, years: int, in_march: bool, day: date
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT birthday(%s, %s, %s)", [born, years, in_march])
        assert cursor.fetchone() == (day,)


@pytest.mark.parametrize("days", [0, 1, 5843, 5844, 5845, 6573, 6574, 6575, 9_000])
@pytest.mark.parametrize("is_competent", [False, True])
def test_at_every_age_exactly_one_of_three_holds(
    office: Registry, days: int, is_competent: bool
) -> None:
    """Of each part either the child agrees, or the parent does, and never both; both write it below the age."""
    born = in_days(-days)
    mia, person = child()
    mum = worlds.user("mum")
    with time_machine.travel(worlds.noon(born), tick=False):
        worlds.authority(office, mum, "parental-responsibility", over=person, born_on=born)
        if is_competent:
            worlds.authority(office, mia, "own-decision", "needs", over=person)
    hers, mias = parts_of(mum, person), parts_of(mia, person)
    assert hers[2] | mias[2] == ALL
    assert hers[2] & mias[2] == set()
    # Whoever does not see does not write; whoever does not write does not agree.
    assert hers[2] == hers[1] == hers[0]
    assert mias[:2] == (ALL, ALL)
    birthday = born.replace(year=born.year + 16) if (born.month, born.day) != (2, 29) else None
    is_grown = (birthday or date(born.year + 16, 3, 1)) <= in_days(0)
    assert mias[2] == (ALL if is_grown else {Part.NEEDS} if is_competent else set())


def test_nothing_of_the_record_changes_at_a_birthday(office: Registry) -> None:
    """A young carer at 15, 16 and 18: rights change by themselves, and what is written stays."""
    born = date(2011, 5, 4)
    mia, person = child()
    mum, nurse = worlds.user("mum"), worlds.user("nurse")
    with time_machine.travel(at_midnight(date(2026, 5, 4)) - timedelta(days=60), tick=False):
        worlds.authority(office, mum, "parental-responsibility", over=person, born_on=born)
        with acting_as(mia):
            records.say_how_to_reach(person=person, channel="text", reach="mine", by=mia)
        with acting_as(mum):
            consents.give(
                person=person,
                to=nurse,
                known_as="the school nurse",
                parts=["needs", "contact"],
                purpose="health",
                ends_on=in_days(366),
                by=mum,
            )
        assert parts_of(nurse, person)[0] == {Part.NEEDS, Part.CONTACT}
    for day, mums in (
        (date(2027, 5, 3), ALL),
        (date(2027, 5, 4), set()),
        (date(2029, 5, 4), set()),
    ):
        with time_machine.travel(worlds.noon(day), tick=False):
            assert parts_of(mum, person)[0] == mums
            with acting_as(mia):
                found = queries.own_record(mia)
                assert found is not None
                assert found.contact is not None
                assert (found.contact.reach, found.date_of_birth) == ("mine", born)
    with time_machine.travel(worlds.noon(date(2027, 2, 1)), tick=False), acting_as(mia):
        # She sees what was given in her name, and stops it, at any age.
        [needs, contact] = rules.consents_given_by(mia).order_by("permission_id")
        assert {needs.given_by, contact.given_by} == {mum}
        consents.withdraw(consent=contact, by=mia)
        assert rules.consents_given_by(mia).count() == 1
    with time_machine.travel(worlds.noon(date(2027, 2, 2)), tick=False):
        assert parts_of(nurse, person)[0] == {Part.NEEDS}


# --- What a parent, and an ex-partner, cannot do --------------------------------------------------


@pytest.fixture
def family(office: Registry) -> tuple[User, Person, User, User]:
    """A girl of ten, her mother, and a violent ex-partner who also has parental responsibility."""
    born = years_ago(10)
    mia, person = child(born_on=born)
    mum, ex = worlds.user("mum"), worlds.user("ex")
    for parent in (mum, ex):
        worlds.authority(office, parent, "parental-responsibility", over=person, born_on=born)
    return mia, person, mum, ex


def authority_of(user: User, person: Person) -> LegalAuthority:
    with acting_as(user):
        return LegalAuthority.objects.get(holder=user, person=person)


def test_an_order_stops_somebody_at_once_with_all_they_gave(
    office: Registry, family: tuple[User, Person, User, User]
) -> None:
    mia, person, mum, ex = family
    friend = worlds.user("friend")
    with acting_as(ex):
        give(person, friend, "address", "plan", by=ex)
    assert parts_of(friend, person)[0] == {Part.ADDRESS, Part.PLAN}
    # Limited to one part: what was given of the others stops.
    office.limited(authority_of(ex, person), "plan")
    assert parts_of(ex, person) == ({Part.PLAN},) * 3
    assert parts_of(friend, person)[0] == {Part.PLAN}
    office.ended(authority_of(ex, person))
    assert parts_of(ex, person) == (set(), set(), set())
    assert parts_of(friend, person)[0] == set()
    assert parts_of(mum, person)[0] == ALL
    with acting_as(ex):
        assert not Person.objects.filter(pk=person.pk).exists()
        assert not PersonKey.objects.filter(person_id=person.pk).exists()
        assert not PersonUserObjectPermission.objects.exists()
    with acting_as(mia):
        kinds = list(ConsentEntry.objects.order_by("pk").values_list("part", "kind", "by"))
    registrar = office.registrar.pk
    assert kinds == [
        ("plan", "given", ex.pk),
        ("address", "given", ex.pk),
        ("address", "withdrawn", registrar),
        ("plan", "withdrawn", registrar),
    ]


def test_disputed_stays_and_is_flagged_until_the_registrar_has_looked(
    office: Registry, family: tuple[User, Person, User, User]
) -> None:
    mia, person, _mum, ex = family
    disputed = authority_of(ex, person)
    with acting_as(mia):
        authorities.dispute(authority=disputed, words="He is not my father.", by=mia)
    # Where she is closes at once; the rest goes on.
    nowhere = ALL - {Part.CONTACT, Part.ADDRESS}
    assert parts_of(ex, person) == (nowhere, nowhere, nowhere)
    assert authority_of(ex, person).is_disputed
    with acting_as(ex):
        # He does not read what she wrote.
        assert [e.state for e in AuthorityEntry.objects.filter(authority=disputed)] == ["recorded"]
        found = queries.record_of(ex, person.public_id)
        assert found is not None
        assert [each.is_disputed for each in found.authorities] == [True]
    with acting_as(office.registrar):
        lines = queries.evidence_for(disputed)
        assert [line.words for line in lines][-1] == ["He is not my father."]
        authorities.confirm(authority=disputed, words="The order stands.", by=office.registrar)
    assert authority_of(ex, person).state == "confirmed"
    assert parts_of(ex, person)[0] == ALL


def test_parents_do_not_read_about_each_other(family: tuple[User, Person, User, User]) -> None:
    mia, person, mum, ex = family
    for parent in (mum, ex):
        with acting_as(parent):
            assert {each.holder for each in LegalAuthority.objects.all()} == {parent}
            assert {each.by for each in AuthorityEntry.objects.all()} == {parent}
    with acting_as(mia):
        assert LegalAuthority.objects.filter(person=person).count() == 2


def test_parents_do_not_give_each_other_what_a_birthday_takes(
    family: tuple[User, Person, User, User],
) -> None:
    _mia, person, mum, ex = family
    for to in (mum, ex):
        with acting_as(mum), pytest.raises(DomainError) as refused:
            give(person, to, "plan", by=mum)
        assert refused.value.code == ("yourself" if to == mum else "decides-already")
    with acting_as(mum):
        [given] = give(person, worlds.user("nurse"), "plan", by=mum)
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_as(mum),
    ):
        PersonUserObjectPermission.objects.filter(pk=given.pk).update(user=ex)


def test_a_birthday_that_authority_rests_on_is_not_rewritten(
    family: tuple[User, Person, User, User],
) -> None:
    mia, person, mum, _ex = family
    born = years_ago(10)
    for by in (mia, mum):
        with acting_as(by), pytest.raises(Conflict) as refused:
            records.introduce(
                person=person, preferred_name="Mia", date_of_birth=years_ago(30), by=by
            )
        assert refused.value.code == "birthday-is-evidence"
        for sql in (
            "UPDATE people_aboutme SET date_of_birth = '1990-01-01'",
            "UPDATE people_aboutme SET date_of_birth = NULL",
            "DELETE FROM people_aboutme",
        ):
            with (
                pytest.raises(DatabaseError, match="is evidence"),
                transaction.atomic(),
                acting_as(by),
                connection.cursor() as cursor,
            ):
                cursor.execute(sql)
        with acting_as(by):
            records.introduce(person=person, preferred_name="Mia", date_of_birth=born, by=by)
            assert AboutMe.objects.get(person=person).date_of_birth == born


def test_another_birthday_than_the_evidence_has_is_not_confirmed(office: Registry) -> None:
    _mia, person = child(born_on=years_ago(15))
    mum = worlds.user("mum")
    claim = worlds.claim(mum, "parental-responsibility", over=person, put_to=office.place)
    for born_on, code in ((years_ago(9), "birthday-differs"), (None, "no-birthday")):
        with pytest.raises(DomainError) as refused:
            office.confirmed(claim, born_on=born_on)
        assert refused.value.code == code
    assert parts_of(mum, person)[0] == set()


def test_nobody_takes_over_a_record(family: tuple[User, Person, User, User]) -> None:
    _mia, person, mum, _ex = family
    for user_id in (mum.pk, None):
        with (
            pytest.raises(DatabaseError, match="stays with the one"),
            transaction.atomic(),
            acting_as(mum),
        ):
            Person.objects.filter(pk=person.pk).update(user_id=user_id)


# --- Recording ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        ({"kind": "aunt"}, "no-kind"),
        ({"parts": []}, "no-parts"),
        ({"parts": ["everything"]}, "no-parts"),
        ({"evidence": "birth-certificate"}, "not-that-evidence"),
        ({"evidence": "none"}, "not-that-evidence"),
        ({"ends_on": 0}, "bad-dates"),
        ({"kind": "asked", "evidence": "talked-with"}, "bad-dates"),
        ({"kind": "asked", "evidence": "talked-with", "ends_on": 367}, "bad-dates"),
        ({"kind": "best-interests", "evidence": "capacity-assessment"}, "bad-dates"),
        (
            {"kind": "best-interests", "evidence": "capacity-assessment", "ends_on": 30},
            "no-reasons",
        ),
        (
            {
                "kind": "best-interests",
                "parts": ["needs", "plan"],
                "evidence": "capacity-assessment",
                "ends_on": 30,
            },
            "no-parts",
        ),
        ({"reasons": {"decision": "All of them"}}, "no-reasons"),
        ({"words": "x" * 4001}, "too-long"),
        ({"put_to": None}, "no-local-system"),
    ],
)
def test_what_cannot_be_claimed(office: Registry, terms: dict[str, Any], code: str) -> None:
    _ann, person = child("Ann")
    bob = worlds.user("bob")
    sent: dict[str, Any] = {
        "kind": "deputy",
        "parts": ["budget"],
        "evidence": "court-order",
        "put_to": office.place,
        **terms,
    }
    if isinstance(sent.get("ends_on"), int):
        sent["ends_on"] = in_days(sent["ends_on"])
    if sent["put_to"] is None:
        sent["put_to"] = office.place.parent
    traces = AuditEntry.objects.count()
    with acting_as(bob), pytest.raises(DomainError) as refused:
        authorities.claim(person_id=person.pk, by=bob, **sent)
    assert refused.value.code == code
    with acting_as(bob):
        assert not LegalAuthority.objects.exists()
    assert AuditEntry.objects.count() == traces


def test_a_person_is_found_by_their_code_and_by_nothing_else() -> None:
    ann, person = child("Ann")
    bob = worlds.user("bob")
    with acting_as(bob):
        for code in (ann.public_id, person.public_id, f" {ann.public_id.upper()} "):
            assert authorities.find(code=code, by=bob) == person.pk
        for code in (ann.email, "ann", "0" * 12, bob.public_id):
            with pytest.raises(Missing):
                authorities.find(code=code, by=bob)
    with acting_as(None), pytest.raises(Missing):
        authorities.find(code=ann.public_id, by=bob)


def test_nobody_holds_authority_over_themself_or_a_childs_own_decision_for_them(
    office: Registry,
) -> None:
    ann, person = child("Ann")
    bob = worlds.user("bob")
    for by, kind in ((ann, "deputy"), (bob, "own-decision")):
        with pytest.raises(DomainError) as refused:
            worlds.claim(by, kind, "budget", over=person, put_to=office.place)
        assert refused.value.code == "not-your-own"


def test_it_is_claimed_once(office: Registry) -> None:
    _ann, person = child("Ann")
    bob = worlds.user("bob")
    first = worlds.claim(bob, "deputy", "budget", over=person, put_to=office.place)
    with pytest.raises(Conflict) as refused:
        worlds.claim(bob, "deputy", "spending", over=person, put_to=office.place)
    assert refused.value.code == "claimed-already"
    with acting_as(office.registrar):
        authorities.refuse(authority=first, words="It is a copy.", by=office.registrar)
    worlds.claim(bob, "deputy", "spending", over=person, put_to=office.place)


def test_only_its_registrar_confirms(office: Registry) -> None:
    ann, person = child("Ann")
    bob = worlds.user("bob")
    other = worlds.registry(under=office.place.parent)
    past = worlds.holder("registrar", office.place, ends_on=in_days(0))
    claim = worlds.claim(bob, "deputy", "budget", over=person, put_to=office.place)
    for by in (ann, bob, other.registrar, past, worlds.user()):
        with acting_as(by), pytest.raises(DomainError) as refused:
            authorities.confirm(authority=claim, by=by)
        assert refused.value.code in {"not-the-registrar", "not-your-own", "no-authority"}
        for step in ("confirmed", "limited", "refused"):
            with suppress(DatabaseError), transaction.atomic(), acting_as(by):
                changed = LegalAuthority.objects.filter(pk=claim.pk).update(
                    state=step, confirmed_by=by
                )
                assert changed == 0
    assert parts_of(bob, person)[0] == set()


def test_a_registrar_does_not_confirm_what_they_hold_themself(office: Registry) -> None:
    _ann, person = child("Ann")
    claim = worlds.claim(office.registrar, "deputy", "budget", over=person, put_to=office.place)
    with pytest.raises(NotAllowed) as refused:
        office.confirmed(claim)
    assert refused.value.code == "not-your-own"
    with pytest.raises(DatabaseError), transaction.atomic(), acting_as(office.registrar):
        LegalAuthority.objects.filter(pk=claim.pk).update(
            state="confirmed", confirmed_by=office.registrar
        )


def test_terms_stand_and_steps_go_one_way(office: Registry) -> None:
    _ann, person = child("Ann")
    bob = worlds.user("bob")
    held = worlds.authority(office, bob, "deputy", "budget", over=person, ends_on=in_days(30))
    for change in (
        {"parts": ["budget", "address"], "state": "limited"},
        {"ends_on": in_days(900), "state": "limited"},
        {"holder": worlds.user("eve"), "state": "limited"},
        {"kind": "attorney", "state": "limited"},
        {"state": "recorded"},
        {"state": "refused"},
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), acting_as(office.registrar):
            LegalAuthority.objects.filter(pk=held.pk).update(**change)
    # Not even the holder widens it.
    with pytest.raises(DatabaseError), transaction.atomic(), acting_as(bob):
        LegalAuthority.objects.filter(pk=held.pk).update(state="disputed", parts=["budget"])
    office.ended(held)
    for state in set(TRANSITIONS) - {"ended"}:
        with pytest.raises(DatabaseError), transaction.atomic(), acting_as(office.registrar):
            LegalAuthority.objects.filter(pk=held.pk).update(state=state)
    with pytest.raises(Conflict):
        office.ended(held)


def test_who_ends_it(office: Registry) -> None:
    ann, person = child("Ann")
    bob = worlds.user("bob")
    asked = worlds.authority(office, bob, "asked", "plan", over=person)
    deputy = worlds.authority(office, bob, "deputy", "budget", over=person)
    with acting_as(ann), pytest.raises(NotAllowed) as refused:
        authorities.end(authority=deputy, by=ann)
    assert refused.value.code == "not-yours-to-end"
    with acting_as(ann):
        authorities.end(authority=asked, by=ann)
    assert parts_of(bob, person)[0] == {Part.BUDGET}
    with acting_as(bob):
        authorities.end(authority=deputy, by=bob)
    assert parts_of(bob, person)[0] == set()


def test_every_step_leaves_a_trace_without_a_word_of_it(office: Registry) -> None:
    ann, person = child("Ann")
    bob = worlds.user("bob")
    before = AuditEntry.objects.count()
    claim = worlds.claim(
        bob, "deputy", "budget", over=person, put_to=office.place, words="Order 12 of 2026"
    )
    office.confirmed(claim)
    with acting_as(ann):
        authorities.dispute(authority=claim, words="I can do it myself.", by=ann)
    office.limited(claim, "budget")
    office.ended(claim)
    told = list(AuditEntry.objects.order_by("pk"))[before:]
    assert [entry.verb for entry in told] == [
        f"authority.{state}" for state in ("recorded", "confirmed", "disputed", "limited", "ended")
    ]
    for entry in told:
        assert set(entry.detail) <= {"kind"}
        assert entry.subject_id == claim.public_id
    with acting_as(ann), connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(t::text, ' ') FROM people_authorityentry t")
        [text] = cursor.fetchone()
        assert "Order" not in text
        words = [line.words for line in queries.evidence_for(claim)]
    assert words == [
        ["Order 12 of 2026"],
        [],
        ["I can do it myself."],
        ["By an order."],
        ["By an order."],
    ]


def test_evidence_is_not_rewritten(office: Registry) -> None:
    _ann, person = child("Ann")
    bob = worlds.user("bob")
    worlds.authority(office, bob, "deputy", "budget", over=person)
    for sql in ("UPDATE people_authorityentry SET at = now()", "DELETE FROM people_authorityentry"):
        with (
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            acting_as(bob),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
    # Nobody claims in another's name.
    with (
        pytest.raises(DatabaseError, match="row-level security"),
        transaction.atomic(),
        acting_as(bob),
    ):
        LegalAuthority.objects.create(
            person=person,
            holder=office.registrar,
            kind="attorney",
            parts=["budget"],
            starts_on=in_days(0),
            put_to=office.place,
        )


def test_a_deputy_agrees_within_their_parts_and_the_person_sees_all(office: Registry) -> None:
    ann, person = child("Ann")
    bob, bank, sister = worlds.user("bob"), worlds.user("bank"), worlds.user("sister")
    worlds.let_see(ann, sister, "plan", "budget", known_as="my secret sister")
    worlds.authority(office, bob, "deputy", "budget", "spending", over=person)
    with acting_as(bob):
        with pytest.raises(NotAllowed):
            give(person, bank, "budget", "plan", by=bob)
        give(person, bank, "budget", by=bob)
        seen = list(rules.consents_given_for(person, by=bob))
        assert {(each.user, each.part) for each in seen} == {
            (sister, Part.BUDGET),
            (bank, Part.BUDGET),
        }
        theirs = next(each for each in seen if each.user == sister)
        consents.change(consent=theirs, purpose="money", ends_on=in_days(9), by=bob)
        assert {known.user for known in Acquaintance.objects.all()} == {sister, bank}
        give(person, sister, "spending", by=bob)
        # The name that the person gave stays.
        assert queries.names_given_by(bob, of=person)[sister.pk] == "my secret sister"
        looks.note(person=person, under=rules.held_by(bob, of=person), by=bob)
    with acting_as(ann):
        changed = rules.consents_given_by(ann).get(user=sister, permission__codename="budget")
        assert (changed.purpose, changed.given_by) == ("money", bob)
        look = Look.objects.get()
        assert (look.parts, look.purposes, look.authorities) == (
            ["budget", "spending"],
            [],
            ["deputy"],
        )
        assert look.reasons_in_words == ["Deputy of the court"]


def test_no_look_by_an_authority_that_is_not_held(office: Registry) -> None:
    _ann, person = child("Ann")
    bob = worlds.user("bob")
    worlds.authority(office, bob, "deputy", "budget", over=person)
    for wrong in ({"authorities": ["attorney"]}, {"parts": ["plan"]}, {"authorities": []}):
        with pytest.raises(DatabaseError), transaction.atomic(), acting_as(bob):
            Look.objects.create(
                **{
                    "person": person,
                    "user": bob,
                    "parts": ["budget"],
                    "purposes": [],
                    "authorities": ["deputy"],
                    **wrong,
                }
            )


def test_the_registrar_sees_the_evidence_and_nothing_of_the_record(office: Registry) -> None:
    ann, person = child("Ann")
    worlds.fill_record(ann)
    bob = worlds.user("bob")
    held = worlds.authority(office, bob, "deputy", *ALL, over=person, words="Order 12")
    with acting_as(office.registrar):
        assert queries.record_of(office.registrar, person.public_id) is None
        for model in (AboutMe, SafeContact, Person):
            assert not model.objects.exists()
        assert rules.evidence_put_to(office.registrar).get() == held
        assert queries.evidence_for(held)[0].words == ["Order 12"]
    assert parts_of(office.registrar, person) == (set(), set(), set())


# --- The law --------------------------------------------------------------------------------------


def test_without_a_law_nothing_opens(office: Registry) -> None:
    _ann, person = child("Ann")
    bob = worlds.user("bob")
    worlds.authority(office, bob, "deputy", "budget", over=person)
    LawAge.objects.filter(what="capacity-presumed").delete()
    # An age that the law does not name keeps nobody out; a law that is not there opens nothing.
    assert parts_of(bob, person)[0] == {Part.BUDGET}
    LawAge.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM people_law")
    assert parts_of(bob, person)[0] == set()


def test_an_age_counts_from_its_day(office: Registry) -> None:
    born = years_ago(15)
    mia, person = child(born_on=born)
    mum = worlds.user("mum")
    worlds.authority(office, mum, "parental-responsibility", over=person, born_on=born)
    known = LawAge.objects.get(what="young-person-decides")
    LawAge.objects.create(
        law=known.law, what=known.what, years=14, starts_on=in_days(1), source="A new Act, s.1"
    )
    assert parts_of(mum, person)[2] == ALL
    with time_machine.travel(at_midnight(in_days(1)), tick=False):
        assert parts_of(mum, person)[2] == set()
        assert parts_of(mia, person)[2] == ALL


def test_england_s_law_is_whole_and_comes_in_once(office: Registry) -> None:
    read = law.parse(law.ENGLAND.read_text())
    assert {age.what: age.years for age in read.ages} == {
        "parental-responsibility-ends": 18,
        "young-person-decides": 16,
        "capacity-presumed": 16,
        "attorney-from": 18,
    }
    with acting_as(None), pytest.raises(Missing):
        laws.bring_in(file=read)
    again = worlds.registry(under=office.place.parent)
    assert AuditEntry.objects.filter(verb="law.brought-in").count() == 1
    assert again.place.parent == office.place.parent


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("nation: E92000001", "nation: 9", "code of a nation"),
        ("time_zone: Europe/London", "time_zone: Londinium", "Europe/London"),
        ("leap_births_count_on: 1 March", "leap_births_count_on: 30 March", "28 February"),
        ("  attorney-from:", "  driving-from:", "lacks “attorney-from”"),
        ("  attorney-from:", "  driving-from:", "“driving-from” is not an age"),
        ('years: 18, source: "Mental', 'years: 18.5, source: "Mental', "whole years"),
        ("from: 1991-10-14", "from: long ago", "the day from which"),
        ("own_decision: any age", "own_decision: 13", "not counted in years"),
        ("own_decision: any age", "", "It lacks own_decision"),
        ("own_decision: any age", "own_decision: any age\nincome: 3", "“income” is not known"),
    ],
)
def test_a_law_that_is_none(old: str, new: str, fault: str) -> None:
    text = law.ENGLAND.read_text()
    assert old in text
    with pytest.raises(LawInvalid, match=fault):
        law.parse(text.replace(old, new))


@pytest.mark.parametrize("text", ["{", "3", "ages: 3"])
def test_a_document_that_is_no_law(text: str) -> None:
    with pytest.raises(LawInvalid):
        law.parse(text)


def test_the_states_that_open_something_are_those_of_the_rule_in_sql() -> None:
    assert {"confirmed", "disputed", "limited"} == HOLDING
    assert all(set(after) <= set(TRANSITIONS) for after in TRANSITIONS.values())
