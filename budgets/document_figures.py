"""A formula document as figures that a reader may change: each number in it, and the same document with other numbers.

The words of the document stay as they are, comments and all, so that what was changed is all that differs. Refuses
nothing itself: the text it gives back is read and checked like any other document.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import yaml
from django.utils.translation import gettext as _

from budgets import formula as engine
from budgets.formula.document import HARDSHIP
from budgets.formula.exact import read_number

# The reference that an added floor or cap cites.
REFERENCE = "what_if"
# Where a document has numbers that weigh something; elsewhere they are dates, versions or names.
_SECTIONS = ("values", "factors", "need", "bounds", "streams")


@dataclass(frozen=True)
class Figure:
    """One number of a document. `key` is its place as problems name it; `written` is how it stands there."""

    key: str
    group: str
    label: str
    unit: str
    note: str
    written: str
    value: Fraction
    start: int
    end: int


@dataclass(frozen=True)
class Limits:
    """A floor and a cap to add to one stream, in pounds a head as written; empty for none."""

    at_least: str = ""
    at_most: str = ""

    def __bool__(self) -> bool:
        return bool(self.at_least or self.at_most)


def figures(formula: engine.Formula) -> list[Figure]:
    """Every number that weighs something, in the order of the document."""
    found = []
    for section, node in _fields(_root(formula.text)).items():
        if section in _SECTIONS:
            found += [
                _figure(formula, *place) for place in _numbers(node, section, unit="", note="")
            ]
    return found


def streams_to_bound(formula: engine.Formula) -> list[str]:
    """The codes of the streams that a floor or cap a head can be added to: those that have no bounds yet."""
    root = _fields(_root(formula.text))
    streams = root.get("streams")
    if not formula.areas.population or not streams or not _is_block(root["references"]):
        return []
    nodes = _fields(streams)
    return [
        stream.code
        for stream in formula.streams
        if stream.bounds is None and _is_block(nodes[stream.code])
    ]


def rewritten(
    formula: engine.Formula,
    *,
    numbers: Mapping[str, str] | None = None,
    hardship: bool | None = None,
    limits: Mapping[str, Limits] | None = None,
) -> str:
    """The document with other numbers (by key), class B counted or not, and limits a head added (by stream).

    A number equal to the one there leaves it as it is written. Raises ValueError for what is not a number.
    """
    edits = []
    for figure in figures(formula):
        new = (numbers or {}).get(figure.key, figure.written).strip()
        if read_number(new) != figure.value:
            edits.append((figure.start, figure.end, _shortest(new)))
    root = _fields(_root(formula.text))
    if hardship is not None and hardship != formula.hardship_on:
        edits.append(_switched(root, formula.text, hardship))
    wanted = {code: each for code, each in (limits or {}).items() if each}
    for code, each in wanted.items():
        edits.append(_bounded(_fields(root["streams"])[code], formula.areas.levels[0], each))
    if wanted and REFERENCE not in formula.references:
        edits.append(_inserted(root["references"], [f"{REFERENCE}: {{title: Asked as a what-if}}"]))
    text = formula.text
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


@dataclass(frozen=True)
class Changed:
    """One number that differs between two documents, as each writes it; None where a document has no such number."""

    group: str
    label: str
    unit: str
    before: str | None
    after: str | None


@dataclass(frozen=True)
class Differences:
    """How one document differs from another. `hardship` tells how class B is now counted, where that changed.

    `other_words` is true when more than numbers and the switch differ.
    """

    numbers: list[Changed]
    hardship: bool | None
    other_words: bool

    def __bool__(self) -> bool:
        return bool(self.numbers or self.other_words or self.hardship is not None)


def differences(before: engine.Formula, after: engine.Formula) -> Differences:
    """What changed from one document to the other, in the order of the later one."""
    old = {figure.key: figure for figure in figures(before)}
    new = {figure.key: figure for figure in figures(after)}
    numbers = [
        Changed(
            each.group,
            each.label,
            each.unit,
            old[key].written if key in old else None,
            new[key].written if key in new else None,
        )
        for key, each in {**new, **{k: f for k, f in old.items() if k not in new}}.items()
        if key not in old or key not in new or old[key].value != new[key].value
    ]
    same_places = old.keys() == new.keys()
    undone = same_places and rewritten(
        after,
        numbers={key: figure.written for key, figure in old.items()},
        hardship=before.hardship_on,
    )
    return Differences(
        numbers=numbers,
        hardship=after.hardship_on if after.hardship_on != before.hardship_on else None,
        other_words=not undone or undone.split() != before.text.split(),
    )


# --- Places in the text ---------------------------------------------------------------------------


@lru_cache(maxsize=8)  # a page asks several times about the same two or three documents
def _root(text: str) -> yaml.Node:
    """The document's nodes with their marks. It was read by `engine.load` before, which refuses hostile text."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert root is not None  # noqa: S101 -- an empty document is no formula
    return root


def _fields(node: yaml.Node) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value}


def _is_block(node: yaml.Node) -> bool:
    """Written over several lines, so that a line can be added."""
    return isinstance(node, yaml.MappingNode) and not node.flow_style


_Place = tuple[str, yaml.ScalarNode, str, str]


def _numbers(node: yaml.Node, key: str, *, unit: str, note: str) -> Iterator[_Place]:
    """(key, number, unit, note) of each number at or below `node`."""
    if isinstance(node, yaml.SequenceNode):
        for place, item in enumerate(node.value, 1):
            yield from _numbers(item, f"{key}[{place}]", unit=unit, note="")
        return
    fields = _fields(node)
    # Below these two the author chose the keys, and a bare number is a weight.
    chosen = key.endswith((".points.of", ".labels"))
    if not chosen:
        unit, note = _words(fields.get("unit")) or unit, _words(fields.get("note"))
    for name, value in fields.items():
        if not isinstance(value, yaml.ScalarNode):
            yield from _numbers(value, f"{key}.{name}", unit=unit, note="")
        elif not _is_number(value):
            continue
        elif chosen or name == "otherwise":
            yield f"{key}.{name}", value, unit, ""
        elif name in {"value", "points"}:
            yield key, value, unit, note


def _words(node: yaml.Node | None) -> str:
    return node.value.strip() if isinstance(node, yaml.ScalarNode) else ""


def _is_number(node: yaml.ScalarNode) -> bool:
    try:
        read_number(node.value)
    except ValueError:
        return False
    return node.style not in {"|", ">"}


def _figure(
    formula: engine.Formula, key: str, node: yaml.ScalarNode, unit: str, note: str
) -> Figure:
    group, label = _told(formula, key, note)
    return Figure(
        key=key,
        group=group,
        label=label,
        unit=unit,
        note="" if note == label else note,
        written=node.value,
        value=read_number(node.value),
        start=node.start_mark.index,
        end=node.end_mark.index,
    )


def _told(formula: engine.Formula, key: str, note: str) -> tuple[str, str]:
    """What a number belongs to, and what it is, in the document's own words."""
    section, _dot, rest = key.partition(".")
    first, _dot, below = rest.partition(".")
    tail = key.rpartition(".")[2]
    if section == "factors":
        measures = formula.factors[first].measures
        if ".labels." in key:
            return measures, key.partition(".labels.")[2]
        return measures, _("Everywhere else") if tail == "otherwise" else measures
    stream = next((each for each in formula.streams if each.code == first), None)
    group = stream.title if section == "streams" and stream else formula.title
    if stream and below in {"share", "amount"}:
        return _("How the pot is split"), stream.title
    if ".points.of." in f".{key}" and tail in formula.indicators:
        return group, formula.indicators[tail].counts
    bounds = {"at_least": _("At least"), "at_most": _("At most")}
    if tail in bounds:
        return group, bounds[tail]
    # A number deep inside a need has no words of its own but its note, or the names on the way to it.
    return group, note or " ".join((below or first or section).replace("_", " ").split("."))


def _shortest(number: str) -> str:
    """One way to write each number, so that 3.50 and 3.5 make the same document."""
    value = read_number(number)
    return str(value) if "/" in number else f"{Decimal(number).normalize():f}"


# --- Edits: (start, end, new text) ----------------------------------------------------------------


def _switched(root: dict[str, yaml.Node], text: str, on: bool) -> tuple[int, int, str]:
    word = "on" if on else "off"
    node = _fields(root["switches"]).get(HARDSHIP) if "switches" in root else None
    if node is None:
        return len(text), len(text), f"\nswitches:\n  {HARDSHIP}: {word}\n"
    return node.start_mark.index, node.end_mark.index, word


def _inserted(mapping: yaml.Node, lines: list[str]) -> tuple[int, int, str]:
    """Lines before the first one of a block mapping, as deep as it."""
    start, indent = mapping.start_mark.index, " " * mapping.start_mark.column
    return start, start, "".join(f"{line}\n{indent}" for line in lines)


def _bounded(stream: yaml.Node, level: str, limits: Limits) -> tuple[int, int, str]:
    ends = {"at_least": limits.at_least, "at_most": limits.at_most}
    quantities = [
        f"{name}: {{value: {number.strip()}, unit: pounds a head, reference: {REFERENCE}}}"
        for name, number in ends.items()
        if number.strip()
    ]
    return _inserted(
        stream,
        [
            "bounds:",
            f"  level: {level}",
            "  limits:",
            "    - of: head",
            *(f"      {quantity}" for quantity in quantities),
        ],
    )
