"""Pages of the register of advocates, of mine, and of those who asked an advocate."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from governance.pages import SignedInActionView
from people import queries_advocacy, rules, rules_advocacy
from people.actions import advocacy
from people.forms_advocacy import AskAdvocateForm, LetAdvocateSeeForm
from people.models import AdvocacyRequest
from socialcare.kernel.errors import DomainError, Missing


@require_safe
def advocates(request: HttpRequest) -> HttpResponse:
    """Public: who may call themself an advocate here, and for whom they work."""
    return render(request, "advocacy/register.html", {"advocates": queries_advocacy.register()})


@never_cache
@require_safe
@login_required
def my_advocate(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    found = queries_advocacy.own(user)
    return render(request, "advocacy/my_advocate.html", {"requests": found})


@method_decorator(never_cache, name="dispatch")
class AskAdvocate(SignedInActionView):
    template_name = "advocacy/ask.html"
    form_class = AskAdvocateForm

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        return queries_advocacy.choices(self.by)

    def get_form_kwargs(self) -> dict[str, Any]:
        if rules.own_record(self.by) is None:
            raise Missing
        return {**super().get_form_kwargs(), "choices": self.choices}

    def get_initial(self) -> dict[str, Any]:
        person = rules.own_record(self.by)
        return {"name": person.preferred_name} if person is not None else {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(there_are_some=bool(self.choices), **kwargs)

    def act(self, form: AskAdvocateForm) -> str:
        found = queries_advocacy.chosen(form.cleaned_data["whom"])
        if found is None:
            raise DomainError("no-advocate", _("Choose whom you want to ask."))
        place, advocate = found
        advocacy.ask(local_system=place, advocate=advocate, by=self.by, **form.terms())
        messages.success(self.request, _("You have asked. Nobody sees your record by that."))
        return reverse("my_advocate")


@method_decorator(never_cache, name="dispatch")
class LetAdvocateSee(SignedInActionView):
    template_name = "advocacy/let_see.html"
    form_class = LetAdvocateSeeForm

    @cached_property
    def request_for(self) -> AdvocacyRequest:
        rows = rules_advocacy.own_requests(self.by).filter(state="accepted")
        found: AdvocacyRequest = get_object_or_404(
            rows.select_related("advocate"), public_id=self.kwargs["public_id"]
        )
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(asked=self.request_for, **kwargs)

    def act(self, form: LetAdvocateSeeForm) -> str:
        advocacy.let_see(request=self.request_for, by=self.by, **form.cleaned_data)
        messages.success(self.request, _("They can see what you chose, until the day you chose."))
        return reverse("my_advocate")


@never_cache
@require_POST
@login_required
def end_advocacy(request: HttpRequest, public_id: str) -> HttpResponse:
    """One tap: nobody should have to give a reason."""
    user: Any = request.user
    found = get_object_or_404(rules_advocacy.own_requests(user), public_id=public_id)
    advocacy.end(request=found, by=user)
    messages.success(request, _("It has ended. What they could see to speak up for you is closed."))
    return redirect("my_advocate")


# --- As an advocate -------------------------------------------------------------------------------


@never_cache
@require_safe
@login_required
def asked_as_advocate(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    found = queries_advocacy.asked_of(user)
    return render(request, "advocacy/asked.html", {"requests": found})


@never_cache
@require_POST
@login_required
def answer_advocacy(request: HttpRequest, public_id: str) -> HttpResponse:
    user: Any = request.user
    found = get_object_or_404(rules_advocacy.asked_of(user), public_id=public_id)
    answers = {
        "accept": (advocacy.accept, _("You speak up with them. They choose what you see.")),
        "decline": (advocacy.decline, _("You have said that you cannot.")),
        "end": (advocacy.lay_down, _("It has ended. What you could see is being closed.")),
    }
    answer = request.POST.get("answer", "")
    if answer not in answers:
        raise Missing
    act, words = answers[answer]
    act(request=found, by=user)
    messages.success(request, words)
    return redirect("asked_as_advocate")
