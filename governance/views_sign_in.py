"""A person's own sign-in: where they are signed in, how to end that, and the second step."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from governance import kept_forms, rules, second_factor
from governance.actions import sessions
from governance.models import Session, User
from governance.pages import reader_of
from governance.sessions import id_of


@require_safe
@login_required
def security(request: HttpRequest) -> HttpResponse:
    by = _signed_in(request)
    return render(
        request,
        "home/security.html",
        {
            "sessions": Session.objects.signed_in()
            .filter(user=by)
            .order_by("-seen_at", "-begun_at"),
            "current": id_of(request.session),
            "kinds": second_factor.kinds_of(by),
        },
    )


@require_POST
@login_required
def end_session(request: HttpRequest, public_id: str) -> HttpResponse:
    if public_id == id_of(request.session):
        return _sign_out(request)
    sessions.end(public_id=public_id, by=_signed_in(request))
    messages.success(request, _("That device is signed out."))
    return redirect("security")


@require_POST
@login_required
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    """Ends every session but this one."""
    by = _signed_in(request)
    ended = sessions.end_all(user=by, why="by-owner", but=id_of(request.session), by=by)
    messages.success(
        request,
        ngettext("%(count)s device is signed out.", "%(count)s devices are signed out.", ended)
        % {"count": ended},
    )
    return redirect("security")


@require_POST
@login_required
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Ends every session, this one last."""
    by = _signed_in(request)
    sessions.end_all(user=by, why="by-owner", but=id_of(request.session), by=by)
    return _sign_out(request)


@require_safe
@login_required
def second_step(request: HttpRequest) -> HttpResponse:
    """Where somebody in office is led until they have taken a second step: to take it, or to set one up."""
    by = _signed_in(request)
    after = _way_on(request)
    if second_factor.is_proven(request, by):
        return redirect(after or "home")
    return render(
        request,
        "home/security_second_step.html",
        {
            "kinds": second_factor.kinds_of(by),
            "in_office": rules.live_mandates(by).exists(),
            "query": urlencode({REDIRECT_FIELD_NAME: after}) if after else "",
        },
    )


@require_POST
@login_required
def discard_kept_form(request: HttpRequest) -> HttpResponse:
    kept_forms.drop(request.session)
    return redirect(_way_on(request) or "home")


def _sign_out(request: HttpRequest) -> HttpResponse:
    get_adapter(request).logout(request)
    messages.success(request, _("You are signed out."))
    return redirect("front_door")


def _signed_in(request: HttpRequest) -> User:
    user = reader_of(request)
    if user is None:
        raise RuntimeError("this page is for people who are signed in")
    return user


def _way_on(request: HttpRequest) -> str:
    """The address of ours to go to next, or nothing."""
    asked: Any = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    allowed = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if allowed else ""
