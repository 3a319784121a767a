"""Why a place gets what it gets, whole: every step, what it rests on, who decided it, and what was never asked.

The printable page and the JSON are both made from this, so they cannot differ. Works out nothing new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Any

from budgets import explanations, queries, sharing
from budgets import formula as engine
from budgets.formula.document import Factor
from budgets.models import AllocationRun
from governance.models import Decision
from neighbourhoods.queries import Area

SCHEMA = 1  # raised when a reader of the JSON would have to change


@dataclass(frozen=True)
class CostHere:
    """A cost factor in one place: the ratio there, from the lowest to the highest of its neighbourhoods."""

    name: str
    measures: str
    unit: str
    # What the place is called in the factor's column, where it goes by labels.
    labels: tuple[str, ...]
    lowest: Fraction
    highest: Fraction


@dataclass(frozen=True)
class Why:
    """One place's allocation with everything behind it."""

    area: Area
    run: AllocationRun
    explanation: engine.Explanation
    costs: list[CostHere]

    def as_dict(self) -> dict[str, Any]:
        """Plain lists, dicts, text and integers; sums in pence. docs/what-if.md describes it."""
        told, run = self.explanation, self.run
        return {
            "schema": SCHEMA,
            "place": {
                "code": told.code,
                "name": told.name,
                "level": told.level,
                "population": told.population,
                "within": [{"code": each.code, "name": each.name} for each in self.area.above],
            },
            "amount_pence": told.amount_pence,
            "need": told.need,
            "share": told.share,
            "streams": [asdict(stream) for stream in told.streams],
            "costs": [
                {
                    "name": each.name,
                    "measures": each.measures,
                    "unit": each.unit,
                    "labels": list(each.labels),
                    "lowest": _ratio(each.lowest),
                    "highest": _ratio(each.highest),
                }
                for each in self.costs
            ],
            "hardship_counted": told.hardship_counted,
            "never_asked": told.never_asked,
            "formula": {
                "slug": run.formula.slug,
                "version": run.formula.version,
                "title": run.formula.title,
                "sha256": run.formula.sha256,
                "illustrative": told.illustrative,
                "adopted": _decision(run.formula.decision),
            },
            "pot": {
                "starts_on": run.pot.starts_on.isoformat(),
                "ends_on": run.pot.ends_on.isoformat(),
                "total_pence": run.pot.total_pence,
                "risk_reserve_pence": run.pot.risk_reserve_pence,
                "national_functions_pence": run.pot.national_functions_pence,
                "shared_pence": told.pot_pence,
                "set": _decision(run.pot.decision),
            },
            "figures": {
                "slug": run.dataset.slug,
                "vintage": run.dataset.vintage,
                "source": run.dataset.source,
                "licence": run.dataset.licence,
                "sha256": run.dataset.sha256,
            },
            "run": {
                "id": run.public_id,
                "posted_at": run.posted_at.isoformat() if run.posted_at else None,
                "sha256": told.result_sha256,
            },
        }


def _ratio(value: Fraction) -> str:
    return engine.format_decimal(value, 6)


def _decision(decision: Decision | None) -> dict[str, Any] | None:
    if decision is None:
        return None
    return {
        "matter": decision.matter.public_id,
        "decided_at": decision.decided_at.isoformat(),
        "votes_for": decision.votes_for,
        "votes_against": decision.votes_against,
        "abstentions": decision.abstentions,
        "reasons": decision.reasons,
    }


def of(area: Area) -> Why | None:
    """Why a local system or neighbourhood gets what the present run gives it. None where it gets nothing from one."""
    run = queries.current_run(area.dataset.nation)
    if run is None or queries.allocation_of(run, area.sphere) is None:
        return None
    code = area.sphere.code
    return Why(
        area=area,
        run=run,
        explanation=explanations.explanation(run, code),
        costs=_costs(sharing.posted_result(run.public_id), code),
    )


def _costs(result: engine.Result, code: str) -> list[CostHere]:
    """Every cost factor that a stream uses, as it is in the place's neighbourhoods."""
    areas = result.areas
    rows = [
        row for row, pair in enumerate(zip(areas.codes, areas.parents, strict=True)) if code in pair
    ]
    used = dict.fromkeys(name for stream in result.formula.streams for name in stream.cost)
    return [_cost(result, result.formula.factors[name], rows) for name in used]


def _cost(result: engine.Result, factor: Factor, rows: Sequence[int]) -> CostHere:
    value = result.needs.value(factor.code)
    ratios = (
        [value if isinstance(value, Fraction) else value.at(row) for row in rows] if value else []
    )
    labels: tuple[str, ...] = ()
    if factor.by_label:
        known = result.areas.labels(factor.column, weigh_by=result.formula.areas.population)
        labels = tuple(sorted({known[row] for row in rows}))
    return CostHere(
        name=factor.code,
        measures=factor.measures,
        unit=factor.unit,
        labels=labels,
        lowest=min(ratios),
        highest=max(ratios),
    )
