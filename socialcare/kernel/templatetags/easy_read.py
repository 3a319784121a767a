"""Easy Read on a page: its sentences with their pictures, and the button that turns them on or off."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context

from socialcare.kernel import easy_read as reading

register = template.Library()


@register.inclusion_tag("kit/easy_read.html", takes_context=True)
def easy_read(context: Context) -> dict[str, Any]:
    """The page's sentences, for those who want them."""
    request = context.get("request")
    is_shown = reading.is_wanted(request) and not context.get("is_error")
    return {"sentences": reading.of_page(request) if is_shown else ()}


@register.inclusion_tag("kit/easy_read_switch.html", takes_context=True)
def easy_read_switch(context: Context) -> dict[str, Any]:
    """The button, on every page that has sentences. It comes back to the page."""
    request = context.get("request")
    has_some = bool(reading.of_page(request)) and not context.get("is_error")
    return {
        "is_shown": has_some,
        "is_on": has_some and reading.is_wanted(request),
        "here": request.get_full_path() if has_some and request else "",
    }


@register.simple_tag(takes_context=True)
def easy_read_class(context: Context) -> str:
    """The class that makes a whole page larger and calmer."""
    return "sc-reads-easy" if reading.is_wanted(context.get("request")) else ""
