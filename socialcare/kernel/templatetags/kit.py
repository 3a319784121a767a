"""The page kit's components: each tag gives one accessible piece of a page (see docs/pages.md).

Tags only shape what they are given. They query nothing, decide nothing, and never mark a visitor's words safe.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()

# --- Words around a page ----------------------------------------------------------------------------


@register.inclusion_tag("kit/breadcrumbs.html")
def breadcrumbs(*trail: object) -> dict[str, Any]:
    """`{% breadcrumbs "Places" places_url "Barnsley" %}`: words and address in turn; the page itself comes last, alone."""
    if len(trail) % 2 == 0:
        raise ValueError("breadcrumbs are words and address in turn, then the words of this page")
    links = zip(trail[:-1:2], trail[1::2], strict=True)
    return {"links": list(links), "here": trail[-1]}


@register.inclusion_tag("kit/navigation_item.html", takes_context=True)
def navigation_item(context: Context, url: str, words: str) -> dict[str, Any]:
    """One link of the main navigation, marked when the visitor is on that page or below it."""
    path = getattr(context.get("request"), "path", "")
    return {"url": url, "words": words, "here": path == url, "below": path.startswith(url)}


# --- Forms ------------------------------------------------------------------------------------------


def _focus_id(field: BoundField) -> str:
    """The id of the control that an error about `field` should bring the visitor to."""
    return field.id_for_label or f"{field.auto_id}_0"


def _problems(forms: Iterable[BaseForm]) -> list[tuple[str, str]]:
    """(id of the control or "", message) for every error of the forms, in the order of the page."""
    found: list[tuple[str, str]] = []
    for form in forms:
        # The form's template then need not repeat what is wrong with the form as a whole.
        form.in_summary = True  # type: ignore[attr-defined]
        found += [("", str(message)) for message in form.non_field_errors()]
        for field in form:
            target = "" if field.is_hidden else _focus_id(field)
            # "This field is required" alone would not say which.
            found += [
                (target, _("%(field)s: %(problem)s") % {"field": field.label, "problem": message})
                for message in field.errors
            ]
    return found


def _forms_of(context: Context) -> list[BaseForm]:
    forms = list(context.get("forms") or ())
    if isinstance(form := context.get("form"), BaseForm):
        forms.insert(0, form)
    return [each for each in forms if each.is_bound and each.errors]


@register.inclusion_tag("kit/error_summary.html")
def error_summary(*forms: BaseForm) -> dict[str, Any]:
    """What is wrong in these forms, each line a link to its field. Empty when nothing is."""
    return {"problems": _problems(form for form in forms if form.is_bound)}


@register.inclusion_tag("kit/error_summary.html", takes_context=True)
def page_errors(context: Context) -> dict[str, Any]:
    """The error summary of the page's `form` and `forms`. The base page has it already."""
    return {"problems": _problems(_forms_of(context))}


@register.simple_tag(takes_context=True)
def error_prefix(context: Context) -> str:
    """ "Error: " at the start of the page's title when a form of the page has errors, else nothing."""
    return _("Error: ") if _forms_of(context) else ""


@register.inclusion_tag("kit/form.html", takes_context=True)
def kit_form(context: Context, form: BaseForm, submit: str, **options: str) -> dict[str, Any]:
    """A whole form with its button. Options: `action`, `method` ("post"), `variant` ("secondary", "warning")."""
    return {"form": form, "submit": submit, "csrf_token": context.get("csrf_token"), **options}


_INPUT_CLASSES = {
    "hidden": "",
    "checkbox": "govuk-checkboxes__input",
    "radio": "govuk-radios__input",
    "file": "govuk-file-upload",
}


def _control_class(widget: dict[str, Any]) -> str:
    kind = widget["template_name"].rsplit("/", 1)[-1].removesuffix(".html")
    if "type" in widget:
        return _INPUT_CLASSES.get(widget["type"], "govuk-input")
    return {"textarea": "govuk-textarea", "select": "govuk-select"}.get(kind, "")


@register.simple_tag
def widget_attributes(widget: dict[str, Any]) -> SafeString:
    """The attributes of a form control, with the kit's classes added to the form's own.

    A placeholder is left out: it vanishes when somebody begins to type, and looks like an answer before.
    """
    attributes = {key: value for key, value in widget["attrs"].items() if key != "placeholder"}
    own = attributes.pop("class", "")
    kit = _control_class(widget)
    invalid = f"{kit}--error" if kit and attributes.get("aria-invalid") else ""
    if widget.get("type") == "password":
        kit += " govuk-password-input__input govuk-js-password-input-input"
    if classes := " ".join(filter(None, (kit, invalid, own))):
        attributes["class"] = classes
    written = (
        format_html(" {}", name) if value is True else format_html(' {}="{}"', name, value)
        for name, value in attributes.items()
        if value is not False
    )
    return format_html_join("", "{}", ((pair,) for pair in written))


# --- Buttons and labels -----------------------------------------------------------------------------


@register.inclusion_tag("kit/button.html")
def button(words: str, *, name: str = "", value: str = "", variant: str = "") -> dict[str, Any]:
    """A submit button. `variant` is "secondary" or "warning"."""
    return {"words": words, "name": name, "value": value, "variant": variant}


@register.inclusion_tag("kit/button_link.html")
def button_link(words: str, href: str, *, variant: str = "") -> dict[str, Any]:
    """A link that looks like a button, for going somewhere: it changes nothing."""
    return {"words": words, "href": href, "variant": variant}


@register.inclusion_tag("kit/tag.html")
def tag(words: str, colour: str = "") -> dict[str, Any]:
    """A short state ("Draft"). The colour (grey, green, yellow, red, blue) only repeats what the word says."""
    return {"words": words, "colour": colour}


# --- Blocks with words inside -----------------------------------------------------------------------


def _block(name: str, content: SafeString, **values: object) -> SafeString:
    return render_to_string(f"kit/{name}.html", {"content": content, **values})


@register.simple_block_tag
def inset(content: SafeString) -> SafeString:
    """A remark set apart from the words around it."""
    return _block("inset", content)


@register.simple_block_tag
def details(content: SafeString, summary: str) -> SafeString:
    """More for those who want it, closed at first."""
    return _block("details", content, summary=summary)


@register.simple_block_tag
def banner(content: SafeString, title: str, kind: str = "") -> SafeString:
    """A notification at the top of a page. `kind` is "success", or empty for something important."""
    return _block("banner", content, title=title, kind=kind)


@register.simple_block_tag
def warning(content: SafeString) -> SafeString:
    """A consequence that somebody must know before they act."""
    return _block("warning", content)


@register.simple_block_tag
def empty_state(content: SafeString, title: str, words: str = "", href: str = "") -> SafeString:
    """What will be here, and the button (`words`, `href`) that starts it."""
    return _block("empty_state", content, title=title, words=words, href=href)


@register.simple_block_tag
def summary_list(content: SafeString) -> SafeString:
    """Holds `{% summary_row %}`s."""
    return _block("summary_list", content)


@register.inclusion_tag("kit/summary_row.html")
def summary_row(key: str, value: object, href: str = "", words: str = "") -> dict[str, Any]:
    """One fact: its name and value, and perhaps what can be done about it (`words`, `href`)."""
    return {"key": key, "value": value, "href": href, "words": words}


# --- Lists and waiting ------------------------------------------------------------------------------


def _with_query(context: Context, **changes: object) -> str:
    """The page's own query string with some values changed; None takes one out."""
    request = context.get("request")
    query = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for key, value in changes.items():
        query.pop(key, None)
        if value is not None:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.inclusion_tag("kit/sort_heading.html", takes_context=True)
def sort_heading(
    context: Context, key: str, words: str, *, sort: str, numeric: bool = False
) -> dict[str, Any]:
    """A table heading whose link sorts by `key`. `sort` is the order now: "name" rising, "-name" falling."""
    rising, falling = sort == key, sort == f"-{key}"
    return {
        "words": words,
        "numeric": numeric,
        "order": "ascending" if rising else "descending" if falling else "none",
        "href": _with_query(context, sort=f"-{key}" if rising else key, page=None),
    }


@register.inclusion_tag("kit/pagination.html", takes_context=True)
def pagination(context: Context, page: Page[Any]) -> dict[str, Any]:
    """Links to the other pages of a list, with the rest of the query kept. Empty for a single page."""

    def link(number: int) -> str:
        return _with_query(context, page=number)

    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {
        "page": page,
        "items": [(number, link(number) if isinstance(number, int) else "") for number in numbers],
        "previous": link(page.number - 1) if page.has_previous() else "",
        "next": link(page.number + 1) if page.has_next() else "",
    }


@register.inclusion_tag("kit/progress.html")
def progress(*, done: int, total: int, words: str, poll: str, finished: bool) -> dict[str, Any]:
    """How far a job is. While it runs, the page asks `poll` again; without JavaScript a link refreshes."""
    return progress_now(done=done, total=total, words=words, poll=poll, finished=finished)


@register.inclusion_tag("kit/progress_now.html")
def progress_now(*, done: int, total: int, words: str, poll: str, finished: bool) -> dict[str, Any]:
    """The part that the address `poll` answers with."""
    return {"done": done, "total": total, "words": words, "poll": poll, "finished": finished}
