"""Shapes of the nation's money. Sums are whole pence; other exact numbers are text, so that nothing rounds them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from budgets import formula as engine
from budgets.models import Allocation, AllocationRun, FormulaVersion, Pot
from governance.api.serializers import LEVELS
from governance.levels import Level
from governance.models import Sphere
from neighbourhoods.models import Dataset
from socialcare.kernel.api.fields import NamedField, PenceField

LONGEST_TEXT = 200_000


def nation_field() -> NamedField:
    """A nation by its code."""
    return NamedField(slug_field="code", queryset=Sphere.objects.filter(level=Level.NATIONAL))


class DocumentField(serializers.CharField):
    """A formula document word for word, but for how its lines end."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": LONGEST_TEXT, "trim_whitespace": False, **options})

    def to_internal_value(self, data: Any) -> str:
        return engine.unix_lines(super().to_internal_value(data))


# --- Formulas -------------------------------------------------------------------------------------


class FormulaSerializer(serializers.ModelSerializer):
    nation = serializers.CharField(source="nation.code")
    matter = serializers.CharField(source="matter.public_id")
    decision = serializers.CharField(source="decision.public_id", default=None, allow_null=True)

    class Meta:
        model = FormulaVersion
        fields = [
            "nation",
            "slug",
            "version",
            "title",
            "sha256",
            "state",
            "matter",
            "decision",
            "proposed_at",
            "adopted_at",
        ]


class ProposeFormulaSerializer(serializers.Serializer):
    nation = nation_field()
    text = DocumentField(help_text="The document word for word, in YAML.")
    background = serializers.CharField(max_length=4000)


class CheckFormulaSerializer(serializers.Serializer):
    text = DocumentField()
    nation = NamedField(
        slug_field="code",
        queryset=Sphere.objects.filter(level=Level.NATIONAL),
        required=False,
        help_text="Also try it over this nation's newest figures, as proposing it does. Counts as a what-if.",
    )


class FormulaProblemSerializer(serializers.Serializer):
    line = serializers.IntegerField(
        min_value=0, help_text="Counted from 1; 0 means the whole document."
    )
    key = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class CheckedFormulaSerializer(serializers.Serializer):
    readable = serializers.BooleanField()
    adoptable = serializers.BooleanField()
    formula = serializers.CharField()
    title = serializers.CharField()
    sha256 = serializers.CharField()
    problems = FormulaProblemSerializer(many=True)


# --- Pots -----------------------------------------------------------------------------------------


class PotSerializer(serializers.ModelSerializer):
    nation = serializers.CharField(source="nation.code")
    total_pence = PenceField()
    risk_reserve_pence = PenceField()
    national_functions_pence = PenceField()
    shared_pence = PenceField(
        help_text="What the formula shares: the whole without the two sums before."
    )
    matter = serializers.CharField(source="matter.public_id")
    decision = serializers.CharField(source="decision.public_id", default=None, allow_null=True)
    run = serializers.CharField(source="run.public_id", default=None, allow_null=True)

    class Meta:
        model = Pot
        fields = [
            "public_id",
            "nation",
            "starts_on",
            "ends_on",
            "total_pence",
            "risk_reserve_pence",
            "national_functions_pence",
            "shared_pence",
            "state",
            "matter",
            "decision",
            "run",
            "proposed_at",
        ]


class ProposePotSerializer(serializers.Serializer):
    nation = nation_field()
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The first day of the next period.")
    total_pence = PenceField()
    risk_reserve_pence = PenceField()
    national_functions_pence = PenceField()
    background = serializers.CharField(max_length=4000)


# --- Runs and allocations -------------------------------------------------------------------------


class RunSerializer(serializers.ModelSerializer):
    nation = serializers.CharField(source="pot.nation.code")
    pot = serializers.CharField(source="pot.public_id")
    formula = serializers.CharField(source="formula.slug")
    version = serializers.IntegerField(source="formula.version")
    dataset = serializers.CharField(source="dataset.sha256")

    class Meta:
        model = AllocationRun
        fields = [
            "public_id",
            "nation",
            "pot",
            "formula",
            "version",
            "dataset",
            "state",
            "attempt",
            "systems_total",
            "systems_posted",
            "digest",
            "error_code",
            "requested_at",
            "started_at",
            "posted_at",
        ]


class StartRunSerializer(serializers.Serializer):
    pot = NamedField(slug_field="public_id", queryset=Pot.objects.select_related("nation"))
    formula = serializers.SlugField(
        max_length=50, help_text="The slug of an adopted formula of the pot's nation."
    )
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exchanges the formula's name for the formula, and adds the nation's newest figures."""
        pot = attrs["pot"]
        formula = FormulaVersion.objects.filter(
            nation=pot.nation, slug=attrs["formula"], version=attrs["version"]
        ).first()
        if formula is None:
            raise serializers.ValidationError(
                {"formula": [_("This nation has no such formula.")]}, code="does-not-exist"
            )
        dataset = Dataset.objects.current(pot.nation)
        if dataset is None:
            raise serializers.ValidationError(
                {"pot": [_("There are no figures to share it by.")]}, code="no-figures"
            )
        return {"pot": pot, "formula": formula, "dataset": dataset}


class AllocationSerializer(serializers.ModelSerializer):
    run = serializers.CharField(source="run.public_id")
    sphere = serializers.CharField(source="sphere_code")
    name = serializers.CharField(source="sphere.name")
    level = serializers.ChoiceField(source="sphere.level", choices=LEVELS)
    parent = serializers.CharField(source="sphere.parent.code")
    amount_pence = PenceField()
    streams = serializers.DictField(child=PenceField(), help_text="Pence by stream.")

    class Meta:
        model = Allocation
        fields = [
            "run",
            "sphere",
            "name",
            "level",
            "parent",
            "need",
            "share",
            "amount_pence",
            "streams",
        ]


# --- Why ------------------------------------------------------------------------------------------


class ExplanationQuery(serializers.Serializer):
    run = serializers.CharField(max_length=12, required=False)


class StepSerializer(serializers.Serializer):
    """One step of the way from an equal amount a head. `change_pence` leads to `amount_pence`."""

    kind = serializers.ChoiceField(
        choices=["equal_per_head", "indicator", "cost", "damping", "rounding"]
    )
    name = serializers.CharField()
    label = serializers.CharField()
    change_pence = serializers.IntegerField()
    amount_pence = serializers.IntegerField()
    indicator_class = serializers.CharField()
    unit = serializers.CharField()
    value = serializers.CharField()
    points = serializers.CharField()
    contribution = serializers.CharField()
    reference = serializers.CharField()
    note = serializers.CharField()


class StreamSerializer(serializers.Serializer):
    code = serializers.CharField()
    title = serializers.CharField()
    held_by = serializers.CharField()
    amount_pence = serializers.IntegerField()
    steps = StepSerializer(many=True)


class ExplanationSerializer(serializers.Serializer):
    run = serializers.CharField()
    decision = serializers.CharField(help_text="The decision that adopted the formula.")
    code = serializers.CharField()
    name = serializers.CharField()
    level = serializers.CharField()
    population = serializers.IntegerField(allow_null=True)
    need = serializers.CharField()
    share = serializers.CharField()
    amount_pence = serializers.IntegerField()
    pot_pence = serializers.IntegerField()
    formula = serializers.CharField()
    version = serializers.CharField()
    formula_sha256 = serializers.CharField()
    result_sha256 = serializers.CharField()
    hardship_counted = serializers.BooleanField()
    illustrative = serializers.BooleanField()
    streams = StreamSerializer(many=True)
    never_asked = serializers.ListField(child=serializers.CharField())
