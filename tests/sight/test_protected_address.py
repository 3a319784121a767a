"""Where Mia lives, asked for by every other way: nobody who was not let see it finds out, not even that it is there.

Each route is tried by somebody who was let see every other part, by a councillor and a social worker of her own
neighbourhood, and by somebody who holds every office there is.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from governance.models import AuditEntry, User
from people.models import PersonKey, ProtectedAddress, Residence
from people.parts import Part
from socialcare.kernel.acting import acting_as
from socialcare.kernel.models import IdempotentRequest, OutboxMessage
from socialcare.kernel.sealing import SealBroken
from tests import worlds
from tests.sight.world import World

ATTACKERS = [f"other {Part.ADDRESS}", "councillor", "worker", "everything"]
STREET = "Larkspur"


@pytest.fixture(params=ATTACKERS)
def attacker(world: World, request: pytest.FixtureRequest) -> User:
    return world.people[request.param]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything that the service would log, below the level it is run at too."""
    with caplog.at_level(logging.DEBUG):
        logging.getLogger("django.db.backends").setLevel(logging.WARNING)
        yield caplog


def rows(user: User | None, sql: str, *values: object) -> list[tuple[object, ...]]:
    with acting_as(user), connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def shown(client: Client, address: str) -> str:
    answer = client.get(address, follow=True)
    content = b"".join(answer) if answer.streaming else answer.content
    return content.decode() + "".join(where for where, _status in answer.redirect_chain)


# --- By PostgreSQL --------------------------------------------------------------------------------

HERS = "SELECT id FROM people_person WHERE preferred_name LIKE 'Mia%%'"
# Each gives one row; "no" or nothing is what it gives when there is no address anywhere.
QUESTIONS = {
    "how many": "SELECT count(*) FROM people_protectedaddress WHERE person_id IN ({hers})",
    "how many live where": "SELECT count(*) FROM people_residence WHERE neighbourhood_id = {place}",
    "sorted by it": "SELECT count(a.sealed) FROM people_person p LEFT JOIN people_protectedaddress a "
    "ON a.person_id = p.id WHERE p.id IN ({hers})",
    "joined to the place": "SELECT count(*) FROM governance_sphere s JOIN people_residence r "
    "ON r.neighbourhood_id = s.id WHERE s.id = {place}",
    "by its length": "SELECT coalesce(sum(length(sealed)), 0) FROM people_protectedaddress "
    "WHERE person_id IN ({hers})",
    "by a window": "SELECT count(*) FROM (SELECT row_number() OVER (ORDER BY sealed) "
    "FROM people_protectedaddress WHERE person_id IN ({hers})) AS w",
    "by a lateral": "SELECT count(*) FROM people_person p, LATERAL (SELECT * FROM people_residence r "
    "WHERE r.person_id = p.id) AS l WHERE p.id IN ({hers})",
    "as whole rows": "SELECT count(*) FROM (SELECT to_jsonb(a) FROM people_protectedaddress a "
    "WHERE a.person_id IN ({hers})) AS j",
    "asking as her": "SELECT count(*) FROM visible_person_ids({mia}, 'address') AS v(id) WHERE id IN ({hers})",
}


@pytest.mark.parametrize("question", list(QUESTIONS))
def test_no_question_in_sql_gives_it_away(world: World, attacker: User, question: str) -> None:
    sql = QUESTIONS[question].format(
        hers=str(world.person.pk), place=world.place.pk, mia=world.mia.pk
    )
    [(answer,)] = rows(attacker, sql)
    assert answer == 0
    if question != "asking as her":
        [(answer,)] = rows(world.mia, sql)
        assert answer, "the question is a real one"


def test_the_planners_statistics_do_not_tell(world: World, attacker: User) -> None:
    found = rows(
        attacker,
        "SELECT tablename FROM pg_stats WHERE tablename IN ('people_residence', 'people_protectedaddress')",
    )
    assert found == []


@pytest.mark.parametrize("table", ["people_protectedaddress", "people_safecontact"])
def test_writing_does_not_tell_whether_it_is_there(
    world: World, attacker: User, table: str
) -> None:
    """A row that is there and one that is not are refused alike: not by the unique key, which would tell."""
    nobody = world.person.pk + 10_000
    columns = "person_id, sealed" + (", channel" if table == "people_safecontact" else "")
    more = ", 'text'" if table == "people_safecontact" else ""
    said = []
    for person_id in (world.person.pk, nobody):
        for also in ("", " ON CONFLICT DO NOTHING"):
            sql = f"INSERT INTO {table} ({columns}) VALUES (%s, 'x'{more}){also} RETURNING 1"
            with pytest.raises(DatabaseError) as refused, transaction.atomic():
                rows(attacker, sql, person_id)
            said.append(str(refused.value))
    assert len(set(said)) == 1
    assert "row-level security" in said[0]


def test_it_cannot_be_pointed_at_oneself(world: World, attacker: User) -> None:
    """Taking her row over, or her key."""
    for table in ("people_protectedaddress", "people_residence", "people_personkey"):
        with acting_as(attacker), connection.cursor() as cursor:
            cursor.execute(
                f"UPDATE {table} SET person_id = (SELECT own_person_id()) WHERE person_id = %s",
                [world.person.pk],
            )
            assert cursor.rowcount == 0


# --- By its traces --------------------------------------------------------------------------------


def test_the_trail_and_the_promises_do_not_tell(world: World, attacker: User) -> None:
    with acting_as(attacker):
        told = json.dumps(
            [
                *AuditEntry.objects.values(
                    "verb", "subject_kind", "subject_id", "detail", "sphere_id"
                ),
                *OutboxMessage.objects.values("topic", "key", "payload", "last_error"),
                *IdempotentRequest.objects.values("key", "body", "location"),
            ]
        )
    assert STREET not in told
    said = AuditEntry.objects.filter(verb="address.said")
    assert said.exists()
    assert not said.exclude(detail={}, sphere_id=None).exists()


def test_no_letter_tells(world: World) -> None:
    assert not [letter for letter in mail.outbox if STREET in letter.body + letter.subject]


def test_the_key_opens_nothing_that_is_hidden(world: World) -> None:
    """Whoever may see another part holds the key of her words, but never the words of this part."""
    reader = world.people[f"other {Part.ADDRESS}"]
    with acting_as(reader):
        key = PersonKey.objects.get(person=world.person)
        assert not ProtectedAddress.objects.exists()
        assert not Residence.objects.exists()
    with acting_as(world.mia):
        hers = ProtectedAddress.objects.get()
    hers.person_id = world.person.pk + 1
    with pytest.raises(SealBroken) as broken:
        hers.words(key)
    assert STREET not in str(broken.value)


def test_a_row_says_nothing_of_itself(world: World) -> None:
    with acting_as(world.mia):
        for row in (ProtectedAddress.objects.get(), Residence.objects.get()):
            assert STREET not in f"{row!r} {row}"
            assert world.place.name not in f"{row!r} {row}"


# --- By pages and the API -------------------------------------------------------------------------


def test_no_address_of_ours_tells(world: World, attacker: User) -> None:
    client = world.client(attacker)
    code = world.place.code
    for address in (
        "/",
        "/home/",
        "/people/",
        "/people/?q=Larkspur",
        "/people/?sort=address",
        f"/people/{world.person.public_id}/",
        f"/people/{world.person.public_id}/address/",
        f"/places/{code}/",
        "/find/",
        "/decisions/",
        "/open-data/",
        "/api/v1/me/",
        "/api/v1/spheres/?name=Larkspur",
        f"/api/v1/spheres/{code}/",
        f"/api/v1/people/{world.person.public_id}/",
        f"/api/v1/people/{world.person.public_id}/?parts=address",
        f"/api/v1/people/{world.person.public_id}/address/",
        "/api/schema/",
        "/metrics",
        f"/people/{quote(worlds.ADDRESS)}/",
    ):
        text = shown(client, address)
        assert worlds.ADDRESS not in text.replace(quote(worlds.ADDRESS), ""), address
        assert f'summary-list__value">{world.place.name}<' not in text, address


def test_searching_for_it_finds_nothing(world: World, attacker: User) -> None:
    client = world.client(attacker)
    for typed in (worlds.ADDRESS, "Larkspur Yard", "Mia Quillfeather"):
        answer = client.post("/find/", {"q": typed}, follow=True)
        assert answer.status_code in {200, 422}
        assert world.person.public_id not in answer.content.decode()
        assert "Mia Quillfeather" not in answer.content.decode().replace(typed, "")


def test_the_place_does_not_count_who_lives_there(world: World, attacker: User) -> None:
    """Its page is the same before and after she moves away."""
    client = world.client(attacker)

    def page() -> str:
        text = shown(client, f"/places/{world.place.code}/")
        return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", text)

    before = page()
    with acting_as(world.mia):
        Residence.objects.all().delete()
    assert page() == before


def test_an_error_does_not_repeat_it(world: World, log: pytest.LogCaptureFixture) -> None:
    """She writes it with a mistake beside it: it comes back to her alone, and goes nowhere else."""
    client = world.client(world.mia)
    sent = {"address": worlds.ADDRESS, "neighbourhood": "Nowhere in particular"}
    answer = client.post("/home/record/address/", sent)
    assert answer.status_code == 422
    assert worlds.ADDRESS in answer.content.decode()
    sent["neighbourhood"] = world.place.name
    answer = client.post("/home/record/address/", sent, follow=True)
    assert answer.status_code == 200
    addresses = [where for where, _status in answer.redirect_chain]
    assert addresses == ["/home/record/"]
    client.get("/home/record/")
    world.client(world.people[f"live {Part.ADDRESS}"]).get(f"/people/{world.person.public_id}/")
    assert STREET not in log.text
    assert world.place.name not in log.text


def test_a_page_with_it_is_kept_by_nobody(world: World) -> None:
    for user, address in (
        (world.mia, "/home/record/"),
        (world.mia, "/home/record/address/"),
        (world.people[f"live {Part.ADDRESS}"], f"/people/{world.person.public_id}/"),
        (world.people[f"live {Part.ADDRESS}"], f"/api/v1/people/{world.person.public_id}/"),
    ):
        answer = world.client(user).get(address)
        assert worlds.ADDRESS in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
        assert "private" in answer["Cache-Control"]


def test_a_form_sent_too_late_is_kept_sealed(world: World) -> None:
    """The service keeps what somebody wrote when their session had ended: not in the open."""
    client = world.client(world.mia)
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=True):
        answer = client.post("/home/record/address/", {"address": worlds.ADDRESS})
        assert answer["Location"].startswith("/accounts/login/")
        kept = dict(client.session.items())
    assert "kept_form" in kept
    assert STREET not in json.dumps(kept)
