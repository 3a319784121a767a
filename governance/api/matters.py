"""Operations on matters and decisions: read by anybody, used by those whom the rules allow, by the pages' own actions."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response

from governance import queries, rules
from governance.actions import matters
from governance.api import examples, filters
from governance.api.serializers import (
    CastVoteSerializer,
    CloseVoteSerializer,
    DecisionSerializer,
    MatterDetailSerializer,
    MatterSerializer,
    NothingSerializer,
    OpenVoteSerializer,
    RaiseMatterSerializer,
    VoteSerializer,
)
from governance.models import Decision, Matter, Vote
from socialcare.kernel.api import conditional
from socialcare.kernel.api.schema import IF_MATCH, acts, describe, path, reads
from socialcare.kernel.api.views import Acting, Detail, Listing
from socialcare.kernel.errors import Conflict

TAG = "Decisions"
_ID = path("public_id", "The matter's public id.")


def _listed() -> QuerySet[Matter]:
    return queries.matters_to_read().select_related("sphere", "body__sphere")


def _told() -> QuerySet[Matter]:
    """With the votes, as a single matter tells them."""
    votes = Vote.objects.select_related("user").order_by("pk")
    return _listed().prefetch_related(Prefetch("votes", votes))


def _answer(matter: Matter, *, status: int = 200) -> Response:
    """The matter as it now stands, with its tag."""
    data = MatterDetailSerializer(_told().get(pk=matter.pk)).data
    headers = {"ETag": conditional.tag_of(data)}
    if status == 201:
        headers["Location"] = reverse("api:matter", args=[matter.public_id])
    return Response(data, status=status, headers=headers)


@describe(
    get=reads(
        "list_matters",
        "List matters",
        description="What bodies were asked, the newest first.",
        tag=TAG,
        answers=MatterSerializer(many=True),
        example=examples.MATTER,
        has_tag=False,
    ),
    post=acts(
        "raise_matter",
        "Put a question to the body that decides",
        description="Pots and formulas are proposed instead: their question is put with them.",
        tag=TAG,
        takes=RaiseMatterSerializer,
        sends=examples.RAISE,
        answers=MatterDetailSerializer,
        example=examples.MATTER_DETAIL,
        status=201,
    ),
)
class Matters(Acting, Listing):
    serializer_class = MatterSerializer
    filterset_class = filters.MatterFilters
    takes = RaiseMatterSerializer
    order = ("-raised_at", "public_id")

    def get_queryset(self) -> QuerySet[Matter]:
        return _listed()

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        raised = matters.raise_matter(by=request.user, **sent)
        if raised.body is None:
            raise Conflict("nobody-to-ask", _("There is no body there yet that could answer."))
        return _answer(raised, status=201)


@describe(
    get=reads(
        "read_matter",
        "Read one matter",
        description="What was asked, where it stands, and how members have voted.",
        tag=TAG,
        answers=MatterDetailSerializer,
        example=examples.MATTER_DETAIL,
        parameters=[_ID],
    )
)
class MatterDetail(Detail):
    serializer_class = MatterDetailSerializer
    lookup_field = "public_id"

    def get_queryset(self) -> QuerySet[Matter]:
        return _told()


class _OnMatter(Acting):
    """Something done to one matter."""

    serializer_class = MatterDetailSerializer

    def get_queryset(self) -> QuerySet[Matter]:
        return queries.matters_to_read()

    def matter(self) -> Matter:
        return get_object_or_404(self.get_queryset(), public_id=self.kwargs["public_id"])


class _Step(_OnMatter):
    """Moves a matter on, by somebody who saw where it stands: If-Match says what they saw."""

    def matter(self) -> Matter:
        found = super().matter()
        # Whoever may not do it is told that, whatever they saw.
        rules.can_steer(self.request.user, found).require()
        # Held until the end of the request, so that nothing happens to it between the look and the step.
        Matter.objects.select_for_update().get(pk=found.pk)
        seen = MatterDetailSerializer(_told().get(pk=found.pk)).data
        conditional.require_match(self.request, conditional.tag_of(seen))
        return found


def _step(operation_id: str, summary: str, takes: Any, sends: Any, description: str = "") -> Any:
    return describe(
        post=acts(
            operation_id,
            summary,
            description=description,
            tag=TAG,
            takes=takes,
            sends=sends,
            answers=MatterDetailSerializer,
            example=examples.MATTER_DETAIL,
            status=200,
            parameters=[_ID, IF_MATCH],
        )
    )


@_step(
    "open_vote",
    "Open the vote",
    OpenVoteSerializer,
    examples.OPEN,
    "Fixes the roll to today's members. A vote lasts between a minute and sixty days.",
)
class OpenVote(_Step):
    takes = OpenVoteSerializer

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        return _answer(matters.open_vote(matter=self.matter(), by=request.user, **sent))


@_step(
    "close_vote",
    "Close the vote",
    CloseVoteSerializer,
    examples.CLOSE,
    "Counts the votes once everybody has voted or the time is over. The answer names the decision.",
)
class CloseVote(_Step):
    takes = CloseVoteSerializer

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        decision = matters.close(matter=self.matter(), by=request.user, **sent)
        return _answer(decision.matter)


@_step("withdraw_matter", "Take a question back before its vote opens", NothingSerializer, {})
class Withdraw(_Step):
    takes = NothingSerializer

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        return _answer(matters.withdraw(matter=self.matter(), by=request.user))


@_step(
    "ask_up",
    "Ask the sphere above to decide this one matter",
    NothingSerializer,
    {},
    "The answer is the new matter there.",
)
class AskUp(_Step):
    takes = NothingSerializer

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        asked = matters.ask_up(matter=self.matter(), by=request.user)
        if asked.body is None:
            raise Conflict("nobody-to-ask", _("There is no body there yet that could answer."))
        return _answer(asked)


@describe(
    post=acts(
        "cast_vote",
        "Vote",
        description="A member's one vote, while the matter is open. Name, vote and reason are public.",
        tag=TAG,
        takes=CastVoteSerializer,
        sends=examples.VOTE,
        answers=VoteSerializer,
        example=examples.MATTER_DETAIL["votes"][0],
        status=201,
        parameters=[_ID],
    )
)
class CastVote(_OnMatter):
    takes = CastVoteSerializer

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        vote = matters.cast(matter=self.matter(), by=request.user, **sent)
        return Response(VoteSerializer(vote).data, status=201)


# --- Decisions ------------------------------------------------------------------------------------


def _decisions() -> QuerySet[Decision]:
    return Decision.objects.filter(matter__body__isnull=False).select_related("matter__seat")


@describe(
    get=reads(
        "list_decisions",
        "List decisions",
        description="What bodies decided, the newest first.",
        tag=TAG,
        answers=DecisionSerializer(many=True),
        example=examples.DECISION,
        has_tag=False,
    )
)
class Decisions(Listing):
    serializer_class = DecisionSerializer
    filterset_class = filters.DecisionFilters
    order = ("-decided_at", "public_id")

    def get_queryset(self) -> QuerySet[Decision]:
        return _decisions()


@describe(
    get=reads(
        "read_decision",
        "Read one decision",
        tag=TAG,
        answers=DecisionSerializer,
        example=examples.DECISION,
        parameters=[path("public_id", "The decision's public id.")],
    )
)
class DecisionDetail(Detail):
    serializer_class = DecisionSerializer
    lookup_field = "public_id"

    def get_queryset(self) -> QuerySet[Decision]:
        return _decisions()
