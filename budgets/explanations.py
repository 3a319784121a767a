"""Why: a formula told in words and points, and any place's allocation told step by step. Computes nothing new."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from budgets import formula as engine
from budgets import sharing
from budgets.formula.document import Factor, Stream
from budgets.formula.expressions import Expression
from budgets.models import AllocationRun, FormulaVersion


@dataclass(frozen=True)
class Counted:
    """One thing that a stream counts. `points` is what each counts for, or None where it is no single number."""

    counts: str
    points: Fraction | None
    unit: str
    note: str
    need_class: str


@dataclass(frozen=True)
class StreamTold:
    """One stream: its part of the pot, and what it counts, the heaviest first."""

    title: str
    held_by: str
    share: Fraction | None
    amount_pence: int | None
    counted: list[Counted]


@dataclass(frozen=True)
class FactorTold:
    """A cost factor: what it measures, and the ratios by kind of place."""

    measures: str
    ratios: list[tuple[str, Fraction, str]]
    otherwise: Fraction | None


@dataclass(frozen=True)
class Document:
    """A formula as a page can tell it."""

    formula: engine.Formula
    streams: list[StreamTold]
    factors: list[FactorTold]
    never_asked: tuple[str, ...]


def document_of(version: FormulaVersion) -> Document:
    """The words of a stored version, told. It was checked when it was proposed, so it can be read."""
    formula = engine.load(version.text)
    return Document(
        formula=formula,
        streams=[_stream(formula, stream) for stream in formula.streams],
        factors=[_factor(factor) for factor in formula.factors.values()],
        never_asked=engine.NEVER_ASKED,
    )


def _stream(formula: engine.Formula, stream: Stream) -> StreamTold:
    counted = [_counted(formula, term) for term in stream.need.terms()]
    counted.sort(key=lambda each: -(each.points or 0))
    return StreamTold(
        title=stream.title,
        held_by=stream.held_by,
        share=stream.share.value if stream.share else None,
        amount_pence=stream.amount_pence,
        counted=counted,
    )


def _counted(formula: engine.Formula, term: Expression) -> Counted:
    indicators = [formula.indicators[name] for name in term.names() if name in formula.indicators]
    quantities = [node.quantity or formula.values.get(node.name) for node in term.walk()]
    weights = [quantity for quantity in quantities if quantity]
    single = len(indicators) == 1 and len(weights) == 1
    return Counted(
        counts=" × ".join(indicator.counts for indicator in indicators) or "+".join(term.names()),
        points=weights[0].value if single else None,
        unit=indicators[0].unit if indicators else "",
        note=weights[0].note if single else "",
        need_class=max((indicator.indicator_class for indicator in indicators), default=""),
    )


def _factor(factor: Factor) -> FactorTold:
    return FactorTold(
        measures=factor.measures,
        ratios=[
            (label, quantity.value, quantity.note) for label, quantity in factor.by_label.items()
        ],
        otherwise=factor.otherwise.value if factor.otherwise else None,
    )


def explanation(run: AllocationRun, code: str) -> engine.Explanation:
    """Why the place with this code gets what it gets from a posted run. Raises KeyError for an unknown code."""
    return _explanation(run.public_id, code)


@lru_cache(maxsize=1000)
def _explanation(public_id: str, code: str) -> engine.Explanation:
    return sharing.posted_result(public_id).explain(code)
