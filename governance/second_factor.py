"""Who must sign in with a second step, and whether they have. Outside the demonstration: whoever holds an office.

An office opens what a password alone should not: a vote, a run, the nation's pot. It is the session that has to be
proven, not only the account that has to be set up, so a stolen password does not open an older session's way in.
"""

from __future__ import annotations

from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from governance import rules
from governance.models import ApiToken, User
from socialcare.kernel import second_factor
from socialcare.kernel.verdicts import YES, Verdict, no

# Recovery codes only stand in for one of these.
LASTING = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def is_proven(request: HttpRequest, user: User) -> bool:
    """Whether this session was opened, or confirmed since, with a second step. Asks the database nothing."""
    return any(
        record.get("method") == "mfa" for record in get_authentication_records(request, user)
    )


def is_owed(request: HttpRequest, user: User) -> bool:
    """Whether `user` has to take a second step before this session may go on. One query at most."""
    if not settings.SECOND_FACTOR_FOR_OFFICE or is_proven(request, user):
        return False
    return rules.live_mandates(user).exists()


def kinds_of(user: User) -> set[str]:
    """The kinds of second step that `user` has set up: "totp", "webauthn"."""
    return set(
        Authenticator.objects.filter(user=user, type__in=LASTING).values_list("type", flat=True)
    )


def can_remove(user: User, authenticator: Authenticator) -> Verdict:
    """Somebody in office keeps at least one; everybody else may do without."""
    if not settings.SECOND_FACTOR_FOR_OFFICE or authenticator.type not in LASTING:
        return YES
    others = Authenticator.objects.filter(user=user, type__in=LASTING).exclude(pk=authenticator.pk)
    if others.exists() or not rules.live_mandates(user).exists():
        return YES
    return no(
        "last-second-factor",
        _("You hold an office, so you need a second step. Add another one before you remove this."),
    )


def can_use_token(token: ApiToken) -> Verdict:
    """A program may act with an office only for somebody who has a second step. Two queries at most.

    A token is made in a session that is proven where an office asks for it; one from before the office was not.
    """
    if not settings.SECOND_FACTOR_FOR_OFFICE or not token.may_write:
        return YES
    if not rules.live_mandates(token.user).exists() or kinds_of(token.user):
        return YES
    return no(
        "second-step-needed",
        _(
            "You hold an office: set up a second step of signing in first, at /home/security/. Then this token "
            "works again."
        ),
    )


class Adapter(second_factor.Adapter):
    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return bool(can_remove(authenticator.user, authenticator))
