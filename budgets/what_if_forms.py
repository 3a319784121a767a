"""Forms that ask what if: a field for each number of a document, or the whole document. They decide nothing.

Every problem that the engine finds goes beside the field it is about, or is told with its line.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms import BoundField
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets import document_figures as documents
from budgets import formula as engine
from budgets.document_figures import Limits
from budgets.formula.exact import LARGEST_POT, read_number
from budgets.formula.reading import MOST_CHARACTERS
from budgets.models import FormulaVersion
from budgets.whatif import Basis
from socialcare.kernel.fields import PoundsField
from socialcare.kernel.templatetags.language import translated

# A form with more numbers than this is no easier than the document.
MOST_NUMBERS = 300


@dataclass(frozen=True)
class Group:
    """Fields that belong together, under the words of the document."""

    title: str
    unit: str
    fields: list[BoundField]

    @property
    def has_errors(self) -> bool:
        return any(field.errors for field in self.fields)


class _Question(forms.Form):
    """What both forms ask: how much money, and beside which version."""

    pot_pence = PoundsField(
        label=gettext_lazy("Money to share among all places"),
        help_text=gettext_lazy(
            "What is left when the reserve and the national functions are set aside."
        ),
    )
    against = forms.ChoiceField(label=gettext_lazy("Compare it with"), required=False)

    def __init__(
        self, *args: Any, basis: Basis, versions: Iterable[FormulaVersion], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        now = _("What is shared now") if basis.run else _("The formula in force")
        field: Any = self.fields["against"]
        field.choices = [("", now)] + [
            (
                f"{version.slug}:{version.version}",
                _("%(title)s, version %(number)d (%(state)s)")
                % {
                    "title": version.title,
                    "number": version.version,
                    "state": version.get_state_display(),
                },
            )
            for version in versions
        ]

    def clean_pot_pence(self) -> int:
        pence: int = self.cleaned_data["pot_pence"]
        if pence > LARGEST_POT:
            raise ValidationError(_("This is more than the ledger could ever hold."))
        return pence

    def place_of(self, problem: engine.Problem) -> str | None:
        """The field that a problem is about."""
        return "pot_pence" if problem.key == "pot" else None

    def add_problems(self, problems: Iterable[engine.Problem]) -> None:
        """Tells each problem where it belongs."""
        for problem in problems:
            self.add_error(self.place_of(problem), self.told(problem))

    def told(self, problem: engine.Problem) -> str:
        if not problem.line:
            return capfirst(problem.message)
        return _("Line %(line)d, %(key)s: %(message)s") % {
            "line": problem.line,
            "key": problem.key,
            "message": problem.message,
        }


def _number_field(label: str, *, hint: str = "", **options: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=40,
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "class": "govuk-input--width-5", "autocomplete": "off"}
        ),
        **options,
    )


class NumbersForm(_Question):
    """The numbers of `start`, each in a field of its own; the switch; and floors and caps where there are none."""

    def __init__(self, *args: Any, start: engine.Formula, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.start = start
        self.figures = {f"n{i}": each for i, each in enumerate(documents.figures(start))}
        self.bounded = {stream.code: stream.title for stream in start.streams}
        to_bound = documents.streams_to_bound(start)
        for name, figure in self.figures.items():
            self.fields[name] = _number_field(
                capfirst(translated(figure.label)),
                hint=capfirst(translated(figure.note)),
                initial=figure.written,
            )
        if any(i.indicator_class == "B" for i in start.indicators.values()):
            self.fields["hardship"] = forms.BooleanField(
                label=_("Count hardship as need (class B)"),
                help_text=_("Hardship is counted by area only, never for one person."),
                required=False,
                initial=start.hardship_on,
            )
        for code in to_bound:
            for end, words in (("least", _("At least")), ("most", _("At most"))):
                self.fields[f"{end}_{code}"] = _number_field(words, required=False)
        self.text = ""

    @property
    def has_too_many(self) -> bool:
        return len(self.figures) > MOST_NUMBERS

    def groups(self) -> list[Group]:
        """The numbers under the words of the document, in its order, the split of the pot first."""
        gathered: dict[tuple[str, str], list[BoundField]] = {}
        for name, figure in self.figures.items():
            gathered.setdefault((figure.group, figure.unit), []).append(self[name])
        groups = [Group(title, unit, fields) for (title, unit), fields in gathered.items()]
        shares = {f.group for f in self.figures.values() if self._is_part_of_pot(f)}
        rank = {stream.title: 1 for stream in self.start.streams}
        return sorted(
            groups, key=lambda group: 0 if group.title in shares else rank.get(group.title, 2)
        )

    @staticmethod
    def _is_part_of_pot(figure: documents.Figure) -> bool:
        return figure.key.count(".") == 2 and figure.key.endswith((".share", ".amount"))

    def limits(self) -> list[Group]:
        """The floors and caps that can be added, a group a stream."""
        return [
            Group(
                title,
                _("pounds a head, in each local system"),
                [self[f"least_{code}"], self[f"most_{code}"]],
            )
            for code, title in self.bounded.items()
            if f"least_{code}" in self.fields
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        names = [*self.figures, *(n for n in self.fields if n.startswith(("least_", "most_")))]
        for name in names:
            text = cleaned.get(name, "")
            try:
                value = read_number(text) if text else None
            except ValueError as error:
                self.add_error(name, str(error))
                continue
            if value is not None and value < 0 and name not in self.figures:
                self.add_error(name, _("Write 0 or more."))
        if not self.errors:
            self.text = documents.rewritten(
                self.start,
                numbers={figure.key: cleaned[name] for name, figure in self.figures.items()},
                hardship=cleaned.get("hardship"),
                limits={
                    code: Limits(cleaned[f"least_{code}"], cleaned[f"most_{code}"])
                    for code in self.bounded
                    if f"least_{code}" in self.fields
                },
            )
        return cleaned

    def place_of(self, problem: engine.Problem) -> str | None:
        for name, figure in self.figures.items():
            if problem.key == figure.key or problem.key.startswith(f"{figure.key}."):
                return name
        for code in self.bounded:
            if problem.key.startswith(f"streams.{code}.bounds") and f"least_{code}" in self.fields:
                return f"least_{code}"
        parts = [name for name, figure in self.figures.items() if self._is_part_of_pot(figure)]
        if problem.key == "streams" and parts:
            return parts[0]
        return super().place_of(problem)

    def told(self, problem: engine.Problem) -> str:
        # The line is one of a document that this visitor does not see.
        return capfirst(problem.message) if self.place_of(problem) else super().told(problem)


class DocumentForm(_Question):
    """A whole document, typed or from a file."""

    text = forms.CharField(
        label=gettext_lazy("The formula document"),
        required=False,
        max_length=MOST_CHARACTERS,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 25, "spellcheck": "false", "class": "sc-document"}),
        help_text=gettext_lazy(
            "Everybody who has the address of your question can read it. Write nothing about anybody."
        ),
    )
    file = forms.FileField(
        label=gettext_lazy("Or a file from your computer"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Plain text (YAML). It takes the place of the text above."),
        widget=forms.FileInput(attrs={"accept": ".yaml,.yml,.txt"}),
    )
    field_order = ("text", "file", "pot_pence", "against")

    def clean_file(self) -> str:
        """The words in the file."""
        file: UploadedFile | None = self.cleaned_data.get("file")
        if file is None:
            return ""
        if (file.size or 0) > 4 * MOST_CHARACTERS:
            raise ValidationError(_("This file is too large to be a formula."))
        try:
            text = file.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise ValidationError(_("This file is not plain text. Save it as UTF-8.")) from error
        if "\0" in text:
            raise ValidationError(_("This file is not plain text."))
        return text

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        cleaned["text"] = engine.unix_lines(cleaned.get("file") or cleaned.get("text") or "")
        if cleaned.get("file"):
            # Shown again with what is wrong in it: a browser forgets the file.
            self.data = {**self.data, self.add_prefix("text"): cleaned["text"]}
        if not cleaned["text"].strip() and not self.errors:
            self.add_error("text", _("Write a formula, or choose a file."))
        return cleaned

    def place_of(self, problem: engine.Problem) -> str | None:
        return super().place_of(problem) or "text"
