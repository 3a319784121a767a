"""Whatever a document or a table is turned into, the engine answers with a result or a refusal."""

from __future__ import annotations

import io

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from budgets.formula import AreaTable, FormulaError, check, compute, load, read_areas
from tests.formula.test_validation import SINGLE, WHOLE
from tests.formula.worlds import NEED, PEOPLE_HERE, document

RICH = document(
    PEOPLE_HERE,
    "need:\n  sum:\n    - round: {of: {ratio: [lot, people_here]}, decimals: 4}\n"
    "    - share: little\n    - larger: [{difference: [lot, little]}, people_here]\n",
)
DOCUMENTS = [
    yaml.load(text, Loader=yaml.BaseLoader) for text in (WHOLE, SINGLE, RICH, document(NEED))
]
SCRAPS = st.one_of(
    st.sampled_from(
        [
            "",
            "lot",
            "pay",
            "local",
            "0",
            "-1",
            "1/3",
            "9" * 40,
            "A",
            "C",
            "yes",
            "2026-01-01",
            "ä\n",
        ]
    ),
    st.just([]),
    st.just({}),
    st.just(["lot"]),
    st.just({"value": "1", "unit": "x", "reference": "count"}),
    st.just({"sum": ["lot", "lot"]}),
)


def places(node, path=()):
    yield path
    inside = (
        node.items()
        if isinstance(node, dict)
        else enumerate(node)
        if isinstance(node, list)
        else ()
    )
    for key, value in inside:
        yield from places(value, (*path, key))


def replaced(node, path, scrap):
    if not path:
        return scrap
    copy = dict(node) if isinstance(node, dict) else list(node)
    if len(path) == 1 and scrap is None:
        del copy[path[0]]
    else:
        copy[path[0]] = replaced(node[path[0]], path[1:], scrap)
    return copy


TABLE = AreaTable.from_rows(
    [
        {"code": "a", "name": "Ay", "parent": "x", "people": 5, "lot": 1, "little": 2, "pay": 1, "before": 9},
        {"code": "b", "name": "Bee", "parent": "x", "people": 0, "lot": 0, "little": "1.5", "pay": 2, "before": 0},
    ],
    parent="parent",
)  # fmt: skip


def attempt(call):
    """What the call gives and the problems it is refused with, one of them None."""
    try:
        return call(), None
    except FormulaError as refused:
        return None, refused.problems


def is_told(problems):
    return bool(problems) and all(p.code and p.message and p.line >= 0 for p in problems)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(DOCUMENTS), st.data(), st.integers(0, 30))
def test_a_mutated_document_gives_a_result_or_problems(original, data, pot):
    mutant = original
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([p for p in places(mutant) if p]))
        mutant = replaced(mutant, path, data.draw(st.one_of(st.none(), SCRAPS)))
    text = yaml.safe_dump(mutant, allow_unicode=True, sort_keys=False)
    formula, problems = attempt(lambda: load(text))
    if formula is None:
        assert is_told(problems)
        return
    assert check(formula, adoptable=False) == []
    check(formula, adoptable=True)
    result, problems = attempt(lambda: compute(formula, TABLE, pot=pot))
    if result is None:
        assert is_told(problems)
        return
    if formula.apportionment.shares == "of_pot":
        assert sum(row.amount_pence for row in result.rows) == pot
    for row in result.rows:
        assert row.amount_pence >= 0
        assert result.explain(row.code).amount_pence == row.amount_pence


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=120))
def test_any_text_is_a_document_or_a_problem(text):
    formula, problems = attempt(lambda: load(text))
    assert formula or is_told(problems)


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet='code,name"\n\rx1-. é\x00', max_size=120))
def test_any_text_is_a_table_or_a_problem(text):
    stream = io.StringIO("code,name,parent,people,lot,little\n" + text)
    areas, problems = attempt(lambda: read_areas(load(document(NEED)), stream))
    assert areas or is_told(problems)
