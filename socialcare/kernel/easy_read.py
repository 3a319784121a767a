"""Easy Read: a few short sentences before everything else on a page, each with one picture.

What each page says is data beside the app that has the page (`data/easy_read.yaml`): the page's name, then its
sentences and their pictures. Who wants it is remembered with their account, and for visitors in a cookie.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse

DOCUMENT = Path("data") / "easy_read.yaml"
COOKIE = "__Host-easy-read" if settings.HTTPS else "easy-read"
A_YEAR = 365 * 24 * 60 * 60  # seconds


@dataclass(frozen=True)
class Sentence:
    """One short sentence, in English as the document has it, and the code point of its picture."""

    says: str
    picture: str

    @property
    def file(self) -> str:
        return f"vendor/openmoji/{self.picture}.svg"


def documents() -> list[Path]:
    """The document of each app that has one."""
    places = (Path(app.path) / DOCUMENT for app in apps.get_app_configs())
    return [place for place in places if place.exists()]


@cache
def pages() -> dict[str, tuple[Sentence, ...]]:
    """The name of each page that has them → its sentences, in order."""
    found: dict[str, tuple[Sentence, ...]] = {}
    for document in documents():
        text: dict[str, list[dict[str, str]]] = yaml.safe_load(document.read_text(encoding="utf-8"))
        found |= {page: tuple(Sentence(**each) for each in said) for page, said in text.items()}
    return found


def is_wanted(request: HttpRequest | None) -> bool:
    """Does whoever asks read Easy Read, by their account or by this browser's cookie?"""
    if request is None:
        return False
    user: Any = getattr(request, "user", None)
    return bool(getattr(user, "reads_easy", False)) or request.COOKIES.get(COOKIE) == "on"


def of_page(request: HttpRequest | None) -> tuple[Sentence, ...]:
    """The sentences of the page that was asked for; none where it has none."""
    match = request.resolver_match if request is not None else None
    return pages().get(match.view_name, ()) if match is not None else ()


def remember(response: HttpResponse) -> None:
    """In this browser, for a year."""
    response.set_cookie(
        COOKIE, "on", max_age=A_YEAR, secure=settings.HTTPS, httponly=True, samesite="Lax"
    )


def forget(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")
