"""Forms to ask for help, to come back with a code, and to answer. They clean what people typed and decide nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.models import Sphere, User
from people.actions.asks import LONGEST_WORDS
from people.forms import ContactForm
from people.models import Ask
from socialcare.kernel.errors import DomainError

# What somebody typed → the neighbourhoods that it may mean, the likeliest first.
FindPlaces = Callable[[str], list[Sphere]]


class PlaceForm(forms.Form):
    """A postcode or a name, and then, where it could be several, which one."""

    place = forms.CharField(
        label=_("Where do you live?"),
        max_length=100,
        help_text=_(
            "Your postcode, or the name of your neighbourhood. We keep only the neighbourhood."
        ),
        error_messages={"required": _("Write your postcode or the name of your neighbourhood.")},
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "spellcheck": "false"}),
    )
    neighbourhood = forms.ChoiceField(
        label=_("Which neighbourhood is it?"),
        required=False,
        choices=(),
        widget=forms.HiddenInput,
    )

    def __init__(self, *args: Any, find: FindPlaces, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found: list[Sphere] = []
        self.unknown = ""
        if self.is_bound:
            self._offer(str(self.data.get(self.add_prefix("place"), "")), find)

    def _offer(self, typed: str, find: FindPlaces) -> None:
        try:
            self.found = find(typed[:100])
        except DomainError as error:
            self.unknown = error.message
        field = self.fields["neighbourhood"]
        field.choices = [(place.code, self._words(place)) for place in self.found]  # type: ignore[attr-defined]
        if len(self.found) > 1:
            choose = gettext("Choose the one you live in.")
            field.required = True
            field.error_messages |= {"required": choose, "invalid_choice": choose}
            field.widget = forms.RadioSelect(choices=field.choices)  # type: ignore[attr-defined]

    @staticmethod
    def _words(place: Sphere) -> str:
        return f"{place.name}, {place.parent.name}" if place.parent else place.name

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "place" in self.errors or "neighbourhood" in self.errors:
            return cleaned
        if not self.found:
            words = self.unknown or gettext("We found no neighbourhood of that name in England.")
            raise ValidationError({"place": words})
        # One alone needs no choosing; of several, the field has taken only one of those offered.
        by_code = {place.code: place for place in self.found}
        chosen = by_code.get(cleaned["neighbourhood"], self.found[0])
        return {**cleaned, "neighbourhood": chosen}


class AskForm(PlaceForm, ContactForm):
    """Three short steps on one page: what, where, how to reach you."""

    words = forms.CharField(
        label=_("What would help?"),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_(
            "In your own words, as much or as little as you like. You can also just say it when we talk."
        ),
    )
    name = forms.CharField(
        label=_("What should we call you?"),
        max_length=120,
        error_messages={"required": _("Tell us what to call you.")},
        help_text=_("Any name will do."),
    )
    talk = forms.ChoiceField(
        label=_("How do you want to talk?"),
        choices=Ask.Talk.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you want to talk.")},
    )

    field_order: tuple[str, ...] = (
        "words",
        "place",
        "neighbourhood",
        "name",
        "talk",
        "channel",
        "reach",
        "say",
        "never",
    )

    def asked(self) -> dict[str, Any]:
        """What `asks.make` takes."""
        return {key: value for key, value in self.cleaned_data.items() if key != "place"}


class HelperForm(AskForm):
    """A helper writes down what somebody else asks for."""

    how = forms.ChoiceField(
        label=_("How did they tell you?"),
        choices=[choice for choice in Ask.How.choices if choice[0] != Ask.How.ONLINE],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how they told you.")},
        help_text=_("It is kept beside their words that you wrote them down."),
    )
    for_whom = forms.ChoiceField(
        label=_("Whom is it for?"),
        choices=(
            (Ask.ForWhom.ME.value, _("For the person who asked")),
            (Ask.ForWhom.FAMILY.value, _("For somebody they love, or for their family")),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whom it is for.")},
    )
    field_order = ("how", "for_whom", *AskForm.field_order)


class InviteForm(PlaceForm):
    """Where the neighbour lives is all that an invitation keeps."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].label = _("Where does your neighbour live?")
        self.fields["place"].help_text = _(
            "A postcode, or the name of the neighbourhood. We keep only the neighbourhood, and nothing about them."
        )


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Your code"),
        max_length=40,
        help_text=_("For example 7k2m-9q4x-0abc."),
        error_messages={"required": _("Write the code.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class HandOnForm(forms.Form):
    to = forms.ModelChoiceField(
        label=_("To whom?"),
        queryset=User.objects.none(),
        to_field_name="public_id",
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose somebody.")},
    )

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["to"].queryset = colleagues  # type: ignore[attr-defined]
        self.fields["to"].label_from_instance = lambda user: user.public_name  # type: ignore[attr-defined]


class CloseForm(forms.Form):
    answer = forms.CharField(
        label=_("What happened next?"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In plain words. Whoever asked reads this."),
        error_messages={"required": _("Write what happened next.")},
    )
