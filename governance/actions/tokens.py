"""Making and revoking tokens. Only their owner does either; the secret is told once, to them, and kept nowhere."""

from __future__ import annotations

import hashlib
import secrets
from datetime import date

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance import audit, rules
from governance.models import ApiToken, User
from governance.models.tokens import LONGEST_LIFE
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError

# Found by programs that look for secrets in published code.
PREFIX = "socialcare_"
MOST_AT_ONCE = 20


def hashed(secret: str) -> str:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def make(*, name: str, scope: str, ends_on: date, by: User) -> tuple[ApiToken, str]:
    """Makes a token for `by` that works up to, and without, `ends_on`. Returns it with its secret.

    Raises DomainError(no-name, no-scope, bad-end) and Conflict(too-many-tokens).
    """
    name = name.strip()
    if not name:
        raise DomainError("no-name", _("Say what the token is for."))
    if scope not in ApiToken.Scope:
        raise DomainError("no-scope", _("Choose what the token may do."))
    today = acting.today()
    if not today < ends_on <= today + LONGEST_LIFE:
        raise DomainError("bad-end", _("A token works for a year at most."))
    # Two requests at once wait for each other here, so that neither overlooks the other's token.
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if ApiToken.objects.working(today).filter(user=by).count() >= MOST_AT_ONCE:
        raise Conflict("too-many-tokens", _("You have many tokens. Revoke one first."))
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken.objects.create(
        user=by, name=name, sha256=hashed(secret), scope=scope, made_on=today, ends_on=ends_on
    )
    audit.record("token.made", subject=token, by=by, scope=str(scope), ends_on=ends_on.isoformat())
    return token, secret


@transaction.atomic
def revoke(*, token: ApiToken, by: User) -> ApiToken:
    """Ends a token at once. Raises NotAllowed(not-your-token) and Conflict(ended-already)."""
    rules.can_revoke_token(by, token).require()
    token = ApiToken.objects.select_for_update().get(pk=token.pk)
    if token.is_over:
        raise Conflict("ended-already", _("This token has ended."))
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    audit.record("token.revoked", subject=token, by=by)
    return token


def note_use(token: ApiToken) -> None:
    """Keeps the day of a token's last use: one write a day, however often it is used. The trail needs no entry."""
    today = acting.today()
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
