"""Telling a person that there is something new for them: only those who said that e-mail is a safe way to reach them.

Whoever has not said so finds it on their own pages. What the letter says is `governance.notices`': nothing.
"""

from __future__ import annotations

from governance import notices
from governance.models import User
from people.models import SafeContact
from socialcare.kernel import outbox
from socialcare.kernel.acting import acting_as

TOPIC = "people.tell"


def tell(user_id: int | None, *, about: str) -> None:
    """Promises it to the person with that account, once for each `about`. Nobody is told where there is no account."""
    if user_id is not None:
        key = f"tell-person:{user_id}:{about}"
        outbox.promise(TOPIC, key=key, by=None, user_id=user_id, about=about)


@outbox.handler(TOPIC)
def pass_on(*, user_id: int, about: str, by: int | None) -> None:
    """Asks as the person themself whether e-mail is safe: nobody else may know."""
    with acting_as(user_id):
        is_safe = SafeContact.objects.filter(
            person__user_id=user_id, channel=SafeContact.Channel.EMAIL
        ).exists()
        if is_safe:
            notices.tell(User.objects.get(pk=user_id), about=about)
