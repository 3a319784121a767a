"""Pages on which people see who can see what, let somebody see something, and stop it; and who has looked.

Somebody who lawfully decides for another does the same for them, in the parts that they hold.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from governance.models import User
from governance.pages import SignedInActionView
from people import queries, rules
from people.actions import consents
from people.forms import ChangeConsentForm, GiveConsentForm
from people.models import Acquaintance, Person, PersonUserObjectPermission
from people.parts import HOLDS, Part
from people.queries import Record
from people.views.record import record_of_reader
from socialcare.kernel.errors import Missing

LOOKS_TO_A_PAGE = 25


def record_to_agree(user: User, person: str) -> Record:
    """The record of that person, if `user` lawfully decides about any part of it. Raises Missing."""
    found = queries.record_of(user, person)
    if found is None or found.is_own or not found.agrees:
        raise Missing
    return found


def _given(user: User, person: str | None) -> QuerySet[PersonUserObjectPermission]:
    if person is None:
        return rules.consents_given_by(user)
    return rules.consents_given_for(record_to_agree(user, person).person, by=user)


def _address(person: str | None) -> str:
    return reverse("who_can_see") if person is None else reverse("who_can_see_for", args=[person])


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
def who_can_see_for(request: HttpRequest, person: str) -> HttpResponse:
    user: Any = request.user
    record = record_to_agree(user, person)
    page = queries.who_can_see(user, of=record.person)
    return render(request, "people/who_can_see_for.html", {"page": page, "record": record})


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


class _OnConsents(SignedInActionView):
    """A form about the reader's own consents, or about those of `person`, for whom they decide."""

    @cached_property
    def record(self) -> Record:
        person = self.kwargs.get("person")
        return record_of_reader(self.by) if person is None else record_to_agree(self.by, person)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(record=self.record, **kwargs)

    def done(self, words: str) -> str:
        messages.success(self.request, words)
        return _address(self.kwargs.get("person"))


@method_decorator(never_cache, name="dispatch")
class GiveConsent(_OnConsents):
    template_name = "people/give_consent.html"
    form_class = GiveConsentForm

    def get_form(self, form_class: Any = None) -> GiveConsentForm:
        form: GiveConsentForm = super().get_form(form_class)
        if not self.record.is_own:
            form.offer(self.record.agrees)
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        record = self.record
        offered = frozenset(Part) if record.is_own else record.agrees
        parts = [(part.label, words) for part, words in HOLDS.items() if part in offered]
        return super().get_context_data(parts=parts, **kwargs)

    def act(self, form: GiveConsentForm) -> str:
        consents.give(person=self.record.person, by=self.by, **form.terms())
        return self.done(_("They can see what you chose, until the day you chose."))


@method_decorator(never_cache, name="dispatch")
class ChangeConsent(_OnConsents):
    template_name = "people/change_consent.html"
    form_class = ChangeConsentForm

    @cached_property
    def consent(self) -> PersonUserObjectPermission:
        found: PersonUserObjectPermission = get_object_or_404(
            _given(self.by, self.kwargs.get("person")), public_id=self.kwargs["public_id"]
        )
        return found

    def get_initial(self) -> dict[str, Any]:
        return {"purpose": self.consent.purpose, "last_day": self.consent.last_on}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        of = None if self.record.is_own else self.record.person
        name = queries.names_given_by(self.by, of=of).get(self.consent.user_id, "")
        return super().get_context_data(consent=self.consent, name=name, **kwargs)

    def act(self, form: ChangeConsentForm) -> str:
        consents.change(consent=self.consent, by=self.by, **form.terms())
        return self.done(_("It is changed. It counts from now on."))


@never_cache
@require_POST
@login_required
def withdraw_consent(
    request: HttpRequest, public_id: str, person: str | None = None
) -> HttpResponse:
    """One tap: nobody should have to give a reason, or to be sure."""
    user: Any = request.user
    given = get_object_or_404(_given(user, person), public_id=public_id)
    consents.withdraw(consent=given, by=user)
    messages.success(request, _("It is stopped. We tell nobody."))
    return redirect(_address(person))


@never_cache
@require_POST
@login_required
def withdraw_all(request: HttpRequest, public_id: str, person: str | None = None) -> HttpResponse:
    """Everything that one person may see, in one tap."""
    user: Any = request.user
    whose: dict[str, Person | User] = (
        {"person__user": user}
        if person is None
        else {"person": record_to_agree(user, person).person}
    )
    known = get_object_or_404(
        Acquaintance.objects.filter(**whose).select_related("user", "person"),
        public_id=public_id,
    )
    consents.withdraw_all(person=known.person, held_by=known.user, by=user)
    messages.success(request, _("It is stopped. We tell nobody."))
    return redirect(_address(person))
