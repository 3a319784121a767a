"""From YAML text to a tree of nodes that each know their line and key path.

Uses YAML's own composer for the marks and nothing else of it: every scalar stays the text that was
written, so `1.10` never passes through a binary float and `on` never becomes a boolean. Refuses
what a formula has no need of and an attacker does: anchors and aliases, tags, several documents,
deep nesting, very large files. A key written twice is an error, never a silent overwrite.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from .problems import FormulaInvalid, Problem

MOST_CHARACTERS = 256 * 1024
MOST_NODES = 20_000
DEEPEST = 30


@dataclass(frozen=True, slots=True)
class Node:
    """A piece of the document: `value` is text, a list of nodes, or a mapping to nodes."""

    line: int
    key: str
    value: str | list[Node] | dict[str, Node]

    @property
    def kind(self) -> str:
        """`text`, `list` or `mapping`."""
        if isinstance(self.value, str):
            return "text"
        return "list" if isinstance(self.value, list) else "mapping"


def unix_lines(text: str) -> str:
    """The text with one character at the end of each line, as a file is read.

    Browsers send two. A document is known by the SHA-256 of its words, so it has to be the same words whichever way it
    comes; this is for the doors, never for what is kept.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_document(text: str, *, source: str = "") -> Node:
    """The document's root mapping. Raises `FormulaInvalid` with all problems of this kind."""
    if len(text) > MOST_CHARACTERS:
        message = f"the document has more than {MOST_CHARACTERS} characters"
        raise FormulaInvalid([Problem(0, "", "too_large", message)], source=source)
    problems: list[Problem] = []
    try:
        _refuse_hostile(text, problems)
        root = None if problems else yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else _line_at(text, getattr(error, "position", None))
        said = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        problem = Problem(line, "", "yaml", f"this is not YAML: {said}")
        raise FormulaInvalid([problem], source=source) from error
    if problems:
        raise FormulaInvalid(problems, source=source)
    if not isinstance(root, yaml.MappingNode):
        message = "a formula document is a list of “key: value” lines, starting with “formula:”"
        raise FormulaInvalid([Problem(1, "", "not_a_mapping", message)], source=source)
    node = _build(root, "", problems)
    if problems:
        raise FormulaInvalid(problems, source=source)
    return node


def _line_at(text: str, position: int | None) -> int:
    return text.count("\n", 0, position) + 1 if position is not None else 0


def _refuse_hostile(text: str, problems: list[Problem]) -> None:
    """Walk the parser's events, which needs no recursion, before anything is built from them."""
    depth = nodes = documents = 0
    events: Iterator[Any] = yaml.parse(text, Loader=yaml.SafeLoader)
    for event in events:
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                message = "only one document is allowed in a file; remove the “---” line"
                problems.append(Problem(line, "", "several_documents", message))
                return
        if isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if not isinstance(event, yaml.NodeEvent):
            continue
        nodes += 1
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            message = "anchors (&) and aliases (*) are not allowed; write the value out"
            problems.append(Problem(line, "", "alias", message))
        if tag := getattr(event, "tag", None):
            message = f"tags ({tag}) are not allowed; write plain text"
            problems.append(Problem(line, "", "tag", message))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        if depth > DEEPEST or nodes > MOST_NODES:
            what = "nested too deeply" if depth > DEEPEST else "too long"
            message = f"the document is {what} (at most {DEEPEST} levels and {MOST_NODES} entries)"
            problems.append(Problem(line, "", "too_complex", message))
            return


def _build(node: Any, path: str, problems: list[Problem]) -> Node:
    line = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return Node(line, path, node.value)
    if isinstance(node, yaml.SequenceNode):
        items = [_build(item, f"{path}[{i}]", problems) for i, item in enumerate(node.value, 1)]
        return Node(line, path, items)
    fields: dict[str, Node] = {}
    for key_node, value_node in node.value:
        key_line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            problems.append(Problem(key_line, path, "key", "a key must be a single word"))
            continue
        key = key_node.value
        here = f"{path}.{key}" if path else key
        if key in fields:
            message = f"“{key}” is written twice; first on line {fields[key].line}"
            problems.append(Problem(key_line, here, "duplicate_key", message))
            continue
        built = _build(value_node, here, problems)
        fields[key] = Node(key_line, here, built.value)
    return Node(line, path, fields)
