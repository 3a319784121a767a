"""The session engine: Django's own on a table that says whose each session is, and how long it may last.

What the pages list is a copy of what the session itself holds under `SIGN_IN`, written in the same row and at the same
moment, so the two cannot differ. Deleting the row ends the session at its next request: a request that was under way
cannot bring it back, because a session that has been saved once is only ever updated.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, cast

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from governance.models import Session
from socialcare.kernel import acting

# Where a session holds its sign-in: {"id", "user", "device", "begun", "seen"}; times in whole seconds since 1970.
SIGN_IN = "sign_in"
# How far `seen` may lag behind: writing it at every request would cost an update each.
SEEN_EVERY = 60  # seconds


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        row = cast(Session, super().create_model_instance(data))
        if sign_in := data.get(SIGN_IN):
            row.user_id = sign_in["user"]
            row.public_id = sign_in["id"]
            row.device = sign_in["device"]
            row.begun_at = datetime.fromtimestamp(sign_in["begun"], UTC)
            row.seen_at = datetime.fromtimestamp(sign_in["seen"], UTC)
        return row


class Over(StrEnum):
    """Why a session cannot be used any more."""

    IDLE = "idle"
    TOO_OLD = "too-old"
    UNKNOWN = "unknown"


def why_over(session: SessionBase, *, user_id: int) -> Over | None:
    """Why the session of `user_id` has ended, or None while it may be used."""
    sign_in = session.get(SIGN_IN)
    if not sign_in or sign_in["user"] != user_id:
        return Over.UNKNOWN
    now = acting.now().timestamp()
    if now - sign_in["begun"] >= settings.SESSION_COOKIE_AGE:
        return Over.TOO_OLD
    if now - sign_in["seen"] >= settings.SESSION_IDLE_SECONDS:
        return Over.IDLE
    return None


def mark_seen(session: SessionBase) -> None:
    """Notes that the session is in use, at most once in SEEN_EVERY seconds."""
    sign_in = session[SIGN_IN]
    now = int(acting.now().timestamp())
    if now - sign_in["seen"] >= SEEN_EVERY:
        session[SIGN_IN] = {**sign_in, "seen": now}


def id_of(session: SessionBase) -> str:
    """The public id of the sign-in that this session holds; empty for somebody passing by."""
    sign_in = session.get(SIGN_IN)
    return str(sign_in["id"]) if sign_in else ""
