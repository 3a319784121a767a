"""The reader's language on pages: the switch, and words that come as data. It refuses to guess a language from a person's record."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.template import Context
from django.utils.translation import get_language, gettext

register = template.Library()


class Language(NamedTuple):
    """A language by the name its own speakers give it."""

    code: str
    name: str
    is_current: bool


@register.filter
def translated(words: str | None) -> str:
    """Words that came as data, such as what an indicator counts: in the reader's language where the catalogue has them."""
    # Asked for nothing, gettext gives the catalogue's own header.
    return gettext(words) if words else ""


@register.inclusion_tag("kit/language.html", takes_context=True)
def language_switch(context: Context) -> dict[str, Any]:
    """A button for each other language. It comes back to this page; an error page, which repeats nothing, to the start."""
    request = context.get("request")
    current = get_language()
    return {
        "languages": [Language(code, name, code == current) for code, name in settings.LANGUAGES],
        "here": request.get_full_path() if request and not context.get("is_error") else "",
    }
