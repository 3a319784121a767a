"""One log line and one measurement for each request: which page, how it ended, how long it took. Never whose.

The page is named by its route, so that no value from its address is kept. Counts and times are read at /metrics.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram

from socialcare.kernel.logs import log_context

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
# From a proxy that numbers its requests. Hexadecimal only: nothing that means anything fits.
_REQUEST_ID = re.compile(r"[0-9a-f-]{16,64}")
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Asked every few seconds by machines: counted, but a log line each would bury the rest.
PROBES = frozenset({"livez", "readyz", "metrics"})

REQUESTS = CollectorRegistry()
_requests = Counter(
    "socialcare_requests",
    "Requests answered.",
    ["route", "method", "status"],
    registry=REQUESTS,
)
_seconds = Histogram(
    "socialcare_request_seconds",
    "Seconds from a request's arrival to its answer.",
    ["route"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
    registry=REQUESTS,
)


def route_of(request: HttpRequest) -> str:
    """The name of the page that was asked for: `place`, `account_login`; or `static`, `unnamed`, `unmatched`."""
    match = request.resolver_match
    if match is None:
        return "static" if request.path.startswith(settings.STATIC_URL) else "unmatched"
    return match.view_name or "unnamed"


class ObservingMiddleware:
    """The outermost middleware: it sees what every other one made of the request."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(HEADER, "")
        request_id = given if _REQUEST_ID.fullmatch(given) else uuid4().hex
        began = time.perf_counter()
        with log_context(request_id=request_id):
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            route, status = route_of(request), response.status_code
            method = request.method if request.method in METHODS else "OTHER"
            _requests.labels(route, method, status).inc()
            _seconds.labels(route).observe(seconds)
            logger.log(
                logging.DEBUG if route in PROBES else logging.INFO,
                "request",
                extra={
                    "route": route,
                    "method": method,
                    "status": status,
                    "duration_ms": round(seconds * 1000, 1),
                },
            )
        response[HEADER] = request_id
        return response
