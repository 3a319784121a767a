"""Forms about somebody's own money: they clean what people typed and decide nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from budgets.actions.payments import LONGEST_WORDS
from budgets.models import Holding, StandingPayment
from budgets.own_money import Paid
from socialcare.kernel.fields import DayField, PoundsField

SOMEBODY_NEW = "new"


class WhomForm(forms.Form):
    """Whom to pay: somebody on the list, or somebody new."""

    payee = forms.ChoiceField(
        label=_("Whom do you want to pay?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whom you want to pay.")},
    )
    name = forms.CharField(
        label=_("The name of somebody new"), max_length=LONGEST_WORDS, required=False
    )
    reference = forms.CharField(
        label=_("What their bank shall show"),
        max_length=LONGEST_WORDS,
        required=False,
        help_text=_("For example the number of their bill. You can leave it empty."),
    )

    def __init__(self, *args: Any, payees: Sequence[Paid], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["payee"]
        field.choices = [
            *((paid.row.public_id, paid.name) for paid in payees),
            (SOMEBODY_NEW, _("Somebody new")),
        ]
        if not payees:
            field.initial = SOMEBODY_NEW

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("payee") == SOMEBODY_NEW and not cleaned.get("name"):
            self.add_error("name", _("Write whom you want to pay."))
        return cleaned


class HowMuchForm(forms.Form):
    """How much, and what for. `key` names the request, so that sending it twice pays once."""

    amount_pence = PoundsField(label=_("How much?"))
    what_for = forms.CharField(
        label=_("What is it for?"),
        max_length=LONGEST_WORDS,
        required=False,
        help_text=_("For yourself. You can leave it empty."),
    )
    key = forms.CharField(max_length=40, widget=forms.HiddenInput)
    sure = forms.BooleanField(required=False, widget=forms.HiddenInput)


class RegularForm(forms.Form):
    amount_pence = PoundsField(label=_("How much each time?"))
    every = forms.ChoiceField(
        label=_("How often?"), choices=StandingPayment.Every.choices, widget=forms.RadioSelect
    )
    starts_on = DayField(label=_("The first day"))
    ends_on = DayField(
        label=_("The first day on which it is no longer paid"),
        required=False,
        help_text=_("Leave it empty if it goes on until you stop it."),
    )
    what_for = forms.CharField(label=_("What is it for?"), max_length=LONGEST_WORDS, required=False)


class BackForm(forms.Form):
    amount_pence = PoundsField(label=_("How much came back?"))


class HoldingForm(forms.Form):
    """How the budget is held, among the ways that the law leaves open."""

    way = forms.ChoiceField(
        label=_("How shall your budget be held?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how your budget is held.")},
    )
    holder = forms.CharField(
        label=_("Who holds it, if it is not you?"), max_length=LONGEST_WORDS, required=False
    )
    why = forms.CharField(
        label=_("Anything to remember about it?"), max_length=LONGEST_WORDS, required=False
    )

    def __init__(self, *args: Any, ways: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["way"]
        field.choices = [(way, Holding.Way(way).label) for way in ways]
