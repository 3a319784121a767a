"""What lists of money can be narrowed to."""

from __future__ import annotations

import django_filters as filters

from budgets.models import Allocation, AllocationRun, FormulaVersion, Pot
from governance.api.serializers import LEVELS, plain


class FormulaFilters(filters.FilterSet):
    nation = filters.CharFilter(
        field_name="nation__code", max_length=20, help_text="The nation's code."
    )
    slug = filters.CharFilter(max_length=50, help_text="The formula's slug.")
    state = filters.ChoiceFilter(
        choices=plain(FormulaVersion.State), help_text="Only versions in this state."
    )

    class Meta:
        model = FormulaVersion
        fields: list[str] = []


class PotFilters(filters.FilterSet):
    nation = filters.CharFilter(
        field_name="nation__code", max_length=20, help_text="The nation's code."
    )
    state = filters.ChoiceFilter(choices=plain(Pot.State), help_text="Only pots in this state.")

    class Meta:
        model = Pot
        fields: list[str] = []


class RunFilters(filters.FilterSet):
    nation = filters.CharFilter(
        field_name="pot__nation__code", max_length=20, help_text="The nation's code."
    )
    pot = filters.CharFilter(
        field_name="pot__public_id", max_length=12, help_text="The public id of the pot it shares."
    )
    state = filters.ChoiceFilter(
        choices=plain(AllocationRun.State), help_text="Only runs in this state."
    )

    class Meta:
        model = AllocationRun
        fields: list[str] = []


class AllocationFilters(filters.FilterSet):
    run = filters.CharFilter(
        field_name="run__public_id", max_length=12, help_text="The public id of the run."
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
        field_name="sphere__level",
        choices=[choice for choice in LEVELS if choice[0] != "national"],
        help_text="Only places of this level.",
    )

    class Meta:
        model = Allocation
        fields: list[str] = []
