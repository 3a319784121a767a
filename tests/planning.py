"""Small worlds about needs and plans: conversations that were really had, through the product's own actions."""

from __future__ import annotations

from governance.models import User
from people.actions import conversations
from people.models import Conversation, Person
from socialcare.kernel.acting import acting_as

# Words that stand in a conversation that `converse` had, and nowhere else.
HELPS = "Old Barnaby carries the shopping up"
GOOD = "Soup on the balcony"


def converse(by: User, **answers: str) -> Conversation:
    """A conversation that `by` has begun, with those answers (`_` for `-`) or a few; each with words."""
    with acting_as(by):
        conversation = conversations.begin(person=Person.objects.get(user=by), by=by)
        for outcome, answer in (answers or {"eating": "every-day", "home": "some"}).items():
            conversations.answer(
                conversation=conversation,
                outcome=outcome.replace("_", "-"),
                answer=answer.replace("_", "-"),
                what_helps=HELPS,
                what_would_be_good=GOOD,
                by=by,
            )
    return conversation
