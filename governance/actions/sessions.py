"""Beginning and ending sign-ins. Each leaves a trace; none keeps a network address."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from governance import audit, devices
from governance.models import KnownDevice, Session, User
from governance.sessions import SIGN_IN
from socialcare.kernel import acting, outbox
from socialcare.kernel.errors import Missing
from socialcare.kernel.public_ids import new_public_id

# A kind of device that was not used for so long is new again, and is then forgotten.
DEVICE_REMEMBERED = timedelta(days=90)


@transaction.atomic
def begin(*, session: SessionBase, device: str, by: User) -> str:
    """Puts the sign-in of `by` into their session, under a new public id, which is returned.

    `device` is a kind (`governance.devices.kind`). When it is a kind that `by` has not used for 90 days and they have
    used another, a letter about it is promised.
    """
    now = int(acting.now().timestamp())
    public_id = new_public_id()
    session[SIGN_IN] = {
        "id": public_id,
        "user": by.pk,
        "device": device,
        "begun": now,
        "seen": now,
    }
    audit.record("session.begun", subject=by, by=by, session=public_id, device=device)
    if _is_new_kind(user=by, device=device):
        outbox.promise(NEW_DEVICE, key=f"{NEW_DEVICE}:{public_id}", by=by.pk, device=device)
    return public_id


def _is_new_kind(*, user: User, device: str) -> bool:
    """Whether the device is of another kind than those `user` is known by; from now on it is known."""
    since = acting.today() - DEVICE_REMEMBERED
    known = set(
        KnownDevice.objects.filter(user=user, last_seen_on__gt=since).values_list(
            "device", flat=True
        )
    )
    KnownDevice.objects.update_or_create(
        user=user, device=device, defaults={"last_seen_on": acting.today()}
    )
    return bool(known) and device not in known


@transaction.atomic
def end(*, public_id: str, by: User) -> None:
    """Ends one of the sessions of `by`; it is over at its next request. Raises Missing."""
    ended = Session.objects.filter(user=by, public_id=public_id)
    if not public_id or not ended.exists():
        raise Missing
    ended.delete()
    audit.record("session.ended", subject=by, by=by, session=public_id, why="by-owner")


@transaction.atomic
def end_all(*, user: User, why: str, but: str = "", by: User | None) -> int:
    """Ends every session of `user` except the one whose public id is `but`. Returns how many could still be used.

    `why` is a code for the audit trail: "by-owner", "password-changed".
    """
    sessions = Session.objects.filter(user=user).exclude(public_id=but)
    ended = sessions.signed_in().count()
    if sessions.delete()[0]:
        audit.record(
            "session.ended-all", subject=user, by=by, kept=but or None, count=ended, why=why
        )
    return ended


@transaction.atomic
def record_end(*, session_id: str, why: str, by: User) -> None:
    """Leaves the trace of a session that `by` or a limit ended: "signed-out", "idle", "too-old", "unknown"."""
    audit.record("session.ended", subject=by, by=by, session=session_id or None, why=why)


def forget_what_is_over() -> int:
    """Deletes sessions that nobody can use any more, and kinds of device not used for 90 days. Returns how many."""
    over, _each = Session.objects.over().delete()
    KnownDevice.objects.filter(last_seen_on__lte=acting.today() - DEVICE_REMEMBERED).delete()
    return over


# --- The letter about a new device ----------------------------------------------------------------

NEW_DEVICE = "governance.new_device"


@outbox.handler(NEW_DEVICE)
def tell_of_new_device(*, device: str, by: int) -> None:
    """Writes to the person that their sign-in was used on a kind of device they had not used before.

    No link: a letter that asks people to press one teaches them to press the next one, too. Work that is done twice
    sends the letter twice, which does no harm.
    """
    address = EmailAddress.objects.filter(user_id=by).order_by("-primary", "pk").first()
    if address is None:
        return
    context = {"device": devices.words(device), "service_name": settings.SERVICE_NAME}
    send_mail(
        _("A sign-in on another kind of device"),
        render_to_string("account/email/new_device_message.txt", context).strip(),
        settings.DEFAULT_FROM_EMAIL,
        [address.email],
    )
