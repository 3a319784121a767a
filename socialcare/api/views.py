"""The operation on oneself, which joins what several apps know; and the API's reference as a page."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe
from rest_framework import serializers
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from governance import rules
from governance.api import examples
from governance.api.serializers import PlaceSerializer
from governance.models import Mandate
from people import queries
from people.api.examples import RECORD
from people.api.serializers import RecordSerializer, shape_of
from socialcare import my_data
from socialcare.api.reference import reference
from socialcare.kernel.api.permissions import WithinItsToken
from socialcare.kernel.api.schema import describe, reads
from socialcare.kernel.api.views import Operation


class MandateSerializer(serializers.ModelSerializer):
    sphere = PlaceSerializer()

    class Meta:
        model = Mandate
        fields = ["public_id", "role", "sphere", "starts_on", "ends_on"]


class MeSerializer(serializers.Serializer):
    public_id = serializers.CharField(
        source="person.public_id", help_text="Of the person's record."
    )
    preferred_name = serializers.CharField(source="person.preferred_name")
    public_name = serializers.CharField(
        help_text="The name under which an office holder's votes are public.",
    )
    code = serializers.CharField(
        help_text="Tell it to somebody who wants to let you see something. It opens nothing by itself.",
    )
    mandates = MandateSerializer(many=True, help_text="The offices held today.")
    record = RecordSerializer(help_text="Your own record, whole.")


@describe(
    get=reads(
        "read_me",
        "Read who you are here",
        description="What we call you, the offices you hold today, and your own record.",
        tag="Me",
        answers=MeSerializer,
        example=examples.ME | {"code": "4t2v8w0x6yza", "record": RECORD},
        has_tag=False,
    )
)
class Me(Operation):
    is_public = False
    permission_classes = [IsAuthenticated]

    def get(self, request: Request) -> Response:
        user = request.user
        record = queries.own_record(user)
        if record is None:
            raise Http404
        me = {
            "person": record.person,
            "code": user.public_id,
            "public_name": user.public_name,
            "mandates": rules.live_mandates(user).order_by("pk"),
            "record": shape_of(record),
        }
        return Response(MeSerializer(me).data)


class DataTableSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="The name of the table, which stays the same.")
    title = serializers.CharField()
    entries = serializers.ListField(
        child=serializers.DictField(allow_empty=True),
        help_text="Each row: names of things, and what they say. Other people stand as you named them.",
    )


class MyDataSerializer(serializers.Serializer):
    made_at = serializers.DateTimeField()
    person = serializers.CharField(help_text="The public id of your record.")
    tables = DataTableSerializer(many=True)


MY_DATA = {
    "made_at": "2026-11-22T09:00:00+00:00",
    "person": "9d3f7h2j5klm",
    "tables": [
        {
            "code": "people.safecontact",
            "title": "Safe contacts",
            "entries": [{"channel": "text", "reach": "07700 900123", "say": "", "never": ""}],
        }
    ],
}


@describe(
    get=reads(
        "read_my_data",
        "Take away everything that is kept about you",
        description="Your own words opened; other people only as you named them. Keep it somewhere safe.",
        tag="Me",
        answers=MyDataSerializer,
        example=MY_DATA,
        has_tag=False,
    )
)
class MyData(Operation):
    is_public = False
    permission_classes = [IsAuthenticated, WithinItsToken]

    def get(self, request: Request) -> Response:
        found = my_data.everything(request.user)
        if found is None:
            raise Http404
        return Response(found)


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """The reference."""
    base = request.build_absolute_uri("/api/v1/")
    return render(request, "api/docs.html", {"reference": reference(), "base": base})
