"""Forms about the nation's money: they clean what people typed and decide nothing."""

from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from budgets import formula as engine
from budgets.models import FormulaVersion
from socialcare.kernel import money
from socialcare.kernel.fields import DayField, PoundsField


def _whole_pot() -> str:
    return gettext("The whole pot, in %(major)s") % {"major": money.in_use().major}


class PotForm(forms.Form):
    starts_on = DayField(label=_("First day of the period"), help_text=_("For example 1 4 2027."))
    ends_on = DayField(
        label=_("First day of the next period"), help_text=_("For example 1 4 2028.")
    )
    total_pence = PoundsField(label=lazy(_whole_pot, str)())
    risk_reserve_pence = PoundsField(
        label=_("Of this, the risk reserve"),
        help_text=_("It pays when more people come forward than was expected."),
    )
    national_functions_pence = PoundsField(
        label=_("Of this, for what only the nation does"),
        help_text=_("Publishing figures, hearing challenges, running this service."),
    )
    background = forms.CharField(
        label=_("Why this much?"),
        max_length=4000,
        error_messages={"required": _("Say why.")},
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The council and everybody else will read this with the question."),
    )


class FormulaForm(forms.Form):
    text = forms.CharField(
        label=_("The formula document"),
        max_length=200_000,
        error_messages={"required": _("Write the formula here.")},
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false", "class": "sc-document"}),
        help_text=_(
            "It begins as the version in force. Change what should change, then propose it."
        ),
    )
    background = forms.CharField(
        label=_("What changes, and why?"),
        max_length=4000,
        error_messages={"required": _("Say what changes, and why.")},
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The council and everybody else will read this with the question."),
    )

    def clean_text(self) -> str:
        return engine.unix_lines(self.cleaned_data["text"])


class PriceForm(forms.Form):
    text = forms.CharField(
        label=_("The price document"),
        max_length=200_000,
        error_messages={"required": _("Write the price here.")},
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "false", "class": "sc-document"}),
        help_text=_("It begins as the newest version. Change what should change, then propose it."),
    )
    background = forms.CharField(
        label=_("What changes, and why?"),
        max_length=4000,
        error_messages={"required": _("Say what changes, and why.")},
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("The council and everybody else will read this with the question."),
    )

    def clean_text(self) -> str:
        return engine.unix_lines(self.cleaned_data["text"])


class ShareForm(forms.Form):
    """Which adopted formula shares the pot."""

    formula = forms.ModelChoiceField(
        label=_("Shared by which formula?"),
        queryset=FormulaVersion.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={
            "required": _("Choose a formula."),
            "invalid_choice": _("Choose one of these formulas."),
        },
    )

    def __init__(self, *args: Any, formulas: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["formula"]
        field.queryset = formulas
        field.initial = formulas.first()
        field.label_from_instance = lambda version: (
            _("%(title)s, version %(number)d")
            % {
                "title": version.title,
                "number": version.version,
            }
        )
