"""Operations on prices: read every version with the parts it is made of, propose one."""

from __future__ import annotations

from typing import Any

import django_filters as filters
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from budgets import prices
from budgets.actions import prices as actions
from budgets.api import examples
from budgets.api.formulas import as_fault
from budgets.api.serializers import DocumentField, nation_field
from budgets.models import PriceVersion
from governance.api.serializers import plain
from socialcare.kernel.api.fields import PenceField
from socialcare.kernel.api.problems import Refused
from socialcare.kernel.api.schema import acts, describe, path, reads
from socialcare.kernel.api.views import Acting, Detail, Listing

TAG = "Prices"


class PriceFilters(filters.FilterSet):
    nation = filters.CharFilter(
        field_name="nation__code", max_length=20, help_text="The nation's code."
    )
    state = filters.ChoiceFilter(
        choices=plain(PriceVersion.State), help_text="Only versions in this state."
    )

    class Meta:
        model = PriceVersion
        fields: list[str] = []


class PriceSerializer(serializers.ModelSerializer):
    nation = serializers.CharField(source="nation.code")
    price_pence = PenceField(help_text="What one point is worth a week, before the cost factor.")
    wage_pence = PenceField(help_text="An hour's pay in it.")
    wage_floor_pence = PenceField(help_text="The least that an hour's pay may be.")
    matter = serializers.CharField(source="matter.public_id")
    decision = serializers.CharField(source="decision.public_id", default=None, allow_null=True)

    class Meta:
        model = PriceVersion
        fields = [
            "nation",
            "slug",
            "version",
            "title",
            "sha256",
            "since",
            "price_pence",
            "wage_pence",
            "wage_floor_pence",
            "state",
            "matter",
            "decision",
            "proposed_at",
            "adopted_at",
        ]


class PartOfHourSerializer(serializers.Serializer):
    code = serializers.CharField()
    pence = PenceField()
    covers = serializers.CharField()
    reference = serializers.CharField()


class ComponentSerializer(serializers.Serializer):
    code = serializers.CharField()
    title = serializers.CharField()
    unit = serializers.CharField()
    most = serializers.IntegerField(min_value=1)
    pence = PenceField(help_text="A week, for each.")
    why = serializers.CharField()
    reference = serializers.CharField()


class PriceDetailSerializer(PriceSerializer):
    minutes_a_point = serializers.IntegerField(min_value=1)
    hour = PartOfHourSerializer(many=True, help_text="What an hour costs, part by part.")
    components = ComponentSerializer(
        many=True, help_text="What is paid on top of the points, for what points do not measure."
    )
    text = serializers.CharField(help_text="The document word for word, in YAML.")

    class Meta(PriceSerializer.Meta):
        fields = [*PriceSerializer.Meta.fields, "minutes_a_point", "hour", "components", "text"]

    def to_representation(self, version: PriceVersion) -> dict[str, Any]:
        price = prices.load(version.text)
        told = PriceSerializer(version).data
        return {
            **told,
            "minutes_a_point": price.minutes_a_point,
            "hour": PartOfHourSerializer(price.hour, many=True).data,
            "components": ComponentSerializer(price.components.values(), many=True).data,
            "text": version.text,
        }


class ProposePriceSerializer(serializers.Serializer):
    nation = nation_field()
    text = DocumentField(help_text="The document word for word, in YAML.")
    background = serializers.CharField(max_length=4000)


def _versions() -> QuerySet[PriceVersion]:
    return PriceVersion.objects.select_related("nation", "matter", "decision")


@describe(
    get=reads(
        "list_prices",
        "List prices",
        description="What one point of need was ever worth or proposed to be, the newest first.",
        tag=TAG,
        answers=PriceSerializer(many=True),
        example=examples.PRICE,
        has_tag=False,
    ),
    post=acts(
        "propose_price",
        "Propose a price",
        description="Puts the document to the national council. What stands against adopting it is listed in "
        "`errors`, each with its line and key: a wage below the wage floor is one.",
        tag=TAG,
        takes=ProposePriceSerializer,
        sends=examples.PROPOSE_PRICE,
        answers=PriceSerializer,
        example=examples.PRICE,
        status=201,
    ),
)
class Prices(Acting, Listing):
    serializer_class = PriceSerializer
    filterset_class = PriceFilters
    takes = ProposePriceSerializer
    order = ("-proposed_at", "slug", "version")

    def get_queryset(self) -> QuerySet[PriceVersion]:
        return _versions().defer("text")

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        try:
            proposed = actions.propose(by=request.user, **sent)
        except actions.PriceNotAdoptable as error:
            raise Refused(error, (as_fault(problem) for problem in error.problems)) from error
        address = reverse("api:price", args=[proposed.nation.code, proposed.slug, proposed.version])
        data = PriceSerializer(proposed).data
        return Response(data, status=201, headers={"Location": address})


@describe(
    get=reads(
        "read_price",
        "Read one version of a price",
        description="With the parts of an hour and the components that it is made of.",
        tag=TAG,
        answers=PriceDetailSerializer,
        example=examples.PRICE_DETAIL,
        parameters=[
            path("nation", "The nation's code."),
            path("slug", "The price's slug."),
            path("version", "Its version.", type="integer", minimum=1),
        ],
    )
)
class PriceDetail(Detail):
    serializer_class = PriceDetailSerializer

    def get_object(self) -> PriceVersion:
        named = {"nation__code": self.kwargs["nation"], "slug": self.kwargs["slug"]}
        found: PriceVersion = get_object_or_404(
            _versions(), version=self.kwargs["version"], **named
        )
        return found
