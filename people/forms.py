"""Forms about a person's record and who may see it: they clean what people typed and decide nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from governance.levels import Level
from governance.models import Sphere, User
from people.models import CommunicationNeed, SafeContact
from people.parts import HOLDS, Part, Purpose
from socialcare.kernel import acting
from socialcare.kernel.fields import DayField
from socialcare.kernel.public_ids import LENGTH


class IntroduceForm(forms.Form):
    preferred_name = forms.CharField(
        label=_("What should we call you?"),
        max_length=120,
        error_messages={"required": _("Tell us what to call you.")},
        help_text=_("Everybody whom you let see something will know this name."),
    )
    pronouns = forms.CharField(
        label=_("Your pronouns"),
        max_length=40,
        required=False,
        help_text=_("For example: she and her. They go with your name."),
    )
    date_of_birth = DayField(
        label=_("When were you born?"), required=False, help_text=_("For example 27 3 1985.")
    )


class ContactForm(forms.Form):
    channel = forms.ChoiceField(
        label=_("How may we reach you?"),
        choices=SafeContact.Channel.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how we may reach you.")},
    )
    reach = forms.CharField(
        label=_("Where, or through whom?"),
        max_length=200,
        error_messages={"required": _("Write where or through whom to reach you.")},
        help_text=_("A number, an e-mail address, a place, or a person’s name."),
    )
    say = forms.CharField(
        label=_("What may people say?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: say that it is about the gardening club."),
    )
    never = forms.CharField(
        label=_("What must never be sent?"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: no letters. Somebody else opens them."),
    )


class AddressForm(forms.Form):
    address = forms.CharField(
        label=_("Your address"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "autocomplete": "street-address"}),
        help_text=_(
            "It is locked away. Only you see it, and those whom you let see where you live."
        ),
    )
    neighbourhood = forms.CharField(
        label=_("The name of your neighbourhood"),
        max_length=120,
        required=False,
        help_text=_("You find the name with your postcode, on your home page under “Near me”."),
    )

    def clean_neighbourhood(self) -> Sphere | None:
        """The neighbourhood of that name or code."""
        text = self.cleaned_data["neighbourhood"].strip()
        if not text:
            return None
        places = Sphere.objects.on(acting.today()).filter(level=Level.NEIGHBOURHOOD)
        found = list(places.filter(code=text.upper())[:1] or places.filter(name__iexact=text)[:2])
        if not found:
            raise ValidationError(_("We know no neighbourhood of that name."), code="unknown")
        if len(found) > 1:
            raise ValidationError(
                _("There are several of that name. Write the code from its page."), code="several"
            )
        return found[0]


def _in_a_year() -> date:
    return acting.today() + timedelta(days=365)


class ReviewNeedForm(forms.Form):
    words = forms.CharField(
        label=_("In your own words"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: yellow paper, and read it to me first."),
    )
    is_flagged = forms.BooleanField(
        label=_("Show this first to everybody who may see it"), required=False, initial=True
    )
    met = forms.ChoiceField(
        label=_("Do people do this for you?"),
        choices=CommunicationNeed.Met.choices,
        initial=CommunicationNeed.Met.NOT_SAID,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether people do this.")},
    )
    review_on = DayField(
        label=_("When should we ask again?"),
        initial=_in_a_year,
        help_text=_("A day in the next year. What helps can change."),
    )


class RecordNeedForm(ReviewNeedForm):
    kind = forms.ChoiceField(
        label=_("What helps you?"),
        choices=CommunicationNeed.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what helps you.")},
    )
    field_order = ["kind", "words", "is_flagged", "met", "review_on"]


class StatementForm(forms.Form):
    signs = forms.CharField(
        label=_("How can people tell that I cannot decide?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    want = forms.CharField(
        label=_("What do I want then?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what you want.")},
        help_text=_("For example: let me stay at home, and let my sister feed the cat."),
    )
    avoid = forms.CharField(
        label=_("What do I not want?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    call = forms.CharField(
        label=_("Whom should they call?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class SupportForm(forms.Form):
    part = forms.ChoiceField(
        label=_("What is it about?"),
        choices=Part.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is about.")},
        help_text=_("Whoever may see this part sees who helps you with it."),
    )
    who = forms.CharField(
        label=_("Who helps me?"),
        max_length=200,
        error_messages={"required": _("Write who helps you.")},
    )
    what = forms.CharField(
        label=_("What do they help me decide?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what they help you decide.")},
    )
    how = forms.CharField(
        label=_("How do they help?"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example: they read it to me, and wait until I have thought."),
    )


# --- Who can see what -----------------------------------------------------------------------------


def _in_three_months() -> date:
    return acting.today() + timedelta(days=91)


class ChangeConsentForm(forms.Form):
    purpose = forms.ChoiceField(
        label=_("What is it for?"),
        choices=Purpose.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what it is for.")},
        help_text=_("They see this, and it is the reason for each look."),
    )
    last_day = DayField(
        label=_("The last day on which they can see it"),
        initial=_in_three_months,
        help_text=_("A year from today at most. You can stop it sooner, on any day."),
    )

    def terms(self) -> dict[str, Any]:
        """As the action takes them: it ends on the day after the last."""
        return {
            "purpose": self.cleaned_data["purpose"],
            "ends_on": self.cleaned_data["last_day"] + timedelta(days=1),
        }


class GiveConsentForm(ChangeConsentForm):
    code = forms.CharField(
        label=_("Their code"),
        max_length=40,
        error_messages={"required": _("Write their code.")},
        help_text=_(
            "Ask them for it. They find it on their page “People who let me see something”."
        ),
    )
    known_as = forms.CharField(
        label=_("What do you call them?"),
        max_length=60,
        error_messages={"required": _("Write what you call them.")},
        help_text=_("For example: my sister Jo. Only you see this."),
    )
    parts = forms.MultipleChoiceField(
        label=_("What may they see?"),
        choices=[(part.value, part.label) for part in HOLDS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what they may see.")},
        help_text=_("They also see what you are called. They can change nothing."),
    )
    starts_on = DayField(
        label=_("The first day on which they can see it"),
        required=False,
        help_text=_("Leave it empty for today."),
    )
    field_order = ["code", "known_as", "parts", "purpose", "starts_on", "last_day"]

    def offer(self, parts: Collection[Part]) -> None:
        """Offers only these: the parts of another's record about which the reader decides."""
        field: Any = self.fields["parts"]
        field.choices = [(part.value, part.label) for part in HOLDS if part in parts]

    def clean_code(self) -> User:
        """Whose code it is. Codes are random: nobody finds out who is here by trying."""
        code = "".join(self.cleaned_data["code"].lower().replace("-", "").split())
        found = (
            User.objects.filter(public_id=code, is_active=True).first()
            if len(code) == LENGTH
            else None
        )
        if found is None:
            raise ValidationError(_("This is nobody’s code. Ask them to read it out again."))
        return found

    def terms(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return {
            **super().terms(),
            "to": cleaned["code"],
            "known_as": cleaned["known_as"],
            "parts": [Part(part) for part in cleaned["parts"]],
            "starts_on": cleaned["starts_on"],
        }
