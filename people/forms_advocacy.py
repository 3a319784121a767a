"""Forms to ask for an advocate, and to let one see something. They decide nothing."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.actions.asks import LONGEST_WORDS
from people.parts import HOLDS
from socialcare.kernel import acting
from socialcare.kernel.fields import DayField


def _in_half_a_year() -> date:
    return acting.today() + timedelta(days=180)


class AskAdvocateForm(forms.Form):
    whom = forms.ChoiceField(
        label=_("Whom do you want to ask?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whom you want to ask.")},
    )
    name = forms.CharField(
        label=_("What should we call you?"),
        max_length=120,
        error_messages={"required": _("Tell us what to call you.")},
        help_text=_("Any name will do."),
    )
    words = forms.CharField(
        label=_("What is it about?"),
        max_length=LONGEST_WORDS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Those whom you ask read this. Say how to reach you, if you want them to."),
    )
    last_day = DayField(
        label=_("Until which day?"),
        initial=_in_half_a_year,
        help_text=_("Within a year. You can end it on any day before."),
        error_messages={"required": _("Write the last day.")},
    )

    def __init__(self, *args: Any, choices: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["whom"].choices = choices  # type: ignore[attr-defined]

    def terms(self) -> dict[str, Any]:
        """What `advocacy.ask` takes, but for whom."""
        cleaned = self.cleaned_data
        ends_on = cleaned["last_day"] + timedelta(days=1)
        return {"name": cleaned["name"], "words": cleaned["words"], "ends_on": ends_on}


class LetAdvocateSeeForm(forms.Form):
    parts = forms.MultipleChoiceField(
        label=_("What may they see?"),
        choices=[(part.value, part.label) for part in HOLDS],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose what they may see.")},
        help_text=_("They also see what you are called. They can change nothing."),
    )
