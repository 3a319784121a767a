"""What a token may be used for. Whether its user may do the thing itself, rules and actions say."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from socialcare.kernel.errors import NotAllowed


class WithinItsToken(BasePermission):
    """A token made for reading only reads. `request.auth` is the token, or None for a session."""

    def has_permission(self, request: Request, view: Any) -> bool:
        may_write = getattr(request.auth, "may_write", True)
        if request.method not in SAFE_METHODS and not may_write:
            raise NotAllowed("token-only-reads", _("This token was made for reading only."))
        return True
