"""Telling a person that there is something new for them: only those who said that e-mail is a safe way to reach them.

Whoever has not said so finds it on their own pages. What the letter says is `governance.notices`': nothing.
"""

from __future__ import annotations

from hashlib import sha256

from governance import notices
from governance.models import User
from people.models import SafeContact
from socialcare.kernel import outbox
from socialcare.kernel.acting import acting_as

TOPIC = "people.tell"


def tell(user_id: int | None, *, about: str) -> None:
    """Promises it to the person with that account, once for each `about`. Nobody is told where there is no account."""
    if user_id is not None:
        # A promise has no row security: it names the account, and what it is about only so that it is made once.
        once = sha256(f"{user_id} {about}".encode()).hexdigest()[:32]
        outbox.promise(TOPIC, key=f"tell-person:{once}", by=None, user_id=user_id, once=once)


@outbox.handler(TOPIC)
def pass_on(*, user_id: int, once: str, by: int | None) -> None:
    """Asks as the person themself whether e-mail is safe: nobody else may know."""
    with acting_as(user_id):
        is_safe = SafeContact.objects.filter(
            person__user_id=user_id, channel=SafeContact.Channel.EMAIL
        ).exists()
        if is_safe:
            notices.tell(User.objects.get(pk=user_id), about=once)
