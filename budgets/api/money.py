"""Operations on pots, runs, allocations and explanations: read by anybody, moved on by those whom the rules allow."""

from __future__ import annotations

from typing import Any

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework.request import Request
from rest_framework.response import Response

from budgets import explanations, queries
from budgets.actions import allocations, pots
from budgets.api import examples, filters
from budgets.api.serializers import (
    AllocationSerializer,
    ExplanationQuery,
    ExplanationSerializer,
    PotSerializer,
    ProposePotSerializer,
    RunSerializer,
    StartRunSerializer,
)
from budgets.models import Allocation, AllocationRun, Pot
from governance.models import Sphere
from socialcare.kernel.api.schema import acts, describe, path, query, reads
from socialcare.kernel.api.views import Acting, Detail, Listing, Operation, tagged
from socialcare.kernel.errors import Missing

TAG = "Money"

# --- Pots -----------------------------------------------------------------------------------------


def _pots() -> QuerySet[Pot]:
    return Pot.objects.select_related("nation", "matter", "decision", "run")


@describe(
    get=reads(
        "list_pots",
        "List pots",
        description="What the nation set aside, or was asked to: the newest period first.",
        tag=TAG,
        answers=PotSerializer(many=True),
        example=examples.POT,
        has_tag=False,
    ),
    post=acts(
        "propose_pot",
        "Propose a pot",
        description="Puts the sum for one period to the national council.",
        tag=TAG,
        takes=ProposePotSerializer,
        sends=examples.PROPOSE_POT,
        answers=PotSerializer,
        example=examples.POT,
        status=201,
    ),
)
class Pots(Acting, Listing):
    serializer_class = PotSerializer
    filterset_class = filters.PotFilters
    takes = ProposePotSerializer
    order = ("-starts_on", "public_id")

    def get_queryset(self) -> QuerySet[Pot]:
        return _pots()

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        proposed = pots.propose(by=request.user, **sent)
        address = reverse("api:pot", args=[proposed.public_id])
        return Response(PotSerializer(proposed).data, status=201, headers={"Location": address})


@describe(
    get=reads(
        "read_pot",
        "Read one pot",
        tag=TAG,
        answers=PotSerializer,
        example=examples.POT,
        parameters=[path("public_id", "The pot's public id.")],
    )
)
class PotDetail(Detail):
    serializer_class = PotSerializer
    lookup_field = "public_id"

    def get_queryset(self) -> QuerySet[Pot]:
        return _pots()


# --- Runs -----------------------------------------------------------------------------------------


@describe(
    get=reads(
        "list_runs",
        "List runs",
        description="Every sharing-out of a pot, the newest first.",
        tag=TAG,
        answers=RunSerializer(many=True),
        example=examples.RUN,
        has_tag=False,
    ),
    post=acts(
        "start_run",
        "Share out a pot",
        description="Carries out two decisions of the national council: the pot that it set is shared by the formula "
        "that it adopted, over the nation's newest figures. A worker does it: read the run to watch. A run that "
        "stopped goes on where it stopped; one that is posted is answered as it is.",
        tag=TAG,
        takes=StartRunSerializer,
        sends=examples.START_RUN,
        answers=RunSerializer,
        example=examples.RUN,
        status=202,
        needs_key=True,
    ),
)
class Runs(Acting, Listing):
    serializer_class = RunSerializer
    filterset_class = filters.RunFilters
    takes = StartRunSerializer
    needs_idempotency_key = True
    order = ("-requested_at", "public_id")

    def get_queryset(self) -> QuerySet[AllocationRun]:
        return queries.runs()

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        run = allocations.request(by=request.user, **sent)
        address = reverse("api:run", args=[run.public_id])
        return Response(RunSerializer(run).data, status=202, headers={"Location": address})


@describe(
    get=reads(
        "read_run",
        "Read one run",
        description="How far it is: `systems_posted` of `systems_total` local systems have their money. Its tag "
        "changes with each step, so ask again with If-None-Match.",
        tag=TAG,
        answers=RunSerializer,
        example=examples.RUN,
        parameters=[path("public_id", "The run's public id.")],
    )
)
class RunDetail(Detail):
    serializer_class = RunSerializer
    lookup_field = "public_id"

    def get_queryset(self) -> QuerySet[AllocationRun]:
        return queries.runs()


# --- Allocations ----------------------------------------------------------------------------------


@describe(
    get=reads(
        "list_allocations",
        "List allocations",
        description="What places were given, by their codes. Choose a `run` or a `sphere`, or both.",
        tag=TAG,
        answers=AllocationSerializer(many=True),
        example=examples.ALLOCATION,
        has_tag=False,
    )
)
class Allocations(Listing):
    serializer_class = AllocationSerializer
    filterset_class = filters.AllocationFilters
    queryset = Allocation.objects.select_related("run", "sphere__parent").annotate(
        sphere_code=F("sphere__code")
    )
    order = ("sphere_code", "run__public_id")
    narrowed_by = ("run", "sphere")


@describe(
    get=reads(
        "read_explanation",
        "Read why a place gets what it gets",
        description="Step by step from an equal amount a head, by the run of the present period unless another is "
        "named; with what was never asked.",
        tag=TAG,
        answers=ExplanationSerializer,
        example=examples.EXPLANATION,
        parameters=[
            path("code", "The code of a local system or neighbourhood."),
            query("run", "The public id of a posted run.", type="string", maxLength=12),
        ],
    )
)
class Explanation(Operation):
    parameters = ("run",)

    def get(self, request: Request, code: str) -> Response:
        sphere = get_object_or_404(Sphere.objects.public().with_ancestors(), code=code)
        asked = ExplanationQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        run = self._run(sphere, asked.validated_data.get("run"))
        try:
            why = explanations.explanation(run, code)
        except KeyError as error:
            raise Missing() from error
        decision = run.formula.decision
        told = {
            "run": run.public_id,
            "decision": decision.public_id if decision else "",
            **why.as_dict(),
        }
        return tagged(request, told)

    def _run(self, sphere: Sphere, public_id: str | None) -> AllocationRun:
        nation = sphere.ancestors()[-1]
        if public_id is None:
            run = queries.current_run(nation)
            if run is None:
                raise Missing()
            return run
        posted = queries.runs().filter(pot__nation=nation, state=AllocationRun.State.POSTED)
        found: AllocationRun = get_object_or_404(posted, public_id=public_id)
        return found
