"""How many requests somebody may make. Counted in the shared cache, so that every web process counts together."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from rest_framework.throttling import AnonRateThrottle, SimpleRateThrottle, UserRateThrottle


class _FromSettings(SimpleRateThrottle):
    """Reads its rate when it is asked, not when it is imported. No rate, no limit."""

    def get_rate(self) -> str | None:
        # The framework's own copy of the settings is made at import.
        framework: dict[str, Any] = settings.REST_FRAMEWORK
        rate: str | None = framework["DEFAULT_THROTTLE_RATES"][self.scope]
        return rate


class ForAnybody(_FromSettings, AnonRateThrottle):
    """Those who have not said who they are, by their network address."""


class ForUsers(_FromSettings, UserRateThrottle):
    """Those who have, whichever session or token they use."""
