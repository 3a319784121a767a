"""The kernel's background work: each task makes one call."""

from celery import shared_task

from socialcare.kernel import outbox
from socialcare.kernel.api import idempotency


@shared_task(name="kernel.deliver_message")
def deliver_message(message_id: int) -> None:
    outbox.deliver(message_id)


@shared_task(name="kernel.sweep_outbox")
def sweep_outbox() -> None:
    outbox.sweep()


@shared_task(name="kernel.forget_idempotent_requests")
def forget_idempotent_requests() -> None:
    idempotency.forget_old()
