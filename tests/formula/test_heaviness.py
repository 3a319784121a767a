"""A formula that would take minutes may not be adopted: by its length, and by how large its numbers grow over a table."""

from __future__ import annotations

import io
import time
from pathlib import Path

import pytest

from budgets.formula import AreaTable, Formula, Problem, built_in, check, heaviness, load, too_heavy
from budgets.management.commands.formula import Command
from tests.what_if import worlds

RATIO = "{ratio: [need, {sum: [people, {value: 1, unit: person, reference: us}]}]}"
BOUNDS = (
    "    title: The local system",
    "    bounds: {level: local, limits: [{of: head, at_least: "
    "{value: 0, unit: pounds a head, reference: us}}]}\n    title: The local system",
)
ROUNDED = f"{{round: {{of: {RATIO}, decimals: 4}}}}"


def local(need: str) -> tuple[str, str]:
    return ("    need: people", f"    need: {need}")


def whole_line(formula: Formula, words: str) -> int:
    return next(n for n, line in enumerate(formula.text.splitlines(), start=1) if words in line)


def many_places(number: int = 3_000) -> AreaTable:
    """Places whose numbers of people share few divisors, so that exact ratios to them grow huge."""
    return AreaTable.from_rows(
        (
            {
                "code": f"N{n:05}",
                "name": f"N{n:05}",
                "parent": f"L{n % 10}",
                "parent_name": f"L{n % 10}",
                "population": 10_000_002 + 2 * n,
                "need": 7 + n % 5,
                "hardship": n % 3,
            }
            for n in range(number)
        ),
        code="code",
        name="name",
        parent="parent",
        parent_name="parent_name",
    )


def test_exact_ratios_under_a_floor_are_refused_with_line_and_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(heaviness, "MOST_BITS_BOUNDED", 30)
    for changes in ((local(RATIO),), (BOUNDS,), (local(ROUNDED), BOUNDS)):
        assert too_heavy(worlds.formula(*changes), worlds.areas()) == []
    formula = worlds.formula(local(RATIO), BOUNDS)
    [problem] = too_heavy(formula, worlds.areas())
    assert (problem.code, problem.key) == ("too_heavy", "streams.local.need.ratio")
    assert problem.line == whole_line(formula, "  local:")
    assert problem in check(formula, adoptable=True, areas=worlds.areas())
    # How large the numbers grow depends on the figures; what is asked without them is told without them.
    assert problem not in check(formula, adoptable=True)
    assert check(formula, adoptable=False, areas=worlds.areas()) == []


def test_a_long_document_needs_no_figures_to_be_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    formula = worlds.formula()
    assert check(formula, adoptable=True) == []
    monkeypatch.setattr(heaviness, "MOST_PARTS", 5)
    [problem] = check(formula, adoptable=True)
    assert (problem.code, problem.key) == ("too_heavy", "streams.individual.need.points")
    assert problem.line == whole_line(formula, "  individual:")


def test_ratios_of_many_places_are_refused_before_they_are_worked_out() -> None:
    places = many_places()
    began = time.monotonic()
    three = f"{{product: [{RATIO}, {RATIO}, {RATIO}]}}"
    assert [p.code for p in too_heavy(worlds.formula(local(three)), places)] == ["too_heavy"]
    assert time.monotonic() - began < 10
    rounded = f"{{product: [{ROUNDED}, {ROUNDED}, {ROUNDED}]}}"
    assert too_heavy(worlds.formula(local(rounded)), places) == []


def test_a_switch_hides_nothing() -> None:
    """Hardship that is not counted is worked out all the same, to show what counting it would do."""
    hard = RATIO.replace("need", "hard")
    three = local(f"{{sum: [people, {{product: [{hard}, {hard}, {hard}]}}]}}")
    for switch in ("on", "off"):
        formula = worlds.formula(three, ("{hardship: on}", f"{{hardship: {switch}}}"))
        assert [p.code for p in too_heavy(formula, many_places())] == ["too_heavy"]


def test_what_else_is_wrong_with_a_table_is_left_to_others() -> None:
    unknown = worlds.formula(("column: hardship", "column: unknown"))
    assert too_heavy(unknown, worlds.areas()) == []


# --- The command ----------------------------------------------------------------------------------


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, str]:
    command = Command(stdout=io.StringIO(), stderr=io.StringIO(), no_color=True)
    status = 0
    try:
        command.run_from_argv(["manage.py", "formula", "check", *map(str, words)])
    except SystemExit as stop:
        status = int(stop.code or 0)
    return status, command.stderr.getvalue() + capsys.readouterr().err


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    rows = [f"{code},{name},{up},{up},{p},{n},{h}" for code, name, up, p, n, h in worlds.PLACES]
    header = "code,name,parent,parent_name,population,need,hardship"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def test_the_command_shows_it_over_the_figures_named(
    tmp_path: Path, table: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(heaviness, "MOST_BITS_BOUNDED", 30)
    formula = worlds.formula(local(RATIO), BOUNDS)
    file = tmp_path / "formula.yaml"
    file.write_text(formula.text, encoding="utf-8")
    line = whole_line(formula, "  local:")
    told = Problem(line, "streams.local.need.ratio", "too_heavy", heaviness.MESSAGE)
    status, errors = refused(capsys, file, "--adoptable", "--data", table)
    assert (status, told.describe(str(file)) in errors.splitlines()) == (1, True)
    assert heaviness.MESSAGE not in refused(capsys, file, "--adoptable")[1]
    status, errors = refused(capsys, file, "--data", table)
    assert (status, "--data goes with --adoptable" in errors) == (2, True)
    status, errors = refused(capsys, file, "--adoptable", "--data", tmp_path / "none.csv")
    assert (status, "cannot read" in errors) == (2, True)


def test_a_formula_of_england_is_tried_over_the_figures_that_the_product_carries(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ratio = "{ratio: [health_very_bad, {product: [everybody, everybody]}]}"
    text = built_in("england").text.replace(
        "    share: {value: 0.04, unit: share of the pot, reference: judgement}\n    need:\n",
        "    share: {value: 0.04, unit: share of the pot, reference: judgement}\n"
        "    bounds: {level: local, limits: [{of: head, at_least: "
        "{value: 0, unit: pounds a head, reference: judgement}}]}\n"
        f"    need: {ratio}\n    unused:\n",
    )
    head, _, rest = text.partition("    unused:\n")
    tail = rest[rest.index("\napportionment:") :] if "\napportionment:" in rest else ""
    file = tmp_path / "heavy.yaml"
    file.write_text(head + tail, encoding="utf-8")
    assert load(file.read_text(encoding="utf-8")).nation == "England"
    status, errors = refused(capsys, file, "--adoptable")
    assert (status, "takes too long" in errors) == (1, True)
