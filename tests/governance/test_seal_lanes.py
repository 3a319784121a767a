"""Seals in several lanes: who ends alone stays in one chain, who end together do not wait, and no lane can be bent unseen."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from django.db import IntegrityError, connection, connections, transaction

from governance import audit
from governance.models import AuditEntry, AuditSeal, User
from tests import worlds
from tests.governance.test_audit import codes, note, seal_anew, tampering

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

LANES = 16
_LOCK = "hashtext('governance_auditseal')"


@contextmanager
def taken(lanes: int) -> Iterator[None]:
    """The first `lanes` lanes are held, as by transactions that are on their way to the disk."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            f"SELECT pg_advisory_lock({_LOCK}, lane) FROM generate_series(0, %s) AS lane",
            [lanes - 1],
        )
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock_all()")


@pytest.fixture
def trail() -> User:
    """A trail with four seals in lane 1 and two in lane 2, beside those of lane 0."""
    subject = worlds.user()
    note(subject, number=1)
    with taken(1):
        for number in range(4):
            note(subject, number=number)
    with taken(2):
        note(subject, number=2)
        note(subject, number=3)
    note(subject, number=4)
    return subject


def lane(number: int) -> list[AuditSeal]:
    return list(AuditSeal.objects.filter(lane=number).order_by("number"))


def test_who_ends_alone_stays_in_lane_0() -> None:
    subject = worlds.user()
    for number in range(20):
        note(subject, number=number)
    assert set(AuditSeal.objects.values_list("lane", flat=True)) == {0}
    assert audit.verify() == []


def test_each_lane_is_a_chain_of_its_own(trail: User) -> None:
    assert [len(lane(number)) for number in (1, 2, 3)] == [4, 2, 0]
    for number in range(3):
        seals = lane(number)
        assert [seal.number for seal in seals] == list(range(1, len(seals) + 1))
        assert seals[0].previous_hash == audit.GENESIS
        assert all(after.previous_hash == before.hash for before, after in pairwise(seals))
    assert [str(head) for head in audit.heads()] == [f"seal {len(lane(0))}", "seal 1/4", "seal 2/2"]
    assert audit.verify() == []


def test_the_lane_is_under_the_hash() -> None:
    """So that a seal cannot be passed off as another lane's; lane 0 hashes as it did when there was no other."""
    hashes = {
        audit.seal_hash(previous=audit.GENESIS, number=3, contents=["x"], lane=n) for n in range(3)
    }
    assert len(hashes) == 3
    assert audit.seal_hash(previous=audit.GENESIS, number=3, contents=["x"]) in hashes


def test_two_seals_never_have_one_place(trail: User) -> None:
    with tampering() as sql, pytest.raises(IntegrityError, match="audit_seal_number_once_a_lane"):
        sql("UPDATE governance_auditseal SET number = 2 WHERE lane = 1 AND number = 3")


def test_those_who_end_together_take_a_lane_each() -> None:
    """Eight transactions are all sealed, and none has ended."""
    subject = worlds.user()
    everybody = threading.Barrier(8, timeout=20)
    errors: list[Exception] = []

    def act() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                audit.record("thing.done", subject=subject, by=subject)
                cursor.execute("SET CONSTRAINTS audit_seal IMMEDIATE")
                everybody.wait()
        except Exception as error:  # told to the test below
            errors.append(error)
        finally:
            connection.close()

    before = AuditSeal.objects.count()
    for _ in range(3):
        threads = [threading.Thread(target=act) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=30)
    assert errors == []
    assert AuditSeal.objects.count() == before + 24
    assert set(AuditSeal.objects.values_list("lane", flat=True)) == set(range(8))
    assert [len(lane(number)) for number in range(1, 8)] == [3] * 7
    assert audit.verify() == []


def test_where_every_lane_is_taken_it_waits_for_one() -> None:
    subject = worlds.user()
    waiting = threading.Event()

    def act() -> None:
        try:
            with transaction.atomic():
                audit.record("thing.done", subject=subject, by=subject)
                waiting.set()
        finally:
            connection.close()

    with taken(LANES):
        late = threading.Thread(target=act)
        late.start()
        assert waiting.wait(timeout=20)
        late.join(timeout=0.5)
        assert late.is_alive()
        assert not AuditEntry.objects.filter(verb="thing.done").exists()
    late.join(timeout=30)
    assert not late.is_alive()
    seal = AuditSeal.objects.latest("batch")
    assert seal.entries == [AuditEntry.objects.get(verb="thing.done").pk]
    assert 0 <= seal.lane < LANES
    assert audit.verify() == []


# --- Tampering ------------------------------------------------------------------------------------


def test_an_edit_in_any_lane_is_found(trail: User) -> None:
    for number in (1, 2):
        with tampering() as sql:
            sql(
                "UPDATE governance_auditentry SET actor_id = 424242 WHERE id = %s",
                lane(number)[1].entries[0],
            )
    faults = audit.verify()
    assert [(fault.code, fault.at) for fault in faults] == [("entry-changed", 2)] * 2
    assert ["1/2" in faults[0].message, "2/2" in faults[1].message] == [True, True]


def test_a_deletion_in_a_lane_is_found(trail: User) -> None:
    seal = lane(1)[1]
    with tampering() as sql:
        sql("DELETE FROM governance_auditentry WHERE id = ANY(%s)", seal.entries)
    assert codes() == {"entry-deleted"}
    with tampering() as sql:
        sql("DELETE FROM governance_auditseal WHERE batch = %s", seal.batch)
    assert codes() == {"seal-missing"}


def test_swapped_seals_of_a_lane_are_found(trail: User) -> None:
    with tampering() as sql:
        for old, new in ((3, -1), (2, 3), (-1, 2)):
            sql(
                "UPDATE governance_auditseal SET number = %s WHERE lane = 1 AND number = %s",
                new,
                old,
            )
    assert codes() == {"chain-broken", "entry-changed"}


def test_a_seal_in_another_lane_is_found(trail: User) -> None:
    """The last of one lane is put after the last of another, and follows it in all but its hash."""
    last = lane(1)[-1]
    with tampering() as sql:
        sql(
            "UPDATE governance_auditseal SET lane = 2, number = 3, previous_hash = %s WHERE batch = %s",
            lane(2)[-1].hash,
            last.batch,
        )
    assert codes() == {"entry-changed"}


@pytest.mark.parametrize("first", [1, 4])
def test_a_lane_cut_short_is_found_by_the_published_heads(
    trail: User, tmp_path: Path, first: int
) -> None:
    """The end of lane 1, or all of it. Nothing else is missing, and the other lanes went on."""
    heads = tmp_path / "heads.jsonl"
    assert [(seal.lane, seal.number) for seal in audit.publish_heads(heads)][1:] == [(1, 4), (2, 2)]
    note(trail)
    with tampering() as sql:
        for seal in lane(1)[first - 1 :]:
            sql("DELETE FROM governance_auditentry WHERE id = ANY(%s)", seal.entries)
            sql("DELETE FROM governance_auditseal WHERE batch = %s", seal.batch)
    assert codes() == set()
    faults = audit.verify(heads=heads)
    assert [(fault.code, fault.at) for fault in faults] == [("tail-cut", 4)]
    assert "1/4" in faults[0].message


def test_a_lane_worked_out_anew_is_found_by_the_published_heads(
    trail: User, tmp_path: Path
) -> None:
    heads = tmp_path / "heads.jsonl"
    audit.publish_heads(heads)
    with tampering() as sql:
        sql(
            "UPDATE governance_auditentry SET actor_id = 424242 WHERE id = %s",
            lane(2)[0].entries[0],
        )
        seal_anew(sql)
    assert codes() == set()
    assert codes(heads) == {"head-differs"}


# --- Publishing -----------------------------------------------------------------------------------


def test_only_lanes_that_went_on_are_published_again(trail: User, tmp_path: Path) -> None:
    heads = tmp_path / "heads.jsonl"
    assert len(audit.publish_heads(heads)) == 3
    with taken(2):
        note(trail)
    assert [(seal.lane, seal.number) for seal in audit.publish_heads(heads)] == [(2, 3)]
    assert audit.newest(audit.published_heads(heads)) == {0: len(lane(0)), 1: 4, 2: 3}
    assert codes(heads) == set()


def test_a_head_published_before_there_were_lanes_is_of_lane_0(trail: User, tmp_path: Path) -> None:
    heads = tmp_path / "heads.jsonl"
    old = lane(0)[0]
    heads.write_text(json.dumps({"number": old.number, "hash": old.hash}) + "\n")
    assert audit.published_heads(heads) == {(0, old.number): old.hash}
    assert codes(heads) == set()
    assert len(audit.publish_heads(heads)) == 3
    assert codes(heads) == set()
