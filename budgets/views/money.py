"""Pages about the nation's money: the pot, the formula that shares it, and the runs that share it out."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe
from django.views.generic import ListView

from budgets import exports, queries, rules
from budgets import formula as engine
from budgets.actions import allocations, formulas, pots
from budgets.explanations import document_of
from budgets.forms import FormulaForm, PotForm, ShareForm
from budgets.models import AllocationRun, FormulaVersion, Pot
from budgets.views.pictures import pot_picture
from governance.levels import Level
from governance.models import Sphere
from governance.pages import SignedInActionView, reader_of
from neighbourhoods.models import Dataset
from neighbourhoods.queries import currency_of
from socialcare.kernel.errors import Conflict, DomainError
from socialcare.kernel.money import activate


def the_nation_or_404() -> Sphere:
    """The nation at addresses that name none; the page is written in its money."""
    nation = queries.the_nation()
    if nation is None:
        raise Http404
    activate(currency_of(nation))
    return nation


def _run(**wanted: Any) -> AllocationRun:
    """A run of any nation; the page is written in that nation's money."""
    found = get_object_or_404(queries.runs(), **wanted)
    activate(currency_of(found.pot.nation))
    return found


# --- The pot --------------------------------------------------------------------------------------


@require_safe
def money(request: HttpRequest) -> HttpResponse:
    """The nation's money on one page: what is shared now, for what, by which formula, and what comes next."""
    nation = the_nation_or_404()
    reader = reader_of(request)
    run = queries.current_run(nation)
    return render(
        request,
        "money/money.html",
        {
            "nation": nation,
            "run": run,
            "picture": pot_picture(queries.parts_of_pot(run)) if run else None,
            "pots": queries.pots(nation)[:10],
            "formulas": queries.adopted_formulas(nation)[:1],
            "may_propose": reader is not None and bool(rules.can_propose_pot(reader, nation)),
        },
    )


@require_safe
def pot(request: HttpRequest, public_id: str) -> HttpResponse:
    found = get_object_or_404(queries.pots(the_nation_or_404()), public_id=public_id)
    reader = reader_of(request)
    formula = queries.adopted_formulas(found.nation).first()
    run = getattr(found, "run", None)
    may_share = (
        reader is not None
        and formula is not None
        and (run is None or not run.is_over or run.state == AllocationRun.State.FAILED)
        and bool(rules.can_share_out(reader, formula, found))
    )
    return render(request, "money/pot.html", {"pot": found, "run": run, "may_share": may_share})


class ProposePot(SignedInActionView):
    template_name = "money/propose_pot.html"
    form_class = PotForm

    def get_form(self, form_class: Any = None) -> Any:
        """What people type is read in the nation's money, which `the_nation_or_404` activates."""
        the_nation_or_404()
        return super().get_form(form_class)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        nation = the_nation_or_404()
        rules.can_propose_pot(self.by, nation).require()
        return super().get_context_data(nation=nation, **kwargs)

    def act(self, form: PotForm) -> str:
        proposed = pots.propose(nation=the_nation_or_404(), by=self.by, **form.cleaned_data)
        messages.success(self.request, _("The pot is proposed. Now the council can vote on it."))
        return reverse("matter", args=[proposed.matter.public_id])

    def refused(self, form: Any, error: DomainError) -> None:
        field = {"bad-period": "ends_on", "bad-sums": "risk_reserve_pence"}.get(error.code)
        form.add_error(field, error.message)


class ShareOut(SignedInActionView):
    """A steward starts the run that shares a pot; a worker carries it out."""

    template_name = "money/share_out.html"
    form_class = ShareForm

    @cached_property
    def pot(self) -> Pot:
        return get_object_or_404(
            queries.pots(the_nation_or_404()), public_id=self.kwargs["public_id"]
        )

    def get_form_kwargs(self) -> dict[str, Any]:
        adopted = queries.adopted_formulas(self.pot.nation)
        return {**super().get_form_kwargs(), "formulas": adopted}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        formula = queries.adopted_formulas(self.pot.nation).first()
        if formula is None:
            raise Conflict("formula-not-adopted", _("No formula has been adopted yet."))
        rules.can_share_out(self.by, formula, self.pot).require()
        return super().get_context_data(pot=self.pot, **kwargs)

    def act(self, form: ShareForm) -> str:
        dataset = Dataset.objects.current(self.pot.nation)
        if dataset is None:
            raise Conflict("no-figures", _("There are no figures to share by. Import them first."))
        run = allocations.request(
            formula=form.cleaned_data["formula"],
            pot=self.pot,
            dataset=dataset,
            by=self.by,
        )
        return reverse("run", args=[run.public_id])


# --- Runs -----------------------------------------------------------------------------------------


class Runs(ListView):
    template_name = "money/runs.html"
    context_object_name = "runs"
    paginate_by = 25

    def get_queryset(self) -> Any:
        return queries.runs().filter(pot__nation=the_nation_or_404())


def _progress(run: AllocationRun) -> dict[str, Any]:
    """What the progress bar shows: the shares count as one part, then each local system as one."""
    state = AllocationRun.State
    words = str(run.get_state_display())
    if run.state == state.POSTING:
        words = ngettext(
            "%(done)d of %(total)d local system has its money",
            "%(done)d of %(total)d local systems have their money",
            run.systems_total,
        ) % {"done": run.systems_posted, "total": run.systems_total}
    shared = 0 if run.state in {state.QUEUED, state.SHARING} else 1
    return {
        "done": shared + run.systems_posted,
        "total": run.systems_total + 1,
        "words": words,
        "poll": reverse("run_progress", args=[run.public_id]),
        "finished": run.is_over,
    }


@require_safe
def run(request: HttpRequest, public_id: str) -> HttpResponse:
    found = _run(public_id=public_id)
    reader = reader_of(request)
    context = {
        "run": found,
        "progress": _progress(found),
        "picture": (
            pot_picture(queries.parts_of_pot(found)) if found.state == found.State.POSTED else None
        ),
        "may_resume": found.state == found.State.FAILED
        and reader is not None
        and bool(rules.can_share_out(reader, found.formula, found.pot)),
    }
    return render(request, "money/run.html", context)


@require_safe
def run_progress(request: HttpRequest, public_id: str) -> HttpResponse:
    """The bar alone, for a page that asks again; when the run is over it asks for the whole page."""
    found = _run(public_id=public_id)
    response = render(request, "money/run_progress.html", {"progress": _progress(found)})
    response["Cache-Control"] = "no-store"
    if found.is_over:
        response["HX-Refresh"] = "true"
    return response


@require_safe
def run_file(request: HttpRequest, public_id: str, name: str) -> HttpResponse:
    """A posted run as the same two files that `manage.py allocate` writes."""
    found = _run(public_id=public_id, state=AllocationRun.State.POSTED)
    level = {"local": Level.LOCAL, "neighbourhoods": Level.NEIGHBOURHOOD}[name]
    response = HttpResponse(
        exports.as_csv(exports.lines_of_run(found, level)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = f'attachment; filename="{name}-{found.public_id}.csv"'
    return response


# --- Formulas -------------------------------------------------------------------------------------


@require_safe
def formula_list(request: HttpRequest) -> HttpResponse:
    nation = the_nation_or_404()
    reader = reader_of(request)
    return render(
        request,
        "money/formulas.html",
        {
            "nation": nation,
            "formulas": queries.formulas(nation),
            "may_propose": reader is not None and bool(rules.can_propose_formula(reader, nation)),
        },
    )


def _version(slug: str, version: int) -> FormulaVersion:
    return get_object_or_404(
        FormulaVersion.objects.select_related("nation", "matter", "decision__matter"),
        nation=the_nation_or_404(),
        slug=slug,
        version=version,
    )


@require_safe
def formula(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    found = _version(slug, version)
    return render(request, "money/formula.html", {"version": found, "document": document_of(found)})


@require_safe
def formula_document(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """The document word for word, as it was put to the vote."""
    found = _version(slug, version)
    response = HttpResponse(found.text, content_type="text/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{slug}-{version}.yaml"'
    return response


class ProposeFormula(SignedInActionView):
    template_name = "money/propose_formula.html"
    form_class = FormulaForm

    def get_initial(self) -> dict[str, Any]:
        newest = queries.adopted_formulas(the_nation_or_404()).first()
        return {"text": newest.text if newest else engine.built_in("england").text}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        nation = the_nation_or_404()
        rules.can_propose_formula(self.by, nation).require()
        return super().get_context_data(nation=nation, **kwargs)

    def act(self, form: FormulaForm) -> str:
        proposed = formulas.propose(nation=the_nation_or_404(), by=self.by, **form.cleaned_data)
        messages.success(
            self.request, _("The formula is proposed. Now the council can vote on it.")
        )
        return reverse("matter", args=[proposed.matter.public_id])

    def refused(self, form: Any, error: DomainError) -> None:
        if not isinstance(error, formulas.FormulaNotAdoptable):
            super().refused(form, error)
            return
        for problem in error.problems:
            form.add_error(
                "text",
                _("Line %(line)d, %(key)s: %(message)s")
                % {"line": problem.line, "key": problem.key, "message": problem.message},
            )
