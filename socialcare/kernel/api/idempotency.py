"""Asking twice is done once. A request that acts may carry an Idempotency-Key; sent again, it gets the first answer.

A visitor has no keys of their own, and strangers would share them: what a visitor may do has to be the same done twice.
Only what was done is kept: a refusal changed nothing, so the same key may try again. Two at once: the second waits
for the first at the row's unique key.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from socialcare.kernel.errors import Conflict, DomainError
from socialcare.kernel.models import IdempotentRequest

HEADER = "Idempotency-Key"
# After this, a key may mean something new.
KEPT = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{8,200}")


def once(
    request: Request, act: Callable[[], Response], *, required: bool = False
) -> Response | HttpResponse:
    """The answer of `act()`, or of the earlier request with this user's key. A refusal leaves nothing behind.

    Raises DomainError(idempotency-key-needed, idempotency-key-odd) and Conflict(idempotency-key-reused).
    """
    key = key_of(request, required=required)
    if key is None or not request.user.is_authenticated:
        with transaction.atomic():
            return act()
    fingerprint = _fingerprint(request)
    with transaction.atomic():
        kept, is_first = IdempotentRequest.objects.get_or_create(
            user_id=request.user.pk, key=key, defaults={"fingerprint": fingerprint}
        )
        if not is_first:
            return _replay(kept, fingerprint)
        response = act()
        kept.status = response.status_code
        kept.body = JSONRenderer().render(response.data).decode()
        kept.location = response.get("Location", "")
        kept.save(update_fields=["status", "body", "location"])
        return response


def key_of(request: Request, *, required: bool) -> str | None:
    """The request's key. An operation whose answers may not be kept takes it from here, and knows by itself what it did
    under that key.

    Raises DomainError(idempotency-key-needed, idempotency-key-odd).
    """
    key = request.headers.get(HEADER)
    if key is None and required:
        raise DomainError(
            "idempotency-key-needed", _("Send an Idempotency-Key: a random text of your own.")
        )
    if key is not None and not _KEY.fullmatch(key):
        raise DomainError(
            "idempotency-key-odd", _("An Idempotency-Key has 8 to 200 plain characters, no spaces.")
        )
    return key


def _fingerprint(request: Request) -> str:
    """SHA-256 over the method, the address and the body as it came."""
    digest = hashlib.sha256(f"{request.method} {request.path}\n".encode())
    digest.update(request._request.body)
    return digest.hexdigest()


def _replay(kept: IdempotentRequest, fingerprint: str) -> HttpResponse:
    if kept.fingerprint != fingerprint:
        raise Conflict(
            "idempotency-key-reused", _("You used this Idempotency-Key for another request.")
        )
    response = HttpResponse(kept.body, status=kept.status, content_type="application/json")
    if kept.location:
        response["Location"] = kept.location
    response["Idempotent-Replayed"] = "true"
    return response


def forget_old() -> int:
    """Deletes what was kept for longer than `KEPT`. Returns how many."""
    old = IdempotentRequest.objects.filter(created_at__lt=timezone.now() - KEPT)
    return old.delete()[0]
