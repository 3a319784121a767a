"""Pages on which people make tokens for their own programs, see them, and end them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from governance import rules
from governance.actions import tokens
from governance.api.forms import MakeTokenForm
from governance.models import ApiToken
from governance.pages import SignedInActionView, reader_of
from socialcare.kernel.errors import DomainError


@never_cache
@require_safe
@login_required
def token_list(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    mine = rules.tokens_visible_to(reader).order_by("-pk") if reader else []
    return render(request, "api/tokens.html", {"tokens": mine})


@method_decorator(never_cache, name="dispatch")
class MakeToken(SignedInActionView):
    """Shows the secret in its own answer: kept for a second page, it would have to be stored."""

    template_name = "api/make_token.html"
    form_class = MakeTokenForm

    def form_valid(self, form: Any) -> HttpResponse:
        cleaned = form.cleaned_data
        try:
            token, secret = tokens.make(
                name=cleaned["name"], scope=cleaned["scope"], ends_on=form.ends_on(), by=self.by
            )
        except DomainError as error:
            self.refused(form, error)
            return self.form_invalid(form)
        return render(self.request, "api/token_made.html", {"token": token, "secret": secret})


@method_decorator(never_cache, name="dispatch")
class RevokeToken(SignedInActionView):
    template_name = "api/revoke_token.html"
    form_class = forms.Form

    @cached_property
    def token(self) -> ApiToken:
        mine = rules.tokens_visible_to(self.by)
        found: ApiToken = get_object_or_404(mine, public_id=self.kwargs["public_id"])
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(token=self.token, **kwargs)

    def act(self, form: forms.Form) -> str:
        tokens.revoke(token=self.token, by=self.by)
        messages.success(self.request, _("The token is revoked. Nothing can use it any more."))
        return reverse("tokens")
