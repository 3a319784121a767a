"""Pages for when something goes wrong: what to do next, nothing of what was sent, and no database."""

from collections.abc import Callable

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from socialcare.kernel import views
from socialcare.kernel.errors import Conflict, Missing, NotAllowed
from tests.kit.reading import Page

SECRET = "SW1A-1AA-Ann-Example"

VIEWS: list[tuple[Callable[[HttpRequest], HttpResponse], int, str]] = [
    (views.bad_request, 400, "We could not understand that"),
    (views.forbidden, 403, "This is not yours to do"),
    (views.not_found, 404, "We cannot find that page"),
    (views.too_many_requests, 429, "Please wait a little"),
    (views.csrf_failure, 403, "Please send that again"),
    (views.server_error, 500, "Something went wrong here"),
]


@pytest.mark.parametrize(("view", "status", "heading"), VIEWS)
def test_an_error_page(
    rf: RequestFactory, view: Callable[[HttpRequest], HttpResponse], status: int, heading: str
) -> None:
    request = rf.post(f"/{SECRET}/?q={SECRET}", {"name": SECRET}, headers={"user-agent": SECRET})
    response = view(request)
    assert response.status_code == status
    html = response.content.decode()
    assert SECRET not in html
    page = Page(html)
    assert page.one("h1").text == heading
    assert page.one("main").text.replace(heading, "").strip(), "it says what to do next"
    page.one("a", class_="govuk-exit-this-page__button")


def test_a_missing_page_offers_the_search_for_places(rf: RequestFactory) -> None:
    page = Page(views.not_found(rf.get("/nowhere/")).content.decode())
    page.one("form", role="search")


def test_hidden_and_missing_look_the_same(rf: RequestFactory) -> None:
    hidden = views.domain_error(rf.get("/a/"), Missing("hidden", "You may not see Ann's plan."))
    missing = views.not_found(rf.get("/b/"))
    assert hidden.status_code == missing.status_code == 404
    strip = "csrfmiddlewaretoken"  # the token differs with each request
    lines = [
        [line for line in response.content.decode().splitlines() if strip not in line]
        for response in (hidden, missing)
    ]
    assert lines[0] == lines[1]


@pytest.mark.parametrize(
    "error", [NotAllowed("no", "The <b>panel</b> decides this."), Conflict("no", "<b>")]
)
def test_a_rule_that_says_no_gives_its_reason_escaped(
    rf: RequestFactory, error: NotAllowed | Conflict
) -> None:
    response = views.domain_error(rf.get("/"), error)
    assert response.status_code == error.status
    page = Page(response.content.decode())
    assert not page.all("b")
    assert error.message in page.one("main").text


def test_when_the_error_page_fails_too_there_is_still_one(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*args: object, **kwargs: object) -> str:
        raise RuntimeError("no templates")

    monkeypatch.setattr(views, "render_to_string", broken)
    response = views.server_error(rf.get("/"))
    assert response.status_code == 500
    assert Page(response.content.decode()).one("h1").text == "Something went wrong here"


@pytest.mark.parametrize("code", ["400", "403", "404", "429", "500"])
def test_libraries_that_look_for_a_page_at_the_root_find_ours(
    code: str, rf: RequestFactory
) -> None:
    from django.template.loader import get_template

    html = get_template(f"{code}.html").render({}, rf.get("/"))
    page = Page(html)
    page.one("h1")
    page.one("a", class_="govuk-exit-this-page__button")
