"""Why this much, every step: a page to print, and the same as JSON. Open to anybody."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from budgets import queries, why
from budgets.formula import Step
from budgets.views.pictures import step_words
from governance.levels import Level
from neighbourhoods import queries as places
from neighbourhoods.queries import Area
from socialcare.kernel.money import activate


def _area(code: str) -> Area:
    """The place with this code; its page is written in its nation's money."""
    area = places.area(code)
    if area is None:
        raise Http404
    activate(places.currency_of(area.dataset.nation))
    return area


def _why(area: Area) -> why.Why:
    found = why.of(area)
    if found is None:
        raise Http404
    return found


@dataclass(frozen=True)
class Line:
    """One step as the page shows it: its numbers without the noughts that end them."""

    words: str
    step: Step
    value: str
    points: str
    contribution: str


def _line(step: Step) -> Line:
    return Line(
        step_words(step), step, _plain(step.value), _plain(step.points), _plain(step.contribution)
    )


def _plain(number: str) -> str:
    return f"{Decimal(number).normalize():,f}" if number else ""


@require_safe
def explain(request: HttpRequest, code: str) -> HttpResponse:
    """A place's allocation from an equal amount a head to the penny. The nation's is the run itself."""
    area = _area(code)
    if area.sphere.level == Level.NATIONAL:
        run = queries.current_run(area.sphere)
        if run is None:
            raise Http404
        return redirect("run", public_id=run.public_id)
    found = _why(area)
    context = {
        "why": found,
        "area": area,
        "streams": [
            (stream, [_line(step) for step in stream.steps]) for stream in found.explanation.streams
        ],
    }
    return render(request, "places/explain.html", context)


@require_safe
def explain_json(request: HttpRequest, code: str) -> JsonResponse:
    """The same, for machines; docs/what-if.md describes each key."""
    area = _area(code)
    if area.sphere.level == Level.NATIONAL:
        raise Http404
    response = JsonResponse(_why(area).as_dict(), json_dumps_params={"ensure_ascii": False})
    response["Access-Control-Allow-Origin"] = "*"
    return response
