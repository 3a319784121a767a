"""Pages about places, for anybody: find mine, the nation, a local system, a neighbourhood, and each as open CSV.

They live here because they show money. Nothing that somebody types to find a place is kept, logged or put into an
address, unless it is (part of) a public place's name.
"""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from budgets import explanations
from budgets import queries as money
from budgets.models import AllocationRun
from budgets.views.pictures import pot_picture, stream_pictures
from governance import queries as decisions
from governance.levels import Level
from neighbourhoods import exports, pictures, postcodes, queries, search
from neighbourhoods.forms import FindForm, ListForm
from neighbourhoods.models import AreaProfile
from neighbourhoods.queries import Area
from socialcare.kernel.money import activate

A_PAGE = 50
FOUND_A_PAGE = 20


# --- Find -----------------------------------------------------------------------------------------


@cache_control(no_store=True, private=True)
@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """One box. A postcode is only ever read from the body of a POST: an address is logged, kept and sent on."""
    if request.method == "POST":
        return _found(request)
    name = request.GET.get("q", "").strip()
    if not name:
        return _find_page(request, FindForm())
    if postcodes.in_text(name):
        return HttpResponseRedirect(f"{reverse('find')}?{urlencode({'again': 'postcode'})}")
    return _by_name(request, name)


def _find_page(request: HttpRequest, form: FindForm, **context: Any) -> HttpResponse:
    status = 422 if form.is_bound and form.errors else 200
    again = request.GET.get("again") == "postcode"
    context = {"form": form, "again": again, **context}
    return render(request, "places/find.html", context, status=status)


def _found(request: HttpRequest) -> HttpResponse:
    form = FindForm(request.POST)
    if not form.is_valid():
        return _find_page(request, form)
    text = form.cleaned_data["q"]
    postcode = postcodes.in_text(text)
    if not postcode:
        if search.by_name(text).exists():
            # It names a public place, so it may stand in an address; anything else may be about a person.
            return HttpResponseRedirect(f"{reverse('find')}?{urlencode({'q': text})}")
        return _find_page(request, form, searched=True)
    try:
        found = postcodes.find(postcode)
    except postcodes.PostcodeUnknown as unknown:
        form.add_error("q", unknown.message)
        return _find_page(request, form)
    if found.is_certain:
        return redirect("place", code=found.places[0].sphere.code)
    return _find_page(request, FindForm(), nearby=found.places)


def _by_name(request: HttpRequest, name: str) -> HttpResponse:
    form = FindForm({"q": name})
    if not form.is_valid():
        return _find_page(request, form)
    page = Paginator(search.by_name(name), FOUND_A_PAGE).get_page(request.GET.get("page"))
    return _find_page(request, form, searched=True, page=page)


# --- Places ---------------------------------------------------------------------------------------


def _area(code: str) -> Area:
    """The place with this code; its page is written in its nation's money."""
    area = queries.area(code)
    if area is None:
        raise Http404
    activate(queries.currency_of(area.dataset.nation))
    return area


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    """The nation's page; where there are several nations, the first one's, with links to the others."""
    nations = list(queries.nations())
    if not nations:
        return render(request, "places/empty.html")
    return _list_page(request, _area(nations[0].code), others=nations[1:])


@require_safe
def place(request: HttpRequest, code: str) -> HttpResponse:
    area = _area(code)
    if area.sphere.level == Level.NEIGHBOURHOOD:
        return _neighbourhood_page(request, area)
    return _list_page(request, area)


def _list_page(request: HttpRequest, area: Area, **context: Any) -> HttpResponse:
    """A nation or a local system: the places right below it, compared by an indicator that the reader chooses."""
    indicators = queries.indicators_to_choose(area.dataset)
    indicator = queries.chosen(indicators, request.GET.get("by", ""))
    rows = queries.children(area, indicator=indicator)
    sort = request.GET.get("sort", "name")
    has = request.GET.get("has", "").strip()[:100]
    chosen_rows = queries.in_order(queries.holding(rows, has), sort)
    run = money.current_run(area.dataset.nation)
    listed = money.in_order(money.with_money(area, chosen_rows, run=run), sort)
    initial = {"by": indicator.column if indicator else "", "has": has, "sort": sort}
    is_nation = area.sphere.level == Level.NATIONAL
    return render(
        request,
        "places/nation.html" if is_nation else "places/local_system.html",
        {
            "area": area,
            "indicator": indicator,
            "filter": ListForm(initial=initial, indicators=indicators),
            "sort": sort,
            "listed": len(listed),
            "all": len(rows),
            "page": Paginator(listed, A_PAGE).get_page(request.GET.get("page")),
            "ranked": pictures.ranked(rows, indicator) if indicator else None,
            "rates": [] if is_nation else queries.rates(area),
            "who": decisions.who_decides(area.sphere),
            **(_nation_money(run) if is_nation else _place_money(area, run)),
            **context,
        },
    )


def _neighbourhood_page(request: HttpRequest, area: Area) -> HttpResponse:
    rates = queries.rates(area)
    return render(
        request,
        "places/neighbourhood.html",
        {
            "area": area,
            "area_type": pictures.area_type(area),
            "rates": rates,
            "most_different": queries.most_different(rates),
            "next_to": search.next_to(area),
            "who": decisions.who_decides(area.sphere),
            **_place_money(area, money.current_run(area.dataset.nation)),
        },
    )


def _nation_money(run: AllocationRun | None) -> dict[str, Any]:
    """The nation's whole pot, and what it is for."""
    return {"run": run, "picture": pot_picture(money.parts_of_pot(run)) if run else None}


def _place_money(area: Area, run: AllocationRun | None) -> dict[str, Any]:
    """What a place gets and why: nothing before the first run."""
    gets = money.place_money(area, run=run)
    if gets is None:
        return {"gets": None}
    explanation = explanations.explanation(gets.run, area.sphere.code)
    return {
        "gets": gets,
        "picture": pot_picture(gets.streams),
        "streams": stream_pictures(explanation),
        "explanation": explanation,
    }


# --- Open data ------------------------------------------------------------------------------------


def _csv(area: Area, rows: QuerySet[AreaProfile], name: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(
        exports.lines(area, rows), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


@require_safe
def places_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Every neighbourhood of the (first) nation, in the columns that import_areas takes."""
    nation = queries.nations().first()
    if nation is None:
        raise Http404
    area = _area(nation.code)
    return _csv(area, exports.every_neighbourhood(area), "places")


@require_safe
def place_csv(request: HttpRequest, code: str) -> StreamingHttpResponse:
    """The places right below this one; a neighbourhood's own figures."""
    area = _area(code)
    return _csv(area, exports.places_below(area), area.sphere.code)
