"""The timed work of people's records: each task makes one call."""

from celery import shared_task

from people.actions import asks, invitations


@shared_task(name="people.forget_ended_invitations")
def forget_ended_invitations() -> None:
    invitations.forget_ended()


@shared_task(name="people.forget_old_asks")
def forget_old_asks() -> None:
    asks.forget_old()
