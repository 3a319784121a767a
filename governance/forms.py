"""Forms about decisions: they clean what people typed and decide nothing."""

from datetime import datetime, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.methods import Choice


class OpenVoteForm(forms.Form):
    LENGTHS = [
        ("1", _("1 day")),
        ("7", _("7 days")),
        ("14", _("14 days")),
        ("28", _("28 days")),
    ]

    days = forms.ChoiceField(
        label=_("How long may members vote?"),
        choices=LENGTHS,
        initial="7",
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how long.")},
        help_text=_("The vote closes sooner when everybody has voted."),
    )

    def closes_at(self) -> datetime:
        return timezone.now() + timedelta(days=int(self.cleaned_data["days"]))


class VoteForm(forms.Form):
    choice = forms.ChoiceField(
        label=_("Your vote"),
        choices=Choice.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how you vote.")},
    )
    reason = forms.CharField(
        label=_("Your reason, if you want to give one"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Your name, your vote and your reason will be public."),
    )


class CloseVoteForm(forms.Form):
    reasons = forms.CharField(
        label=_("The reasons for the decision"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Leave it empty to keep the reasons that were given with the question."),
    )
