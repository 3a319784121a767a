"""Writing one's own record: what is kept, what is sealed, what is refused, and that nobody else writes it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from governance import audit
from governance.models import AuditEntry, User
from people import queries
from people.actions import records
from people.models import (
    AboutMe,
    CommunicationNeed,
    Person,
    PersonKey,
    ProtectedAddress,
    Residence,
    SafeContact,
)
from people.queries import Record
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, Missing, NotAllowed
from socialcare.kernel.sealing import SealBroken
from tests import worlds
from tests.worlds import in_days

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann() -> User:
    user = worlds.user("ann")
    worlds.person(user, preferred_name="Ann")
    return user


def record_of(user: User) -> Record:
    with acting_as(user):
        found = queries.own_record(user)
    assert found is not None
    return found


def refused(ann: User, act: Any, **sent: Any) -> str:
    """The code of the refusal; nothing may have been traced."""
    before = AuditEntry.objects.count()
    with acting_as(ann), pytest.raises(DomainError) as error:
        act(person=Person.objects.get(user=ann), **sent, by=ann)
    assert AuditEntry.objects.count() == before
    return error.value.code


def test_a_new_record_is_empty(ann: User) -> None:
    record = record_of(ann)
    assert record.is_own
    assert (record.date_of_birth, record.needs, record.contact, record.address) == (
        None,
        [],
        None,
        "",
    )
    assert record.neighbourhood is None


def test_what_is_written_is_read(ann: User) -> None:
    place = worlds.neighbourhood()
    worlds.fill_record(ann, neighbourhood=place)
    record = record_of(ann)
    assert (record.person.pronouns, record.date_of_birth) == ("they", worlds.BORN)
    assert (record.address, record.neighbourhood) == (worlds.ADDRESS, place)
    assert record.contact is not None
    assert (record.contact.reach, record.contact.say, record.contact.never) == (
        worlds.REACH,
        worlds.SAY,
        worlds.NEVER,
    )
    [need] = record.needs
    assert (need.row.kind, need.words, need.row.is_flagged) == ("large-print", worlds.WORDS, True)
    assert record.flagged == [need]


def test_the_trail_says_what_was_done_and_no_word_of_it(ann: User) -> None:
    before = AuditEntry.objects.count()
    place = worlds.neighbourhood()
    worlds.fill_record(ann, neighbourhood=place)
    told = list(AuditEntry.objects.order_by("pk"))[before:]
    assert [entry.verb for entry in told] == [
        "person.introduced",
        "contact.said",
        "address.said",
        "communication.recorded",
    ]
    for entry in told:
        assert (entry.actor_id, entry.detail, entry.sphere_id) == (ann.pk, {}, None)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"preferred_name": " "}, "no-name"),
        ({"preferred_name": "Ann", "date_of_birth": date(2999, 1, 1)}, "not-born-yet"),
        ({"preferred_name": "Ann", "date_of_birth": date(1849, 12, 31)}, "born-too-long-ago"),
    ],
)
def test_an_introduction_that_is_none(ann: User, sent: dict[str, Any], code: str) -> None:
    assert refused(ann, records.introduce, **sent) == code
    assert record_of(ann).person.preferred_name == "Ann"


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"channel": "pigeon", "reach": "the roof"}, "no-channel"),
        ({"channel": "text", "reach": " "}, "no-reach"),
    ],
)
def test_a_contact_that_is_none(ann: User, sent: dict[str, Any], code: str) -> None:
    assert refused(ann, records.say_how_to_reach, **sent) == code
    assert record_of(ann).contact is None


def test_only_a_neighbourhood_is_one(ann: User) -> None:
    sent = {"address": "1 New Row", "neighbourhood": worlds.local_system()}
    assert refused(ann, records.keep_address, **sent) == "not-a-neighbourhood"
    assert record_of(ann).address == ""


def test_nobody_writes_what_they_may_not_see(ann: User) -> None:
    stranger = worlds.user()
    person = record_of(ann).person
    for act, sent in (
        (records.introduce, {"preferred_name": "X"}),
        (records.say_how_to_reach, {"channel": "text", "reach": "1"}),
        (records.keep_address, {"address": "1", "neighbourhood": None}),
        (records.record_need, {"kind": "bsl", "review_on": in_days(9)}),
    ):
        with acting_as(stranger), pytest.raises(Missing):
            act(person=person, **sent, by=stranger)  # type: ignore[operator]


# --- Moving home ----------------------------------------------------------------------------------


def test_moving_keeps_where_i_lived_by_date(ann: User) -> None:
    first, second = worlds.neighbourhood(), worlds.neighbourhood()
    person = record_of(ann).person
    with acting_as(ann):
        for place in (first, first, second):
            records.keep_address(person=person, address="1 New Row", neighbourhood=place, by=ann)
        lived = list(Residence.objects.order_by("pk").values_list("neighbourhood", "ends_on"))
    assert lived == [(first.pk, in_days(0)), (second.pk, None)]
    assert record_of(ann).neighbourhood == second


def test_an_address_is_forgotten_when_it_is_emptied(ann: User) -> None:
    worlds.fill_record(ann, neighbourhood=worlds.neighbourhood())
    person = record_of(ann).person
    with acting_as(ann):
        records.keep_address(person=person, address="  ", neighbourhood=None, by=ann)
        assert not ProtectedAddress.objects.exists()
    record = record_of(ann)
    assert (record.address, record.neighbourhood) == ("", None)


# --- What helps me --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "shouting"}, "no-kind"),
        ({"kind": "other", "words": ""}, "no-words"),
        ({"met": "perhaps"}, "no-met"),
        ({"review_on": 0}, "bad-review"),
        ({"review_on": 367}, "bad-review"),
    ],
)
def test_a_need_that_is_none(ann: User, changes: dict[str, Any], code: str) -> None:
    sent: dict[str, Any] = {"kind": "bsl", "words": "", "review_on": 9, **changes}
    sent["review_on"] = in_days(sent["review_on"])
    assert refused(ann, records.record_need, **sent) == code
    assert record_of(ann).needs == []


def test_one_of_each_kind_but_of_something_else_several(ann: User) -> None:
    mine: dict[str, Any] = {"person": record_of(ann).person, "review_on": in_days(9), "by": ann}
    with acting_as(ann):
        for words in ("One.", "Two."):
            records.record_need(kind="other", words=words, **mine)
        records.record_need(kind="bsl", **mine)
        with pytest.raises(Conflict) as error:
            records.record_need(kind="bsl", **mine)
    assert error.value.code == "recorded-already"
    assert [need.words for need in record_of(ann).needs] == ["One.", "Two.", ""]


def test_a_need_is_reviewed_and_removed(ann: User) -> None:
    worlds.fill_record(ann)
    [need] = record_of(ann).needs
    terms = {"words": "Blue is fine too", "is_flagged": False, "met": "yes"}
    with acting_as(ann):
        records.review_need(need=need.row, review_on=in_days(300), by=ann, **terms)  # type: ignore[arg-type]
    [now] = record_of(ann).needs
    assert (now.words, now.row.is_flagged, now.row.met) == ("Blue is fine too", False, "yes")
    assert record_of(ann).flagged == []
    with acting_as(ann):
        records.remove_need(need=now.row, by=ann)
    assert record_of(ann).needs == []


def test_a_need_is_due_on_its_day() -> None:
    need = CommunicationNeed(kind="bsl", review_on=timezone.localdate())
    assert need.is_due
    need.review_on = in_days(1)
    assert not need.is_due


def test_nobody_else_writes_what_they_may_see(ann: User) -> None:
    worlds.fill_record(ann)
    jo = worlds.user("jo")
    worlds.person(jo, preferred_name="Jo")
    worlds.let_see(ann, jo, "about-me")
    with acting_as(jo):
        need = CommunicationNeed.objects.select_related("person").get()
        terms = {"words": "", "is_flagged": False, "met": "no", "review_on": in_days(9)}
        with pytest.raises(NotAllowed):
            records.review_need(need=need, by=jo, **terms)  # type: ignore[arg-type]
        with pytest.raises(NotAllowed):
            records.remove_need(need=need, by=jo)
    assert [need.words for need in record_of(ann).needs] == [worlds.WORDS]


# --- Sealed ---------------------------------------------------------------------------------------


def test_nothing_that_is_sealed_lies_open(ann: User) -> None:
    """Read as the owner of the tables reads them, which is how a stolen backup reads."""
    worlds.fill_record(ann, neighbourhood=worlds.neighbourhood())
    with acting_as(ann), connection.cursor() as cursor:
        for model in (ProtectedAddress, SafeContact, CommunicationNeed, PersonKey):
            cursor.execute(f"SELECT t.*, t::text FROM {model._meta.db_table} t")
            [row] = cursor.fetchall()
            bare = b"".join(bytes(v) if isinstance(v, memoryview) else str(v).encode() for v in row)
            for secret in (worlds.ADDRESS, worlds.REACH, worlds.SAY, worlds.NEVER, worlds.WORDS):
                assert secret.encode() not in bare


def test_a_sealed_row_opens_for_its_own_person_only(ann: User) -> None:
    bob = worlds.user("bob")
    worlds.person(bob, preferred_name="Bob")
    for user in (ann, bob):
        worlds.fill_record(user)
    with acting_as(ann):
        hers, key = ProtectedAddress.objects.get(), PersonKey.objects.get()
        assert hers.words(key) == {"address": worlds.ADDRESS}
    with acting_as(bob):
        his, other = ProtectedAddress.objects.get(), PersonKey.objects.get()
    with pytest.raises(SealBroken):
        hers.words(other)
    # Carried over into his row, with her key and with his.
    his.sealed = hers.sealed
    for each in (key, other):
        with pytest.raises(SealBroken):
            his.words(each)
    # Her key carried over into his record.
    other.wrapped = key.wrapped
    with pytest.raises(SealBroken):
        his.words(other)


def test_without_the_key_nothing_opens(ann: User) -> None:
    worlds.fill_record(ann)
    with acting_as(ann):
        PersonKey.objects.all().delete()
        with pytest.raises(RuntimeError, match="lost its key"):
            queries.own_record(ann)


def test_if_the_trace_fails_nothing_is_written(ann: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: object, **kwargs: object) -> None:
        raise OSError("no room for the trail")

    person = record_of(ann).person
    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", broken)
        for act, sent in (
            (records.introduce, {"preferred_name": "Other", "date_of_birth": worlds.BORN}),
            (records.say_how_to_reach, {"channel": "text", "reach": "1"}),
            (records.keep_address, {"address": "1", "neighbourhood": None}),
            (records.record_need, {"kind": "bsl", "review_on": in_days(9)}),
        ):
            with acting_as(ann), pytest.raises(OSError, match="no room"):
                act(person=person, **sent, by=ann)  # type: ignore[operator]
    with acting_as(ann):
        assert Person.objects.get().preferred_name == "Ann"
        for model in (AboutMe, SafeContact, ProtectedAddress, CommunicationNeed):
            assert not model.objects.exists()
