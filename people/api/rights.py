"""Operations on one's rights and challenges: the pages' own actions, and as private as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.api.serializers import NothingSerializer, plain
from people import queries_challenges, rules, rules_challenges
from people.actions import challenges
from people.actions.asks import LONGEST_WORDS
from people.api import examples
from people.api.views import TAG, Private
from people.models import Challenge
from people.models.challenges import Opinion
from people.parts import Part
from socialcare.kernel.api.schema import acts, describe, path, reads
from socialcare.kernel.api.views import Acting, Detail, Listing, tagged
from socialcare.kernel.errors import Missing

_ID = path("public_id", "The challenge's public id.")


class RightSerializer(serializers.Serializer):
    """One of your rights, and where it stands."""

    code = serializers.CharField()
    title = serializers.CharField()
    promise = serializers.CharField()
    stands = serializers.CharField(help_text="Where it stands for you, in words.")
    href = serializers.CharField(help_text="The page to use it.")


class RightsSerializer(serializers.Serializer):
    results = RightSerializer(many=True)


class PanelSaidSerializer(serializers.Serializer):
    """What one member of the panel says; not who."""

    opinion = serializers.ChoiceField(choices=plain(Opinion))
    reasons = serializers.CharField()


class ChallengeSerializer(serializers.Serializer):
    """A decision about you that you challenged."""

    public_id = serializers.CharField(source="row.public_id")
    about_kind = serializers.CharField(source="row.about_kind")
    about_id = serializers.CharField(source="row.about_id", help_text="Empty: decided elsewhere.")
    words = serializers.CharField()
    released = serializers.ListField(
        source="row.released", child=serializers.ChoiceField(choices=plain(Part))
    )
    state = serializers.ChoiceField(source="row.state", choices=plain(Challenge.State))
    made_at = serializers.DateTimeField(source="row.made_at")
    decide_by = serializers.DateField(
        source="row.decide_by", help_text="The day by which you have an answer."
    )
    panel = serializers.IntegerField(
        help_text="How many sit over it: 3, or 0 until they are drawn."
    )
    outcome = serializers.ChoiceField(source="row.outcome", choices=plain(Opinion), allow_null=True)
    said = PanelSaidSerializer(many=True, help_text="Empty until there is an answer.")

    def to_representation(self, instance: Challenge) -> dict[str, Any]:
        data: dict[str, Any] = super().to_representation(queries_challenges.own(instance))
        return data | {"outcome": data["outcome"] or None}


class MakeChallengeSerializer(serializers.Serializer):
    about = serializers.CharField(
        max_length=100,
        help_text="A kind and a public id, such as answer:5c7k1m3q9r2t; or elsewhere: for what was decided elsewhere.",
    )
    words = serializers.CharField(max_length=LONGEST_WORDS)
    released = serializers.ListField(
        child=serializers.ChoiceField(choices=plain(Part)),
        required=False,
        max_length=len(Part),
        help_text="The parts of your record that the panel may see until it has answered.",
    )


@describe(
    get=reads(
        "read_my_rights",
        "Read your rights, and where each stands",
        tag=TAG,
        answers=RightsSerializer,
        example={"results": [examples.RIGHT]},
    )
)
class Rights(Private):
    def get(self, request: Request) -> Response:
        if rules.own_record(request.user) is None:
            raise Missing
        found = queries_challenges.rights(request.user)
        return tagged(request, RightsSerializer({"results": found}).data)


class _OnChallenges(Private):
    serializer_class = ChallengeSerializer

    def get_queryset(self) -> QuerySet[Challenge]:
        if self.request is None or not self.request.user.is_authenticated:
            # The document is made for nobody.
            return Challenge.objects.none()
        return rules_challenges.own_challenges(self.request.user).prefetch_related("seats")


@describe(
    get=reads(
        "list_my_challenges",
        "List what you challenged",
        tag=TAG,
        answers=ChallengeSerializer(many=True),
        example=examples.CHALLENGE,
        has_tag=False,
    ),
    post=acts(
        "make_challenge",
        "Challenge a decision about you",
        description="It is open from now on, and you lose nothing meanwhile. Three people from outside your local "
        "system, drawn by lot, see only what you write and release.",
        tag=TAG,
        takes=MakeChallengeSerializer,
        sends=examples.MAKE_CHALLENGE,
        answers=ChallengeSerializer,
        example=examples.CHALLENGE_OPEN,
        status=201,
        has_key=False,
    ),
)
class Challenges(_OnChallenges, Acting, Listing):
    takes = MakeChallengeSerializer
    order = ("-made_at", "public_id")

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        kind, _colon, about = sent.pop("about").partition(":")
        made = challenges.make(kind=kind, about=about, by=request.user, **sent)
        address = reverse("api:my_challenge", args=[made.public_id])
        data = ChallengeSerializer(self.get_queryset().get(pk=made.pk)).data
        return Response(data, status=201, headers={"Location": address})


@describe(
    get=reads(
        "read_my_challenge",
        "Read one challenge",
        tag=TAG,
        answers=ChallengeSerializer,
        example=examples.CHALLENGE,
        parameters=[_ID],
    )
)
class MyChallenge(_OnChallenges, Detail):
    lookup_field = "public_id"


@describe(
    post=acts(
        "withdraw_my_challenge",
        "Take a challenge back",
        description="At once, with everything that was released.",
        tag=TAG,
        takes=NothingSerializer,
        sends={},
        answers=ChallengeSerializer,
        example=examples.CHALLENGE_OPEN | {"state": "withdrawn"},
        status=200,
        parameters=[_ID],
        has_key=False,
    )
)
class WithdrawChallenge(_OnChallenges, Acting):
    takes = NothingSerializer

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        found = get_object_or_404(self.get_queryset(), public_id=self.kwargs["public_id"])
        challenges.withdraw(challenge=found, by=request.user)
        return Response(ChallengeSerializer(self.get_queryset().get(pk=found.pk)).data)
