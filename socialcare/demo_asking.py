"""The demonstration's asks: one that waits, one that the social worker took, and an invitation. All of it is invented."""

from __future__ import annotations

from governance.models import Sphere, User
from people import rules_asks
from people.actions import asks, invitations
from people.models import Ask
from socialcare.kernel.acting import acting_as

# Numbers that Ofcom keeps free for stories.
_WAITING = {
    "name": "Jean from the corner",
    "words": "Since my fall I do not get to the shop, and I miss the choir.",
    "talk": Ask.Talk.PHONE,
    "channel": "phone",
    "reach": "01632 960117, in the morning",
    "say": "It is about the choir.",
    "never": "No messages on the machine.",
}
_TAKEN = {
    "name": "Sam",
    "words": "Somebody to talk with about getting out more.",
    "talk": Ask.Talk.IN_PERSON,
    "channel": "text",
    "reach": "07700 900123",
    "say": "It is about the gardening club.",
    "never": "No letters.",
}


def build(*, citizen: User, worker: User, place: Sphere) -> str:
    """Builds what is missing, and says what is there."""
    with acting_as(worker):
        waiting = rules_asks.to_answer(worker).filter(taken_by=None, person=None).exists()
    if not waiting:
        with acting_as(None):
            asks.make(neighbourhood=place, for_whom=Ask.ForWhom.ME, by=None, **_WAITING)
    with acting_as(citizen):
        own = rules_asks.own_asks(citizen)
        mine = own.filter(state=Ask.State.WAITING).first()
        if not own.exists():
            mine = asks.make(neighbourhood=place, for_whom=Ask.ForWhom.ME, by=citizen, **_TAKEN).ask
        if not rules_asks.own_invitations(citizen).exists():
            invitations.make(neighbourhood=place, by=citizen)
    if mine is not None:
        with acting_as(worker):
            asks.note_read(ask=mine, by=worker)
            asks.take(ask=mine, by=worker)
    return "Two people asked for help; the social worker has taken one of them."
