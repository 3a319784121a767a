"""Forms about places."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from neighbourhoods.models import Indicator
from socialcare.kernel.templatetags.language import translated


class FindForm(forms.Form):
    """One box for a postcode or a name."""

    q = forms.CharField(
        label=_("Postcode, or the name of a place"),
        help_text=_("For example S71 1AN, or Grimethorpe. We do not keep what you write here."),
        max_length=100,
        error_messages={
            "required": _("Write a postcode or the name of a place."),
            "max_length": _("Write only the postcode or the name of the place."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "spellcheck": "false"}),
    )


class ListForm(forms.Form):
    """Which places a list shows, and what it compares them by."""

    by = forms.ChoiceField(label=_("Compare by"))
    has = forms.CharField(
        label=_("Only places with this in their name"), required=False, max_length=100
    )
    # The order of the table is kept when the form is sent.
    sort = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)

    def __init__(self, *args: Any, indicators: list[Indicator], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["by"].widget.choices = [(i.column, translated(i.label)) for i in indicators]
