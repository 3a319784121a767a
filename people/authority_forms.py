"""Forms about legal authority: they clean what people typed and decide nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from governance.levels import Level
from governance.models import Sphere
from people.actions import authorities
from people.models import AuthorityEntry, LegalAuthority
from people.models.authority import TRANSITIONS
from people.parts import Part
from socialcare.kernel import acting
from socialcare.kernel.fields import DayField

_Kind = LegalAuthority.Kind
_State = LegalAuthority.State


class _TermsForm(forms.Form):
    """By what right, about what, until when, and where the evidence is."""

    kind = forms.ChoiceField(
        label=_("By what right?"),
        choices=[choice for choice in _Kind.choices if choice[0] != _Kind.OWN_DECISION],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose by what right you may decide.")},
    )
    parts = forms.MultipleChoiceField(
        label=_("About what?"),
        choices=Part.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what the paper says. A parent, or a care order, is about everything."),
    )
    place = forms.CharField(
        label=_("Which local system checks it?"),
        max_length=120,
        error_messages={"required": _("Write the name of the local system.")},
        help_text=_("The one where they live. For example: Barnsley."),
    )
    evidence = forms.ChoiceField(
        label=_("What shows it?"),
        choices=[
            choice
            for choice in AuthorityEntry.Evidence.choices
            if choice[0] != AuthorityEntry.Evidence.NONE
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what shows it.")},
    )
    words = forms.CharField(
        label=_("Where can the registrar find it?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For example its number. It is locked away."),
    )
    last_day = DayField(
        label=_("The last day"),
        required=False,
        help_text=_(
            "Leave it empty where the paper names none. At most a year where you were asked."
        ),
    )

    def clean_place(self) -> Sphere:
        text = self.cleaned_data["place"].strip()
        places = Sphere.objects.on(acting.today()).filter(level=Level.LOCAL)
        found = list(places.filter(code=text.upper())[:1] or places.filter(name__iexact=text)[:2])
        if len(found) != 1:
            raise ValidationError(_("We know no local system of that name."), code="unknown")
        return found[0]

    def terms(self) -> dict[str, Any]:
        """As the action takes them: it ends on the day after the last."""
        cleaned = self.cleaned_data
        last = cleaned["last_day"]
        return {
            "kind": cleaned["kind"],
            "parts": cleaned["parts"],
            "put_to": cleaned["place"],
            "evidence": cleaned["evidence"],
            "words": cleaned["words"],
            "ends_on": last + timedelta(days=1) if last else None,
        }


class ClaimForm(_TermsForm):
    code = forms.CharField(
        label=_("Their code"),
        max_length=40,
        error_messages={"required": _("Write their code.")},
        help_text=_("They find it on their page “People who let me see something”."),
    )
    kind = forms.ChoiceField(
        label=_("By what right?"),
        choices=_Kind.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose by what right you may decide.")},
        help_text=_(
            "A child who understands enough puts their own decision here, with their own code."
        ),
    )
    decision = forms.CharField(
        label=_("In their best interests: which one decision?"), max_length=1000, required=False
    )
    support = forms.CharField(
        label=_("In their best interests: what was tried, so that they could decide?"),
        max_length=1000,
        required=False,
    )
    consulted = forms.CharField(
        label=_("In their best interests: who was asked?"), max_length=1000, required=False
    )
    because = forms.CharField(
        label=_("In their best interests: why?"), max_length=1000, required=False
    )
    field_order = ["code", "kind", "parts", "place", "evidence", "words", "last_day"]

    def reasons(self) -> dict[str, str]:
        """The four answers that a decision in somebody's best interests needs; none otherwise."""
        if self.cleaned_data["kind"] != _Kind.BEST_INTERESTS:
            return {}
        said = {**self.cleaned_data, "reasons": self.cleaned_data["because"]}
        return {name: said[name] for name in authorities.BEST_INTERESTS_WORDS}


class BeginForForm(_TermsForm):
    preferred_name = forms.CharField(
        label=_("What should we call them?"),
        max_length=120,
        error_messages={"required": _("Tell us what to call them.")},
    )
    kind = forms.ChoiceField(
        label=_("By what right?"),
        choices=[
            choice
            for choice in _Kind.choices
            if choice[0] not in (_Kind.OWN_DECISION, _Kind.BEST_INTERESTS)
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose by what right you may decide.")},
    )
    field_order = ["preferred_name", "kind", "parts", "place", "evidence", "words", "last_day"]


class ReasonForm(forms.Form):
    words = forms.CharField(
        label=_("Why?"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The registrar reads it."),
    )


class WeighForm(forms.Form):
    """What the registrar makes of the evidence. It offers the steps that are open from where the authority stands."""

    LABELS = {
        _State.CONFIRMED: _("It shows this"),
        _State.REFUSED: _("It does not show this"),
        _State.DISPUTED: _("Somebody says that it is not so"),
        _State.LIMITED: _("An order limits it"),
        _State.ENDED: _("An order ends it, now"),
    }
    to = forms.ChoiceField(
        label=_("What do you find?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you find.")},
    )
    born_on = DayField(
        label=_("The date of birth on the evidence"),
        required=False,
        help_text=_("It becomes the one in the record. For example 27 3 2016."),
    )
    parts = forms.MultipleChoiceField(
        label=_("What is left to them, where an order limits it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    words = forms.CharField(
        label=_("Why"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The person it is about can read this."),
    )

    def __init__(self, *args: Any, authority: LegalAuthority, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps: Any = self.fields["to"]
        parts: Any = self.fields["parts"]
        open_steps = TRANSITIONS[authority.state]
        steps.choices = [
            (state, label) for state, label in self.LABELS.items() if state in open_steps
        ]
        parts.choices = [(part.value, part.label) for part in Part if part in authority.parts]
        # Only what a step that is open now could need.
        if authority.state != _State.RECORDED or authority.kind not in authorities.BY_AGE:
            del self.fields["born_on"]
        if _State.LIMITED not in open_steps:
            del self.fields["parts"]

    def step(self) -> tuple[Callable[..., LegalAuthority], dict[str, Any]]:
        """The action, and what it takes."""
        cleaned = self.cleaned_data
        words = {"words": cleaned["words"]}
        order = AuthorityEntry.Evidence.ORDER
        steps: dict[str, tuple[Callable[..., LegalAuthority], dict[str, Any]]] = {
            _State.CONFIRMED: (authorities.confirm, {"born_on": cleaned.get("born_on"), **words}),
            _State.REFUSED: (authorities.refuse, words),
            _State.DISPUTED: (authorities.dispute, words),
            _State.LIMITED: (authorities.limit, {"to": cleaned.get("parts", []), **words}),
            _State.ENDED: (authorities.end, {"evidence": order, **words}),
        }
        return steps[cleaned["to"]]
