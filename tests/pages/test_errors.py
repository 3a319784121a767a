"""Pages for when something goes wrong: each says what to do, and none says more than that."""

from __future__ import annotations

import logging

import pytest
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from socialcare import urls
from socialcare.kernel.errors import Conflict
from tests.kit.reading import Page
from tests.pages.conftest import SignIn
from tests.small_england import ANONYMOUS

SECRET = "ZX81-nobody-may-read-this"


def breaks(request: HttpRequest) -> HttpResponse:
    hidden = SECRET  # what a page of local variables would show
    raise RuntimeError(hidden)


def is_bad(request: HttpRequest) -> HttpResponse:
    raise SuspiciousOperation(SECRET)


def conflicts(request: HttpRequest) -> HttpResponse:
    raise Conflict("too-late", "Somebody was here before you.")


class Broken:
    """The service's own addresses, and three that go wrong."""

    urlpatterns = [
        *urls.urlpatterns,
        path("breaks/", breaks, name="breaks"),
        path("bad/", is_bad, name="bad"),
        path("conflicts/", conflicts, name="conflicts"),
    ]
    handler400, handler403 = urls.handler400, urls.handler403
    handler404, handler500 = urls.handler404, urls.handler500


def page_of(response: HttpResponse) -> Page:
    return Page(response.content.decode())


@pytest.mark.parametrize(
    ("address", "status", "heading"),
    [
        ("/bad/", 400, "We could not understand that"),
        ("/no/such/page", 404, "We cannot find that page"),
        ("/conflicts/", 409, "That cannot be done"),
        ("/breaks/", 500, "Something went wrong here"),
    ],
)
@override_settings(ROOT_URLCONF=Broken, DEBUG=False)
def test_each_error_has_a_page_of_its_own(
    sign_in: SignIn, address: str, status: int, heading: str
) -> None:
    client = sign_in("citizen")
    client.raise_request_exception = False
    response = client.get(address, {"q": SECRET})
    assert response.status_code == status
    page = page_of(response)
    assert page.one("h1").text == heading
    assert page.all("a", href="/"), "a way on"
    assert SECRET not in response.content.decode()
    assert response.headers["X-Frame-Options"] == "DENY"


@override_settings(ROOT_URLCONF=Broken, DEBUG=False)
def test_a_mistake_of_ours_shows_nothing_of_the_inside(sign_in: SignIn) -> None:
    client = sign_in("steward")
    client.raise_request_exception = False
    text = client.get("/breaks/").content.decode()
    for inside in ("Traceback", "RuntimeError", "breaks", "Exception", "settings", ".py"):
        assert inside not in text


def test_what_is_not_yours_to_do_says_why(sign_in: SignIn) -> None:
    response = sign_in("citizen").get("/money/pots/propose/")
    assert response.status_code == 403
    assert page_of(response).one("h1").text == "That cannot be done"
    assert "Only members of the body that decides" in response.content.decode()


def test_a_form_from_elsewhere_is_refused_with_a_page_that_says_what_to_do(
    sign_in: SignIn,
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = sign_in("citizen").cookies
    response = client.post("/home/begin/", {"preferred_name": SECRET})
    assert response.status_code == 403
    assert page_of(response).one("h1").text == "Please send that again"
    assert SECRET not in response.content.decode()


def test_a_form_that_says_it_is_from_elsewhere_is_refused_though_its_token_is_right(
    sign_in: SignIn,
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.cookies = sign_in(ANONYMOUS).cookies
    token = page_of(client.get("/find/")).all("input", name="csrfmiddlewaretoken")[0]
    sent = {"q": "Barnsley", "csrfmiddlewaretoken": token.attributes["value"]}
    assert client.post("/find/", sent).status_code == 302
    elsewhere = client.post("/find/", sent, headers={"origin": "https://elsewhere.example"})
    assert elsewhere.status_code == 403


@override_settings(ROOT_URLCONF=Broken, DEBUG=False)
def test_what_was_sent_is_not_in_the_log_of_a_mistake(
    sign_in: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    client = sign_in("citizen")
    client.raise_request_exception = False
    with caplog.at_level(logging.DEBUG):
        client.post("/breaks/", {"q": "sent-in-a-form"})
    assert caplog.records
    assert "sent-in-a-form" not in caplog.text
