"""Shapes of what-ifs and their answers. Sums are whole pence; who asked is in none of them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from budgets import formula as engine
from budgets import queries, whatif
from budgets.api.serializers import DocumentField, FormulaProblemSerializer, nation_field
from budgets.models import FormulaVersion, WhatIf
from budgets.what_if_places import DIRECTIONS, LARGEST_GAIN, SORTS
from governance.levels import Level
from socialcare.kernel.api.fields import PenceField

# What lists of places can be asked for.
LEVELS = [Level.LOCAL.value, Level.NEIGHBOURHOOD.value]
ORDERS = [f"{sign}{key}" for key in SORTS for sign in ("", "-")]

# --- Asking ---------------------------------------------------------------------------------------


class VersionSerializer(serializers.Serializer):
    """A version of a formula of the nation in question."""

    formula = serializers.SlugField(max_length=50, help_text="The formula's slug.")
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class AskWhatIfSerializer(serializers.Serializer):
    nation = nation_field()
    text = DocumentField(
        help_text="The document word for word, in YAML. Everybody who has the address of the question can read it: "
        "write nothing about anybody.",
    )
    pot_pence = PenceField(
        required=False, help_text="What it shares; what is shared now unless given."
    )
    compared_with = VersionSerializer(
        required=False, help_text="The version it is set beside; what is shared now unless given."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Exchanges what it is compared with for the basis that the action takes."""
        nation = attrs["nation"]
        basis = whatif.basis_in_force(nation)
        if basis is None:
            raise serializers.ValidationError(
                {"nation": [_("This nation shares nothing yet to compare it with.")]},
                code="nothing-in-force",
            )
        if named := attrs.get("compared_with"):
            version = queries.formulas(nation).filter(
                slug=named["formula"], version=named["version"]
            )
            found: FormulaVersion | None = version.first()
            if found is None:
                raise serializers.ValidationError(
                    {"compared_with": [_("This nation has no such formula.")]},
                    code="does-not-exist",
                )
            basis = whatif.basis_of(found, like=basis)
        return {
            "text": attrs["text"],
            "pot_pence": attrs.get("pot_pence", basis.pot_pence),
            "basis": basis,
        }


# --- The question ---------------------------------------------------------------------------------


class ComparedWithSerializer(serializers.Serializer):
    formula = serializers.CharField(source="compared_with.slug")
    version = serializers.IntegerField(source="compared_with.version")
    pot_pence = PenceField(source="compared_pot_pence")
    run = serializers.CharField(
        source="compared_run.public_id",
        default=None,
        allow_null=True,
        help_text="The run that shared that pot by it, if one did.",
    )


class WhatIfSerializer(serializers.ModelSerializer):
    """One question. The same question is the same one, whoever asks."""

    nation = serializers.CharField(source="nation.code")
    pot_pence = PenceField()
    compared_with = ComparedWithSerializer(source="*")
    dataset = serializers.CharField(source="dataset.sha256")
    asked_at = serializers.DateTimeField(source="created_at")

    class Meta:
        model = WhatIf
        fields = ["public_id", "nation", "pot_pence", "compared_with", "dataset", "asked_at"]


# --- The answer -----------------------------------------------------------------------------------


class TallySerializer(serializers.Serializer):
    """How many places of one level gain, lose and stay, and the pence gained and lost in all."""

    gain = serializers.IntegerField()
    lose = serializers.IntegerField()
    same = serializers.IntegerField()
    gained_pence = PenceField()
    lost_pence = PenceField()


class DampingSerializer(serializers.Serializer):
    """What the floors and caps of one stream cost those who pay for them."""

    stream = serializers.CharField(help_text="The stream's title.")
    cost_pence = serializers.SerializerMethodField(help_text="To the nearest penny.")
    helped = serializers.SerializerMethodField(help_text="How many areas get more by it.")
    payers = serializers.SerializerMethodField(help_text="How many areas pay for it.")

    def get_cost_pence(self, damping: whatif.Damping) -> int:
        return whatif.rounded(damping.cost_pence)

    def get_helped(self, damping: whatif.Damping) -> int:
        return len(damping.helped)

    def get_payers(self, damping: whatif.Damping) -> int:
        return len(damping.payers)


class DecileSerializer(serializers.Serializer):
    """A tenth of the nation's people; 1 lives where need a head is lowest. Pence are to the nearest penny."""

    number = serializers.IntegerField()
    people = serializers.SerializerMethodField(
        help_text="Exact: a place on a border belongs to both tenths, by its people."
    )
    before_pence = serializers.SerializerMethodField()
    after_pence = serializers.SerializerMethodField()
    change_pence = serializers.SerializerMethodField()

    def get_people(self, decile: whatif.Decile) -> str:
        return engine.format_decimal(decile.people, 1)

    def get_before_pence(self, decile: whatif.Decile) -> int:
        return whatif.rounded(decile.before_pence)

    def get_after_pence(self, decile: whatif.Decile) -> int:
        return whatif.rounded(decile.after_pence)

    def get_change_pence(self, decile: whatif.Decile) -> int:
        return whatif.rounded(decile.change_pence)


class AnswerSerializer(serializers.Serializer):
    """Who would gain and who would lose."""

    local = TallySerializer(source="by_local")
    neighbourhoods = TallySerializer(source="by_neighbourhood")
    deciles = DecileSerializer(many=True)
    damping = DampingSerializer(many=True, help_text="By stream; empty without floors and caps.")
    hardship_counted = serializers.BooleanField(
        allow_null=True, help_text="Null where the document knows no hardship."
    )


class DocumentSerializer(serializers.Serializer):
    """The document that was asked about."""

    formula = serializers.CharField(source="formula.slug")
    title = serializers.CharField(source="formula.title")
    sha256 = serializers.CharField(source="formula.sha256")
    problems = FormulaProblemSerializer(
        many=True, help_text="Why it could never be adopted; empty when it could."
    )


class AnsweredSerializer(serializers.Serializer):
    document = DocumentSerializer()
    answer = AnswerSerializer(
        allow_null=True, help_text="Null if it cannot be worked out; then `no_answer_because`."
    )
    no_answer_because = FormulaProblemSerializer(many=True)
    page = serializers.URLField(
        allow_null=True, help_text="The page for people; null for a nation that has no pages here."
    )
    files = serializers.DictField(
        child=serializers.URLField(),
        help_text="`local` and `neighbourhoods` as CSV, and the `document`; empty without a page.",
    )


class WhatIfDetailSerializer(AnsweredSerializer, WhatIfSerializer):
    """A question with its document and its answer."""

    class Meta(WhatIfSerializer.Meta):
        fields = [
            *WhatIfSerializer.Meta.fields,
            *("document", "answer", "no_answer_because", "page", "files"),
        ]


# --- Place by place -------------------------------------------------------------------------------


class ChangesQuery(serializers.Serializer):
    level = serializers.ChoiceField(choices=LEVELS, default=LEVELS[0])
    parent = serializers.CharField(max_length=20, default="")
    direction = serializers.ChoiceField(choices=[*DIRECTIONS], default="")
    sort = serializers.ChoiceField(choices=ORDERS, default=LARGEST_GAIN)


class ChangeSerializer(serializers.Serializer):
    """One place before and after. Ranks are by money for each person, 1 the most."""

    code = serializers.CharField()
    name = serializers.CharField()
    parent = serializers.CharField(help_text="Its local system's code; empty for a local system.")
    people = serializers.IntegerField()
    before_pence = PenceField()
    after_pence = PenceField()
    change_pence = serializers.IntegerField()
    before_rank = serializers.IntegerField()
    after_rank = serializers.IntegerField()
    hardship_switched_pence = PenceField(
        source="switched_pence",
        allow_null=True,
        help_text="What it would get after, were hardship counted the other way; null without hardship.",
    )
