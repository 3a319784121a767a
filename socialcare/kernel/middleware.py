"""One transaction a request, in which PostgreSQL knows who is acting. It takes the place of ATOMIC_REQUESTS."""

from collections.abc import Callable
from typing import Any

from allauth.account.middleware import AccountMiddleware
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.utils.cache import add_never_cache_headers

from socialcare.kernel import money
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import DomainError
from socialcare.kernel.views import domain_error


def unacted(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Marks a view that touches no record of anybody and wants no transaction (a health check)."""
    view.unacted = True  # type: ignore[attr-defined]
    return view


class ActingMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        # allauth asks for a password again by raising. Only what Django itself calls a view for reaches its middleware.
        self.answer_of_allauth = AccountMiddleware(get_response).process_exception

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if getattr(view, "unacted", False):
            return None
        user = getattr(request, "user", None)
        actor = user if user is not None and user.is_authenticated else None
        try:
            with acting_as(actor):
                response = view(request, *args, **kwargs)
                # A lazy template runs its queries when it renders: that has to happen in here.
                if isinstance(response, SimpleTemplateResponse) and not response.is_rendered:
                    response.render()
                if response.status_code >= 500:
                    transaction.set_rollback(True)
        except DomainError as error:
            response = domain_error(request, error)
        except (ImmediateHttpResponse, ReauthenticationRequired) as wish:
            response = self.answer_of_allauth(request, wish)
        if actor is not None:
            # On a shared computer "back" must not bring up what the last person was shown.
            add_never_cache_headers(response)
        return response


class CurrencyMiddleware:
    """Begins every request in pounds; a page about another nation's money activates that nation's currency."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with money.override(money.POUND):
            return self.get_response(request)
