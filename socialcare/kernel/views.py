"""Pages for when something cannot be shown or done. None of them repeats what the visitor sent."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token

from socialcare.kernel.errors import DomainError


def _page(request: HttpRequest, status: int, template: str, **context: object) -> HttpResponse:
    return render(request, f"errors/{template}.html", context, status=status)


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


@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, 500, "500")


@requires_csrf_token
def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """allauth's rate limits end here too."""
    return _page(request, 429, "429")


@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, 403, "csrf")
