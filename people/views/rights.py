"""Pages of my rights, of what I challenged, and of the challenges that a member of a panel looks at again."""

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
from people import queries_challenges, rules, rules_challenges
from people.actions import challenges
from people.forms_challenges import ChallengeForm, OpinionForm
from people.queries_challenges import Heard
from socialcare.kernel.errors import Missing


@never_cache
@require_safe
@login_required
def my_rights(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if rules.own_record(user) is None:
        return redirect("home")
    return render(request, "rights/rights.html", {"rights": queries_challenges.rights(user)})


@never_cache
@require_safe
@login_required
def my_challenges(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    found = queries_challenges.all_own(user)
    return render(request, "rights/my_challenges.html", {"challenges": found})


@method_decorator(never_cache, name="dispatch")
class MakeChallenge(SignedInActionView):
    """One form. `?about=kind:id` names what it begins with; of what is not there for the reader it says nothing."""

    template_name = "rights/challenge.html"
    form_class = ChallengeForm

    @cached_property
    def choices(self) -> list[tuple[str, str]]:
        begins = self.request.POST.get("about") or self.request.GET.get("about", "")
        return queries_challenges.can_be_challenged(self.by, begins)

    def get_form_kwargs(self) -> dict[str, Any]:
        if rules.own_record(self.by) is None:
            raise Missing
        return {**super().get_form_kwargs(), "choices": self.choices}

    def get_initial(self) -> dict[str, Any]:
        return {"about": self.choices[0][0]}

    def act(self, form: ChallengeForm) -> str:
        challenges.make(by=self.by, **form.terms())
        messages.success(self.request, _("Your challenge is open. You lose nothing meanwhile."))
        return reverse("my_challenges")


@never_cache
@require_POST
@login_required
def withdraw_challenge(request: HttpRequest, public_id: str) -> HttpResponse:
    user: Any = request.user
    found = get_object_or_404(rules_challenges.own_challenges(user), public_id=public_id)
    challenges.withdraw(challenge=found, by=user)
    messages.success(request, _("You have taken it back. Nobody sees it any more."))
    return redirect("my_challenges")


# --- On a panel -----------------------------------------------------------------------------------


@never_cache
@require_safe
@login_required
def panel(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    return render(request, "rights/panel.html", {"seats": queries_challenges.seats(user)})


@method_decorator(never_cache, name="dispatch")
class Hear(SignedInActionView):
    template_name = "rights/hear.html"
    form_class = OpinionForm

    @cached_property
    def heard(self) -> Heard:
        found = queries_challenges.heard(self.by, self.kwargs["public_id"])
        if found is None:
            raise Missing
        return found

    def get(self, *args: Any, **kwargs: Any) -> HttpResponse:
        challenges.note_read(seat=self.heard.seat, by=self.by)
        return super().get(*args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(heard=self.heard, **kwargs)

    def act(self, form: OpinionForm) -> str:
        challenges.say(seat=self.heard.seat, by=self.by, **form.cleaned_data)
        messages.success(self.request, _("Thank you. What you said is kept."))
        return reverse("panel")
