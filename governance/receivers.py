"""What we do when Django or allauth says that somebody signed in, signed out, or changed how they sign in.

Signals, because every way of signing in ends in them, ours or not: a sign-in that leaves no session to list and no
trace cannot then be added by mistake. Connected in `GovernanceConfig.ready`.
"""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_used
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db import models, transaction
from django.db.models.signals import post_save, pre_delete
from django.dispatch import receiver
from django.http import HttpRequest

from governance import audit, devices, kept_forms, second_factor
from governance.actions import sessions
from governance.models import User
from governance.sessions import id_of


@receiver(user_logged_in)
def begin_session(request: HttpRequest, user: User, **_rest: Any) -> None:
    device = devices.kind(request.META.get("HTTP_USER_AGENT", ""))
    sessions.begin(session=request.session, device=device, by=user)
    kept_forms.drop_unless_of(request.session, user_id=user.pk)


@receiver(user_logged_out)
def end_session(request: HttpRequest, user: User | None, **_rest: Any) -> None:
    if user is not None:
        sessions.record_end(session_id=id_of(request.session), why="signed-out", by=user)


@receiver([password_changed, password_reset, password_set])
def end_sessions(request: HttpRequest, user: User, **_rest: Any) -> None:
    """Whoever knew the old password is out at once, and off the list."""
    with transaction.atomic():
        audit.record("user.password-changed", subject=user, by=user)
        sessions.end_all(user=user, why="password-changed", but=id_of(request.session), by=user)


# --- The second step ------------------------------------------------------------------------------


@receiver(post_save, sender=Authenticator)
def trace_addition(instance: Authenticator, created: bool, **_rest: Any) -> None:
    """In the transaction of the act, which allauth's own signal is not always."""
    if created:
        with transaction.atomic():
            audit.record(
                "second-factor.added",
                subject=instance.user,
                by=instance.user_id,
                kind=instance.type,
            )


@receiver(pre_delete, sender=Authenticator)
def guard_and_trace_removal(
    instance: Authenticator, origin: models.Model | models.QuerySet, **_rest: Any
) -> None:
    """Raises NotAllowed(last-second-factor). An account that is deleted takes its second steps with it."""
    if getattr(origin, "model", type(origin)) is not Authenticator:
        return
    with transaction.atomic():
        second_factor.can_remove(instance.user, instance).require()
        audit.record(
            "second-factor.removed",
            subject=instance.user,
            by=instance.user_id,
            kind=instance.type,
        )


@receiver(authenticator_added)
def proven_by_adding(
    request: HttpRequest, user: User, authenticator: Authenticator, **_rest: Any
) -> None:
    """Whoever has just set one up has used it: the session is as good as one that began with it."""
    if authenticator.type in second_factor.LASTING and request.user.is_authenticated:
        record_authentication(
            request, user, "mfa", id=authenticator.pk, type=str(authenticator.type)
        )
        request.session.cycle_key()


@receiver(authenticator_used)
def new_key_when_confirmed(
    request: HttpRequest, reauthenticated: bool, passwordless: bool = False, **_rest: Any
) -> None:
    """A session that is worth more gets another key. Signing in changes it by itself."""
    if reauthenticated:
        request.session.cycle_key()
