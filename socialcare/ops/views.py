"""Addresses for machines that look after the service. They say nothing about anybody, and little about themselves."""

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST

from socialcare.kernel import health
from socialcare.kernel.middleware import unacted
from socialcare.ops import metrics as measured


@unacted
@never_cache
@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """200 when this process can do its work; otherwise 503 and a code a line (see socialcare.kernel.health)."""
    problems = health.problems()
    return HttpResponse(
        "".join(f"{code}\n" for code in problems) or "ready\n",
        content_type="text/plain",
        status=503 if problems else 200,
    )


@unacted
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The measurements, for who brings METRICS_TOKEN as a bearer token. To anybody else there is no such page."""
    expected = f"Bearer {settings.METRICS_TOKEN}".encode()
    given = request.headers.get("Authorization", "").encode()
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given, expected):
        raise Http404
    return HttpResponse(measured.exposition(), content_type=CONTENT_TYPE_LATEST)
