"""The answer of a rule: allowed or not, and the reason in words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise

from socialcare.kernel.errors import NotAllowed


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    code: str = ""
    reason: str | Promise = ""

    def __bool__(self) -> bool:
        return self.allowed

    def require(self) -> None:
        """Raises NotAllowed with this verdict's code and reason, unless it allows."""
        if not self.allowed:
            raise NotAllowed(self.code, str(self.reason))


YES = Verdict(True)


def no(code: str, reason: str | Promise) -> Verdict:
    return Verdict(False, code, reason)
