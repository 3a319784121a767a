"""Pages that ask what if, and the answers: who would gain and who would lose. Open to anybody; no money moves."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe

from budgets import formula as engine
from budgets import queries, rules, whatif
from budgets import what_if_places as places
from budgets.actions import what_ifs
from budgets.models import FormulaVersion, WhatIf
from budgets.views import what_if_pictures as pictures
from budgets.views.money import ProposeFormula
from budgets.what_if_forms import DocumentForm, NumbersForm
from budgets.whatif import Basis, Comparison
from governance.levels import Level
from governance.models import Sphere
from governance.pages import reader_of
from neighbourhoods.queries import currency_of
from socialcare.kernel import rate_limits
from socialcare.kernel.errors import DomainError
from socialcare.kernel.money import activate
from socialcare.kernel.pages import ActionView
from socialcare.kernel.views import too_many_requests

A_PAGE = 50


def _nation() -> Sphere:
    """The nation at addresses that name none; the page is written in its money."""
    nation = queries.the_nation()
    if nation is None:
        raise Http404
    activate(currency_of(nation))
    return nation


def _found(public_id: str) -> WhatIf:
    found: WhatIf = get_object_or_404(
        queries.what_ifs().filter(nation=_nation()), public_id=public_id
    )
    return found


# --- Asking ---------------------------------------------------------------------------------------


class _Ask(ActionView):
    """One question. `?from=` names what it begins with: a version ("england:2") or another what-if."""

    @cached_property
    def nation(self) -> Sphere:
        return _nation()

    @cached_property
    def basis(self) -> Basis | None:
        return whatif.basis_in_force(self.nation)

    @cached_property
    def versions(self) -> dict[str, FormulaVersion]:
        return {f"{each.slug}:{each.version}": each for each in queries.formulas(self.nation)}

    @cached_property
    def begins_with(self) -> FormulaVersion | WhatIf:
        """Raises Http404 for something that is not there."""
        name = self.request.GET.get("from", "")
        if name in self.versions:
            return self.versions[name]
        if name:
            return _found(name)
        return self._in_force.version

    @property
    def _in_force(self) -> Basis:
        if self.basis is None:
            raise Http404
        return self.basis

    @property
    def pot_pence(self) -> int:
        """The pot of the what-if it begins with, or the one that `?pot=` names, or the present one."""
        begins = self.begins_with
        if named := self.request.GET.get("pot"):
            return get_object_or_404(queries.pots(self.nation), public_id=named).shared_pence
        return begins.pot_pence if isinstance(begins, WhatIf) else self._in_force.pot_pence

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if self.basis is None:
            return render(request, "money/what_if_not_yet.html", {"nation": self.nation})
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rate_limits.take(request, action="what-if", most=whatif.MOST_AN_HOUR):
            return too_many_requests(request)
        return super().post(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {
            **super().get_form_kwargs(),
            "basis": self._in_force,
            "versions": self.versions.values(),
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        begins = self.begins_with
        return super().get_context_data(
            nation=self.nation,
            begins=begins,
            begins_name=self.request.GET.get("from", ""),
            versions=self.versions.items(),
            **kwargs,
        )

    def ask(self, form: Any, text: str) -> str:
        against = self.versions.get(form.cleaned_data["against"])
        basis = whatif.basis_of(against, like=self._in_force) if against else self._in_force
        asked = what_ifs.ask(
            text=text,
            pot_pence=form.cleaned_data["pot_pence"],
            basis=basis,
            by=reader_of(self.request),
        )
        return reverse("what_if", args=[asked.public_id])

    def refused(self, form: Any, error: DomainError) -> None:
        if isinstance(error, what_ifs.WhatIfRefused):
            form.add_problems(error.problems)
        else:
            super().refused(form, error)


class AskByNumbers(_Ask):
    template_name = "money/what_if_ask.html"
    form_class = NumbersForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "start": engine.load(self.begins_with.text)}

    def get_initial(self) -> dict[str, Any]:
        return {"pot_pence": self.pot_pence}

    def act(self, form: NumbersForm) -> str:
        return self.ask(form, form.text)


class AskByDocument(_Ask):
    template_name = "money/what_if_document.html"
    form_class = DocumentForm

    def get_initial(self) -> dict[str, Any]:
        return {"pot_pence": self.pot_pence, "text": self.begins_with.text}

    def act(self, form: DocumentForm) -> str:
        return self.ask(form, form.cleaned_data["text"])


# --- The answer -----------------------------------------------------------------------------------


def _private(response: HttpResponse) -> HttpResponse:
    """Anybody's words: to be shared by whoever has the address, and not to be found by searching."""
    response["X-Robots-Tag"] = "noindex"
    return response


def _about(request: HttpRequest, what_if: WhatIf) -> dict[str, Any]:
    """What every page of an answer says of the question."""
    asked = whatif.asked(what_if)
    reader = reader_of(request)
    try:
        answer: Comparison | None = whatif.comparison(what_if)
        problems: list[engine.Problem] = []
    except engine.FormulaError as error:
        answer, problems = None, error.problems
    return {
        "what_if": what_if,
        "asked": asked,
        "answer": answer,
        "no_answer_because": problems,
        "finding": pictures.finding(answer) if answer else "",
        "address": request.build_absolute_uri(reverse("what_if", args=[what_if.public_id])),
        "may_propose": not asked.problems
        and bool(asked.differences)
        and reader is not None
        and bool(rules.can_propose_formula(reader, what_if.nation)),
    }


@require_safe
def what_if(request: HttpRequest, public_id: str) -> HttpResponse:
    """Who would gain and who would lose: the finding, the local systems, the tenths of people by need."""
    found = _found(public_id)
    context = _about(request, found)
    answer: Comparison | None = context["answer"]
    if answer is not None:
        sort = request.GET.get("sort", "-change")
        listed = Paginator(places.in_order(answer.local, sort), A_PAGE)
        context |= {
            "sort": sort,
            "page": listed.get_page(request.GET.get("page")),
            "largest": pictures.largest(answer),
            "tenths": pictures.tenths(answer),
            "ups_and_downs": pictures.ups_and_downs(answer),
        }
    return _private(render(request, "money/what_if.html", context))


@require_safe
def what_if_places(request: HttpRequest, public_id: str) -> HttpResponse:
    """The same for every neighbourhood, or those of one local system."""
    found = _found(public_id)
    context = _about(request, found)
    answer: Comparison | None = context["answer"]
    if answer is None:
        return redirect("what_if", public_id=public_id)
    sort, inside = request.GET.get("sort", "-change"), request.GET.get("in", "")
    system = next((each for each in answer.local if each.code == inside), None)
    shown = places.narrowed(answer.neighbourhoods, parent=system.code if system else "")
    context |= {
        "sort": sort,
        "system": system,
        "systems": sorted((each.name, each.code) for each in answer.local),
        "tally": whatif.tally(each.change_pence for each in shown),
        "page": Paginator(places.in_order(shown, sort), A_PAGE).get_page(request.GET.get("page")),
    }
    return _private(render(request, "money/what_if_places.html", context))


@require_safe
def what_if_file(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """One level of the answer as a file, in code order. Ranks are by money a head."""
    found = _found(public_id)
    try:
        answer = whatif.comparison(found)
    except engine.FormulaError as error:
        raise Http404 from error
    level = Level.LOCAL if name == "local" else Level.NEIGHBOURHOOD
    text = places.as_csv(places.at(answer, level))
    return _private(_download(text, "text/csv", f"what-if-{public_id}-{name}.csv"))


@require_safe
def what_if_document(request: HttpRequest, public_id: str) -> HttpResponse:
    """The document that was asked about, word for word."""
    return _private(_download(_found(public_id).text, "text/yaml", f"what-if-{public_id}.yaml"))


def _download(text: str, kind: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=f"{kind}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


# --- From here to the council ---------------------------------------------------------------------


class ProposeWhatIf(ProposeFormula):
    """The form that proposes a formula, with this document in it."""

    def get_initial(self) -> dict[str, Any]:
        return {"text": _found(self.kwargs["public_id"]).text}


@require_safe
def formula_in_question(request: HttpRequest, public_id: str) -> HttpResponse:
    """From the council's question about a formula to who would gain and lose by it."""
    version = get_object_or_404(
        FormulaVersion.objects.select_related("what_if"), matter__public_id=public_id
    )
    if version.what_if is not None:
        return redirect("what_if", public_id=version.what_if.public_id)
    return redirect("formula", slug=version.slug, version=version.version)
