"""Pages of what I asked for, and of what people asked those who answer. To ask is in `socialcare.views_asking`."""

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
from people import queries_asks, rules_asks
from people.actions import asks, invitations
from people.forms_asks import CloseForm, HandOnForm
from people.models import Ask
from socialcare.kernel.errors import DomainError

# --- Mine -----------------------------------------------------------------------------------------


@never_cache
@require_safe
@login_required
def my_asks(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    invited = (
        rules_asks.own_invitations(user).select_related("neighbourhood").order_by("expires_at")
    )
    return render(
        request, "asking/my_asks.html", {"asks": queries_asks.own(user), "invitations": invited}
    )


@never_cache
@require_POST
@login_required
def withdraw_ask(request: HttpRequest, public_id: str) -> HttpResponse:
    """One tap: nobody should have to give a reason."""
    user: Any = request.user
    ask = get_object_or_404(rules_asks.own_asks(user), pk=public_id)
    try:
        asks.withdraw(ask=ask, by=user)
    except DomainError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("You have taken it back. You can ask again on any day."))
    return redirect("my_asks")


@never_cache
@require_POST
@login_required
def revoke_invitation(request: HttpRequest, public_id: str) -> HttpResponse:
    user: Any = request.user
    found = get_object_or_404(rules_asks.own_invitations(user), pk=public_id)
    invitations.revoke(invitation=found, by=user)
    messages.success(request, _("The invitation has ended. Nothing of it is kept."))
    return redirect("my_asks")


# --- People who asked -----------------------------------------------------------------------------


@never_cache
@require_safe
@login_required
def people_who_asked(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    rules_asks.can_answer(user).require()
    lines = queries_asks.to_answer(user)
    overdue = sum(line.is_overdue for line in lines)
    return render(request, "asking/people_who_asked.html", {"lines": lines, "overdue": overdue})


def _found(request: HttpRequest, public_id: str) -> Ask:
    """The ask to answer. Missing for whoever answers none, so that nobody learns whether it is there."""
    user: Any = request.user
    rows = rules_asks.to_answer(user).select_related("neighbourhood", "taken_by", "entered_by")
    found: Ask = get_object_or_404(rows, pk=public_id)
    return found


@never_cache
@require_safe
@login_required
def ask(request: HttpRequest, public_id: str) -> HttpResponse:
    user: Any = request.user
    found = _found(request, public_id)
    asks.note_read(ask=found, by=user)
    context = {
        "ask": queries_asks.opened(found),
        "can_take": rules_asks.can_take(user, found),
        "is_mine": found.taken_by_id == user.pk,
    }
    return render(request, "asking/ask.html", context)


@never_cache
@require_POST
@login_required
def take_ask(request: HttpRequest, public_id: str) -> HttpResponse:
    user: Any = request.user
    asks.take(ask=_found(request, public_id), by=user)
    messages.success(request, _("It is yours now. Nobody else reads it."))
    return redirect("ask", public_id=public_id)


@never_cache
@require_POST
@login_required
def talked_about_ask(request: HttpRequest, public_id: str) -> HttpResponse:
    user: Any = request.user
    asks.mark_talked(ask=_found(request, public_id), by=user)
    messages.success(request, _("It is kept that you have talked."))
    return redirect("ask", public_id=public_id)


@method_decorator(never_cache, name="dispatch")
class _OnAsk(SignedInActionView):
    """A form about something that the reader took."""

    @cached_property
    def ask(self) -> Ask:
        found = _found(self.request, self.kwargs["public_id"])
        rules_asks.can_go_on(self.by, found).require()
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(ask=self.ask, **kwargs)


class HandOn(_OnAsk):
    template_name = "asking/hand_on.html"
    form_class = HandOnForm

    def get_form_kwargs(self) -> dict[str, Any]:
        colleagues = rules_asks.colleagues(self.by, self.ask)
        return {**super().get_form_kwargs(), "colleagues": colleagues}

    def act(self, form: HandOnForm) -> str:
        asks.hand_on(ask=self.ask, by=self.by, **form.cleaned_data)
        messages.success(self.request, _("It is handed on. You read it no more."))
        return reverse("people_who_asked")


class CloseAsk(_OnAsk):
    template_name = "asking/close.html"
    form_class = CloseForm

    def act(self, form: CloseForm) -> str:
        asks.close(ask=self.ask, by=self.by, **form.cleaned_data)
        messages.success(self.request, _("It is answered. Whoever asked can read what you wrote."))
        return reverse("people_who_asked")


# --- How soon -------------------------------------------------------------------------------------


@require_safe
def how_soon(request: HttpRequest) -> HttpResponse:
    """Numbers only, for anybody."""
    return render(request, "asking/how_soon.html", {"month": queries_asks.last_month()})
