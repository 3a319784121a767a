"""Shapes of datasets and their figures. A dataset is named by its nation's code and the SHA-256 of its file."""

from __future__ import annotations

from rest_framework import serializers

from governance.api.serializers import plain
from neighbourhoods.models import Dataset, Indicator, IndicatorValue, NeedClass
from socialcare.kernel.api.fields import ExactField


class DatasetSerializer(serializers.ModelSerializer):
    nation = serializers.CharField(source="nation.code")

    class Meta:
        model = Dataset
        fields = [
            "nation",
            "sha256",
            "slug",
            "vintage",
            "source",
            "licence",
            "attribution",
            "effective_on",
            "imported_at",
        ]


class IndicatorSerializer(serializers.ModelSerializer):
    need_class = serializers.ChoiceField(choices=plain(NeedClass))
    base = serializers.CharField(
        source="base.column",
        default=None,
        allow_null=True,
        help_text="The column of the same dataset that a rate is worked out from.",
    )

    class Meta:
        model = Indicator
        fields = ["column", "label", "need_class", "unit", "base", "source", "vintage"]


class DatasetDetailSerializer(DatasetSerializer):
    indicators = IndicatorSerializer(many=True)

    class Meta(DatasetSerializer.Meta):
        fields = [*DatasetSerializer.Meta.fields, "indicators"]


class IndicatorValueSerializer(serializers.ModelSerializer):
    indicator = serializers.CharField(source="column")
    sphere = serializers.CharField(source="sphere_code")
    value = ExactField()

    class Meta:
        model = IndicatorValue
        fields = ["indicator", "sphere", "value"]
