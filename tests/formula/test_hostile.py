"""Documents written to harm are refused at once and clearly."""

from __future__ import annotations

import time

import pytest

from budgets.formula import FormulaInvalid, load
from tests.formula.worlds import NEED, document

BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        (BOMB, "alias", 1),
        ("formula: !!python/object/apply:os.system [ls]\n", "tag", 1),
        ("formula: x\nversion: !!float 1\n", "tag", 2),
        ("formula: " + "[" * 500 + "]" * 500, "too_complex", 1),
        ("formula: " + "{a: " * 31 + "1" + "}" * 31, "too_complex", 1),
        ("formula: [" + "x, " * 20_001 + "]", "too_complex", 1),
        ("x" * (256 * 1024 + 1), "too_large", 0),
        ("formula: a\n---\nformula: b\n", "several_documents", 2),
        ("formula: a\nformula: b\n", "duplicate_key", 2),
        ("? [a, b]\n: c\n", "key", 1),
        ("formula: a\n  b: c\n", "yaml", 2),
        ("formula: 'open\n", "yaml", 2),
        ("formula: \x00\n", "yaml", 1),
        ("- a\n- b\n", "not_a_mapping", 1),
        ("", "not_a_mapping", 1),
    ],
)
def test_refused_with_a_line(text, code, line):
    began = time.monotonic()
    with pytest.raises(FormulaInvalid) as refused:
        load(text, source="hostile.yaml")
    assert (refused.value.problems[0].code, refused.value.problems[0].line) == (code, line)
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "number", [".nan", "NaN", ".inf", "1e999999999", "0x1F", "1_000", "9" * 41, "0b1"]
)
def test_numbers_are_never_what_yaml_makes_of_them(number):
    with pytest.raises(FormulaInvalid) as refused:
        load(document(NEED.replace("lot: 5", f"lot: {number}")))
    (problem,) = refused.value.problems
    assert (problem.code, problem.key) == ("not_a_number", "need.points.of.lot")
