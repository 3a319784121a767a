"""Shapes of a record, a consent and a look. What the reader may not see is null, exactly as what is not written."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers

from governance.api.serializers import PlaceSerializer, plain
from governance.models import User
from people.actions.consents import LONGEST_NAME
from people.models import (
    CommunicationNeed,
    LegalAuthority,
    Look,
    PersonUserObjectPermission,
    SafeContact,
)
from people.models.consents import State
from people.parts import Part, Purpose
from people.queries import Record
from socialcare.kernel.public_ids import LENGTH

# --- A record -------------------------------------------------------------------------------------


class CommunicationNeedSerializer(serializers.Serializer):
    """One thing that helps somebody to understand and be understood."""

    public_id = serializers.CharField(source="row.public_id")
    kind = serializers.ChoiceField(source="row.kind", choices=plain(CommunicationNeed.Kind))
    words = serializers.CharField(help_text="In the person's own words; may be empty.")
    is_flagged = serializers.BooleanField(source="row.is_flagged")
    met = serializers.ChoiceField(source="row.met", choices=plain(CommunicationNeed.Met))
    recorded_on = serializers.DateField(source="row.recorded_on")
    review_on = serializers.DateField(source="row.review_on")


class AboutSerializer(serializers.Serializer):
    """The part “about-me”."""

    date_of_birth = serializers.DateField(allow_null=True)
    communication_needs = CommunicationNeedSerializer(many=True, source="needs")


class ContactSerializer(serializers.Serializer):
    """The part “contact”: how to reach somebody safely."""

    channel = serializers.ChoiceField(source="row.channel", choices=plain(SafeContact.Channel))
    reach = serializers.CharField()
    say = serializers.CharField(help_text="What may be said; may be empty.")
    never = serializers.CharField(help_text="What must never be sent; may be empty.")


class WhereSerializer(serializers.Serializer):
    """The part “address”."""

    address = serializers.CharField(help_text="May be empty.")
    neighbourhood = PlaceSerializer(allow_null=True)


class StatementSerializer(serializers.Serializer):
    """What somebody wants when they cannot say it."""

    written_on = serializers.DateField(source="row.written_on")
    signs = serializers.CharField(help_text="How to tell; may be empty.")
    want = serializers.CharField()
    avoid = serializers.CharField(help_text="May be empty.")
    call = serializers.CharField(help_text="Whom to call; may be empty.")


class SupportSerializer(serializers.Serializer):
    """Who helps somebody decide about a part. It lets that somebody see nothing by itself."""

    public_id = serializers.CharField(source="row.public_id")
    part = serializers.ChoiceField(source="row.part", choices=plain(Part))
    who = serializers.CharField()
    what = serializers.CharField()
    how = serializers.CharField(help_text="May be empty.")


class ActingSerializer(serializers.Serializer):
    """Legal authority by which you see, and write, parts of this record."""

    kind = serializers.ChoiceField(choices=plain(LegalAuthority.Kind))
    parts = serializers.ListField(child=serializers.ChoiceField(choices=plain(Part)))
    state = serializers.ChoiceField(choices=plain(LegalAuthority.State))
    ends_on = serializers.DateField(allow_null=True, help_text="The first day without it.")


class RecordSerializer(serializers.Serializer):
    """Somebody's record, as far as you may see it. A part is null when you may not see it, or nothing is written."""

    public_id = serializers.CharField(source="person.public_id")
    preferred_name = serializers.CharField(source="person.preferred_name")
    pronouns = serializers.CharField(source="person.pronouns", help_text="May be empty.")
    parts = serializers.ListField(
        child=serializers.ChoiceField(choices=plain(Part)), help_text="The parts that you may see."
    )
    acting = ActingSerializer(
        many=True, help_text="By what legal authority you act for this person; empty for others."
    )
    support = SupportSerializer(many=True, help_text="In the parts that you may see.")
    statement = StatementSerializer(allow_null=True, help_text="In the part “about-me”.")
    about_me = AboutSerializer(allow_null=True)
    contact = ContactSerializer(allow_null=True)
    address = WhereSerializer(allow_null=True)


def shape_of(record: Record) -> dict[str, Any]:
    """What RecordSerializer takes."""
    return {
        "person": record.person,
        "parts": [part for part in Part if part in record.parts],
        "acting": record.authorities,
        "support": record.support,
        "statement": record.statement,
        "about_me": record if record.shows_about else None,
        "contact": record.contact,
        "address": record if record.shows_address else None,
    }


# --- Consents and looks ---------------------------------------------------------------------------


class ConsentSerializer(serializers.Serializer):
    """A part of your record that you let somebody see."""

    public_id = serializers.CharField()
    code = serializers.CharField(source="user.public_id", help_text="Theirs.")
    known_as = serializers.SerializerMethodField(help_text="What you call them.")
    part = serializers.ChoiceField(choices=plain(Part))
    purpose = serializers.ChoiceField(choices=plain(Purpose))
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The first day on which it no longer holds.")
    state = serializers.ChoiceField(choices=plain(State))

    def get_known_as(self, consent: PersonUserObjectPermission) -> str:
        names: dict[int, str] = self.context["names"]
        return names.get(consent.user_id, "")


class ConsentListSerializer(serializers.Serializer):
    """All that were given by one request."""

    results = ConsentSerializer(many=True)


class LookSerializer(serializers.Serializer):
    """Somebody read a part of your record."""

    public_id = serializers.CharField()
    at = serializers.DateTimeField()
    code = serializers.CharField(source="user.public_id", help_text="Of who looked.")
    known_as = serializers.SerializerMethodField(help_text="What you call them.")
    parts = serializers.ListField(child=serializers.ChoiceField(choices=plain(Part)))
    purposes = serializers.ListField(
        child=serializers.ChoiceField(choices=plain(Purpose)),
        help_text="What you let them see it for.",
    )
    authorities = serializers.ListField(
        child=serializers.ChoiceField(choices=plain(LegalAuthority.Kind)),
        help_text="By what legal authority they saw it; mostly empty.",
    )

    def get_known_as(self, look: Look) -> str:
        names: dict[int, str] = self.context["names"]
        return names.get(look.user_id, "")


# --- What is sent ---------------------------------------------------------------------------------


class GiveConsentSerializer(serializers.Serializer):
    code = serializers.RegexField(
        rf"^[0-9a-z]{{{LENGTH}}}$", help_text="The code of whoever is to see it. They tell it you."
    )
    known_as = serializers.CharField(max_length=LONGEST_NAME, help_text="Only you see it.")
    parts = serializers.ListField(
        child=serializers.ChoiceField(choices=plain(Part)),
        min_length=1,
        max_length=len(Part),
    )
    purpose = serializers.ChoiceField(choices=plain(Purpose))
    starts_on = serializers.DateField(required=False, help_text="Today unless given.")
    ends_on = serializers.DateField(help_text="The first day on which it no longer holds.")

    def validate_code(self, code: str) -> User:
        user = User.objects.filter(public_id=code, is_active=True).first()
        if user is None:
            raise serializers.ValidationError(_("This is nobody’s code."), code="unknown-code")
        return user

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        return {**attrs, "to": attrs["code"]}


class ChangeConsentSerializer(serializers.Serializer):
    purpose = serializers.ChoiceField(choices=plain(Purpose))
    ends_on = serializers.DateField(help_text="The first day on which it no longer holds.")


class WithdrawnSerializer(serializers.Serializer):
    """It is taken back. Nobody is told."""

    withdrawn_on = serializers.DateField()

    @classmethod
    def of(cls, day: date) -> dict[str, Any]:
        data: dict[str, Any] = cls({"withdrawn_on": day}).data
        return data
