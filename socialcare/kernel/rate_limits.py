"""How often one visitor may do what costs the service work. Who they are is not kept: only a keyed hash, until the hour ends.

For pages that anybody may use. Sign-in has allauth's own limits.
"""

from __future__ import annotations

import time

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

HOUR = 3600  # seconds


def visitor_of(request: HttpRequest) -> str:
    """The account, or for somebody passing by the address they come from, so that it cannot be read back."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        name = f"user:{user.pk}"
    else:
        name = f"address:{get_adapter().get_client_ip(request)}"
    return salted_hmac("rate-limits", name, algorithm="sha256").hexdigest()


def take(request: HttpRequest, *, action: str, most: int) -> bool:
    """Counts this try. False when the visitor has had `most` tries at `action` in this hour of the clock."""
    hour = int(time.time()) // HOUR
    key = f"rate:{action}:{hour}:{visitor_of(request)}"
    cache.add(key, 0, timeout=HOUR)
    try:
        return cache.incr(key) <= most
    except ValueError:
        # The cache let go of it between the two calls; then this is the first try again.
        cache.set(key, 1, timeout=HOUR)
        return True


def wait() -> int:
    """How many seconds are left of this hour of the clock, at least 1."""
    return HOUR - int(time.time()) % HOUR
