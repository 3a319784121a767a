"""Who is signed in where. A session row is Django's own, with what its owner needs to recognise it beside it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models

from governance import devices
from governance.models.users import User
from socialcare.kernel import acting
from socialcare.kernel.public_ids import LENGTH


class SessionQuerySet(models.QuerySet["Session"]):
    def signed_in(self) -> SessionQuerySet:
        """The sessions of people who are signed in now: neither idle nor older than the limits allow."""
        now = acting.now()
        return self.filter(
            user__isnull=False,
            begun_at__gt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE),
            seen_at__gt=now - timedelta(seconds=settings.SESSION_IDLE_SECONDS),
        )

    def over(self) -> SessionQuerySet:
        """Sessions that nobody can use any more."""
        now = acting.now()
        return self.filter(
            models.Q(expire_date__lte=now)
            | models.Q(begun_at__lte=now - timedelta(seconds=settings.SESSION_COOKIE_AGE))
            | models.Q(seen_at__lte=now - timedelta(seconds=settings.SESSION_IDLE_SECONDS))
        )


class Session(AbstractBaseSession):
    """A browser's session. Written only by `governance.sessions.SessionStore`, from what the session itself holds.

    Somebody passing by has one too, while a message waits for them: then there is no user. No network address and
    no user agent is kept, only the kind of device. `session_key` is what the cookie holds: it never leaves this table.
    """

    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="sessions")
    # What its owner calls it by. For a moment two rows share it, while the key is being changed.
    public_id = models.CharField(max_length=LENGTH, blank=True, db_index=True)
    device = models.CharField(max_length=30, blank=True)
    begun_at = models.DateTimeField(null=True)
    # To the minute or so: it is not written at every request.
    seen_at = models.DateTimeField(null=True)

    # Django's stubs fix the class of this manager; ours finds sessions of one owner too.
    objects = SessionQuerySet.as_manager()  # type: ignore[assignment, misc]

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                name="session_of_somebody_says_since_when",
                condition=models.Q(
                    user__isnull=True, public_id="", begun_at__isnull=True, seen_at__isnull=True
                )
                | (
                    models.Q(user__isnull=False, begun_at__isnull=False, seen_at__isnull=False)
                    & ~models.Q(public_id="")
                ),
            )
        ]

    def __str__(self) -> str:
        # Never the key: whoever has it is signed in.
        return self.public_id or "session of somebody passing by"

    @classmethod
    def get_session_store_class(cls) -> type[SessionBase]:
        from governance.sessions import SessionStore

        return SessionStore

    @property
    def device_in_words(self) -> str:
        return devices.words(self.device)


class KnownDevice(models.Model):
    """A kind of device somebody has signed in with, so that a letter tells them of another kind."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="known_devices")
    device = models.CharField(max_length=30)
    last_seen_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "device"], name="known_device_once"),
        ]

    def __str__(self) -> str:
        return self.device
