"""Operations on spheres, powers, seats and bodies. All of them only read, and all of it is public."""

from __future__ import annotations

from django.db.models import F
from django.shortcuts import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from governance import competence, powers
from governance.api import examples, filters
from governance.api.serializers import (
    BodySerializer,
    PowerListSerializer,
    PowerSerializer,
    SeatQuery,
    SeatSerializer,
    SphereDetailSerializer,
    SphereSerializer,
)
from governance.models import Body, Sphere
from governance.powers import Power
from socialcare.kernel import acting
from socialcare.kernel.api.schema import describe, path, query, reads
from socialcare.kernel.api.views import Detail, Listing, Operation, tagged

TAG = "Places and powers"


@describe(
    get=reads(
        "list_spheres",
        "List places",
        description="Nations, local systems and neighbourhoods, by code. The spheres of people and families are "
        "theirs and are never here.",
        tag=TAG,
        answers=SphereSerializer(many=True),
        example=examples.SPHERE,
        has_tag=False,
    )
)
class Spheres(Listing):
    serializer_class = SphereSerializer
    filterset_class = filters.SphereFilters
    queryset = Sphere.objects.public().select_related("parent")
    order = ("code",)


@describe(
    get=reads(
        "read_sphere",
        "Read one place",
        description="A place and those above it, nearest first.",
        tag=TAG,
        answers=SphereDetailSerializer,
        example=examples.SPHERE_DETAIL,
        parameters=[path("code", "The place's code.")],
    )
)
class SphereDetail(Detail):
    serializer_class = SphereDetailSerializer
    queryset = Sphere.objects.public().with_ancestors()
    lookup_field = "code"


@describe(
    get=reads(
        "list_powers",
        "List the powers",
        description="Every kind of decision: where it belongs, how it is decided, and whether it can ever be lent.",
        tag=TAG,
        answers=PowerListSerializer,
        example={"results": [examples.POWER]},
    )
)
class Powers(Operation):
    def get(self, request: Request) -> Response:
        register = {"results": list(powers.POWERS.values())}
        return tagged(request, PowerListSerializer(register).data)


@describe(
    get=reads(
        "read_power",
        "Read one power",
        tag=TAG,
        answers=PowerSerializer,
        example=examples.POWER,
        parameters=[path("slug", "The power's slug.")],
    )
)
class PowerDetail(Detail):
    serializer_class = PowerSerializer

    def get_object(self) -> Power:
        return powers.get(self.kwargs["slug"])


@describe(
    get=reads(
        "find_seat",
        "Find who decides",
        description="Where a power sits for a matter about a place on a day: at home, or where a loan has moved it.",
        tag=TAG,
        answers=SeatSerializer,
        example=examples.SEAT,
        parameters=[
            query("power", "The power's slug.", required=True, type="string", maxLength=50),
            query("sphere", "The place's code.", required=True, type="string", maxLength=20),
            query("on", "The day; today unless given.", type="string", format="date"),
        ],
    )
)
class Seats(Operation):
    parameters = ("power", "sphere", "on")

    def get(self, request: Request) -> Response:
        asked = SeatQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        power, code = asked.validated_data["power"], asked.validated_data["sphere"]
        on = asked.validated_data.get("on") or acting.today()
        about = get_object_or_404(Sphere.objects.public(), code=code)
        seat = competence.seat(power, about, on)
        found = {
            "power": seat.power.slug,
            "about": about,
            "on": on,
            "sphere": seat.sphere,
            "home": seat.home,
            "is_at_home": seat.is_at_home,
            "loan": seat.loan,
        }
        return tagged(request, SeatSerializer(found).data)


@describe(
    get=reads(
        "list_bodies",
        "List the bodies that decide",
        tag=TAG,
        answers=BodySerializer(many=True),
        example=examples.BODY,
        has_tag=False,
    )
)
class Bodies(Listing):
    serializer_class = BodySerializer
    filterset_class = filters.BodyFilters
    queryset = Body.objects.select_related("sphere").annotate(sphere_code=F("sphere__code"))
    order = ("sphere_code", "kind")
