"""From stored figures to exact shares: the bridge between the records and the formula engine. It writes nothing."""

from __future__ import annotations

from functools import lru_cache

from budgets import formula as engine
from budgets.models import AllocationRun
from neighbourhoods import queries as areas
from neighbourhoods.models import Dataset


def area_table(dataset: Dataset) -> engine.AreaTable:
    """The figures of `dataset` as the engine takes them: one row a neighbourhood, in code order."""
    codes, names, parents, columns = areas.area_table(dataset)
    parent_names = areas.names_of(dataset, parents)
    return engine.AreaTable.from_columns(
        {
            "code": codes,
            "name": names,
            "parent": parents,
            "parent_name": [parent_names[parent] for parent in parents],
            **columns,
        },
        code="code",
        name="name",
        parent="parent",
        parent_name="parent_name",
    )


def share_out(run: AllocationRun) -> engine.Result:
    """The exact result of a run: the same for the same formula, figures and pot, every time."""
    formula = engine.load(run.formula.text)
    return engine.compute(formula, area_table(run.dataset), pot=run.pot.shared_pence)


@lru_cache(maxsize=2)
def posted_result(public_id: str) -> engine.Result:
    """The result of a posted run, kept in memory: it can never change, and one explains every place.

    It is kept under the run's public id, which no other run ever has, whatever database it is in.
    """
    run = AllocationRun.objects.select_related("formula", "dataset", "pot").get(
        public_id=public_id, state=AllocationRun.State.POSTED
    )
    return share_out(run)
