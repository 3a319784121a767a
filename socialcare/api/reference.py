"""The OpenAPI document in the shape of a page: operations by tag, and the things that they speak of.

A page of our own, because the ready-made ones break the content policy (docs/adr/0010-api.md).
"""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.html import format_html

from socialcare.api.document import document

_SHAPES = "#/components/schemas/"
_PAGED = "Paginated"
# Pages of a list are told once, in words.
_NOT_SHOWN = (_PAGED, "BlankEnum")


@dataclass(frozen=True)
class Parameter:
    name: str
    where: str
    is_needed: bool
    words: str
    about: str


@dataclass(frozen=True)
class Refusal:
    status: int
    about: str


@dataclass(frozen=True)
class Operation:
    id: str
    method: str
    path: str
    summary: str
    about: str
    is_open: bool
    parameters: list[Parameter]
    takes: str
    gives: str
    status: str
    request: str
    answer: str
    curl: str

    @property
    def takes_link(self) -> str:
        return _link(self.takes)

    @property
    def gives_link(self) -> str:
        return _link(self.gives)


def _link(words: str) -> str:
    """The words, leading to the shape that the last of them names; a kind without a name leads nowhere."""
    name = words.rpartition(" ")[2]
    if not name[:1].isupper():
        return words
    return format_html('<a class="govuk-link" href="#shape-{}">{}</a>', name, words)


@dataclass(frozen=True)
class Field:
    name: str
    words: str
    is_always_there: bool
    about: str


@dataclass(frozen=True)
class Shape:
    name: str
    about: str
    fields: list[Field]
    values: list[str]


@dataclass(frozen=True)
class Reference:
    tags: list[tuple[str, list[Operation]]]
    shapes: list[Shape]
    refusals: list[Refusal]


@lru_cache(maxsize=1)
def reference() -> Reference:
    """The whole reference, made once a process."""
    made = document()
    tags: dict[str, list[Operation]] = defaultdict(list)
    for path, methods in made["paths"].items():
        for method, operation in methods.items():
            tags[operation["tags"][0]].append(_operation(path, method, operation))
    return Reference(
        tags=list(tags.items()),
        shapes=[
            _shape(name, schema)
            for name, schema in sorted(made["components"]["schemas"].items())
            if not name.startswith(_NOT_SHOWN)
        ],
        refusals=[
            Refusal(int(name.removeprefix("Problem")), response["description"])
            for name, response in made["components"]["responses"].items()
        ],
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> Operation:
    [(status, done)] = [each for each in operation["responses"].items() if each[0] < "300"]
    request, takes = _body(operation.get("requestBody", {}))
    answer, gives = _body(done)
    is_open = {} in operation.get("security", [{}])
    needs_key = any(
        each["name"] == "Idempotency-Key" and each.get("required")
        for each in operation.get("parameters", ())
    )
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        about=operation["description"],
        is_open=is_open,
        parameters=[_parameter(each) for each in operation.get("parameters", ())],
        takes=takes,
        gives=gives,
        status=status,
        request=request,
        answer=answer,
        curl=_curl(path, method, request, is_open=is_open, operation=operation, key=needs_key),
    )


def _body(part: dict[str, Any]) -> tuple[str, str]:
    """The example and the name of the shape of a body."""
    for content in part.get("content", {}).values():
        examples = list(content.get("examples", {}).values())
        text = (
            json.dumps(examples[0]["value"], indent=2, ensure_ascii=False, default=str)
            if examples
            else ""
        )
        return text, words_of(content["schema"])
    return "", ""


def _curl(
    path: str, method: str, request: str, *, is_open: bool, operation: dict[str, Any], key: bool
) -> str:
    """The command that does it; what stands in capitals is the reader's own."""
    headers = [] if is_open else ["Authorization: Bearer $TOKEN"]
    names = {each["name"] for each in operation.get("parameters", ())}
    if key:
        headers.append("Idempotency-Key: $KEY")
    if "If-Match" in names:
        headers.append("If-Match: $ETAG")
    if request:
        headers.append("Content-Type: application/json")
    needed = [
        f"{each['name']}={each['name'].upper()}"
        for each in operation.get("parameters", ())
        if each["in"] == "query" and each.get("required")
    ]
    address = f"$SERVICE{path}" + (f"?{'&'.join(needed)}" if needed else "")
    lines = ["curl" + (" -X POST" if method == "post" else "")]
    lines += [f'-H "{header}"' for header in headers]
    if request:
        lines.append("-d @body.json")
    lines.append(f'"{address}"')
    return " \\\n  ".join(lines)


def _parameter(parameter: dict[str, Any]) -> Parameter:
    return Parameter(
        name=parameter["name"],
        where=parameter["in"],
        is_needed=parameter.get("required", False),
        words=words_of(parameter.get("schema", {})),
        about=parameter.get("description", "").strip(),
    )


def _shape(name: str, schema: dict[str, Any]) -> Shape:
    needed = set(schema.get("required", ()))
    return Shape(
        name=name,
        about=schema.get("description", "").strip(),
        fields=[
            Field(field, words_of(inner), field in needed, inner.get("description", "").strip())
            for field, inner in schema.get("properties", {}).items()
        ],
        values=[str(value) for value in schema.get("enum", ()) if value is not None],
    )


def words_of(schema: dict[str, Any]) -> str:
    """A schema's kind in a few words: "pages of Run", "list of Vote", "text or null", "whole number"."""
    if "$ref" in schema:
        name = str(schema["$ref"]).removeprefix(_SHAPES)
        if name.startswith(_PAGED):
            return f"pages of {name.removeprefix(_PAGED).removesuffix('List')}"
        return name
    if "oneOf" in schema or "allOf" in schema:
        return " or ".join(words_of(each) for each in schema.get("oneOf") or schema["allOf"])
    if "enum" in schema:
        return " or ".join(str(value) for value in schema["enum"])
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " or ".join(words_of({**schema, "type": each}) for each in kind)
    if kind == "array":
        return f"list of {words_of(schema.get('items', {}))}"
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return f"{words_of(schema['additionalProperties'])} by name"
    form = {"date": "date", "date-time": "moment", "decimal": "decimal number as text"}
    words = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return form.get(schema.get("format", ""), words.get(kind, kind))
