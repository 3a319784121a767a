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
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions

from socialcare.kernel.errors import DomainError

CONTENT_TYPE = "application/problem+json"
# Where a reader of `type` finds what the status means here.
MEANING = "/api/docs/#problem-{status}"
# What each status means here, for every operation.
MEANINGS: dict[int, Promise] = {
    400: gettext_lazy("Something sent is not right; “errors” says what, and where."),
    401: gettext_lazy("Sign in, or send a token that works."),
    403: gettext_lazy("This is not yours to do; “code” says which rule stands against it."),
    404: gettext_lazy("There is no such thing, or you may not know that there is."),
    405: gettext_lazy("This address does not do that; “Allow” says what it does."),
    406: gettext_lazy("We do not have it in the form that “Accept” asks for."),
    409: gettext_lazy("The state of the thing does not allow this, or has moved on."),
    412: gettext_lazy("It is not what you saw. Read it again."),
    413: gettext_lazy("This is more than we take at once."),
    415: gettext_lazy("Send JSON, and say so in “Content-Type”."),
    428: gettext_lazy("Read it first, and send its “ETag” as “If-Match” with this."),
    429: gettext_lazy("Too many requests; “Retry-After” says for how many seconds to wait."),
    500: gettext_lazy("The mistake is ours. Try again in a few minutes."),
}
# Reasons whose words in the framework would repeat what was sent.
_REASONS: dict[str, Promise] = {
    "does_not_exist": gettext_lazy("There is no such thing."),
    "invalid_choice": gettext_lazy("This is not one of the values that it can have."),
}


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
        case Http404() | exceptions.NotFound():
            return bare(404, "missing")
        case PermissionDenied():
            error = exceptions.PermissionDenied()
        case RequestDataTooBig():
            return bare(413, "too-large")
        case SuspiciousOperation():
            return bare(400, "bad-request")
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
            detail=_words(error),
            headers=_headers(error),
        )
    return None


def _words(error: exceptions.APIException) -> str:
    """The framework's sentence where it says more than the status does and repeats nothing; else ours."""
    match error:
        case exceptions.AuthenticationFailed() | exceptions.ParseError():
            return str(error.detail)
        case _:
            return str(MEANINGS[error.status_code])


def _of_domain(error: DomainError) -> HttpResponse:
    if error.status == 404:
        # Which of several things is missing would tell that the others are there.
        return bare(404, "missing")
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
        code = str(details["code"])
        words = _REASONS.get(code, details["message"])
        yield Fault(at or "#", code.replace("_", "-"), str(words))


# --- Outside any view of the API ------------------------------------------------------------------


def is_for_machines(request: HttpRequest) -> bool:
    """Whether an error at this address is told as a problem instead of a page."""
    return request.path.startswith("/api/") and not request.path.startswith("/api/docs/")


def bare(status: int, code: str) -> HttpResponse:
    """A problem that needs nothing to work: not the session, the database or the visitor's words."""
    return problem(status, code=code, detail=str(MEANINGS[status]))
