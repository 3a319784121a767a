"""Finds words on a page that nobody could translate: text and spoken attributes of templates outside a translate tag."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from django.template.base import DebugLexer, TokenType

# Attributes that people see or hear.
SPOKEN = re.compile(
    r"^(alt|aria-label|aria-description|placeholder|title|data-label|data-i18n\..*|label)$"
)
WORD = re.compile(r"[^\W\d_]{2,}")
SILENT = {"script", "style", "code"}


def _translated_spans(source: str) -> Iterator[tuple[int, int]]:
    """From each blocktranslate (or comment) to its end."""
    opened: tuple[str, int] | None = None
    for token in DebugLexer(source).tokenize():
        if token.token_type != TokenType.BLOCK:
            continue
        name = token.contents.split()[0]
        if opened is None and name in {"blocktranslate", "blocktrans", "comment"}:
            opened = (name, token.position[0])
        elif opened is not None and name == f"end{opened[0]}":
            yield opened[1], token.position[1]
            opened = None


def without_tags(source: str) -> str:
    """The template's own text; a space stands for each tag and for everything inside a blocktranslate."""
    cut = list(_translated_spans(source))
    for token in DebugLexer(source).tokenize():
        if token.token_type != TokenType.TEXT:
            cut.append(token.position)
    text = list(source)
    for start, end in cut:
        text[start:end] = " " * (end - start)
    return "".join(text)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        self.found += [
            value for name, value in attrs if SPOKEN.match(name) and WORD.search(value or "")
        ]

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self.silent and WORD.search(data):
            self.found.append(" ".join(data.split()))


def literals(source: str, *, is_html: bool = True) -> list[str]:
    """The words of a template that stand outside every translate tag."""
    text = without_tags(source)
    if not is_html:
        return [line.strip() for line in text.splitlines() if WORD.search(line)]
    reader = _Reader()
    reader.feed(text)
    reader.close()
    return reader.found
