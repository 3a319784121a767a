"""Pages on which people see who can see what, let somebody see something, and stop it; and who has looked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from governance.pages import SignedInActionView
from people import queries, rules
from people.actions import consents
from people.forms import ChangeConsentForm, GiveConsentForm
from people.models import Acquaintance, PersonUserObjectPermission
from people.parts import HOLDS
from people.views.record import record_of_reader

LOOKS_TO_A_PAGE = 25


@never_cache
@require_safe
@login_required
def who_can_see(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if rules.own_record(user) is None:
        return redirect("home")
    return render(request, "people/who_can_see.html", {"page": queries.who_can_see(user)})


@never_cache
@require_safe
@login_required
def who_looked(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if rules.own_record(user) is None:
        return redirect("home")
    looks = rules.looks_at(user).order_by("-at", "-pk")
    page = Paginator(looks, LOOKS_TO_A_PAGE).get_page(request.GET.get("page"))
    rows = queries.looked(list(page), queries.names_given_by(user))
    return render(request, "people/who_looked.html", {"page": page, "rows": rows})


@method_decorator(never_cache, name="dispatch")
class GiveConsent(SignedInActionView):
    template_name = "people/give_consent.html"
    form_class = GiveConsentForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record_of_reader(self.by)
        parts = [(part.label, words) for part, words in HOLDS.items()]
        return super().get_context_data(parts=parts, **kwargs)

    def act(self, form: GiveConsentForm) -> str:
        consents.give(person=record_of_reader(self.by).person, by=self.by, **form.terms())
        messages.success(self.request, _("They can see what you chose, until the day you chose."))
        return reverse("who_can_see")


class _OnConsent(SignedInActionView):
    """A form about one of the reader's own consents."""

    @cached_property
    def consent(self) -> PersonUserObjectPermission:
        found: PersonUserObjectPermission = get_object_or_404(
            rules.consents_given_by(self.by), public_id=self.kwargs["public_id"]
        )
        return found


@method_decorator(never_cache, name="dispatch")
class ChangeConsent(_OnConsent):
    template_name = "people/change_consent.html"
    form_class = ChangeConsentForm

    def get_initial(self) -> dict[str, Any]:
        return {"purpose": self.consent.purpose, "last_day": self.consent.last_on}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        name = queries.names_given_by(self.by).get(self.consent.user_id, "")
        return super().get_context_data(consent=self.consent, name=name, **kwargs)

    def act(self, form: ChangeConsentForm) -> str:
        consents.change(consent=self.consent, by=self.by, **form.terms())
        messages.success(self.request, _("It is changed. It counts from now on."))
        return reverse("who_can_see")


@never_cache
@require_POST
@login_required
def withdraw_consent(request: HttpRequest, public_id: str) -> HttpResponse:
    """One tap: nobody should have to give a reason, or to be sure."""
    user: Any = request.user
    given = get_object_or_404(rules.consents_given_by(user), public_id=public_id)
    consents.withdraw(consent=given, by=user)
    messages.success(request, _("It is stopped. We tell nobody."))
    return redirect("who_can_see")


@never_cache
@require_POST
@login_required
def withdraw_all(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything that one person may see, in one tap."""
    user: Any = request.user
    known = get_object_or_404(
        Acquaintance.objects.filter(person__user=user).select_related("user", "person"),
        public_id=public_id,
    )
    consents.withdraw_all(person=known.person, held_by=known.user, by=user)
    messages.success(request, _("It is stopped. We tell nobody."))
    return redirect("who_can_see")
