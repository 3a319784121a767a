"""Pages about what a point of need is worth: every version, the parts it is made of, and who adopted it. All public."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from budgets import prices, queries, rules
from budgets.actions import prices as actions
from budgets.forms import PriceForm
from budgets.models import PriceVersion
from budgets.views.money import the_nation_or_404
from governance.pages import SignedInActionView, reader_of
from socialcare.kernel.errors import DomainError


@require_safe
def price_list(request: HttpRequest) -> HttpResponse:
    nation = the_nation_or_404()
    reader = reader_of(request)
    return render(
        request,
        "money/prices.html",
        {
            "nation": nation,
            "prices": queries.prices(nation),
            "may_propose": reader is not None and bool(rules.can_propose_price(reader, nation)),
        },
    )


def _version(slug: str, version: int) -> PriceVersion:
    return get_object_or_404(
        PriceVersion.objects.select_related("nation", "matter", "decision__matter"),
        nation=the_nation_or_404(),
        slug=slug,
        version=version,
    )


@require_safe
def price(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """What a point is worth and why, part by part."""
    found = _version(slug, version)
    return render(request, "money/price.html", {"version": found, "price": prices.load(found.text)})


@require_safe
def price_document(request: HttpRequest, slug: str, version: int) -> HttpResponse:
    """The document word for word, as it was put to the vote."""
    found = _version(slug, version)
    response = HttpResponse(found.text, content_type="text/yaml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="price-{slug}-{version}.yaml"'
    return response


class ProposePrice(SignedInActionView):
    template_name = "money/propose_price.html"
    form_class = PriceForm

    def get_initial(self) -> dict[str, Any]:
        newest = queries.prices(the_nation_or_404()).first()
        return {"text": newest.text if newest else prices.built_in("england").text}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        nation = the_nation_or_404()
        rules.can_propose_price(self.by, nation).require()
        return super().get_context_data(nation=nation, **kwargs)

    def act(self, form: PriceForm) -> str:
        proposed = actions.propose(nation=the_nation_or_404(), by=self.by, **form.cleaned_data)
        messages.success(self.request, _("The price is proposed. Now the council can vote on it."))
        return reverse("matter", args=[proposed.matter.public_id])

    def refused(self, form: Any, error: DomainError) -> None:
        if not isinstance(error, actions.PriceNotAdoptable):
            super().refused(form, error)
            return
        for problem in error.problems:
            form.add_error(
                "text",
                _("Line %(line)d, %(key)s: %(message)s")
                % {"line": problem.line, "key": problem.key, "message": problem.message},
            )
