"""The instrument of the needs conversation: what is asked, in which words, and what the answers count for.

It is data (people/data/conversation.yaml; docs/conversation.md). Refuses a document that leaves out something the law
says must be looked at, whose points fall as need rises, or in which a cause outside the person has points. It has no
place for a question about money.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from socialcare.kernel.errors import DomainError

PATH = Path(__file__).resolve().parent / "data" / "conversation.yaml"
WORDS = ("title", "question", "easy")


class InstrumentInvalid(DomainError):
    """An instrument cannot be used. `faults` holds one sentence for each thing that is wrong."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("instrument-invalid", " ".join(faults))
        self.faults = faults


@dataclass(frozen=True, kw_only=True)
class Answer:
    """How much help somebody wants with one thing, in plain and in Easy Read words."""

    code: str
    says: str
    easy: str


@dataclass(frozen=True, kw_only=True)
class Question:
    """Something asked. `covers` names what the law says must be looked at, as (source, letter)."""

    code: str
    title: str
    question: str
    easy: str
    covers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, kw_only=True)
class Outcome(Question):
    """A part of life. `points` has a whole number for each answer, in the answers' order."""

    points: tuple[int, ...]


@dataclass(frozen=True)
class Group:
    code: str
    title: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True)
class Source:
    """A law, and the letters of its list."""

    code: str
    title: str
    letters: str


@dataclass(frozen=True, kw_only=True)
class Instrument:
    """A version of the conversation, in the order in which it is offered."""

    code: str
    version: str
    since: date
    title: str
    summary: str
    unit: str
    answers: tuple[Answer, ...]
    beside: tuple[Question, ...]
    groups: tuple[Group, ...]
    causes: tuple[Question, ...]
    sources: tuple[Source, ...]
    never_asked: tuple[str, ...]
    sha256: str

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        return tuple(outcome for group in self.groups for outcome in group.outcomes)

    def points(self, answers: Mapping[str, str]) -> int:
        """The points of a conversation, given outcome code → answer code. An outcome left out counts nothing.

        Raises KeyError for a code that is not in the instrument.
        """
        place = {answer.code: number for number, answer in enumerate(self.answers)}
        by_code = {outcome.code: outcome for outcome in self.outcomes}
        return sum(by_code[code].points[place[answer]] for code, answer in answers.items())


def parse(text: str) -> Instrument:
    """Reads an instrument (YAML). Raises InstrumentInvalid with every fault."""
    try:
        document = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise InstrumentInvalid([f"This is not YAML: {error}".replace("\n", " ")]) from error
    if not isinstance(document, dict):
        raise InstrumentInvalid(["This is not an instrument: it has no keys."])
    faults = list(_faults(document))
    if faults:
        raise InstrumentInvalid(faults)
    return Instrument(
        code=document["instrument"],
        version=document["version"],
        since=document["since"],
        title=document["title"],
        summary=document["summary"],
        unit=document["unit"],
        answers=tuple(Answer(**each) for each in document["answers"]),
        beside=tuple(Question(title="", **each) for each in document["beside"]),
        groups=tuple(
            Group(
                group["code"],
                group["title"],
                tuple(
                    Outcome(**_covered(each) | {"points": tuple(each["points"])})
                    for each in group["outcomes"]
                ),
            )
            for group in document["groups"]
        ),
        causes=tuple(Question(**_covered(each)) for each in document["causes"]),
        sources=tuple(Source(code, **source) for code, source in document["sources"].items()),
        never_asked=tuple(document["never_asked"]),
        sha256=sha256(text.encode()).hexdigest(),
    )


def _covered(raw: dict[str, Any]) -> dict[str, Any]:
    return raw | {"covers": tuple(tuple(cover.split(".")) for cover in raw.get("covers", []))}


# --- What is wrong with it ------------------------------------------------------------------------


def _faults(document: dict[str, Any]) -> Iterator[str]:
    shape = list(_shape(document))
    if shape:
        # Without its parts nothing can be compared.
        yield from shape
        return
    outcomes = [outcome for group in document["groups"] for outcome in group["outcomes"]]
    asked = [*outcomes, *document["causes"]]
    for part in (document["answers"], document["beside"], document["groups"], asked):
        codes = [each["code"] for each in part]
        yield from (
            f"{code}: named twice." for code in sorted({c for c in codes if codes.count(c) > 1})
        )
    for outcome in outcomes:
        yield from _wrong_points(outcome, len(document["answers"]))
    for cause in document["causes"]:
        if "points" in cause:
            yield f"{cause['code']}: what comes from outside a person has no points."
    yield from _uncovered(document["sources"], asked)


def _shape(document: dict[str, Any]) -> Iterator[str]:
    """Parts that are missing or of another kind. `Any` in, sentences out."""
    for key in ("instrument", "version", "title", "summary", "unit"):
        if not _is_words(document.get(key)):
            yield f"{key}: give it in words."
    if not isinstance(document.get("since"), date):
        yield "since: give the day from which it is used, as 2026-04-01."
    never = document.get("never_asked")
    if not isinstance(never, list) or not never or not all(map(_is_words, never)):
        yield "never_asked: give a list of sentences."
    sources = document.get("sources")
    if not isinstance(sources, dict) or not sources:
        yield "sources: give at least one, with a title and letters."
    else:
        for code, source in sources.items():
            yield from _lacking(f"sources.{code}", source, ("title", "letters"))
    yield from _list(document, "answers", ("code", "says", "easy"))
    yield from _list(document, "beside", ("code", "question", "easy"))
    yield from _list(document, "causes", ("code", *WORDS), also=("covers", "points"))
    yield from _list(document, "groups", ("code", "title"), also=("outcomes",))
    for group in document.get("groups") or []:
        if isinstance(group, dict):
            yield from _list(group, "outcomes", ("code", *WORDS), also=("covers", "points"))


def _is_words(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _lacking(
    name: str, raw: object, keys: tuple[str, ...], also: tuple[str, ...] = ()
) -> Iterator[str]:
    if not isinstance(raw, dict):
        yield f"{name}: give keys and values."
        return
    yield from (f"{name}: give {key} in words." for key in keys if not _is_words(raw.get(key)))
    yield from (f"{name}: {key} is not known here." for key in raw if key not in (*keys, *also))


def _list(
    raw: dict[str, Any], key: str, keys: tuple[str, ...], *, also: tuple[str, ...] = ()
) -> Iterator[str]:
    items = raw.get(key)
    if not isinstance(items, list) or not items:
        yield f"{key}: give a list."
        return
    for number, item in enumerate(items, start=1):
        code = item.get("code") if isinstance(item, dict) else None
        name = f"{key}.{code or number}"
        yield from _lacking(name, item, keys, also)
        covers = item.get("covers", []) if isinstance(item, dict) else []
        if not isinstance(covers, list) or not all(
            isinstance(cover, str) and cover.count(".") == 1 for cover in covers
        ):
            yield f"{name}: covers is a list of source.letter."


def _wrong_points(outcome: dict[str, Any], answers: int) -> Iterator[str]:
    points = outcome.get("points")
    if (
        not isinstance(points, list)
        or len(points) != answers
        or not all(type(each) is int and each >= 0 for each in points)
    ):
        yield f"{outcome['code']}: points is a whole number of 0 or more for each of the {answers} answers."
    elif points[0] != 0 or points != sorted(points):
        yield f"{outcome['code']}: points begin at 0 and never fall as need rises."


def _uncovered(sources: Mapping[str, Any], asked: list[dict[str, Any]]) -> Iterator[str]:
    wanted = {
        f"{code}.{letter}" for code, source in sources.items() for letter in source["letters"]
    }
    covered = {cover for question in asked for cover in question.get("covers", [])}
    yield from (f"{cover}: nothing asks about this." for cover in sorted(wanted - covered))
    yield from (f"{cover}: no source says this." for cover in sorted(covered - wanted))


@cache
def current() -> Instrument:
    """The instrument in use."""
    return parse(PATH.read_text(encoding="utf-8"))
