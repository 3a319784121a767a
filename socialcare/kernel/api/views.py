"""What every operation of the API has in common. Each one makes one domain call; none decides anything.

Reading is public and may be done from any website; acting needs a session or a token, and goes by the same actions
and rules as the pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import generics, views
from rest_framework.exceptions import AuthenticationFailed, NotFound, ValidationError
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.response import Response

from socialcare.kernel.acting import act_as
from socialcare.kernel.api import conditional, idempotency
from socialcare.kernel.api.pagination import Pages

_PREFLIGHT_HEADERS = "Accept, Accept-Language, If-None-Match"


class Operation(views.APIView):
    """An address of the API."""

    # What a GET answers is the same for everybody.
    is_public = True
    # Query parameters it takes, besides those of its filters and its pages.
    parameters: Sequence[str] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if request.method not in SAFE_METHODS:
            # Read whole, and refused if too large, before anything parses it as a stream.
            _body = request._request.body
        super().initial(request, *args, **kwargs)
        self._refuse_unknown_parameters(request)

    def perform_authentication(self, request: Request) -> None:
        try:
            super().perform_authentication(request)
        except AuthenticationFailed:
            # Trying secrets counts too.
            self.check_throttles(request)
            raise
        if request.auth is not None:
            # The middleware opened the transaction before anybody read the token.
            act_as(request.user)

    def _refuse_unknown_parameters(self, request: Request) -> None:
        """A misspelt filter would quietly show everything."""
        known = {*self.parameters, *self._inherited_parameters()}
        unknown = [name for name in request.query_params if name not in known]
        if unknown:
            message = _("There is no such parameter here.")
            raise ValidationError(dict.fromkeys(unknown, message), code="no-such-parameter")

    def _inherited_parameters(self) -> set[str]:
        return set()

    def options(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        """Tells a browser that other websites may read here."""
        return HttpResponse(status=204)

    def finalize_response(
        self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.is_public and request.method in SAFE_METHODS:
            response["Access-Control-Allow-Origin"] = "*"
            response["Access-Control-Expose-Headers"] = "ETag, Retry-After"
            if request.method == "OPTIONS":
                response["Access-Control-Allow-Methods"] = "GET, HEAD"
                response["Access-Control-Allow-Headers"] = _PREFLIGHT_HEADERS
                response["Access-Control-Max-Age"] = "86400"  # seconds
        if "Cache-Control" not in response:
            # Kept, if at all, only to be asked after again with its tag.
            fresh = self.is_public and request.method in SAFE_METHODS
            response["Cache-Control"] = "no-cache" if fresh else "private, no-store"
        return response


class Listing(Operation, generics.ListAPIView):
    """A list: filtered, in a stable `order`, by pages."""

    pagination_class = Pages
    filter_backends = [DjangoFilterBackend]
    order: Sequence[str] = ()
    # At least one of these filters has to be used, where the whole would be too long to walk through.
    narrowed_by: Sequence[str] = ()

    def filter_queryset(self, queryset: Any) -> Any:
        if self.narrowed_by and not any(map(self.request.query_params.get, self.narrowed_by)):
            message = _("Choose one of: %(names)s.") % {"names": ", ".join(self.narrowed_by)}
            raise ValidationError(dict.fromkeys(self.narrowed_by, message), code="required")
        return super().filter_queryset(queryset)

    def _inherited_parameters(self) -> set[str]:
        filters = getattr(self, "filterset_class", None)
        paging = {Pages.cursor_query_param, Pages.page_size_query_param}
        return paging | set(filters.base_filters if filters else ())


class Detail(Operation, generics.RetrieveAPIView):
    """One thing, with its tag."""

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return tagged(request, self.get_serializer(self.get_object()).data)


def tagged(request: Request, data: Any) -> Response:
    """The data with its tag; without the data, if the reader has it already."""
    tag = conditional.tag_of(data)
    if conditional.is_known(request, tag):
        return Response(status=304, headers={"ETag": tag})
    return Response(data, headers={"ETag": tag})


class Acting(Operation, generics.GenericAPIView):
    """An address to which something is sent so that it happens. `act` makes the call and answers.

    It may be mixed with a Listing whose things are made here.
    """

    needs_idempotency_key = False
    # The shape of what is sent; `serializer_class` is the shape of the answer.
    takes: Any = None

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        """Does it. `sent` is the body, cleaned."""
        raise NotImplementedError

    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response | HttpResponse:
        def act() -> Response:
            body = self.takes(data=request.data, context=self.get_serializer_context())
            body.is_valid(raise_exception=True)
            return self.act(request, dict(body.validated_data))

        return idempotency.once(request, act, required=self.needs_idempotency_key)


class Unknown(Operation):
    """Any other address under the API: a problem, not a page."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        raise NotFound
