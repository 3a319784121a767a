"""Forms on pages composed from several apps."""

from django import forms
from django.utils.translation import gettext_lazy as _


class BeginForm(forms.Form):
    preferred_name = forms.CharField(
        label=_("What should we call you?"),
        max_length=120,
        error_messages={"required": _("Tell us what to call you.")},
        help_text=_("Any name you like. Nobody else can see it unless you let them."),
    )


class EraseForm(forms.Form):
    is_meant = forms.BooleanField(
        label=_("Yes, erase my record for ever"),
        error_messages={"required": _("Tick the box if you want your record to be erased.")},
    )
