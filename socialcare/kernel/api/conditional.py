"""Tags of what was read (RFC 9110): send one back to be told "nothing new" (304), or so as to change only what you saw.

A tag is a digest of the answer itself, so that it changes exactly when the answer does.
"""

from __future__ import annotations

import hashlib
from typing import Any

from django.utils.http import parse_etags
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from socialcare.kernel.errors import DomainError


class NotTheOneYouSaw(DomainError):
    status = 412


class SayWhichYouSaw(DomainError):
    status = 428


def tag_of(data: Any) -> str:
    """A strong tag of an answer's data."""
    return tag_of_bytes(JSONRenderer().render(data))


def tag_of_bytes(content: bytes) -> str:
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def is_known(request: Any, tag: str) -> bool:
    """Whether the reader already has it: If-None-Match compares weakly."""
    tags = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in tags or tag in (each.removeprefix("W/") for each in tags)


def require_match(request: Request, tag: str) -> None:
    """Refuses a change by somebody who has not said, or has not seen, what they change.

    Raises SayWhichYouSaw(if-match-needed, 428) and NotTheOneYouSaw(changed-since, 412).
    """
    sent = request.headers.get("If-Match")
    if not sent:
        raise SayWhichYouSaw(
            "if-match-needed", _("Read it first, and send its ETag as If-Match with this.")
        )
    tags = parse_etags(sent)
    # "*" would mean "whatever it is", which is what this is here to prevent.
    if tag not in tags:
        raise NotTheOneYouSaw("changed-since", _("It has changed. Read it again."))
