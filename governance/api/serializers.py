"""Shapes of governance's things. Places are named by their codes, everything else by its public id or slug."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from governance.actions import loans
from governance.levels import PUBLIC_LEVELS, Level
from governance.methods import Choice, Method
from governance.models import Body, Decision, LoanOfPower, Matter, Sphere
from governance.powers import POWERS
from socialcare.kernel import outbox
from socialcare.kernel.api.fields import NamedField

LEVELS = [(level.value, level.label) for level in PUBLIC_LEVELS]


def plain(choices: Any) -> list[tuple[str, str]]:
    """Choices of a TextChoices as the framework takes them."""
    return [(each.value, str(each.label)) for each in choices]


# --- Spheres --------------------------------------------------------------------------------------


class PlaceSerializer(serializers.ModelSerializer):
    """A public sphere, named."""

    level = serializers.ChoiceField(choices=LEVELS)

    class Meta:
        model = Sphere
        fields = ["code", "name", "level"]


class SphereSerializer(PlaceSerializer):
    parent = serializers.CharField(source="parent.code", default=None, allow_null=True)

    class Meta(PlaceSerializer.Meta):
        fields = ["code", "name", "level", "parent", "starts_on", "ends_on"]


class SphereDetailSerializer(SphereSerializer):
    ancestors = serializers.SerializerMethodField(help_text="Those above it, nearest first.")

    class Meta(PlaceSerializer.Meta):
        fields = [*SphereSerializer.Meta.fields, "ancestors"]

    def get_ancestors(self, sphere: Sphere) -> list[dict[str, Any]]:
        return list(PlaceSerializer(sphere.ancestors()[1:], many=True).data)


# --- Powers and where they sit --------------------------------------------------------------------


class PowerSerializer(serializers.Serializer):
    slug = serializers.SlugField()
    name = serializers.CharField()
    home = serializers.ChoiceField(choices=plain(Level))
    method = serializers.ChoiceField(choices=plain(Method))
    core = serializers.BooleanField(help_text="A core power never leaves its home.")
    rights = serializers.ListField(child=serializers.CharField())


class PowerListSerializer(serializers.Serializer):
    """The whole register: it has no pages."""

    results = PowerSerializer(many=True)


class SeatQuery(serializers.Serializer):
    power = serializers.SlugField(max_length=50)
    sphere = serializers.CharField(max_length=20)
    on = serializers.DateField(required=False)


class LoanSerializer(serializers.ModelSerializer):
    class Meta:
        model = LoanOfPower
        fields = ["public_id", "kind", "ground", "reasons", "starts_on", "ends_on"]


class SeatSerializer(serializers.Serializer):
    power = serializers.SlugField()
    about = PlaceSerializer(help_text="The place that was asked about.")
    on = serializers.DateField(help_text="The day that was asked about.")
    sphere = PlaceSerializer(help_text="Where it is decided on that day.")
    home = PlaceSerializer(help_text="Where the power belongs.")
    is_at_home = serializers.BooleanField()
    loan = LoanSerializer(allow_null=True)


class BodySerializer(serializers.ModelSerializer):
    sphere = serializers.CharField(source="sphere.code")

    class Meta:
        model = Body
        fields = ["sphere", "kind", "name"]


# --- Matters and decisions ------------------------------------------------------------------------


class MatterSerializer(serializers.ModelSerializer):
    sphere = serializers.CharField(source="sphere.code")
    seat = serializers.CharField(source="seat.code")
    body = BodySerializer()
    decision = serializers.CharField(source="decision.public_id", default=None, allow_null=True)

    class Meta:
        model = Matter
        fields = [
            "public_id",
            "power",
            "sphere",
            "seat",
            "body",
            "subject",
            "question",
            "state",
            "raised_at",
            "opened_at",
            "closes_at",
            "decision",
        ]


class VoteSerializer(serializers.Serializer):
    """How one office holder voted. Their votes are public, under the name in which they hold office."""

    voter = serializers.CharField(source="user.public_name")
    choice = serializers.ChoiceField(choices=plain(Choice))
    reason = serializers.CharField()
    cast_at = serializers.DateTimeField()


class DecisionSerializer(serializers.ModelSerializer):
    matter = serializers.CharField(source="matter.public_id")
    power = serializers.CharField(source="matter.power")
    seat = serializers.CharField(source="matter.seat.code")
    question = serializers.CharField(source="matter.question")
    rights_considered = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Decision
        fields = [
            "public_id",
            "matter",
            "power",
            "seat",
            "question",
            "method",
            "roll",
            "votes_for",
            "votes_against",
            "abstentions",
            "quorate",
            "carried",
            "reasons",
            "dissent",
            "rights_considered",
            "decided_at",
        ]


class MatterDetailSerializer(MatterSerializer):
    roll = serializers.SerializerMethodField(
        help_text="How many may vote; nobody before the vote opens."
    )
    votes = VoteSerializer(many=True)

    class Meta(MatterSerializer.Meta):
        fields = [*MatterSerializer.Meta.fields, "background", "roll", "votes"]

    def get_roll(self, matter: Matter) -> int:
        return matter.roll.count()


# --- What is sent ---------------------------------------------------------------------------------


def _asked_by_proposing(power: str) -> bool:
    """Whether an app puts this power's questions itself, together with the thing they are about."""
    return outbox.is_handled(f"decided:{power}")


class RaiseMatterSerializer(serializers.Serializer):
    power = serializers.ChoiceField(
        choices=[(slug, str(each.name)) for slug, each in POWERS.items()]
    )
    sphere = NamedField(slug_field="code", queryset=Sphere.objects.public())
    subject = serializers.RegexField(
        r"^[a-z0-9][a-z0-9:._-]*$",
        max_length=200,
        help_text="What exactly is asked, as a code that programs can compare.",
    )
    question = serializers.CharField(max_length=300)
    background = serializers.CharField(max_length=4000, allow_blank=True, default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if _asked_by_proposing(attrs["power"]) and not loans.is_about_a_loan(attrs["subject"]):
            raise serializers.ValidationError(
                {"power": [_("Propose the thing itself; the question is put with it.")]},
                code="propose-it",
            )
        return attrs


class OpenVoteSerializer(serializers.Serializer):
    closes_at = serializers.DateTimeField()


class CastVoteSerializer(serializers.Serializer):
    choice = serializers.ChoiceField(choices=plain(Choice))
    reason = serializers.CharField(max_length=4000, allow_blank=True, default="")


class CloseVoteSerializer(serializers.Serializer):
    reasons = serializers.CharField(max_length=4000, allow_blank=True, default="")


class NothingSerializer(serializers.Serializer):
    """An empty body."""
