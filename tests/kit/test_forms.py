"""Forms in the kit: labels, hints, kept input, errors linked to their fields."""

import pytest
from django import forms

from socialcare.kernel.fields import DayField, PoundsField
from tests.kit.conftest import Render
from tests.kit.reading import Page


class Project(forms.Form):
    name = forms.CharField(help_text="As neighbours know it.", max_length=20)
    why = forms.CharField(widget=forms.Textarea, required=False)
    amount = PoundsField()
    starts = DayField(help_text="For example 27 3 2026")
    size = forms.ChoiceField(choices=[("s", "Small"), ("l", "Large")])
    method = forms.ChoiceField(
        widget=forms.RadioSelect, choices=[("v", "By vote"), ("a", "Agreed")]
    )
    needs = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, choices=[("t", "Time"), ("r", "A room")]
    )
    agreed = forms.BooleanField(label="Neighbours agreed")
    secret = forms.CharField(widget=forms.PasswordInput)

    def clean(self) -> None:
        self.add_error(None, "The fund is closed.")


PAGE = '{% extends "base.html" %}{% block content %}{% kit_form form "Save" %}{% endblock %}'


@pytest.fixture
def sent() -> Project:
    return Project({"name": "<b>Bench</b>", "amount": "a lot", "starts_day": "31", "size": "l"})


def test_every_control_has_a_label_or_legend(render: Render) -> None:
    page = render("{{ form }}", form=Project())
    labelled = {label.attributes["for"] for label in page.all("label")}
    controls = [e for e in page.elements if e.name in {"input", "select", "textarea"}]
    assert len(controls) == 13
    assert {control.attributes["id"] for control in controls} <= labelled
    assert len(page.all("legend")) == 3
    assert len(page.ids()) == len(set(page.ids()))


def test_what_was_typed_stays(render: Render, sent: Project) -> None:
    page = render(PAGE, form=sent)
    assert page.one("input", name="name").attributes["value"] == "<b>Bench</b>"
    assert page.one("input", name="amount").attributes["value"] == "a lot"
    assert page.one("input", name="starts_day").attributes["value"] == "31"
    assert "selected" in page.one("option", value="l").attributes
    assert not page.all("b"), "typed words are escaped"


def test_a_password_is_not_sent_back(render: Render) -> None:
    page = render(PAGE, form=Project({"secret": "open sesame"}))
    assert "value" not in page.one("input", name="secret").attributes


def test_each_error_leads_to_its_control(render: Render, sent: Project) -> None:
    page = render(PAGE, form=sent)
    links = [
        link.attributes["href"].removeprefix("#")
        for link in page.all("a")
        if link.attributes["href"].startswith("#id_")
    ]
    assert links == [
        "id_amount", "id_starts_0", "id_method_0", "id_needs_0", "id_agreed", "id_secret",
    ]  # fmt: skip
    assert set(links) <= set(page.ids())


def test_an_error_is_tied_to_its_control_for_screen_readers(render: Render, sent: Project) -> None:
    page = render(PAGE, form=sent)
    amount = page.one("input", name="amount")
    assert amount.attributes["aria-invalid"] == "true"
    assert "govuk-input--error" in amount.attributes["class"].split()
    told = page.one(id=amount.attributes["aria-describedby"].split()[-1])
    assert "Write the amount in pounds and pence" in told.text
    fieldset = next(f for f in page.all("fieldset") if "starts" in f.attributes["aria-describedby"])
    for each in fieldset.attributes["aria-describedby"].split():
        page.one(id=each)


def test_the_title_and_summary_say_that_there_is_a_problem(render: Render, sent: Project) -> None:
    page = render(PAGE, form=sent)
    assert page.one("title").text.startswith("Error: ")
    summary = page.one(class_="govuk-error-summary")
    assert "Amount: Write the amount" in summary.text
    assert "The fund is closed." in summary.text
    assert page.one("main").text.count("The fund is closed.") == 1


def test_no_summary_before_anything_was_sent(render: Render) -> None:
    page = render(PAGE, form=Project())
    assert not page.all(class_="govuk-error-summary")
    assert not page.one("title").text.startswith("Error")


def test_a_form_that_is_in_no_summary_says_itself_what_is_wrong(
    render: Render, sent: Project
) -> None:
    page = render("<main>{{ mine }}</main>", mine=sent)
    assert "The fund is closed." in page.one("main").text


def test_several_forms_share_one_summary(render: Render, sent: Project) -> None:
    other = Project({"amount": "nothing"}, prefix="other", auto_id="other_%s")
    page = render('{% extends "base.html" %}', forms=[sent, other])
    links = page.one(class_="govuk-error-summary").text
    assert links.count("Amount:") == 2


def test_optional_fields_say_so(render: Render) -> None:
    page = render("{{ form }}", form=Project())
    assert "you can leave this out" in page.one("label", **{"for": "id_why"}).text
    assert "you can leave this out" not in page.one("label", **{"for": "id_name"}).text


def test_a_placeholder_is_left_out(render: Render) -> None:
    class Old(forms.Form):
        name = forms.CharField(
            widget=forms.TextInput({"placeholder": "Your name", "class": "mine"})
        )

    attributes = render("{{ form }}", form=Old()).one("input").attributes
    assert "placeholder" not in attributes
    assert attributes["class"] == "govuk-input mine"


def test_a_form_is_sent_by_post_with_its_token(render: Render) -> None:
    page = render('{% kit_form form "Save" action="/there/" %}', form=Project())
    assert (
        page.one("form").attributes | {"action": "/there/", "method": "post"}
        == page.one("form").attributes
    )
    page.one("input", name="csrfmiddlewaretoken")
    asked: Page = render('{% kit_form form "Look" method="get" %}', form=Project())
    assert not asked.all("input", name="csrfmiddlewaretoken")


class Sum(forms.Form):
    amount = PoundsField(required=False)
    day = DayField(required=False)


BOXES = ("day_day", "day_month", "day_year")


@pytest.mark.parametrize(
    ("typed", "pence"),
    [("1,250.00", 125_000), ("£12", 1_200), (" 0.05 ", 5), ("", None)],
)
def test_pounds_become_pence(typed: str, pence: int | None) -> None:
    form = Sum({"amount": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == pence


@pytest.mark.parametrize("typed", ["1.5", "-3", "1e3", "12,50", "NaN", "ten"])
def test_other_words_are_not_money(typed: str) -> None:
    form = Sum({"amount": typed})
    assert form.errors["amount"] == ["Write the amount in pounds and pence, like 1,250.00."]


def test_pence_are_shown_in_pounds(render: Render) -> None:
    page = render("{{ form }}", form=Sum(initial={"amount": 125_005}))
    assert page.one("input", name="amount").attributes["value"] == "1250.05"


@pytest.mark.parametrize(
    "boxes", [("31", "2", "2026"), ("1", "", "2026"), ("1", "1", "26"), ("a", "1", "2026")]
)
def test_a_day_that_does_not_exist_is_refused(boxes: tuple[str, str, str]) -> None:
    form = Sum(dict(zip(BOXES, boxes, strict=True)))
    assert form.errors["day"] == ["Write a real day, month and year, like 27 3 2026."]


def test_a_day_is_read_and_shown(render: Render) -> None:
    form = Sum(dict(zip(BOXES, ("27", "3", "2026"), strict=True)))
    assert form.is_valid()
    day = form.cleaned_data["day"]
    assert day.isoformat() == "2026-03-27"
    page = render("{{ form }}", form=Sum(initial={"day": day}))
    values = [page.one("input", name=box).attributes["value"] for box in BOXES]
    assert values == ["27", "3", "2026"]
