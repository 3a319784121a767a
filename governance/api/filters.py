"""What governance's lists can be narrowed to. One declaration, for the query and for the OpenAPI document."""

from __future__ import annotations

import django_filters as filters

from governance.api.serializers import LEVELS, plain
from governance.models import Body, Decision, Matter, Sphere


class SphereFilters(filters.FilterSet):
    level = filters.ChoiceFilter(choices=LEVELS, help_text="Only spheres of this level.")
    parent = filters.CharFilter(
        field_name="parent__code", max_length=20, help_text="The code of the sphere right above."
    )
    name = filters.CharFilter(
        lookup_expr="icontains", max_length=100, help_text="Only names that hold this."
    )

    class Meta:
        model = Sphere
        fields: list[str] = []


class BodyFilters(filters.FilterSet):
    sphere = filters.CharFilter(
        field_name="sphere__code", max_length=20, help_text="The code of its sphere."
    )
    kind = filters.ChoiceFilter(choices=plain(Body.Kind), help_text="Only bodies of this kind.")

    class Meta:
        model = Body
        fields: list[str] = []


class MatterFilters(filters.FilterSet):
    state = filters.ChoiceFilter(
        choices=plain(Matter.State), help_text="Only matters in this state."
    )
    power = filters.CharFilter(max_length=50, help_text="The slug of the power they use.")
    seat = filters.CharFilter(
        field_name="seat__code", max_length=20, help_text="The code of the sphere that decides."
    )
    sphere = filters.CharFilter(
        field_name="sphere__code", max_length=20, help_text="The code of the sphere they are about."
    )
    subject = filters.CharFilter(max_length=200, help_text="The code of what is asked.")

    class Meta:
        model = Matter
        fields: list[str] = []


class DecisionFilters(filters.FilterSet):
    power = filters.CharFilter(
        field_name="matter__power", max_length=50, help_text="The slug of the power they use."
    )
    seat = filters.CharFilter(
        field_name="matter__seat__code",
        max_length=20,
        help_text="The code of the sphere that decided.",
    )
    carried = filters.BooleanFilter(help_text="Only those carried (true) or not (false).")

    class Meta:
        model = Decision
        fields: list[str] = []
