"""Form fields that people fill in their own way: money in pounds, a day in three boxes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from socialcare.kernel import money
from socialcare.kernel.errors import DomainError


def _write_an_amount() -> str:
    return _("Write an amount in %(major)s.") % {"major": money.in_use().major}


class PoundsField(forms.CharField):
    """Whole pence from what a person typed in pounds ("1,250", "£12.50"), in the currency in use. Never negative."""

    default_error_messages = {"required": lazy(_write_an_amount, str)()}

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {
            **super().widget_attrs(widget),
            "inputmode": "decimal",
            "class": "govuk-input--width-10",
        }

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return money.in_use().plain(value)
        return value

    def to_python(self, value: Any) -> int | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        try:
            return money.pence_from_pounds(text)
        except DomainError as error:
            raise ValidationError(error.message, code=error.code) from error

    def run_validators(self, value: Any) -> None:
        """The text's own length rules do not apply to pence."""


class DayWidget(forms.MultiWidget):
    """Day, month and year in three short boxes, as people say them."""

    template_name = "kit/day_widget.html"
    use_fieldset = True
    words = (gettext_lazy("Day"), gettext_lazy("Month"), gettext_lazy("Year"))

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        boxes: dict[str, forms.Widget | type[forms.Widget]] = {
            name: forms.TextInput({"inputmode": "numeric", "class": f"govuk-input--width-{width}"})
            for name, width in (("day", 2), ("month", 2), ("year", 4))
        }
        super().__init__(boxes, attrs)

    def decompress(self, value: date | None) -> list[int | None]:
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for box, words in zip(context["widget"]["subwidgets"], self.words, strict=True):
            box["words"] = words
        return context


class DayField(forms.MultiValueField):
    """A date from three boxes."""

    widget = DayWidget

    def __init__(self, **options: Any) -> None:
        parts = [forms.IntegerField(), forms.IntegerField(), forms.IntegerField()]
        super().__init__(parts, **options)

    def clean(self, value: Any) -> date | None:
        texts = [str(text).strip() for text in value or () if text is not None]
        if not any(texts):
            if self.required:
                raise ValidationError(_("Write the day, month and year."), code="required")
            return None
        try:
            day, month, year = (int(text) for text in texts)
            if year < 1000:
                raise ValueError
            return date(year, month, day)
        except ValueError as error:
            raise ValidationError(
                _("Write a real day, month and year, like 27 3 2026."), code="invalid"
            ) from error
