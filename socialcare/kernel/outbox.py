"""Promising background work, and keeping the promise.

`promise` writes a row in the caller's transaction and nudges a worker after commit. The nudge may be lost; the
sweeper is the guarantee. `deliver` holds a session-level advisory lock while it works: a worker that is killed
loses its connection and with it the lock, so the next sweep can take the work up at once. Handlers therefore
must be idempotent, and must keep their progress in their own rows.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from socialcare.kernel.logs import log_context
from socialcare.kernel.models import OutboxMessage

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 12
# While a message is on its way, the sweeper leaves it alone for so long.
NUDGE_INTERVAL = timedelta(seconds=10)
# Distinguishes our advisory locks from any other use of the same numbers.
_LOCK_SPACE = 0x0B0C << 48


# Called with the payload as keywords, and `by`.
Handler = Callable[..., None]

_handlers: dict[str, Handler] = {}


def handler(topic: str) -> Callable[[Handler], Handler]:
    """Registers the function that does the work of `topic`. It gets the payload, and `by`: the acting user's id."""

    def register(function: Handler) -> Handler:
        if topic in _handlers and _handlers[topic] is not function:
            raise RuntimeError(f"two handlers for {topic}")
        _handlers[topic] = function
        return function

    return register


def is_handled(topic: str) -> bool:
    """Whether some app does the work of `topic`."""
    return topic in _handlers


def promise(
    topic: str,
    *,
    key: str,
    by: int | None,
    not_before: datetime | None = None,
    **payload: Any,
) -> OutboxMessage:
    """Promises `topic` with `payload` (ids and codes only), once for this `key`, if the transaction commits.

    `not_before` puts the work off until then; the sweeper will find it.
    """
    message, created = OutboxMessage.objects.get_or_create(
        key=key,
        defaults={
            "topic": topic,
            "payload": payload,
            "acting_user_id": by,
            "next_attempt_at": not_before or timezone.now() + NUDGE_INTERVAL,
        },
    )
    if created and not_before is None:
        transaction.on_commit(lambda: _nudge(message.pk), robust=True)
    return message


def _nudge(message_id: int) -> None:
    from socialcare.kernel.tasks import deliver_message

    deliver_message.delay(message_id)


@contextmanager
def _held(message_id: int) -> Iterator[bool]:
    """Whether this connection now holds the message; nobody else can until it ends or dies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK_SPACE + message_id])
        held = bool(cursor.fetchone()[0])
    try:
        yield held
    finally:
        if held and connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK_SPACE + message_id])


def deliver(message_id: int) -> bool:
    """Does the work of one message now, unless it is done or somebody else is at it. True if it is done."""
    with _held(message_id) as held:
        if not held:
            return False
        message = OutboxMessage.objects.filter(pk=message_id).first()
        if message is None or message.given_up_at is not None:
            return False
        if message.done_at is not None:
            return True
        # Counted before the work: a message that kills its worker must not be tried for ever.
        message.attempts += 1
        message.save(update_fields=["attempts"])
        with log_context(
            outbox_id=message.pk, topic=message.topic, attempts=message.attempts, **_run(message)
        ):
            return _do(message)


def _run(message: OutboxMessage) -> dict[str, object]:
    """The run that a message is about, for the log."""
    run_id = message.payload.get("run_id")
    return {} if run_id is None else {"run_id": run_id}


def _do(message: OutboxMessage) -> bool:
    try:
        _handlers[message.topic](by=message.acting_user_id, **message.payload)
    except Exception as error:
        _failed(message, error)
        return False
    message.done_at = timezone.now()
    message.last_error = ""
    message.save(update_fields=["done_at", "last_error"])
    logger.info("outbox message done")
    return True


def _failed(message: OutboxMessage, error: Exception) -> None:
    # The error's text may hold words about people; its class and code do not.
    message.last_error = str(getattr(error, "code", "") or type(error).__name__)[:100]
    if message.attempts >= MAX_ATTEMPTS:
        message.given_up_at = timezone.now()
    else:
        message.next_attempt_at = timezone.now() + timedelta(seconds=min(2**message.attempts, 600))
    message.save(update_fields=["last_error", "given_up_at", "next_attempt_at"])
    logger.warning("outbox message failed", exc_info=error, extra={"code": message.last_error})


def sweep(*, limit: int = 100) -> list[int]:
    """Nudges every message that is due. Returns their ids."""
    with transaction.atomic():
        due = list(
            OutboxMessage.objects.due()
            .select_for_update(skip_locked=True)
            .order_by("next_attempt_at")
            .values_list("pk", flat=True)[:limit]
        )
        OutboxMessage.objects.filter(pk__in=due).update(
            next_attempt_at=timezone.now() + NUDGE_INTERVAL
        )
    for message_id in due:
        _nudge(message_id)
    return due
