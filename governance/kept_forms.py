"""A form that somebody sent just after their session had ended: kept until the same person has signed in again.

It is sealed, kept with the browser's session for an hour, shown to nobody but the person who wrote it, and dropped as
soon as somebody else signs in there. It is never sent by itself. Passwords and files are not kept.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from django.contrib.sessions.backends.base import SessionBase
from django.http import QueryDict

from socialcare.kernel import acting
from socialcare.kernel.sealing import SealBroken, seal, unseal

KEPT = "kept_form"
PURPOSE = "kept-form"
KEPT_FOR = 60 * 60  # seconds
LARGEST = 100_000  # characters; a formula document fits
_NEVER = ("csrfmiddlewaretoken", "password", "oldpassword", "password1", "password2", "credential")


@dataclass(frozen=True)
class KeptForm:
    """`fields` are name and value in the order in which they were sent to `path`."""

    path: str
    fields: list[tuple[str, str]]

    @property
    def words(self) -> list[str]:
        """What the person may recognise it by."""
        return [value for _name, value in self.fields if value.strip()]


def keep(session: SessionBase, *, user_id: int, path: str, sent: QueryDict) -> bool:
    """Keeps what `user_id` sent to `path`. False when there is nothing to keep, or too much."""
    fields = [
        (name, value) for name, values in sent.lists() if name not in _NEVER for value in values
    ]
    text = json.dumps({"path": path, "fields": fields})
    if not any(value.strip() for _name, value in fields) or len(text) > LARGEST:
        return False
    session[KEPT] = {
        "user": user_id,
        "until": int(acting.now().timestamp()) + KEPT_FOR,
        "sealed": seal(text, purpose=PURPOSE),
    }
    return True


def find(session: SessionBase, *, user_id: int, path: str) -> KeptForm | None:
    """What `user_id` had sent to `path`, if it is still kept."""
    kept = session.get(KEPT)
    if not kept or kept["user"] != user_id or kept["until"] <= acting.now().timestamp():
        return None
    try:
        form = json.loads(unseal(kept["sealed"], purpose=PURPOSE))
    except SealBroken:
        return None
    if form["path"] != path:
        return None
    return KeptForm(path, [(name, value) for name, value in form["fields"]])


def drop(session: SessionBase) -> None:
    session.pop(KEPT, None)


def drop_unless_of(session: SessionBase, *, user_id: int) -> None:
    """Whoever signs in next must not find what another person wrote."""
    if KEPT in session and session[KEPT]["user"] != user_id:
        drop(session)
