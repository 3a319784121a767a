"""The OpenAPI document: what drf-spectacular reads from the views, and what holds for every operation.

`describe(get=reads(…), post=acts(…))` above a view says what its methods are for. Every operation has an example, and
each refusal that it may give is listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from socialcare.kernel.api.problems import CONTENT_TYPE, MEANING, MEANINGS

IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of what you have. The answer is 304 without a body if it has not changed.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of what you read. The answer is 412 if it has changed since.",
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    description="Changes when the answer does.",
    response=[200],
)


def idempotency_key(*, required: bool) -> OpenApiParameter:
    return OpenApiParameter(
        "Idempotency-Key",
        {"type": "string", "minLength": 8, "maxLength": 200, "pattern": "^[!-~]{8,200}$"},
        OpenApiParameter.HEADER,
        required=required,
        description="A random text of your own. Sent again within a day, you get the first answer again.",
    )


def path(name: str, description: str, **schema: Any) -> OpenApiParameter:
    """A part of the address."""
    return OpenApiParameter(
        name, schema or str, OpenApiParameter.PATH, required=True, description=description
    )


def query(
    name: str, description: str, *, required: bool = False, **schema: Any
) -> OpenApiParameter:
    return OpenApiParameter(
        name, schema or str, OpenApiParameter.QUERY, required=required, description=description
    )


def reads(
    operation_id: str,
    summary: str,
    *,
    tag: str,
    answers: Any,
    example: Any,
    description: str = "",
    parameters: Sequence[OpenApiParameter] = (),
    has_tag: bool = True,
    as_text: tuple[str, str] | None = None,
) -> Any:
    """Describes a GET. `example` is an answer, or one of a list's things; `has_tag` says that it has an ETag.

    `as_text` is another form in which it can be had: its media type, and an example.
    """
    responses: dict[Any, Any] = {
        (200, "application/json"): OpenApiResponse(answers, description="Here it is.")
    }
    examples = [
        OpenApiExample("Answer", value=example, response_only=True, media_type="application/json")
    ]
    if as_text is not None:
        media_type, text = as_text
        responses[200, media_type] = OpenApiResponse(str, description="Here it is.")
        examples.append(
            OpenApiExample("As text", value=text, response_only=True, media_type=media_type)
        )
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=description or summary,
        tags=[tag],
        responses=responses,
        parameters=[*parameters, *([IF_NONE_MATCH, ETAG] if has_tag else [])],
        examples=examples,
    )


def acts(
    operation_id: str,
    summary: str,
    *,
    tag: str,
    takes: Any,
    sends: Any,
    answers: Any,
    example: Any,
    status: int,
    description: str = "",
    parameters: Sequence[OpenApiParameter] = (),
    needs_key: bool = False,
    has_key: bool = True,
) -> Any:
    """Describes a POST: what it takes, with an example of it, and what it answers.

    `has_key` says that it takes an Idempotency-Key, `needs_key` that it must have one.
    """
    return extend_schema(
        operation_id=operation_id,
        summary=summary,
        description=description or summary,
        tags=[tag],
        request=takes,
        responses={status: OpenApiResponse(answers, description="Done.")},
        parameters=[*parameters, *([idempotency_key(required=needs_key)] if has_key else [])],
        examples=[
            OpenApiExample("Request", value=sends, request_only=True),
            OpenApiExample("Answer", value=example, response_only=True, status_codes=[str(status)]),
        ],
    )


describe = extend_schema_view


# --- What holds for every operation ---------------------------------------------------------------

_ALWAYS = (400, 401, 403, 404, 406, 429)
_WHEN_SENDING = (409, 413, 415)
_WITH_IF_MATCH = (412, 428)

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Why not (RFC 9457).",
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "What it means."},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string", "description": "One sentence for people."},
        "code": {
            "type": "string",
            "description": "Stable, for machines.",
            "pattern": "^[a-z0-9-]+$",
        },
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/Fault"}},
    },
    "required": ["type", "title", "status", "detail", "code", "errors"],
    "additionalProperties": False,
}
FAULT: dict[str, Any] = {
    "type": "object",
    "description": "One thing wrong with what was sent.",
    "properties": {
        "pointer": {"type": "string", "description": "Where in the body (RFC 6901)."},
        "parameter": {"type": "string", "description": "Which query parameter."},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "line": {"type": "integer", "description": "Which line of a document sent as text."},
        "key": {"type": "string", "description": "Which key of a document sent as text."},
    },
    "required": ["code", "detail"],
    "additionalProperties": False,
}


def add_problems(result: dict[str, Any], **_options: Any) -> dict[str, Any]:
    """A postprocessing hook: lists the refusals of every operation, and 304 where there is a tag."""
    components = result.setdefault("components", {})
    components.setdefault("schemas", {}).update(Problem=PROBLEM, Fault=FAULT)
    components["responses"] = {
        f"Problem{status}": _response(status, str(meaning)) for status, meaning in MEANINGS.items()
    }
    for item in result["paths"].values():
        for method, operation in item.items():
            headers = {
                each["name"] for each in operation.get("parameters", ()) if each["in"] == "header"
            }
            statuses = [*_ALWAYS]
            if method not in {"get", "head"}:
                statuses += _WHEN_SENDING
            if "If-Match" in headers:
                statuses += _WITH_IF_MATCH
            for status in sorted(statuses):
                reference = {"$ref": f"#/components/responses/Problem{status}"}
                operation["responses"].setdefault(str(status), reference)
            if "If-None-Match" in headers:
                operation["responses"]["304"] = {"description": "You have it already."}
    return result


def _response(status: int, meaning: str) -> dict[str, Any]:
    example = {
        "type": MEANING.format(status=status),
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": meaning,
        "code": "a-code-for-machines",
        "errors": [],
    }
    return {
        "description": meaning,
        "content": {
            CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
        },
    }
