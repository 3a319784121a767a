"""What stands between a browser's session and every page: the limits of a session, and the second step of an office.

It comes after Django's and allauth's own middleware and before the one that opens the request's transaction.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from governance import kept_forms, second_factor
from governance.actions import sessions
from governance.models import User
from governance.pages import reader_of
from governance.sessions import Over, id_of, mark_seen, why_over
from socialcare.kernel.api.problems import is_for_machines, problem

# Addresses that somebody in office may use before the second step: how they sign in and out, and pages of words.
OPEN_PREFIXES = ("account_", "mfa_", "security")
OPEN_NAMES = frozenset(
    {
        "help",
        "accessibility",
        "privacy",
        "cookies",
        "licence",
        "about_data",
        "how_decisions",
        "set_language",
    }
)


class SignInMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (user_id := getattr(request, "ended_session_of", None)) is not None:
            _keep_what_was_sent(request, response, user_id)
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            # Pages that no view made (an error, a redirect of ours) are nobody else's either.
            add_never_cache_headers(response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if getattr(view, "unacted", False):
            return None
        user = reader_of(request)
        if user is None:
            return None
        if over := why_over(request.session, user_id=user.pk):
            _end(request, user, over)
            return None
        mark_seen(request.session)
        if not _is_open(request) and second_factor.is_owed(request, user):
            return _ask_for_second_step(request)
        return _offer_kept_form(request, user)


def _end(request: HttpRequest, user: User, over: Over) -> None:
    """The request goes on as a stranger's; a page of somebody's own then asks them to sign in."""
    sessions.record_end(session_id=id_of(request.session), why=over, by=user)
    request.session.flush()
    request.user = AnonymousUser()
    request.ended_session_of = user.pk  # type: ignore[attr-defined]
    messages.info(request, _why_in_words(over))


def _why_in_words(over: Over) -> str:
    idle = timedelta(seconds=settings.SESSION_IDLE_SECONDS) // timedelta(minutes=1)
    longest = timedelta(seconds=settings.SESSION_COOKIE_AGE) // timedelta(hours=1)
    match over:
        case Over.IDLE:
            return ngettext(
                "We signed you out because nothing was done here for %(count)s minute.",
                "We signed you out because nothing was done here for %(count)s minutes.",
                idle,
            ) % {"count": idle}
        case Over.TOO_OLD:
            return ngettext(
                "We signed you out because you signed in more than %(count)s hour ago.",
                "We signed you out because you signed in more than %(count)s hours ago.",
                longest,
            ) % {"count": longest}
        case _:
            return _("We signed you out. Please sign in again.")


def _is_open(request: HttpRequest) -> bool:
    name = (request.resolver_match and request.resolver_match.url_name) or ""
    return name in OPEN_NAMES or name.startswith(OPEN_PREFIXES)


def _ask_for_second_step(request: HttpRequest) -> HttpResponse:
    """To the page that asks for it, and back here afterwards where a link can lead back. A program is told."""
    if is_for_machines(request):
        detail = _("You hold an office: sign in with a second step first.")
        return problem(403, code="second-step-needed", detail=detail)
    address = reverse("security_second_step")
    if request.method == "GET":
        address += "?" + urlencode({"next": request.get_full_path()})
    return redirect(address)


# --- What was sent too late -----------------------------------------------------------------------


def _keep_what_was_sent(request: HttpRequest, response: HttpResponse, user_id: int) -> None:
    """Only what a page of their own would have taken: a form that anybody may send has gone through already."""
    to_sign_in = response.headers.get("Location", "").startswith(reverse("account_login"))
    if request.method != "POST" or response.status_code != 302 or not to_sign_in:
        return
    if kept_forms.keep(request.session, user_id=user_id, path=request.path, sent=request.POST):
        messages.info(request, _("Nothing is lost: we keep what you wrote until you are back."))


def _offer_kept_form(request: HttpRequest, user: User) -> HttpResponse | None:
    if kept_forms.KEPT not in request.session:
        return None
    kept = kept_forms.find(request.session, user_id=user.pk, path=request.path)
    if kept is None:
        return None
    if request.method == "POST":
        kept_forms.drop(request.session)
        return None
    return render(request, "home/security_kept_form.html", {"kept": kept})
