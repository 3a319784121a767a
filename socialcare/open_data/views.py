"""Open data's addresses. Reading needs nobody's name, and any website may do it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe
from rest_framework.renderers import JSONRenderer

from budgets import queries as money
from budgets.api.serializers import FormulaSerializer, PotSerializer
from budgets.models import FormulaVersion, Pot
from governance.api.serializers import DecisionSerializer
from governance.models import Sphere
from people import instrument
from socialcare.kernel.acting import acting_as
from socialcare.kernel.api import conditional
from socialcare.kernel.middleware import unacted
from socialcare.open_data import files
from socialcare.open_data.files import OpenFile, measure
from socialcare.open_data.package import datapackage

# Seconds for which anybody's cache may keep an answer without asking again.
FRESH = 300

View = Callable[..., HttpResponseBase]


def open_to_all(view: View) -> View:
    """A view of public files alone: it acts for nobody, and says that other websites may read it."""

    @unacted
    @require_http_methods(["GET", "HEAD", "OPTIONS"])
    @wraps(view)
    def opened(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        if request.method == "OPTIONS":
            response: HttpResponseBase = HttpResponse(status=204)
            response["Access-Control-Allow-Methods"] = "GET, HEAD"
            response["Access-Control-Allow-Headers"] = "If-None-Match"
        else:
            with acting_as(None):
                response = view(request, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        response["Access-Control-Expose-Headers"] = "ETag"
        response["Cache-Control"] = f"public, max-age={FRESH}"
        return response

    return opened


def _nation() -> Sphere:
    nation = money.the_nation()
    if nation is None:
        raise Http404
    return nation


def _unless_known(request: HttpRequest, tag: str, make: Callable[[], HttpResponseBase]) -> Any:
    response = HttpResponse(status=304) if conditional.is_known(request, tag) else make()
    response["ETag"] = tag
    return response


def _file(request: HttpRequest, file: OpenFile) -> HttpResponseBase:
    """The file, a line at a time; its tag is its hash."""
    measured = measure(file)

    def make() -> HttpResponseBase:
        response = StreamingHttpResponse(file.lines(), content_type="text/csv; charset=utf-8")
        response["Content-Length"] = str(measured.size)
        name = file.path.replace("/", "-")
        response["Content-Disposition"] = f'attachment; filename="{name}"'
        return response

    answer: HttpResponseBase = _unless_known(request, f'"{measured.sha256[:32]}"', make)
    return answer


def _json(request: HttpRequest, data: Any) -> HttpResponseBase:
    content = json.dumps(data, ensure_ascii=False, indent=2).encode() + b"\n"
    answer: HttpResponseBase = _unless_known(
        request,
        conditional.tag_of_bytes(content),
        lambda: HttpResponse(content, content_type="application/json"),
    )
    return answer


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Which files there are, in words."""
    nation = money.the_nation()
    listed = files.every_file(nation) if nation else []
    formulas = money.formulas(nation) if nation else []
    return render(
        request,
        "open_data/index.html",
        {
            "nation": nation,
            "files": [(file, measure(file)) for file in listed],
            "formulas": formulas,
        },
    )


@open_to_all
def package(request: HttpRequest) -> HttpResponseBase:
    nation = _nation()
    address = request.build_absolute_uri(reverse("open_data"))
    return _json(request, datapackage(nation, files.every_file(nation), address=address))


@open_to_all
def neighbourhoods(request: HttpRequest) -> HttpResponseBase:
    file = files.neighbourhoods(_nation())
    if file is None:
        raise Http404
    return _file(request, file)


@open_to_all
def allocations(request: HttpRequest, period: date) -> HttpResponseBase:
    run = files.run_of(_nation(), period)
    if run is None:
        raise Http404
    return _file(request, files.allocations(run))


@open_to_all
def formula(request: HttpRequest, slug: str, version: int) -> HttpResponseBase:
    """The document word for word, as it was put to the vote."""
    found = get_object_or_404(FormulaVersion, nation=_nation(), slug=slug, version=version)
    answer: HttpResponseBase = _unless_known(
        request,
        f'"{found.sha256[:32]}"',
        lambda: HttpResponse(found.text, content_type="application/yaml; charset=utf-8"),
    )
    return answer


@open_to_all
def conversation(request: HttpRequest) -> HttpResponseBase:
    """What the needs conversation asks and what its answers count for, word for word."""
    now = instrument.current()
    answer: HttpResponseBase = _unless_known(
        request,
        f'"{now.sha256[:32]}"',
        lambda: HttpResponse(
            instrument.PATH.read_bytes(), content_type="application/yaml; charset=utf-8"
        ),
    )
    return answer


@open_to_all
def decisions(request: HttpRequest) -> HttpResponseBase:
    """The decisions that adopted formulas and set pots, the newest first, with what each was about."""
    nation = _nation()
    related = ("nation", "matter", "decision__matter__seat")
    formulas = FormulaVersion.objects.filter(nation=nation, decision__isnull=False)
    pots = Pot.objects.filter(nation=nation, decision__isnull=False).select_related("run", *related)
    told: list[tuple[str, Any, type[Any]]] = [
        *(("formula", each, FormulaSerializer) for each in formulas.select_related(*related)),
        *(("pot", each, PotSerializer) for each in pots),
    ]
    told.sort(key=lambda one: (one[1].decision.decided_at, one[1].decision.public_id), reverse=True)
    listed = [
        {**DecisionSerializer(about.decision).data, kind: serializer(about).data}
        for kind, about, serializer in told
    ]
    return _json(request, {"decisions": json.loads(JSONRenderer().render(listed))})
