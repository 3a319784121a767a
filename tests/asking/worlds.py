"""People who ask, those who answer them, and words that must be met nowhere else."""

from __future__ import annotations

from typing import Any

from governance.models import Sphere, User
from people.actions import asks
from people.models import Ask
from socialcare.kernel.acting import acting_as

NAME = "Fenella Quince"
REACH = "07700 900782"
SAY = "It is about the choir"
NEVER = "No voicemail ever"
WORDS = "My stairs frighten me since the winter"
SECRETS = (NAME, REACH, SAY, NEVER, WORDS)


def said(**other: Any) -> dict[str, Any]:
    """What a form sends, but for the place."""
    return {
        "name": NAME,
        "talk": "phone",
        "channel": "phone",
        "reach": REACH,
        "say": SAY,
        "never": NEVER,
        "words": WORDS,
        **other,
    }


def asked(place: Sphere, *, by: User | None = None, **other: Any) -> asks.Made:
    """Something asked for, with an account or without."""
    with acting_as(by):
        return asks.make(
            neighbourhood=place, by=by, **{"for_whom": Ask.ForWhom.ME, **said(), **other}
        )


def taken(place: Sphere, worker: User, *, by: User | None = None) -> asks.Made:
    """One that `worker` took."""
    made = asked(place, by=by)
    with acting_as(worker):
        asks.take(ask=made.ask, by=worker)
    return made
