"""The outbox keeps its promises: once, after commit, again after a failure, and never two workers at a time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.utils import timezone

from socialcare.kernel import outbox, tasks
from socialcare.kernel.errors import Conflict
from socialcare.kernel.models import OutboxMessage

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

TOPIC = "tests.work"


class Work:
    """A handler that remembers its calls, and fails or waits when told to."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.error: Exception | None = None
        self.begun = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()

    def __call__(self, *, by: int | None, **payload: Any) -> None:
        self.calls.append({"by": by, **payload})
        self.begun.set()
        assert self.may_end.wait(timeout=20)
        if self.error is not None:
            raise self.error


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    handler = Work()
    monkeypatch.setitem(outbox._handlers, TOPIC, handler)
    return handler


@pytest.fixture(autouse=True)
def nudges(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The ids that a worker would have been nudged about."""
    ids: list[int] = []
    monkeypatch.setattr(tasks.deliver_message, "delay", ids.append)
    return ids


def promised(key: str = "work:1", **values: Any) -> OutboxMessage:
    return outbox.promise(TOPIC, key=key, **{"by": None, **values})


# --- Promising ------------------------------------------------------------------------------------


def test_a_promise_is_kept_with_its_payload(work: Work, nudges: list[int]) -> None:
    message = promised(by=7, thing_id=3)
    assert nudges == [message.pk]
    assert outbox.deliver(message.pk)
    assert work.calls == [{"by": 7, "thing_id": 3}]
    message.refresh_from_db()
    assert message.done_at is not None
    assert message.attempts == 1


def test_the_nudge_comes_after_the_commit(nudges: list[int]) -> None:
    with transaction.atomic():
        message = promised()
        assert nudges == []
    assert nudges == [message.pk]


def test_nothing_is_promised_by_what_was_rolled_back(nudges: list[int]) -> None:
    with transaction.atomic():
        promised()
        transaction.set_rollback(True)
    assert nudges == []
    assert not OutboxMessage.objects.exists()


def test_one_promise_a_key(nudges: list[int]) -> None:
    first = promised(thing_id=1)
    again = promised(thing_id=2)
    assert again == first
    assert again.payload == {"thing_id": 1}
    assert nudges == [first.pk]


def test_the_database_keeps_one_promise_a_key() -> None:
    promised()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutboxMessage.objects.create(topic=TOPIC, key="work:1")


def test_work_for_later_is_left_to_the_sweeper(work: Work, nudges: list[int]) -> None:
    later = timezone.now() + timedelta(hours=1)
    message = promised(not_before=later)
    assert nudges == []
    assert outbox.sweep() == []
    with time_machine.travel(later, tick=False):
        assert outbox.sweep() == nudges == [message.pk]


def test_a_lost_nudge_loses_nothing(work: Work, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(message_id: int) -> None:
        raise ConnectionError("the broker is away")

    with monkeypatch.context() as patch:
        patch.setattr(tasks.deliver_message, "delay", broken)
        with transaction.atomic():
            message = promised()
    with time_machine.travel(timezone.now() + outbox.NUDGE_INTERVAL):
        assert outbox.sweep() == [message.pk]


# --- Delivering -----------------------------------------------------------------------------------


def test_delivered_twice_runs_once(work: Work) -> None:
    message = promised()
    assert outbox.deliver(message.pk)
    assert outbox.deliver(message.pk)
    assert len(work.calls) == 1


def test_there_is_nothing_to_deliver_under_an_unknown_number() -> None:
    assert not outbox.deliver(424242)


def test_a_failure_is_tried_again_later_and_later_and_then_given_up(work: Work) -> None:
    message = promised()
    work.error = ValueError("Ann Smith lives at 3 High Street")
    waits = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for attempt in range(1, outbox.MAX_ATTEMPTS + 1):
            assert not outbox.deliver(message.pk)
            message.refresh_from_db()
            assert message.attempts == attempt == len(work.calls)
            # What went wrong is a class or a code: the words of an error may be about people.
            assert message.last_error == "ValueError"
            if message.given_up_at is None:
                waits.append((message.next_attempt_at - timezone.now()).total_seconds())
                assert message not in OutboxMessage.objects.due()
                clock.move_to(message.next_attempt_at)
                assert message in OutboxMessage.objects.due()
    assert waits == [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]
    assert message.given_up_at is not None
    assert message not in OutboxMessage.objects.due()
    work.error = None
    assert not outbox.deliver(message.pk)
    assert len(work.calls) == outbox.MAX_ATTEMPTS


def test_a_failure_that_passes(work: Work) -> None:
    message = promised()
    work.error = Conflict("not-yet", "Not yet.")
    assert not outbox.deliver(message.pk)
    message.refresh_from_db()
    assert message.last_error == "not-yet"
    work.error = None
    assert outbox.deliver(message.pk)
    message.refresh_from_db()
    assert message.last_error == ""
    assert message.done_at is not None
    assert message.attempts == 2


def test_work_that_breaks_in_the_database_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*, by: int | None, **payload: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            OutboxMessage.objects.update(key="lost with the rest")
            cursor.execute("SELECT 1 / 0")

    monkeypatch.setitem(outbox._handlers, TOPIC, breaks)
    message = promised()
    assert not outbox.deliver(message.pk)
    message.refresh_from_db()
    assert (message.last_error, message.key) == ("DataError", "work:1")


def test_work_that_nobody_does_is_noted() -> None:
    message = outbox.promise("tests.unknown", key="x", by=None)
    assert not outbox.deliver(message.pk)
    message.refresh_from_db()
    assert message.last_error == "KeyError"


def test_done_and_given_up_exclude_each_other() -> None:
    message = promised()
    now = timezone.now()
    with pytest.raises(IntegrityError, match="outbox_done_or_given_up"), transaction.atomic():
        OutboxMessage.objects.filter(pk=message.pk).update(done_at=now, given_up_at=now)


def test_a_topic_has_one_handler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_handlers", {})
    first = Work()
    assert outbox.handler(TOPIC)(first) is first
    assert outbox.handler(TOPIC)(first) is first
    assert outbox.is_handled(TOPIC)
    assert not outbox.is_handled("tests.other")
    with pytest.raises(RuntimeError, match="two handlers"):
        outbox.handler(TOPIC)(Work())


# --- Two workers ----------------------------------------------------------------------------------


class Elsewhere(threading.Thread):
    """Another worker with a connection of its own."""

    def __init__(self, message_id: int) -> None:
        super().__init__()
        self.message_id = message_id
        self.done: bool | None = None
        self.error: DatabaseError | None = None

    def run(self) -> None:
        try:
            self.done = outbox.deliver(self.message_id)
        except DatabaseError as error:
            self.error = error
        finally:
            connection.close()


@pytest.fixture
def elsewhere(work: Work) -> Iterator[Elsewhere]:
    """Another worker, in the middle of the work."""
    work.may_end.clear()
    worker = Elsewhere(promised().pk)
    worker.start()
    assert work.begun.wait(timeout=20)
    yield worker
    work.may_end.set()
    worker.join(timeout=20)
    assert not worker.is_alive()


def test_two_workers_never_do_the_same_work_at_a_time(work: Work, elsewhere: Elsewhere) -> None:
    assert not outbox.deliver(elsewhere.message_id)
    assert len(work.calls) == 1
    work.may_end.set()
    elsewhere.join(timeout=20)
    assert elsewhere.done is True
    assert outbox.deliver(elsewhere.message_id)
    assert len(work.calls) == 1


def test_one_piece_of_work_does_not_hold_up_another(work: Work, elsewhere: Elsewhere) -> None:
    other = promised(key="work:2")
    work.may_end.set()
    assert outbox.deliver(other.pk)


def test_a_failed_worker_lets_go(work: Work, elsewhere: Elsewhere) -> None:
    work.error = ValueError()
    work.may_end.set()
    elsewhere.join(timeout=20)
    assert elsewhere.done is False
    work.error = None
    assert outbox.deliver(elsewhere.message_id)


def test_a_worker_whose_connection_dies_lets_go(work: Work, elsewhere: Elsewhere) -> None:
    """PostgreSQL drops the lock with the connection: another worker takes the work up at once."""
    work.begun.clear()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database "
            "WHERE l.locktype = 'advisory' AND d.datname = current_database()"
        )
        assert cursor.rowcount == 1
    second = Elsewhere(elsewhere.message_id)
    second.start()
    assert work.begun.wait(timeout=20)
    assert len(work.calls) == 2
    work.may_end.set()
    second.join(timeout=20)
    elsewhere.join(timeout=20)
    assert second.done is True
    # The first worker finished too, and could tell nobody.
    assert elsewhere.done is None
    assert isinstance(elsewhere.error, DatabaseError)


# --- Sweeping -------------------------------------------------------------------------------------


def test_the_sweeper_nudges_what_is_due_and_nothing_else(work: Work, nudges: list[int]) -> None:
    due = [promised(key=f"due:{number}") for number in range(3)]
    done = promised(key="done")
    outbox.deliver(done.pk)
    given_up = promised(key="given-up")
    OutboxMessage.objects.filter(pk=given_up.pk).update(given_up_at=timezone.now())
    promised(key="later", not_before=timezone.now() + timedelta(days=1))
    nudges.clear()
    assert outbox.sweep() == []  # all of them were nudged a moment ago
    with time_machine.travel(timezone.now() + outbox.NUDGE_INTERVAL, tick=False):
        assert outbox.sweep(limit=2) == [due[0].pk, due[1].pk]
        assert outbox.sweep() == [due[2].pk]
        assert outbox.sweep() == []
    assert nudges == [message.pk for message in due]


def test_the_tasks_make_one_call_each(work: Work, nudges: list[int]) -> None:
    message = promised()
    nudges.clear()
    with time_machine.travel(timezone.now() + outbox.NUDGE_INTERVAL, tick=False):
        tasks.sweep_outbox()
        assert nudges == [message.pk]
    tasks.deliver_message(message.pk)
    assert len(work.calls) == 1
