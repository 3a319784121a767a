"""Errors met outside any view: a problem under /api/, else the kit's page."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from socialcare.kernel import views
from socialcare.kernel.api.problems import bare, is_for_machines


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return (
        bare(400, "bad-request")
        if is_for_machines(request)
        else views.bad_request(request, exception)
    )


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return (
        bare(403, "permission-denied")
        if is_for_machines(request)
        else views.forbidden(request, exception)
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return bare(404, "missing") if is_for_machines(request) else views.not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    return bare(500, "our-mistake") if is_for_machines(request) else views.server_error(request)
