"""The trail cannot be written loosely, nor touched unseen: each kind of tampering is done here, as the owner, and found."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from itertools import pairwise
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext, override_settings

from governance import audit, tasks
from governance.models import AuditEntry, AuditSeal, User
from tests import worlds

# Entries are sealed at commit, so these tests commit; the owner cleans up after each.
committing = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def note(subject: User, verb: str = "thing.done", **detail: object) -> AuditEntry:
    with transaction.atomic():
        return audit.record(verb, subject=subject, by=subject, **detail)


@pytest.fixture
def trail() -> User:
    """A trail whose last five seals hold one, one, three, one and one entries."""
    subject = worlds.user()
    for number in range(5):
        with transaction.atomic():
            for _ in range(3 if number == 2 else 1):
                audit.record("thing.done", subject=subject, by=subject, number=number)
    return subject


def codes(heads: Path | None = None) -> set[str]:
    return {fault.code for fault in audit.verify(heads=heads)}


@contextmanager
def tampering() -> Iterator[Callable[..., None]]:
    """The owner, with every guard taken off: what somebody with the keys to the database could do."""
    tables = ("governance_auditentry", "governance_auditseal")
    with connections["owner"].cursor() as cursor:
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        try:
            yield lambda sql, *values: cursor.execute(sql, values)
        finally:
            for table in tables:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


# --- Writing --------------------------------------------------------------------------------------


@committing
def test_an_act_without_a_transaction_leaves_no_trace_and_is_refused() -> None:
    subject = worlds.user()
    before = AuditEntry.objects.count()
    with pytest.raises(RuntimeError, match="transaction"):
        audit.record("thing.done", subject=subject, by=None)
    assert AuditEntry.objects.count() == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    [
        "Ann Smith",
        "ann@example.org",
        "She said no.",
        "",
        "line\nbreak",
        "x" * 101,
        "é",
        1.5,
        b"bytes",
        {"name": "Ann"},
        ["ok", "Ann Smith"],
    ],
)
def test_words_are_refused(value: object) -> None:
    subject = worlds.user()
    with pytest.raises(ValueError, match="detail 'reason'"):
        note(subject, reason=value)
    assert not AuditEntry.objects.filter(verb="thing.done").exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "value",
    [1, True, None, "E09000001", "2026-11-21", "formula:england:1", ["a", 1], ("b", None)],
)
def test_ids_numbers_and_codes_are_recorded(value: object) -> None:
    entry = note(worlds.user(), code=value)
    entry.refresh_from_db()
    expected = list(value) if isinstance(value, tuple) else value
    assert entry.detail == {"code": expected}


@pytest.mark.django_db
def test_a_subject_is_known_by_its_public_id_where_it_has_one() -> None:
    subject = worlds.user()
    entry = note(subject)
    assert (entry.subject_kind, entry.subject_id) == ("governance.user", subject.public_id)
    assert entry.actor_id == subject.pk
    place = worlds.neighbourhood()
    with transaction.atomic():
        entry = audit.record("place.seen", subject=place, by=None, sphere=place)
    assert (entry.actor_id, entry.sphere_id) == (None, place.pk)


@committing
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE governance_auditentry SET verb = 'nothing.happened'",
        "DELETE FROM governance_auditentry",
        "TRUNCATE governance_auditentry",
        "UPDATE governance_auditseal SET hash = repeat('f', 64)",
        "DELETE FROM governance_auditseal",
        "INSERT INTO governance_auditseal (number, batch, entries, previous_hash, hash, sealed_at) "
        "VALUES (99, 99, '{}', '', '', now())",
        "SELECT nextval('governance_auditbatch_seq')",
        "ALTER TABLE governance_auditentry DISABLE TRIGGER USER",
        "DROP TRIGGER audit_seal ON governance_auditentry",
    ],
)
def test_the_application_changes_nothing(trail: User, sql: str) -> None:
    with (
        pytest.raises(DatabaseError, match=r"permission denied|must be owner"),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert audit.verify() == []


@committing
@pytest.mark.parametrize("table", ["governance_auditentry", "governance_auditseal"])
def test_even_the_owner_does_not_slip(trail: User, table: str) -> None:
    for sql in (f"UPDATE {table} SET batch = batch", f"DELETE FROM {table}"):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            connections["owner"].cursor() as cursor,
        ):
            cursor.execute(sql)


@committing
def test_the_clock_and_the_batch_are_the_databases(trail: User) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO governance_auditentry (at, batch, verb, subject_kind, subject_id, detail) "
            "VALUES ('2001-01-01', 1, 'thing.done', 'x', 'x', '{}')"
        )
    entry = AuditEntry.objects.latest("pk")
    assert entry.at.year > 2001
    assert entry.batch > 1
    assert audit.verify() == []


# --- Sealing --------------------------------------------------------------------------------------


@committing
def test_one_seal_a_transaction_each_on_the_one_before(trail: User) -> None:
    seals = list(AuditSeal.objects.order_by("number"))
    assert [seal.number for seal in seals] == list(range(1, len(seals) + 1))
    assert [len(seal.entries) for seal in seals][-5:] == [1, 1, 3, 1, 1]
    assert seals[0].previous_hash == audit.GENESIS
    for before, after in pairwise(seals):
        assert after.previous_hash == before.hash
    assert audit.verify() == []


def test_a_seal_is_a_plain_sha256_that_anybody_can_work_out() -> None:
    first, second = hashlib.sha256(b"one").hexdigest(), hashlib.sha256(b"two").hexdigest()
    expected = hashlib.sha256(f"{audit.GENESIS}\n7\n{first}\n{second}".encode()).hexdigest()
    assert audit.seal_hash(previous=audit.GENESIS, number=7, contents=["one", "two"]) == expected


@committing
def test_what_is_rolled_back_leaves_no_entry_and_no_hole(trail: User) -> None:
    def fail() -> None:
        with transaction.atomic():
            audit.record("thing.failed", subject=trail, by=None)
            raise OSError

    seals = AuditSeal.objects.count()
    with pytest.raises(OSError):  # noqa: PT011 -- ours, without words
        fail()
    # A savepoint first, so that the transaction's batch number is undone with it.
    with transaction.atomic():
        with pytest.raises(OSError):  # noqa: PT011
            fail()
        audit.record("thing.done", subject=trail, by=None)
        with pytest.raises(OSError):  # noqa: PT011
            fail()
        audit.record("thing.done", subject=trail, by=None)
    assert not AuditEntry.objects.filter(verb="thing.failed").exists()
    assert AuditSeal.objects.count() == seals + 1
    assert len(AuditSeal.objects.latest("number").entries) == 2
    assert audit.verify() == []


@committing
def test_entries_after_an_early_check_of_constraints_are_sealed_too(trail: User) -> None:
    with transaction.atomic():
        audit.record("thing.done", subject=trail, by=None)
        connection.check_constraints()
        audit.record("thing.done", subject=trail, by=None)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        audit.record("thing.done", subject=trail, by=None)
        audit.record("thing.done", subject=trail, by=None)
    assert audit.verify() == []


@committing
def test_interleaved_transactions_seal_one_after_the_other(trail: User) -> None:
    """Two connections write by turns into transactions that are open together, then commit against the order."""
    steps = threading.Barrier(2, timeout=20)
    errors: list[Exception] = []

    def write(commits_first: bool) -> None:
        try:
            with transaction.atomic():
                for number in range(3):
                    steps.wait()
                    audit.record("thing.done", subject=trail, by=trail, number=number)
                steps.wait()
                if not commits_first:
                    first.join(timeout=20)
        except Exception as error:  # told to the test below
            errors.append(error)
        finally:
            connection.close()

    first = threading.Thread(target=write, args=[True])
    second = threading.Thread(target=write, args=[False])
    first.start()
    second.start()
    first.join(timeout=30)
    second.join(timeout=30)
    assert errors == []
    assert not first.is_alive()
    assert not second.is_alive()
    newest = AuditSeal.objects.order_by("-number")[:2]
    assert [len(seal.entries) for seal in newest] == [3, 3]
    # The two transactions' entries alternate, so neither seal holds three numbers in a row.
    assert all(max(seal.entries) - min(seal.entries) > 2 for seal in newest)
    assert audit.verify() == []


@committing
def test_many_writers_at_once(trail: User) -> None:
    def write() -> None:
        try:
            for number in range(10):
                note(trail, number=number)
        finally:
            connection.close()

    seals = AuditSeal.objects.count()
    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(timeout=30)
    assert AuditSeal.objects.count() == seals + 40
    assert audit.verify() == []


# --- Tampering ------------------------------------------------------------------------------------


def a_sealed_entry(place: int = -2) -> AuditEntry:
    """The first entry of a seal, by its place in the chain."""
    seal = list(AuditSeal.objects.order_by("number"))[place]
    return AuditEntry.objects.get(pk=seal.entries[0])


@committing
@pytest.mark.parametrize(
    "change",
    [
        "actor_id = 424242",
        "actor_id = NULL",
        "at = at - interval '1 day'",
        "verb = 'other.done'",
        "subject_id = 'other'",
        "sphere_id = 1",
        "detail = '{}'",
        """detail = detail || '{"more": 1}'""",
    ],
)
def test_an_edit_is_found(trail: User, change: str) -> None:
    entry = a_sealed_entry()
    with tampering() as sql:
        sql(f"UPDATE governance_auditentry SET {change} WHERE id = %s", entry.pk)
    assert codes() == {"entry-changed"}


@committing
def test_an_edit_of_the_batch_is_found(trail: User) -> None:
    with tampering() as sql:
        sql("UPDATE governance_auditentry SET batch = 0 WHERE id = %s", a_sealed_entry().pk)
    assert codes() == {"entry-changed", "entry-unsealed"}


@committing
def test_a_deletion_is_found(trail: User) -> None:
    entry = a_sealed_entry(-3)  # one of three
    with tampering() as sql:
        sql("DELETE FROM governance_auditentry WHERE id = %s", entry.pk)
    faults = audit.verify()
    assert [(fault.code, fault.at) for fault in faults] == [("entry-deleted", entry.pk)]


@committing
def test_reordering_is_found(trail: User) -> None:
    """Two entries of one seal change places."""
    seal = list(AuditSeal.objects.order_by("number"))[-3]
    one, two, _ = seal.entries
    with tampering() as sql:
        for old, new in ((one, -1), (two, one), (-1, two)):
            sql("UPDATE governance_auditentry SET id = %s WHERE id = %s", new, old)
    assert codes() == {"entry-changed"}
    with tampering() as sql:
        for old, new in ((one, -1), (two, one), (-1, two)):
            sql("UPDATE governance_auditentry SET id = %s WHERE id = %s", new, old)
    assert codes() == set()
    with tampering() as sql:
        sql(
            "UPDATE governance_auditseal SET entries = %s WHERE number = %s",
            [two, one, seal.entries[2]],
            seal.number,
        )
    assert codes() == {"entry-changed"}


@committing
def test_swapped_seals_are_found(trail: User) -> None:
    last = AuditSeal.objects.latest("number").number
    with tampering() as sql:
        for old, new in ((last, -1), (last - 1, last), (-1, last - 1)):
            sql("UPDATE governance_auditseal SET number = %s WHERE number = %s", new, old)
    assert "chain-broken" in codes()


@committing
@pytest.mark.parametrize("batch", ["0", "(SELECT max(batch) FROM governance_auditseal)", "123456"])
def test_an_insertion_behind_the_trails_back_is_found(trail: User, batch: str) -> None:
    with tampering() as sql:
        sql(
            "INSERT INTO governance_auditentry (at, batch, verb, subject_kind, subject_id, detail) "
            f"VALUES (now(), {batch}, 'thing.done', 'governance.user', 'x', '{{}}')"
        )
    assert codes() == {"entry-unsealed"}


@committing
def test_a_seal_taken_out_of_the_middle_is_found(trail: User) -> None:
    seal = list(AuditSeal.objects.order_by("number"))[-2]
    with tampering() as sql:
        sql("DELETE FROM governance_auditseal WHERE number = %s", seal.number)
    assert codes() == {"seal-missing", "entry-unsealed"}
    with tampering() as sql:
        sql("DELETE FROM governance_auditentry WHERE id = ANY(%s)", seal.entries)
    assert codes() == {"seal-missing"}


@committing
def test_a_cut_tail_is_found_by_the_published_head(trail: User, tmp_path: Path) -> None:
    heads = tmp_path / "heads.jsonl"
    assert audit.publish_heads(heads) == [AuditSeal.objects.latest("number")]
    last = AuditSeal.objects.latest("number")
    with tampering() as sql:
        sql("DELETE FROM governance_auditentry WHERE id = ANY(%s)", last.entries)
        sql("DELETE FROM governance_auditseal WHERE number = %s", last.number)
    # Without what was published outside the database nothing is missing: this is why it is published.
    assert codes() == set()
    assert codes(heads) == {"tail-cut"}


@committing
def test_an_emptied_trail_is_found_by_the_published_head(trail: User, tmp_path: Path) -> None:
    heads = tmp_path / "heads.jsonl"
    audit.publish_heads(heads)
    with tampering() as sql:
        sql("DELETE FROM governance_auditentry")
        sql("DELETE FROM governance_auditseal")
    assert codes(heads) == {"tail-cut"}


def seal_anew(sql: Callable[..., None]) -> None:
    """Gives every seal the hash that is right for what its entries say now."""
    previous: dict[int, str] = {}
    for seal in list(audit._seals()):
        before = previous.get(seal.lane, audit.GENESIS)
        previous[seal.lane] = audit.seal_hash(
            previous=before, number=seal.number, contents=seal.contents, lane=seal.lane
        )
        sql(
            "UPDATE governance_auditseal SET previous_hash = %s, hash = %s WHERE lane = %s AND number = %s",
            *(before, previous[seal.lane], seal.lane, seal.number),
        )


@committing
def test_a_chain_worked_out_anew_is_found_by_the_published_head(
    trail: User, tmp_path: Path
) -> None:
    """The most thorough forger edits an entry and then seals everything again, every hash correct."""
    heads = tmp_path / "heads.jsonl"
    audit.publish_heads(heads)
    with tampering() as sql:
        sql("UPDATE governance_auditentry SET actor_id = 424242")
        seal_anew(sql)
    assert codes() == set()
    assert codes(heads) == {"head-differs"}


# --- Publishing and the command -------------------------------------------------------------------


@committing
def test_a_head_is_published_once(trail: User, tmp_path: Path) -> None:
    heads = tmp_path / "deep" / "heads.jsonl"
    assert audit.published_heads(heads) == {}
    assert audit.publish_heads(heads)
    assert audit.publish_heads(heads) == []
    note(trail)
    newest = AuditSeal.objects.latest("number")
    assert audit.publish_heads(heads) == [newest]
    lines = [json.loads(line) for line in heads.read_text().splitlines()]
    assert [line["number"] for line in lines] == [newest.number - 1, newest.number]
    assert audit.published_heads(heads)[0, newest.number] == newest.hash
    assert codes(heads) == set()


@committing
def test_there_is_nothing_to_publish_before_the_first_act(tmp_path: Path) -> None:
    assert audit.publish_heads(tmp_path / "heads.jsonl") == []
    assert not (tmp_path / "heads.jsonl").exists()


@committing
def test_the_task_publishes_where_the_settings_say(trail: User, tmp_path: Path) -> None:
    with override_settings(AUDIT_HEAD_FILE=str(tmp_path / "heads.jsonl")):
        tasks.publish_audit_head()
    assert len(audit.published_heads(tmp_path / "heads.jsonl")) == 1


def verify_audit(heads: Path) -> tuple[int, str, str]:
    out, err = StringIO(), StringIO()
    status = 0
    try:
        call_command("verify_audit", heads=heads, stdout=out, stderr=err)
    except SystemExit as stop:
        status = int(stop.code or 0)
    return status, out.getvalue(), err.getvalue()


@committing
def test_the_command_says_whether_the_trail_is_whole(trail: User, tmp_path: Path) -> None:
    heads = tmp_path / "heads.jsonl"
    audit.publish_heads(heads)
    status, out, err = verify_audit(heads)
    assert (status, err) == (0, "")
    assert "is whole" in out
    assert "1 published heads" in out
    with tampering() as sql:
        sql("UPDATE governance_auditentry SET verb = 'x' WHERE id = %s", a_sealed_entry().pk)
    status, out, err = verify_audit(heads)
    assert status == 1
    assert out == ""
    assert "entry-changed" in err
    assert "NOT whole" in err


@committing
def test_reading_the_trail_back_takes_the_same_queries_however_long_it_is(trail: User) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert audit.verify() == []
        return len(captured)

    short = queries()
    for number in range(30):
        note(trail, number=number)
    assert queries() == short <= 4
