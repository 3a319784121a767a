"""Operations on what-ifs: ask, and read who would gain and who would lose. No money moves.

As on the pages, anybody may ask, and whoever has the address of a question may read it. Nobody is shown a list of what
others asked, or who asked.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.exceptions import Throttled
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from budgets import formula as engine
from budgets import queries, whatif
from budgets import what_if_places as places
from budgets.actions import what_ifs
from budgets.api import examples
from budgets.api.formulas import as_fault
from budgets.api.what_if_serializers import (
    LEVELS,
    ORDERS,
    AnsweredSerializer,
    AskWhatIfSerializer,
    ChangeSerializer,
    ChangesQuery,
    WhatIfDetailSerializer,
    WhatIfSerializer,
)
from budgets.models import WhatIf
from budgets.what_if_places import DIRECTIONS
from budgets.whatif import Change, Comparison
from governance.models import User
from socialcare.kernel import rate_limits
from socialcare.kernel.api.pagination import RowPages
from socialcare.kernel.api.permissions import WithinItsToken
from socialcare.kernel.api.problems import Fault, Refused
from socialcare.kernel.api.schema import acts, describe, path, query, reads
from socialcare.kernel.api.views import Acting, Listing, Operation, tagged
from socialcare.kernel.errors import Missing

TAG = "What if"
_PUBLIC_ID = path("public_id", "The question's public id.")


class _Unlisted(Operation):
    """Anybody's words: to be shared by whoever has the address, and not to be found by searching."""

    def finalize_response(
        self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response


def _found(public_id: str) -> WhatIf:
    found: WhatIf = get_object_or_404(queries.what_ifs(), public_id=public_id)
    return found


def _told(what_if: WhatIf, request: Request) -> dict[str, Any]:
    """A question with its answer, or with why it has none."""
    answer: Comparison | None = None
    problems: list[engine.Problem] = []
    try:
        answer = whatif.comparison(what_if)
    except engine.FormulaError as error:
        problems = error.problems
    files = _files(what_if, request, has_answer=answer is not None)
    worked_out = {
        "document": whatif.asked(what_if),
        "answer": answer,
        "no_answer_because": problems,
        "page": files.pop("page", None),
        "files": files,
    }
    return {**WhatIfSerializer(what_if).data, **AnsweredSerializer(worked_out).data}


def _files(what_if: WhatIf, request: Request, *, has_answer: bool) -> dict[str, str]:
    """The addresses of its page and of its files: pages are about one nation."""
    if what_if.nation != queries.the_nation():
        return {}
    names = ("local", "neighbourhoods") if has_answer else ()
    paths = {
        "page": reverse("what_if", args=[what_if.public_id]),
        **{name: reverse("what_if_file", args=[what_if.public_id, name]) for name in names},
        "document": reverse("what_if_document", args=[what_if.public_id]),
    }
    return {name: request.build_absolute_uri(address) for name, address in paths.items()}


# --- Asking ---------------------------------------------------------------------------------------


@describe(
    get=reads(
        "list_what_ifs",
        "List your what-ifs",
        description="The questions that you were the first to ask, the newest first. Those of others are found by "
        "their addresses only.",
        tag=TAG,
        answers=WhatIfSerializer(many=True),
        example=examples.WHAT_IF,
        has_tag=False,
    ),
    post=acts(
        "ask_what_if",
        "Ask what if",
        description="Works out what a document would do with a pot, beside what is shared now or another version, and "
        "keeps the question under an address to share. Anybody may ask, without a key too: no money moves. The same "
        "question is the same one, so asking twice is asking once. What stands against an answer is listed in "
        "`errors`, each with its line and key.",
        tag=TAG,
        takes=AskWhatIfSerializer,
        sends=examples.ASK_WHAT_IF,
        answers=WhatIfDetailSerializer,
        example=examples.WHAT_IF_DETAIL,
        status=201,
    ),
)
class WhatIfs(_Unlisted, Acting, Listing):
    is_public = False
    serializer_class = WhatIfSerializer
    takes = AskWhatIfSerializer
    order = ("-created_at", "public_id")

    def get_permissions(self) -> list[BasePermission]:
        who = AllowAny() if self.request.method == "POST" else IsAuthenticated()
        return [who, WithinItsToken()]

    def get_queryset(self) -> QuerySet[WhatIf]:
        asker = _asker(self.request)
        return queries.what_ifs_of(asker) if asker else WhatIf.objects.none()

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        if not rate_limits.take(request._request, action="what-if", most=whatif.MOST_AN_HOUR):
            raise Throttled(wait=rate_limits.wait())
        try:
            asked = what_ifs.ask(by=_asker(request), **sent)
        except what_ifs.WhatIfRefused as error:
            raise Refused(error, (_fault(problem) for problem in error.problems)) from error
        address = reverse("api:what_if", args=[asked.public_id])
        data = _told(_found(asked.public_id), request)
        return Response(data, status=201, headers={"Location": address})


def _asker(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None


def _fault(problem: engine.Problem) -> Fault:
    return as_fault(problem, at="#/pot_pence" if problem.key == "pot" else "#/text")


# --- The answer -----------------------------------------------------------------------------------


@describe(
    get=reads(
        "read_what_if",
        "Read one what-if",
        description="The question, and how many places gain and lose, by level and by tenths of people, and what "
        "floors and caps cost. Place by place it is beside it, at `changes/`.",
        tag=TAG,
        answers=WhatIfDetailSerializer,
        example=examples.WHAT_IF_DETAIL,
        parameters=[_PUBLIC_ID],
    )
)
class WhatIfDetail(_Unlisted):
    def get(self, request: Request, public_id: str) -> Response:
        return tagged(request, _told(_found(public_id), request))


@describe(
    get=reads(
        "list_what_if_changes",
        "List who gains and who loses",
        description="Every local system, or every neighbourhood, before and after; the largest gain first unless "
        "sorted otherwise.",
        tag=TAG,
        answers=ChangeSerializer(many=True),
        example=examples.CHANGE,
        has_tag=False,
        parameters=[
            _PUBLIC_ID,
            query("level", "Which places.", type="string", enum=LEVELS, default=LEVELS[0]),
            query(
                "parent",
                "The code of a local system: its neighbourhoods only.",
                type="string",
                maxLength=20,
            ),
            query("direction", "Only places that go that way.", type="string", enum=[*DIRECTIONS]),
            query(
                "sort",
                "By what; with a minus before it, falling. `head`: the change for each person; `switched`: the change "
                "with hardship counted the other way.",
                type="string",
                enum=ORDERS,
                default=places.LARGEST_GAIN,
            ),
        ],
    )
)
class WhatIfChanges(_Unlisted, Listing):
    serializer_class = ChangeSerializer
    pagination_class = RowPages
    filter_backends: list[Any] = []
    parameters = ("level", "parent", "direction", "sort")

    def get_queryset(self) -> list[Change]:
        """The places asked for. Raises Missing for a question that has no answer."""
        asked = ChangesQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        wanted = asked.validated_data
        try:
            answer = whatif.comparison(_found(self.kwargs["public_id"]))
        except engine.FormulaError as error:
            raise Missing() from error
        shown = places.narrowed(
            places.at(answer, wanted["level"]),
            parent=wanted["parent"],
            direction=wanted["direction"],
        )
        return places.in_order(shown, wanted["sort"])
