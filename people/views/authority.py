"""Pages about legal authority: who decides for me, for whom I do, and the registrar's evidence.

The registrar reads what was put to them and nothing of the record. To anybody else that page does not exist.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from governance.pages import SignedInActionView
from people import queries, rules
from people.actions import authorities, persons
from people.authority_forms import BeginForForm, ClaimForm, ReasonForm, WeighForm
from people.models import LegalAuthority
from socialcare.kernel.errors import Missing


@never_cache
@require_safe
@login_required
def who_decides(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    return render(request, "people/who_decides.html", {"page": queries.who_decides(user)})


@method_decorator(never_cache, name="dispatch")
class _Claiming(SignedInActionView):
    template_name = "people/claim.html"
    heading: Promise
    hint: Promise

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(heading=self.heading, hint=self.hint, **kwargs)

    def done(self) -> str:
        words = _("It is put to the registrar. Nothing opens before they have confirmed it.")
        messages.success(self.request, words)
        return reverse("who_decides")


class Claim(_Claiming):
    form_class = ClaimForm
    heading = gettext_lazy("I decide for somebody")
    hint = gettext_lazy("Ask them for their code. A registrar looks at the evidence first.")

    def act(self, form: ClaimForm) -> str:
        person_id = authorities.find(code=form.cleaned_data["code"], by=self.by)
        authorities.claim(person_id=person_id, by=self.by, reasons=form.reasons(), **form.terms())
        return self.done()


class BeginFor(_Claiming):
    form_class = BeginForForm
    heading = gettext_lazy("Somebody without an account")
    hint = gettext_lazy(
        "You begin their record: as a parent, by an order, or because they asked you to write for them."
    )

    def act(self, form: BeginForForm) -> str:
        name = form.cleaned_data["preferred_name"]
        persons.begin_for(preferred_name=name, by=self.by, **form.terms())
        return self.done()


@method_decorator(never_cache, name="dispatch")
class _OnAuthority(SignedInActionView):
    """Something said about an authority that the reader may know of."""

    template_name = "people/on_authority.html"
    form_class = ReasonForm
    heading: Promise
    submit: Promise
    done_words: Promise

    @cached_property
    def authority(self) -> LegalAuthority:
        found: LegalAuthority = get_object_or_404(
            LegalAuthority.objects.select_related("holder", "put_to"),
            public_id=self.kwargs["public_id"],
        )
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            authority=self.authority, heading=self.heading, submit=self.submit, **kwargs
        )

    def done(self) -> str:
        messages.success(self.request, str(self.done_words))
        return reverse("who_decides")


class Dispute(_OnAuthority):
    heading = gettext_lazy("Say that this is not so")
    submit = gettext_lazy("Tell the registrar")
    done_words = gettext_lazy("It is marked as disputed, and the registrar reads why.")

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rules.can_dispute(self.by, self.authority):
            raise Missing
        return super().get(*args, **kwargs)

    def act(self, form: ReasonForm) -> str:
        authorities.dispute(authority=self.authority, by=self.by, **form.cleaned_data)
        return self.done()


class End(_OnAuthority):
    heading = gettext_lazy("End this")
    submit = gettext_lazy("End it now")
    done_words = gettext_lazy("It has ended.")

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rules.can_end(self.by, self.authority):
            raise Missing
        return super().get(*args, **kwargs)

    def act(self, form: ReasonForm) -> str:
        authorities.end(authority=self.authority, by=self.by, **form.cleaned_data)
        return self.done()


# --- The registrar --------------------------------------------------------------------------------


@never_cache
@require_safe
@login_required
def evidence(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if not rules.is_registrar(user):
        raise Missing
    rows = rules.evidence_put_to(user).order_by("-recorded_at", "-pk")[:200]
    return render(request, "people/evidence.html", {"rows": list(rows)})


@method_decorator(never_cache, name="dispatch")
class Weigh(SignedInActionView):
    template_name = "people/weigh.html"
    form_class = WeighForm

    @cached_property
    def authority(self) -> LegalAuthority:
        found: LegalAuthority = get_object_or_404(
            rules.evidence_put_to(self.by), public_id=self.kwargs["public_id"]
        )
        return found

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "authority": self.authority}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        lines = queries.evidence_for(self.authority)
        return super().get_context_data(authority=self.authority, lines=lines, **kwargs)

    def act(self, form: WeighForm) -> str:
        step, terms = form.step()
        step(authority=self.authority, by=self.by, **terms)
        messages.success(self.request, _("It is kept, and it counts from now on."))
        return reverse("evidence")
