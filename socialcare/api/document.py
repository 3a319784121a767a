"""The OpenAPI document, made once a process: it depends on the code alone."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from socialcare.kernel.api import conditional
from socialcare.kernel.api.views import Operation


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The document as data, in English whoever asks first."""
    with translation.override("en-gb"):
        made: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return made


@lru_cache(maxsize=2)
def _rendered(form: str) -> bytes:
    renderer = OpenApiYamlRenderer if form == "yaml" else OpenApiJsonRenderer2
    text: bytes = renderer().render(document())
    return text


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"

    def render(self, data: Any, *_args: Any, **_options: Any) -> bytes:
        return _rendered("json")


class YAMLRenderer(JSONRenderer):
    media_type = "application/yaml"
    format = "yaml"

    def render(self, data: Any, *_args: Any, **_options: Any) -> bytes:
        return _rendered("yaml")


class ByFormat(DefaultContentNegotiation):
    """`?format=yaml`, for a reader who cannot set `Accept`."""

    def select_renderer(
        self, request: Request, renderers: list[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        asked = request.query_params.get("format")
        chosen: tuple[BaseRenderer, str] = super().select_renderer(request, renderers, asked)
        return chosen


class Document(Operation):
    """The document itself, as JSON or YAML."""

    schema = None
    renderer_classes = [JSONRenderer, YAMLRenderer]
    content_negotiation_class = ByFormat
    parameters = ("format",)

    def get(self, request: Request) -> Response:
        form = request.accepted_renderer.format
        tag = conditional.tag_of_bytes(_rendered(form))
        if conditional.is_known(request, tag):
            return Response(status=304, headers={"ETag": tag})
        return Response({}, headers={"ETag": tag})
