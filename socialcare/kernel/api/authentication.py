"""`Authorization: Bearer …`: somebody's program, with a token that they made. Whose it is, an app above knows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

KEYWORD = "bearer"


class BearerAuthentication(BaseAuthentication):
    """Subclasses say whose a secret is. A wrong one is refused even where nobody needs any."""

    def find(self, secret: str) -> tuple[Any, Any] | None:
        """The user and the token, or None for a secret that opens nothing now."""
        raise NotImplementedError

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != KEYWORD:
            return None
        found = self.find(secret.strip())
        if found is None:
            raise AuthenticationFailed(_("This token is not one that works now."))
        return found

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
