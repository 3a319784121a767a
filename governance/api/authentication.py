"""Whose a token is."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension

from governance import second_factor
from governance.actions import tokens
from governance.models import ApiToken, User
from socialcare.kernel import acting
from socialcare.kernel.api.authentication import BearerAuthentication


class TokenAuthentication(BearerAuthentication):
    def find(self, secret: str) -> tuple[User, ApiToken] | None:
        """Raises NotAllowed(second-step-needed) for a token that acts for an office whose holder has no second step."""
        token = (
            ApiToken.objects.working(acting.today())
            .filter(sha256=tokens.hashed(secret))
            .select_related("user")
            .first()
        )
        if token is None:
            return None
        second_factor.can_use_token(token).require()
        tokens.note_use(token)
        return token.user, token


class TokenScheme(OpenApiAuthenticationExtension):
    """How the OpenAPI document tells of tokens."""

    target_class = TokenAuthentication
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token made at /home/tokens/. Reading needs none.",
        }
