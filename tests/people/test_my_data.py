"""My data: everything is in what one takes away, nobody else is; erasing leaves nothing that says who it was."""

from __future__ import annotations

import json
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from governance.models import AuditEntry, User
from people import queries, retention
from people.actions import records
from people.actions import retention as keeping
from people.models import Person, PersonKey, RetentionRule
from people.retention import RetentionInvalid
from socialcare import my_data
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict
from tests import worlds
from tests.worlds import Registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user = worlds.user("ann")
    worlds.person(user)
    worlds.fill_record(user)
    return user


@pytest.fixture
def office() -> Registry:
    """A registrar's place, under England's law and its rules of retention."""
    text = retention.ENGLAND.read_text(encoding="utf-8")
    registry = worlds.registry()
    nation = registry.place.parent
    assert nation is not None
    with acting_as(None):
        keeping.bring_in(file=retention.parse(text.replace("E92000001", nation.code)))
    return registry


def everything(user: User) -> str:
    with acting_as(user):
        return json.dumps(my_data.everything(user), ensure_ascii=False)


# --- Taking it away -------------------------------------------------------------------------------


def test_every_personal_table_leads_to_the_person_it_is_about() -> None:
    assert my_data.unreachable() == set()


def test_all_that_one_wrote_is_in_it(ann: User) -> None:
    found = everything(ann)
    for words in (worlds.ADDRESS, worlds.REACH, worlds.SAY, worlds.NEVER, worlds.WORDS):
        assert words in found
    assert worlds.BORN.isoformat() in found


def test_others_are_named_as_one_named_them(ann: User) -> None:
    sister = worlds.user("sister")
    worlds.person(sister, preferred_name="Quintessa")
    worlds.let_see(ann, sister, "plan", known_as="my big sister")
    found = everything(ann)
    assert "my big sister" in found
    for theirs in (sister.email, sister.public_id, "Quintessa"):
        assert theirs not in found


def test_nothing_of_somebody_else_is_in_it_even_where_they_let_one_see(ann: User) -> None:
    other = worlds.user("other")
    worlds.person(other, preferred_name="Bo")
    worlds.let_see(ann, other, "contact", "address")
    found = everything(other)
    for words in worlds.SECRETS:
        assert words not in found


def test_it_is_a_file_to_read_and_a_file_for_programs(ann: User, client: Client) -> None:
    client.force_login(ann)
    for name, kind in (("my_data_json", "application/json"), ("my_data_page", "text/html")):
        answer = client.get(reverse(name))
        assert answer.headers["Content-Type"].startswith(kind)
        assert "no-store" in answer.headers["Cache-Control"]
        assert "Ann" not in answer.headers["Content-Disposition"]
        assert worlds.ADDRESS in answer.content.decode()


# --- Locking it -----------------------------------------------------------------------------------


def test_all_sharing_stops_in_one_tap(ann: User, client: Client) -> None:
    sister, friend = worlds.user("sister"), worlds.user("friend")
    for somebody in (sister, friend):
        worlds.let_see(ann, somebody, "contact", "plan")
    client.force_login(ann)
    assert client.post(reverse("stop_sharing")).status_code == 302
    for somebody in (sister, friend):
        with acting_as(somebody):
            assert queries.people_who_let(somebody) == []


# --- Erasing it -----------------------------------------------------------------------------------


def test_nothing_that_says_who_it_was_is_left(ann: User, office: Registry) -> None:
    sister = worlds.user("sister")
    worlds.let_see(ann, sister, "contact")
    with acting_as(ann):
        person = Person.objects.get(user=ann)
        keeping.erase(by=ann)
    with acting_as(ann):
        assert not Person.objects.filter(pk=person.pk).exists()
        assert not PersonKey.objects.exists()
    with acting_as(sister):
        assert queries.people_who_let(sister) == []
    assert AuditEntry.objects.filter(verb="person.erased", subject_id=person.public_id).exists()
    # They may begin again.
    with acting_as(ann):
        worlds.person(ann, preferred_name="New")


def test_somebody_who_was_looked_after_keeps_their_record_until_the_law_says(
    ann: User, office: Registry
) -> None:
    born = date(2012, 2, 29)
    with acting_as(ann):
        person = Person.objects.get(user=ann)
        records.introduce(person=person, preferred_name="Ann", date_of_birth=born, by=ann)
    order = worlds.claim(worlds.user("worker"), "care-order", over=person, put_to=office.place)
    office.confirmed(order, born_on=born)
    with acting_as(ann):
        holds = {hold.rule.code: hold.until for hold in queries.holds_on_own_record()}
        assert holds == {"looked-after": date(2087, 3, 1), "authority": date(2030, 3, 1)}
        with pytest.raises(Conflict) as refused:
            keeping.erase(by=ann)
    assert refused.value.code == "held"
    assert "Until 1 March 2087" in refused.value.message
    assert "regulation 50" in refused.value.message
    with acting_as(ann, at=datetime(2030, 3, 1, tzinfo=ZoneInfo("Europe/London"))):
        # Nobody decides for them any more; the record of their childhood stays theirs.
        assert [hold.rule.code for hold in queries.holds_on_own_record()] == ["looked-after"]
    with acting_as(ann, at=datetime(2087, 3, 1, 12, tzinfo=ZoneInfo("Europe/London"))):
        assert queries.holds_on_own_record() == []


def test_postgresql_refuses_what_a_rule_holds(ann: User, office: Registry) -> None:
    with acting_as(ann):
        person = Person.objects.get(user=ann)
    deputy = worlds.claim(
        worlds.user("deputy"), "deputy", "budget", over=person, put_to=office.place
    )
    office.confirmed(deputy)
    with acting_as(ann), connection.cursor() as cursor:
        cursor.execute("SELECT erase_own_record()")
        assert cursor.fetchone() == (False,)
        assert PersonKey.objects.exists()


def test_nobody_erases_the_record_of_another(ann: User, office: Registry) -> None:
    other = worlds.user("other")
    worlds.let_see(ann, other, "contact", "address")
    with acting_as(other), connection.cursor() as cursor:
        cursor.execute("SELECT erase_own_record()")
        assert cursor.fetchone() == (False,)
    with acting_as(ann):
        assert PersonKey.objects.exists()


def test_without_rules_nothing_is_erased(ann: User) -> None:
    with acting_as(ann), pytest.raises(Conflict) as refused:
        keeping.erase(by=ann)
    assert refused.value.code == "no-rules"
    with acting_as(ann):
        assert PersonKey.objects.exists()


def test_the_page_asks_twice(ann: User, office: Registry, client: Client) -> None:
    client.force_login(ann)
    again = client.post(reverse("erase"))
    assert again.status_code == 422
    assert client.post(reverse("erase"), {"is_meant": "on"}).headers["Location"] == reverse("home")
    with acting_as(ann):
        assert not Person.objects.filter(user=ann).exists()


# --- The rules ------------------------------------------------------------------------------------


def test_the_same_rules_again_change_nothing(office: Registry) -> None:
    before = list(RetentionRule.objects.values())
    text = retention.ENGLAND.read_text(encoding="utf-8")
    code = RetentionRule.objects.select_related("nation").first()
    assert code is not None
    again = retention.parse(text.replace("E92000001", code.nation.code))
    with acting_as(None):
        assert keeping.bring_in(file=again) == 0
    assert list(RetentionRule.objects.values()) == before


def test_the_page_shows_the_newest_rule_that_has_begun(office: Registry, client: Client) -> None:
    first = RetentionRule.objects.get(code="looked-after")
    for starts_on, years in ((date(2020, 1, 1), 76), (date(2999, 1, 1), 77)):
        with acting_as(None):
            RetentionRule.objects.create(
                nation=first.nation,
                code="looked-after",
                starts_on=starts_on,
                title=first.title,
                basis=first.basis,
                after=first.after,
                years=years,
                is_hold=True,
                source=first.source,
            )
    page = client.get(reverse("how_long")).content.decode()
    assert "76 years after" in page
    assert "75 years" not in page
    assert "77 years" not in page


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("years: 75", "years: 500"), "whole number"),
        (("hold: true", "hold: perhaps"), "true or false"),
        (("basis: You use", "bases: You use"), "not known"),
        (("code: money", "code: traces"), "twice"),
        (("from: 2011-04-01", "from: spring"), "is a day"),
    ],
)
def test_rules_with_a_fault_are_refused_whole(change: tuple[str, str], fault: str) -> None:
    text = retention.ENGLAND.read_text(encoding="utf-8").replace(*change)
    with pytest.raises(RetentionInvalid, match=fault):
        retention.parse(text)
