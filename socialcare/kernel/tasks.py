"""Celery's side of the outbox: carries an id, makes one call."""

from celery import shared_task

from socialcare.kernel import outbox


@shared_task(name="kernel.deliver_message")
def deliver_message(message_id: int) -> None:
    outbox.deliver(message_id)


@shared_task(name="kernel.sweep_outbox")
def sweep_outbox() -> None:
    outbox.sweep()
