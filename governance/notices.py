"""Telling somebody by e-mail that there is something new for them, and nothing else.

The letter names nobody and nothing, and carries no link: it says to sign in. It is promised in the transaction of what
happened and sent by a worker. The promise holds ids and codes only.
"""

from __future__ import annotations

from django.core.mail import send_mail
from django.utils.translation import gettext as _

from governance.models import User
from socialcare.kernel import outbox

TOPIC = "governance.tell"


def tell(user: User, *, about: str) -> None:
    """Promises one letter to `user`, once for each `about` (a code, such as "ask:7k2m9q4x0abc")."""
    outbox.promise(TOPIC, key=f"tell:{user.pk}:{about}", by=None, user_id=user.pk)


@outbox.handler(TOPIC)
def send(*, user_id: int, by: int | None) -> None:
    """Sends it. Somebody whose account is switched off is not written to."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return
    send_mail(
        subject=_("There is something new for you"),
        message=_("There is something new for you. Sign in as you always do to read it."),
        from_email=None,
        recipient_list=[user.email],
    )
