"""The timed work of people's records: each task makes one call."""

from celery import shared_task

from people.actions import asks, challenges, invitations


@shared_task(name="people.forget_ended_invitations")
def forget_ended_invitations() -> None:
    invitations.forget_ended()


@shared_task(name="people.forget_old_asks")
def forget_old_asks() -> None:
    asks.forget_old()


@shared_task(name="people.draw_missing_panels")
def draw_missing_panels() -> None:
    challenges.draw_missing()
