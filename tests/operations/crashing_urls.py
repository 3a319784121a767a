"""The product's addresses, and two pages that break with what the visitor sent in their hands."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path

from socialcare import urls

handler500 = urls.handler500


def crash(request: HttpRequest, word: str) -> HttpResponse:
    try:
        raise LookupError(request.POST["email"])
    except LookupError as error:
        raise ValueError(f"{word} {request.META['REMOTE_ADDR']}") from error


def break_a_rule(request: HttpRequest, word: str) -> HttpResponse:
    """PostgreSQL repeats a refused value in its error."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::int", [request.POST["email"]])
    return HttpResponse()


urlpatterns = [
    path("crash/<str:word>/", crash, name="crash"),
    path("rule/<str:word>/", break_a_rule, name="rule"),
    *urls.urlpatterns,
]
