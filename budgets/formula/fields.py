"""Reads the small things a document is made of – words, numbers, dates, choices – and keeps going.

Each reader notes what is wrong and returns a harmless stand-in, so that a document's author sees
every problem at once. Refuses to convert silently: a number is a number as written, or a problem.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction

from .exact import read_number
from .expressions import Quantity
from .problems import Problem, did_you_mean
from .reading import Node

_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]{0,62}")
_SLUG = re.compile(r"[a-z][a-z0-9_-]{0,62}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YES_NO = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}


class FieldReader:
    """Collects problems, and the references that must turn out to exist."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.cited: list[Node] = []

    def problem(self, node: Node, code: str, message: str) -> None:
        """Note what is wrong with `node`."""
        self.problems.append(Problem(node.line, node.key, code, message))

    def fields(
        self, node: Node, *, required: Iterable[str] = (), optional: Iterable[str] = ()
    ) -> dict[str, Node]:
        """The mapping's known fields. Missing and unknown ones are problems."""
        required = tuple(required)
        known = (*required, *optional)
        mapping = self.mapping(node)
        if mapping is None:
            return {}
        for key, value in mapping.items():
            if key not in known:
                hint = did_you_mean(key, known)
                message = f"unknown key.{hint} Known here: {', '.join(sorted(known))}"
                self.problem(value, "unknown_key", message)
        for key in required:
            if key not in mapping:
                self.problem(node, "missing_key", f"“{key}” is missing")
        return {key: value for key, value in mapping.items() if key in known}

    def mapping(self, node: Node) -> dict[str, Node] | None:
        """The node's mapping, or None and a problem."""
        if isinstance(node.value, dict):
            return node.value
        self.problem(node, "not_a_mapping", "expected “key: value” lines, indented below this key")
        return None

    def entries(self, node: Node | None) -> dict[str, Node]:
        """A mapping whose keys the author chooses; keys that are not identifiers are problems."""
        entries = self.mapping(node) if node else {}
        for key, value in (entries or {}).items():
            if not _IDENTIFIER.fullmatch(key):
                message = "a name has small letters, digits and _ only, and starts with a letter"
                self.problem(value, "bad_name", message)
        return entries or {}

    def items(self, node: Node) -> list[Node]:
        """A list of at least one thing."""
        if isinstance(node.value, list) and node.value:
            return node.value
        self.problem(node, "not_a_list", "expected a list with at least one entry")
        return []

    def text(self, node: Node | None) -> str:
        """Words; not empty."""
        if node is None:
            return ""
        if isinstance(node.value, str) and node.value.strip():
            return node.value.strip()
        self.problem(node, "not_text", "expected some words")
        return ""

    def slug(self, node: Node | None) -> str:
        """A short name for addresses and files."""
        word = self.text(node)
        if node and word and not _SLUG.fullmatch(word):
            self.problem(
                node, "bad_name", "use small letters, digits, - and _; start with a letter"
            )
        return word

    def columns(self, node: Node | None) -> tuple[str, ...]:
        """A column's name, or a list of names of which the first one in the data is used."""
        if node is None:
            return ()
        if isinstance(node.value, list):
            return tuple(self.text(item) for item in self.items(node))
        return (self.text(node),)

    def number(self, node: Node | None) -> Fraction:
        """An exact number."""
        if node is None:
            return Fraction(0)
        if not isinstance(node.value, str):
            self.problem(node, "not_a_number", "expected a number")
            return Fraction(0)
        try:
            return read_number(node.value)
        except ValueError as error:
            self.problem(node, "not_a_number", str(error))
            return Fraction(0)

    def whole(self, node: Node | None, *, default: int, least: int, most: int) -> int:
        """A whole number within limits."""
        if node is None:
            return default
        before = len(self.problems)
        number = self.number(node)
        if len(self.problems) > before:
            return default
        if number.denominator == 1 and least <= number <= most:
            return int(number)
        self.problem(node, "out_of_range", f"expected a whole number from {least} to {most}")
        return default

    def choice(self, node: Node | None, options: Iterable[str], *, default: str = "") -> str:
        """One of a few words."""
        if node is None:
            return default
        options = tuple(options)
        word = node.value if isinstance(node.value, str) else ""
        if word in options:
            return word
        hint = did_you_mean(word, options)
        self.problem(node, "not_a_choice", f"expected one of: {', '.join(options)}.{hint}")
        return default or options[0]

    def yes(self, node: Node | None, *, default: bool = False) -> bool:
        """yes/no, on/off or true/false."""
        if node is None:
            return default
        word = node.value if isinstance(node.value, str) else ""
        if word not in _YES_NO:
            self.problem(node, "not_a_choice", "expected yes or no (or on or off)")
        return _YES_NO.get(word, default)

    def day(self, node: Node | None) -> date | None:
        """A date as YYYY-MM-DD."""
        if node is None:
            return None
        word = node.value if isinstance(node.value, str) else ""
        try:
            if not _DATE.fullmatch(word):
                raise ValueError
            return date.fromisoformat(word)
        except ValueError:
            self.problem(node, "not_a_date", "expected a real date written as YYYY-MM-DD")
            return None

    def reference(self, node: Node | None) -> str:
        """The name of an entry under `references`; checked at the end by `check_cited`."""
        word = self.text(node)
        if node and word:
            self.cited.append(node)
        return word

    def quantity(
        self, node: Node, *, number_key: str = "value", defaults: Mapping[str, str] | None = None
    ) -> Quantity:
        """A number with its unit and reference. A bare number is enough where a block gave both."""
        shared = dict(defaults or {})
        if isinstance(node.value, str):
            if not shared:
                message = (
                    "every value says its unit and reference: "
                    f"{{{number_key}: …, unit: …, reference: …}}"
                )
                self.problem(node, "bare_number", message)
            number = self.number(node)
            return Quantity(number, shared.get("unit", ""), shared.get("reference", ""))
        needed = [key for key in ("unit", "reference") if not shared.get(key)]
        fields = self.fields(
            node, required=[number_key, *needed], optional=["unit", "reference", "note"]
        )
        return Quantity(
            self.number(fields.get(number_key)),
            self.text(fields.get("unit")) or shared.get("unit", ""),
            self.reference(fields.get("reference")) or shared.get("reference", ""),
            self.text(fields.get("note")),
        )

    def check_cited(self, known: Iterable[str]) -> None:
        """Every reference used must be listed under `references`."""
        listed = set(known)
        for node in self.cited:
            word = str(node.value).strip()
            if word not in listed:
                message = f"no reference is called “{word}”.{did_you_mean(word, listed)}"
                self.problem(node, "unknown_reference", message)
