"""Operations on records, consents and looks: the pages' own actions and rules, and as private as the pages.

What is answered here is about one person, so none of it may be kept: an Idempotency-Key, which keeps an answer for a
day, is refused. Giving the same consent twice is a conflict, and taking it back twice finds nothing, so none is needed.
"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from governance.api.serializers import NothingSerializer
from people import queries, rules
from people.actions import consents, looks
from people.actions.records import hold
from people.api import examples
from people.api.serializers import (
    ChangeConsentSerializer,
    ConsentListSerializer,
    ConsentSerializer,
    GiveConsentSerializer,
    LookSerializer,
    RecordSerializer,
    WithdrawnSerializer,
    shape_of,
)
from people.models import Look, PersonUserObjectPermission
from socialcare.kernel import acting
from socialcare.kernel.api import conditional, idempotency
from socialcare.kernel.api.permissions import WithinItsToken
from socialcare.kernel.api.schema import IF_MATCH, acts, describe, path, reads
from socialcare.kernel.api.views import Acting, Detail, Listing, Operation, tagged
from socialcare.kernel.errors import DomainError, Missing

TAG = "Me"
_ID = path("public_id", "The consent's public id.")


class Private(Operation):
    """For whoever is signed in, about what is theirs or what they were let see."""

    is_public = False
    permission_classes = [IsAuthenticated, WithinItsToken]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if idempotency.HEADER in request.headers:
            raise DomainError(
                "no-idempotency-key-here",
                _("Send no Idempotency-Key here: what it answers is never kept."),
            )

    @cached_property
    def names(self) -> dict[int, str]:
        """What the reader calls those they let see something."""
        return queries.names_given_by(self.request.user)

    def get_serializer_context(self) -> dict[str, Any]:
        # The document is made for nobody.
        names = self.names if self.request is not None else {}
        return {**super().get_serializer_context(), "names": names}


class _OnConsents(Private):
    def given(self) -> QuerySet[PersonUserObjectPermission]:
        if self.request is None or not self.request.user.is_authenticated:
            # The document is made for nobody.
            return PersonUserObjectPermission.objects.none()
        return rules.consents_given_by(self.request.user)

    def told(self, *consents: PersonUserObjectPermission) -> list[dict[str, Any]]:
        """As they now are. Not with `self.names`: giving may have brought a new one."""
        context = {"names": queries.names_given_by(self.request.user)}
        data: list[dict[str, Any]] = ConsentSerializer(consents, many=True, context=context).data
        return data


@describe(
    get=reads(
        "list_my_consents",
        "List whom you let see what",
        description="Every part that you let somebody see: not yet, now, or no longer.",
        tag=TAG,
        answers=ConsentSerializer(many=True),
        example=examples.CONSENT,
        has_tag=False,
    ),
    post=acts(
        "give_consent",
        "Let somebody see parts of your record",
        description="One consent for each part. They may read, and change nothing.",
        tag=TAG,
        takes=GiveConsentSerializer,
        sends=examples.GIVE,
        answers=ConsentListSerializer,
        example={"results": [examples.CONSENT]},
        status=201,
        has_key=False,
    ),
)
class Consents(_OnConsents, Acting, Listing):
    serializer_class = ConsentSerializer
    takes = GiveConsentSerializer
    order = ("-starts_at", "public_id")

    def get_queryset(self) -> QuerySet[PersonUserObjectPermission]:
        return self.given()

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        sent.pop("code")
        person = rules.own_record(request.user)
        if person is None:
            raise Missing("no-record", _("You have no record yet."))
        given = consents.give(person=person, by=request.user, **sent)
        address = reverse("api:my_consents")
        return Response(
            {"results": self.told(*given)},
            status=201,
            headers={"Location": address},
        )


@describe(
    get=reads(
        "read_my_consent",
        "Read one consent",
        tag=TAG,
        answers=ConsentSerializer,
        example=examples.CONSENT,
        parameters=[_ID],
    )
)
class Consent(_OnConsents, Detail):
    serializer_class = ConsentSerializer
    lookup_field = "public_id"

    def get_queryset(self) -> QuerySet[PersonUserObjectPermission]:
        return self.given()


class _Step(_OnConsents, Acting):
    """Something done to one of the reader's own consents."""

    serializer_class = ConsentSerializer

    def get_queryset(self) -> QuerySet[PersonUserObjectPermission]:
        return self.given()

    def consent(self) -> PersonUserObjectPermission:
        found: PersonUserObjectPermission = get_object_or_404(
            self.get_queryset(), public_id=self.kwargs["public_id"]
        )
        return found


@describe(
    post=acts(
        "change_consent",
        "Narrow or extend a consent",
        description="It ends sooner or later, or serves another purpose. It counts from now on.",
        tag=TAG,
        takes=ChangeConsentSerializer,
        sends=examples.CHANGE,
        answers=ConsentSerializer,
        example=examples.CONSENT | {"ends_on": "2026-12-21"},
        status=200,
        parameters=[_ID, IF_MATCH],
        has_key=False,
    )
)
class ChangeConsent(_Step):
    takes = ChangeConsentSerializer

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        # Every change of a consent holds its person's row first: nothing happens between the look and the step.
        asked = self.consent()
        hold(asked.content_object, part=asked.part, by=request.user)
        found = self.consent()
        [before] = self.told(found)
        conditional.require_match(request, conditional.tag_of(before))
        [data] = self.told(consents.change(consent=found, by=request.user, **sent))
        return Response(data, headers={"ETag": conditional.tag_of(data)})


@describe(
    post=acts(
        "withdraw_consent",
        "Take a consent back",
        description="At once, whatever state it is in: it needs no If-Match. Nobody is told.",
        tag=TAG,
        takes=NothingSerializer,
        sends={},
        answers=WithdrawnSerializer,
        example=examples.WITHDRAWN,
        status=200,
        parameters=[_ID],
        has_key=False,
    )
)
class WithdrawConsent(_Step):
    takes = NothingSerializer

    def act(self, request: Request, sent: dict[str, Any]) -> Response:
        consents.withdraw(consent=self.consent(), by=request.user)
        return Response(WithdrawnSerializer.of(acting.today()))


@describe(
    get=reads(
        "list_my_looks",
        "List who looked at your record",
        description="Every look by another, the newest first: at what, and what you let them see it for.",
        tag=TAG,
        answers=LookSerializer(many=True),
        example=examples.LOOK,
        has_tag=False,
    )
)
class Looks(Private, Listing):
    serializer_class = LookSerializer
    order = ("-at", "public_id")

    def get_queryset(self) -> QuerySet[Look]:
        if self.request is None or not self.request.user.is_authenticated:
            # The document is made for nobody.
            return Look.objects.none()
        return rules.looks_at(self.request.user)


@describe(
    get=reads(
        "read_person",
        "Read what somebody lets you see",
        description="Only the parts that they let you see, now. It is written down for them that you looked.",
        tag="People",
        answers=RecordSerializer,
        example=examples.RECORD_IN_PART,
        parameters=[path("public_id", "The person's public id.")],
    )
)
class PersonDetail(Private):
    def get(self, request: Request, public_id: str) -> Response:
        found = queries.record_of(request.user, public_id)
        if found is None:
            raise Missing
        looks.note(person=found.person, under=found.grounds, by=request.user)
        return tagged(request, RecordSerializer(shape_of(found)).data)
