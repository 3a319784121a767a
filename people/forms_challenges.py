"""Forms to challenge a decision, and to say on a panel what one thinks. They decide nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.actions.asks import LONGEST_WORDS
from people.models.challenges import Opinion
from people.parts import Part


class ChallengeForm(forms.Form):
    about = forms.ChoiceField(
        label=_("What should be looked at again?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what should be looked at again.")},
    )
    words = forms.CharField(
        label=_("What is wrong, and what should be instead?"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("In your own words. The panel reads this, and nobody else."),
        error_messages={"required": _("Write what is wrong, in your own words.")},
    )
    released = forms.MultipleChoiceField(
        label=_("May the panel see parts of your record?"),
        choices=Part.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Only if you want. With any part they see your name. It ends with their answer."
        ),
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["about"].choices = choices  # type: ignore[attr-defined]

    def terms(self) -> dict[str, Any]:
        """What `challenges.make` takes."""
        kind, _colon, public_id = self.cleaned_data["about"].partition(":")
        return {
            "kind": kind,
            "about": public_id,
            "words": self.cleaned_data["words"],
            "released": self.cleaned_data["released"],
        }


class OpinionForm(forms.Form):
    opinion = forms.ChoiceField(
        label=_("What do you think?"),
        choices=Opinion.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you think.")},
    )
    reasons = forms.CharField(
        label=_("Why?"),
        max_length=LONGEST_WORDS,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "In plain words. Whoever challenged reads them once all three of you have answered."
        ),
        error_messages={"required": _("Write your reasons. Whoever challenged reads them.")},
    )
