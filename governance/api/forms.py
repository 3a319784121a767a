"""Forms about tokens: they clean what people typed and decide nothing."""

from __future__ import annotations

from datetime import date, timedelta

from django import forms
from django.utils.translation import gettext_lazy as _

from governance.models import ApiToken
from socialcare.kernel import acting


class MakeTokenForm(forms.Form):
    LENGTHS = [
        ("30", _("30 days")),
        ("90", _("90 days")),
        ("365", _("A year")),
    ]

    name = forms.CharField(
        label=_("What is it for?"),
        max_length=60,
        help_text=_("For example: the spreadsheet at work. Only you see this."),
    )
    scope = forms.ChoiceField(
        label=_("What may it do?"),
        choices=ApiToken.Scope.choices,
        initial=ApiToken.Scope.READ,
        widget=forms.RadioSelect,
        help_text=_("Whoever has a token that may act can do here what you may do."),
    )
    days = forms.ChoiceField(
        label=_("How long should it work?"),
        choices=LENGTHS,
        initial="30",
        widget=forms.RadioSelect,
    )

    def ends_on(self) -> date:
        """The first day on which it no longer works."""
        return acting.today() + timedelta(days=int(self.cleaned_data["days"]))
