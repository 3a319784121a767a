"""Operations on what one asks for oneself: the pages' own actions, and as private as the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.api.serializers import NothingSerializer, PlaceSerializer, plain
from governance.levels import Level
from governance.models import Sphere
from people import queries_asks, rules_asks
from people.actions import asks
from people.actions.asks import LONGEST, LONGEST_WORDS
from people.api import examples
from people.api.views import TAG, Private
from people.models import Ask, SafeContact
from socialcare.kernel import acting
from socialcare.kernel.api.schema import acts, describe, path, reads
from socialcare.kernel.api.views import Acting, Detail, Listing

_ID = path("public_id", "The ask's public id.")


class AskSerializer(serializers.Serializer):
    """Something you asked for, and where it stands."""

    public_id = serializers.CharField(source="row.public_id")
    for_whom = serializers.ChoiceField(source="row.for_whom", choices=plain(Ask.ForWhom))
    neighbourhood = PlaceSerializer(source="row.neighbourhood")
    name = serializers.CharField()
    words = serializers.CharField(help_text="What would help; may be empty.")
    talk = serializers.ChoiceField(source="row.talk", choices=plain(Ask.Talk))
    channel = serializers.ChoiceField(source="row.channel", choices=plain(SafeContact.Channel))
    reach = serializers.CharField()
    say = serializers.CharField(help_text="What may be said; may be empty.")
    never = serializers.CharField(help_text="What must never be sent; may be empty.")
    how = serializers.ChoiceField(
        source="row.how", choices=plain(Ask.How), help_text="Unless online, a helper wrote it down."
    )
    state = serializers.ChoiceField(source="row.state", choices=plain(Ask.State))
    asked_at = serializers.DateTimeField(source="row.asked_at")
    answer_by = serializers.DateField(
        source="row.answer_by",
        help_text="The day by which somebody talks with you. It does not move.",
    )
    taken_by = serializers.CharField(
        source="row.taken_by.public_name", default=None, allow_null=True, help_text="Who has it."
    )
    answer = serializers.CharField(help_text="What happened next; empty until it is answered.")

    def to_representation(self, instance: Ask) -> dict[str, Any]:
        data: dict[str, Any] = super().to_representation(queries_asks.opened(instance))
        return data


class MakeAskSerializer(serializers.Serializer):
    for_whom = serializers.ChoiceField(choices=plain(Ask.ForWhom))
    neighbourhood = serializers.CharField(max_length=20, help_text="The code of the neighbourhood.")
    name = serializers.CharField(max_length=120, help_text="What to call you. Any name will do.")
    words = serializers.CharField(max_length=LONGEST_WORDS, required=False, allow_blank=True)
    talk = serializers.ChoiceField(choices=plain(Ask.Talk))
    channel = serializers.ChoiceField(choices=plain(SafeContact.Channel))
    reach = serializers.CharField(max_length=LONGEST)
    say = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)
    never = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)

    def validate_neighbourhood(self, code: str) -> Sphere:
        places = Sphere.objects.on(acting.today()).filter(level=Level.NEIGHBOURHOOD)
        place = places.filter(code=code).first()
        if place is None:
            raise serializers.ValidationError(
                _("There is no neighbourhood with this code."), code="no-such-neighbourhood"
            )
        return place


class _OnAsks(Private):
    serializer_class = AskSerializer

    def get_queryset(self) -> QuerySet[Ask]:
        if self.request is None or not self.request.user.is_authenticated:
            # The document is made for nobody.
            return Ask.objects.none()
        return rules_asks.own_asks(self.request.user).select_related("neighbourhood", "taken_by")


@describe(
    get=reads(
        "list_my_asks",
        "List what you asked for",
        tag=TAG,
        answers=AskSerializer(many=True),
        example=examples.ASK,
        has_tag=False,
    ),
    post=acts(
        "ask_for_help",
        "Ask for help",
        description="For yourself or your family. Nobody is turned away. Those who answer asks in the neighbourhood "
        "read it until one of them takes it. If you have no record, it begins.",
        tag=TAG,
        takes=MakeAskSerializer,
        sends=examples.MAKE_ASK,
        answers=AskSerializer,
        example=examples.ASK,
        status=201,
        has_key=False,
    ),
)
class Asks(_OnAsks, Acting, Listing):
    takes = MakeAskSerializer
    order = ("-asked_at", "public_id")

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        made = asks.make(by=request.user, **sent)
        address = reverse("api:my_ask", args=[made.ask.pk])
        return Response(AskSerializer(made.ask).data, status=201, headers={"Location": address})


@describe(
    get=reads(
        "read_my_ask",
        "Read one thing you asked for",
        tag=TAG,
        answers=AskSerializer,
        example=examples.ASK,
        parameters=[_ID],
    )
)
class MyAsk(_OnAsks, Detail):
    lookup_field = "public_id"


@describe(
    post=acts(
        "withdraw_my_ask",
        "Take back what you asked for",
        description="At once, unless it is answered already. You can ask again on any day.",
        tag=TAG,
        takes=NothingSerializer,
        sends={},
        answers=AskSerializer,
        example=examples.ASK | {"state": "withdrawn"},
        status=200,
        parameters=[_ID],
        has_key=False,
    )
)
class WithdrawAsk(_OnAsks, Acting):
    takes = NothingSerializer

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        found = get_object_or_404(self.get_queryset(), pk=self.kwargs["public_id"])
        asks.withdraw(ask=found, by=request.user)
        return Response(AskSerializer(self.get_queryset().get(pk=found.pk)).data)
