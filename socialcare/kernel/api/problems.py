"""Every refusal of the API in one shape: problem details as in RFC 9457, one `code` for machines, words for people.

Hidden and missing are the same problem, byte for byte. A problem never repeats what somebody sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions

from socialcare.kernel.errors import DomainError, Missing

CONTENT_TYPE = "application/problem+json"
# Where a reader of `type` finds what the status means here.
MEANING = "/api/docs/#problem-{status}"


@dataclass(frozen=True)
class Fault:
    """One thing wrong with what was sent. `at` is a JSON pointer (RFC 6901) into the body, or a query parameter.

    `line` and `key` say where inside a document that was sent as text.
    """

    at: str
    code: str
    detail: str
    line: int | None = None
    key: str = ""

    def as_dict(self) -> dict[str, Any]:
        name = "pointer" if self.at.startswith("#") else "parameter"
        inside = {} if self.line is None else {"line": self.line, "key": self.key}
        return {name: self.at, "code": self.code, "detail": self.detail, **inside}


class Refused(DomainError):
    """A DomainError with each of its reasons."""

    def __init__(self, error: DomainError, faults: Iterable[Fault]) -> None:
        super().__init__(error.code, error.message)
        self.status = error.status
        self.faults = list(faults)


def problem(
    status: int,
    *,
    code: str,
    detail: str,
    faults: Iterable[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The answer that says why not. `title` says what the status means; `detail` is one sentence for people."""
    body: dict[str, Any] = {
        "type": MEANING.format(status=status),
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": [fault.as_dict() for fault in faults],
    }
    text = json.dumps(body, ensure_ascii=False)
    return HttpResponse(text, status=status, content_type=CONTENT_TYPE, headers=headers)


def handle(error: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """Django REST framework's exception handler. None for what nobody foresaw: that is a 500 (see `pages`)."""
    match error:
        case Http404():
            return _of_domain(Missing())
        case PermissionDenied():
            error = exceptions.PermissionDenied()
        case RequestDataTooBig():
            return problem(413, code="too-large", detail=_("This is more than we take at once."))
        case SuspiciousOperation():
            return problem(400, code="bad-request", detail=_("We cannot read this request."))
    if isinstance(error, DomainError):
        return _of_domain(error)
    if isinstance(error, exceptions.ValidationError):
        reads = context["request"].method in {"GET", "HEAD"}
        return problem(
            400,
            code="invalid",
            detail=_("Something in this is not right. Each reason is listed."),
            faults=_faults(error.get_full_details(), "" if reads else "#"),
        )
    if isinstance(error, exceptions.APIException):
        return problem(
            error.status_code,
            code=str(error.default_code).replace("_", "-"),
            detail=str(error.detail),
            headers=_headers(error),
        )
    return None


def _of_domain(error: DomainError) -> HttpResponse:
    if error.status == 404:
        # Which of several things is missing would tell that the others are there.
        error = Missing()
    return problem(
        error.status,
        code=error.code,
        detail=str(error.message),
        faults=getattr(error, "faults", ()),
    )


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header
    if getattr(error, "wait", None):
        headers["Retry-After"] = str(max(1, round(error.wait)))
    return headers


def _faults(details: Any, at: str) -> Iterator[Fault]:
    """Flattens the framework's nested details. `at` is "#" for a body; query parameters have no path."""
    if isinstance(details, Mapping) and not {"message", "code"} <= set(details):
        for name, inner in details.items():
            if name == "non_field_errors":
                yield from _faults(inner, at)
            else:
                step = str(name).replace("~", "~0").replace("/", "~1")
                yield from _faults(inner, f"{at}/{step}" if at.startswith("#") else step)
    elif isinstance(details, list):
        for number, inner in enumerate(details):
            is_item = isinstance(inner, Mapping) and not {"message", "code"} <= set(inner)
            yield from _faults(inner, f"{at}/{number}" if is_item else at)
    else:
        yield Fault(at or "#", str(details["code"]).replace("_", "-"), str(details["message"]))


# --- Outside any view of the API ------------------------------------------------------------------


def is_for_machines(request: HttpRequest) -> bool:
    """Whether an error at this address is told as a problem instead of a page."""
    return request.path.startswith("/api/") and not request.path.startswith("/api/docs/")


def bare(status: int) -> HttpResponse:
    """A problem that needs nothing to work: not the session, the database or the visitor's words."""
    words = {
        400: ("bad-request", _("We cannot read this request.")),
        403: ("not-allowed", _("This is not yours to do.")),
        404: ("missing", Missing().message),
        429: ("throttled", _("Too many requests. Wait a little.")),
        500: ("our-mistake", _("The mistake is ours. Try again in a few minutes.")),
    }
    code, detail = words[status]
    return problem(status, code=code, detail=detail)
