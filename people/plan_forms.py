"""Forms of the support plan and of what others say about it: they clean what people typed and decide nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people import rights
from people.actions import comments, plans
from people.models import Arrangement, PlanComment
from socialcare.kernel.fields import DayField, PoundsField


def _words(label: Any, longest: int, *, rows: int = 4, **options: Any) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=longest, widget=widget, **options)


class SectionForm(forms.Form):
    words = _words(
        _("In your own words"),
        plans.LONGEST_SECTION,
        rows=10,
        required=False,
        help_text=_("Write it as you would say it. Empty it to leave this part out."),
    )


def _rights() -> list[tuple[str, str]]:
    listed = [
        (right.code, f"{gettext(right.title)} ({right.code})") for right in rights.rights().values()
    ]
    return [("", gettext("No right by name")), *listed]


class GoalForm(forms.Form):
    words = _words(
        _("What do I want to happen?"),
        plans.LONGEST_WORDS,
        error_messages={"required": _("Write what you want to happen.")},
    )
    right = forms.ChoiceField(
        label=_("Is this one of my rights?"),
        choices=_rights,
        required=False,
        help_text=_("You can leave this. It helps when somebody says no."),
    )


class ArrangementForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Where does it come from?"),
        choices=Arrangement.Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose where the support comes from.")},
    )
    what_for = _words(
        _("What is it for?"),
        plans.LONGEST_WORDS,
        rows=3,
        error_messages={"required": _("Write what it is for.")},
    )
    who = forms.CharField(label=_("Who does it?"), max_length=plans.LONGEST_WORDS, required=False)
    hours_a_week = forms.DecimalField(
        label=_("How many hours a week?"),
        min_value=0,
        max_value=504,
        max_digits=6,
        decimal_places=2,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "govuk-input--width-5"}),
    )
    weekly_pence = PoundsField(
        label=_("What does it cost in a week?"),
        required=False,
        help_text=_("Only if it is paid for."),
    )
    starts_on = DayField(label=_("The first day"), required=False)
    last_day = DayField(label=_("The last day, if there is one"), required=False)
    tag = forms.ChoiceField(
        label=_("Is it one of these?"),
        choices=Arrangement.Tag.choices,
        required=False,
        widget=forms.RadioSelect,
    )

    def terms(self) -> dict[str, Any]:
        """As the action takes them: minutes, and the first day without it."""
        cleaned = dict(self.cleaned_data)
        hours, last = cleaned.pop("hours_a_week"), cleaned.pop("last_day")
        return cleaned | {
            "minutes_a_week": None if hours is None else int(hours * 60),
            "ends_on": None if last is None else last + timedelta(days=1),
        }


class CommentForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=PlanComment.Kind.choices,
        initial=PlanComment.Kind.COMMENT,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether you comment or suggest.")},
    )
    words = _words(
        _("What do you want to say?"),
        comments.LONGEST,
        error_messages={"required": _("Write what you want to say.")},
        help_text=_("It stands beside the plan with your name. It changes nothing in the plan."),
    )


class ReplyForm(forms.Form):
    words = _words(
        _("My answer"),
        comments.LONGEST,
        error_messages={"required": _("Write your answer.")},
        help_text=_("Everybody who reads the comment reads your answer beside it."),
    )
