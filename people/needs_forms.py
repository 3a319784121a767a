"""Forms of the needs conversation, for the person and for assessors: they clean what people typed and decide nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.actions.assessments import LONGEST_REASON, Said
from people.actions.conversations import LONGEST_WORDS
from people.models import Conversation, PeerReview, TrustedAssessor
from people.needs_queries import Asked, Talk
from socialcare.kernel import acting


def _words(label: str, longest: int, *, rows: int = 4) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=longest,
        required=False,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


class BeginForm(forms.Form):
    done_with = forms.ChoiceField(
        label=_("Who sits with me?"),
        choices=Conversation.DoneWith.choices,
        initial=Conversation.DoneWith.ALONE,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whom you do this with.")},
    )


class SayForm(forms.Form):
    """What is said about one question. A cause takes words alone."""

    def __init__(self, *args: Any, asked: Asked, talk: Talk, easy: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asked.is_cause:
            self.fields["answer"] = forms.ChoiceField(
                label=gettext("How is it for me?"),
                choices=[
                    (each.code, gettext(each.easy if easy else each.says))
                    for each in talk.now.answers
                ],
                widget=forms.RadioSelect,
                required=False,
            )
        for beside in talk.now.beside:
            label = gettext(beside.easy if easy else beside.question)
            self.fields[beside.code.replace("-", "_")] = _words(label, LONGEST_WORDS)


class AssessorField(forms.ChoiceField):
    """Somebody who is on the register today."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=_registered, **options)

    def clean(self, value: Any) -> TrustedAssessor | None:
        code = super().clean(value)
        if not code:
            return None
        found = TrustedAssessor.objects.on(acting.today()).filter(public_id=code)
        assessor = found.select_related("user", "scope__parent").first()
        if assessor is None:
            raise ValidationError(_("Choose an assessor from the list."))
        return assessor


def _registered() -> list[tuple[str, str]]:
    """Everybody on the register today, by area and name."""
    rows = TrustedAssessor.objects.on(acting.today()).select_related("scope")
    return [
        (row.public_id, ", ".join(filter(None, [row.name, row.organisation, row.scope.name])))
        for row in rows.order_by("scope__name", "name", "pk")
    ]


class AskAssessorForm(forms.Form):
    assessor = AssessorField(
        label=_("Whom do I ask?"),
        help_text=_("They can see my needs for 90 days. I can stop it on any day."),
        error_messages={"required": _("Choose an assessor from the list.")},
    )


class AnotherLookForm(forms.Form):
    """Yes or no to another assessor's look at what the first one said."""

    may_look = forms.ChoiceField(
        label=_("May another assessor look?"),
        choices=[("yes", _("Yes, they may look")), ("no", _("No"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose yes or no.")},
    )
    assessor = AssessorField(label=_("If yes, who?"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("may_look") == "yes" and not cleaned.get("assessor"):
            self.add_error("assessor", gettext("Choose an assessor from the list."))
        return cleaned


class DeclareForm(forms.Form):
    """What an assessor declares before they read on. The action refuses whoever cannot say all three."""

    gives_no_support = forms.BooleanField(
        label=_("Neither I nor my organisation gives this person support."), required=False
    )
    is_no_relative = forms.BooleanField(
        label=_("I am no relative or partner of theirs."), required=False
    )
    is_not_paid_by_them = forms.BooleanField(
        label=_("I am paid nothing by them or by their budget."), required=False
    )


class AssessForm(forms.Form):
    """What an assessor says, outcome by outcome."""

    def __init__(self, *args: Any, talk: Talk, only_disputed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcomes = [
            each
            for each in talk.asked
            if each.row is not None
            and not each.is_cause
            and (each.is_disputed or not only_disputed)
        ]
        for each in self.outcomes:
            code, title = each.question.code, gettext(each.question.title)
            self.fields[f"answer_{code}"] = forms.ChoiceField(
                label=title,
                help_text=gettext(each.question.question),
                choices=[(answer.code, gettext(answer.says)) for answer in talk.now.answers],
                widget=forms.RadioSelect,
                error_messages={"required": gettext("Choose one of the answers.")},
            )
            self.fields[f"reason_{code}"] = _words(
                gettext("%(about)s: why I see it differently") % {"about": title},
                LONGEST_REASON,
                rows=2,
            )

    def said(self) -> dict[str, Said]:
        cleaned = self.cleaned_data
        return {
            code: Said(cleaned[f"answer_{code}"], cleaned[f"reason_{code}"])
            for code in (each.question.code for each in self.outcomes)
        }


class ReviewForm(forms.Form):
    finding = forms.ChoiceField(
        label=_("What would I have said?"),
        choices=PeerReview.Finding.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you would have said.")},
    )
    words = forms.CharField(
        label=_("Why"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
