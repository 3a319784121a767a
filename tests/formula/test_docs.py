"""The guide's own example runs, and the guide names every error there is."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
from pathlib import Path

from budgets.formula import check, compute, load, parse_pot, read_areas

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "formula.md").read_text(encoding="utf-8")
ENGINE = ROOT / "budgets" / "formula"
NOTED = {"problem": 1, "Problem": 2}  # call → where its code stands


def block(kind):
    return re.search(rf"^```{kind}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)[1]


def codes_in_the_engine():
    for path in ENGINE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                place = NOTED.get(name)
                if place is not None and len(node.args) > place:
                    code = node.args[place]
                    if isinstance(code, ast.Constant):
                        yield code.value


def test_the_worked_example_gives_the_figures_in_the_guide():
    formula = load(block("yaml"))
    assert check(formula, adoptable=True) == []
    result = compute(
        formula, read_areas(formula, io.StringIO(block("csv"))), pot=parse_pot("£1,000.00")
    )
    for row in result.neighbourhoods:
        line = next(x for x in GUIDE.splitlines() if x.startswith(f"| {row.name} |"))
        assert line.endswith(f"£{row.amount_pence // 100}.{row.amount_pence % 100:02} |")
    assert {row.code: row.amount_pence for row in result.local} == {"x": 47619, "y": 52381}


def test_the_guide_explains_every_error():
    codes = set(codes_in_the_engine())
    assert len(codes) > 50
    assert sorted(code for code in codes if f"`{code}`" not in GUIDE) == []


def test_the_guide_explains_every_key():
    keys = set()
    for name in ("parsing.py", "expression_reader.py"):
        for node in ast.walk(ast.parse((ENGINE / name).read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "fields":
                for keyword in node.keywords:
                    if isinstance(keyword.value, ast.List):
                        keys |= {e.value for e in keyword.value.elts if isinstance(e, ast.Constant)}
    assert len(keys) > 40
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", GUIDE)) == []


def test_the_engine_needs_neither_django_nor_a_binary_float():
    check_imports = "import sys, budgets.formula; sys.exit('django' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", check_imports], cwd=ROOT, check=False).returncode == 0
    )
    for path in ENGINE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant):
                assert not isinstance(node.value, float), path
            if isinstance(node, ast.Call):
                assert getattr(node.func, "id", "") != "float", path
