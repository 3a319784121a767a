"""Pages for when something cannot be shown or done. None of them repeats what the visitor sent."""

import logging

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token

from socialcare.kernel.errors import DomainError

logger = logging.getLogger(__name__)

LAST_RESORT = (
    '<!DOCTYPE html><html lang="en-gb"><head><meta charset="utf-8"><title>Something went wrong here</title></head>'
    "<body><main><h1>Something went wrong here</h1><p>The mistake is ours. Try again in a few minutes.</p>"
    '<p><a href="/">Go to the start page</a></p></main></body></html>'
)


def _page(request: HttpRequest, status: int, template: str, **context: object) -> HttpResponse:
    return render(request, f"errors/{template}.html", {"is_error": True, **context}, status=status)


def domain_error(request: HttpRequest, error: DomainError) -> HttpResponse:
    """The page for a rule that said no outside a form. Missing and hidden look the same."""
    if error.status == 404:
        return _page(request, 404, "404")
    return _page(request, error.status, "cannot_do", message=error.message)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400, "400")


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403, "403")


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404, "404")


def server_error(request: HttpRequest) -> HttpResponse:
    """Asks nothing of the session, the database or the visitor: any of them may be what broke."""
    try:
        page: str = render_to_string("errors/500.html", {"service_name": settings.SERVICE_NAME})
    except Exception:  # the templates or the static files are what broke
        logger.exception("the error page itself failed")
        page = LAST_RESORT
    return HttpResponse(page, status=500)


@requires_csrf_token
def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """allauth's rate limits end here too."""
    return _page(request, 429, "429")


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, "csrf")
