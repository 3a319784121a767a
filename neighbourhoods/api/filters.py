"""What lists of figures can be narrowed to."""

from __future__ import annotations

import django_filters as filters

from governance.api.serializers import LEVELS
from neighbourhoods.models import Dataset, IndicatorValue


class DatasetFilters(filters.FilterSet):
    nation = filters.CharFilter(
        field_name="nation__code", max_length=20, help_text="The nation's code."
    )
    slug = filters.CharFilter(max_length=50, help_text="The dataset's slug.")

    class Meta:
        model = Dataset
        fields: list[str] = []


class IndicatorValueFilters(filters.FilterSet):
    indicator = filters.CharFilter(
        field_name="indicator__column", max_length=63, help_text="The indicator's column."
    )
    sphere = filters.CharFilter(
        field_name="sphere__code", max_length=20, help_text="The place's code."
    )
    parent = filters.CharFilter(
        field_name="sphere__parent__code",
        max_length=20,
        help_text="The code of the place right above.",
    )
    level = filters.ChoiceFilter(
        field_name="sphere__level", choices=LEVELS, help_text="Only places of this level."
    )

    class Meta:
        model = IndicatorValue
        fields: list[str] = []
