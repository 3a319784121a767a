"""One transaction a request: the visitor is named in it, lazy pages render in it, and what fails is undone."""

from collections.abc import Iterator
from types import ModuleType

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client, override_settings
from django.urls import path

from governance.models import Sphere, User
from people.models import Person
from socialcare.kernel.errors import Conflict, DomainError, Missing, NotAllowed
from socialcare.kernel.middleware import unacted
from tests import worlds

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

SECRET = "Words that only the error knows"


def lazily(request: HttpRequest) -> HttpResponse:
    """A page whose query runs when it renders, after the view has returned."""
    template = engines["django"].from_string(
        "{% for person in people %}{{ person.preferred_name }}{% endfor %}"
    )
    return TemplateResponse(request, template, {"people": Person.objects.all()})


def fails(request: HttpRequest) -> HttpResponse:
    worlds.nation(name="Half done")
    errors: dict[str, Exception] = {
        "domain": DomainError("no-sense", "That makes no sense."),
        "not-allowed": NotAllowed("no-mandate", "You hold no mandate here."),
        "missing": Missing("no-such-person", SECRET),
        "conflict": Conflict("moved-on", "It has moved on."),
        "other": OSError(SECRET),
    }
    raise errors[request.GET["with"]]


def broken(request: HttpRequest) -> HttpResponse:
    worlds.nation(name="Half done")
    return HttpResponse("broken", status=int(request.GET["status"]))


@unacted
def apart(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(connection.in_atomic_block))


def acted(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT acting_user()")
        return HttpResponse(f"{connection.in_atomic_block} {cursor.fetchone()[0]}")


@pytest.fixture(autouse=True)
def addresses() -> Iterator[None]:
    from socialcare import urls

    module = ModuleType("tests.kernel.addresses")
    module.urlpatterns = [  # type: ignore[attr-defined]
        path("lazily", lazily),
        path("fails", fails),
        path("broken", broken),
        path("apart", apart),
        path("acted", acted),
        *urls.urlpatterns,
    ]
    for name in ("handler400", "handler403", "handler404", "handler500"):
        setattr(module, name, getattr(urls, name))
    with override_settings(ROOT_URLCONF=module):
        yield


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_the_visitor_acts_in_one_transaction(client: Client) -> None:
    assert client.get("/acted").content == b"True None"
    somebody = worlds.user()
    assert signed_in(somebody).get("/acted").content == f"True {somebody.pk}".encode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT acting_user()")
        assert cursor.fetchone() == (None,)


def test_a_health_check_takes_no_transaction(client: Client) -> None:
    assert client.get("/apart").content == b"False"


def test_a_lazy_page_sees_what_its_visitor_sees(client: Client) -> None:
    ann = worlds.user()
    worlds.person(ann, preferred_name="Ann")
    worlds.person(preferred_name="Bob")
    assert signed_in(ann).get("/lazily").content == b"Ann"
    assert client.get("/lazily").content == b""


@pytest.mark.parametrize(
    ("error", "status", "says"),
    [
        ("domain", 400, "That makes no sense."),
        ("not-allowed", 403, "You hold no mandate here."),
        ("conflict", 409, "It has moved on."),
    ],
)
def test_a_rule_that_says_no_gets_a_page_and_is_undone(
    client: Client, error: str, status: int, says: str
) -> None:
    response = client.get(f"/fails?with={error}")
    assert response.status_code == status
    assert says in response.content.decode()
    assert not Sphere.objects.exists()


def test_hidden_and_missing_look_the_same(client: Client) -> None:
    hidden = client.get("/fails?with=missing")
    missing = client.get("/no-such-page")
    assert hidden.status_code == missing.status_code == 404
    assert SECRET not in hidden.content.decode()
    assert hidden.templates[0].name == missing.templates[0].name
    assert not Sphere.objects.exists()


def test_an_error_is_undone_and_repeats_nothing() -> None:
    response = Client(raise_request_exception=False).get("/fails?with=other")
    assert response.status_code == 500
    assert SECRET not in response.content.decode()
    assert not Sphere.objects.exists()


def test_an_answer_of_500_is_undone_and_one_of_400_is_not(client: Client) -> None:
    client.get("/broken?status=500")
    assert not Sphere.objects.exists()
    client.get("/broken?status=400")
    assert Sphere.objects.get().name == "Half done"
