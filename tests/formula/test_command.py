"""`manage.py formula`: exact files, exit statuses, messages an editor can jump to, no database."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from budgets.management.commands.formula import Command
from tests.formula.worlds import NEED, PEOPLE_HERE, document

TABLE = "code,name,parent,people,lot,little\nb,Bee,x,10,1,0\na,Ay,x,20,3,0\n"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "good.yaml").write_text(document(NEED), encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(
        document(NEED).replace("lot: 5", "lot: five"), encoding="utf-8"
    )
    means = document(PEOPLE_HERE.replace("class: A", "class: C"), NEED)
    (tmp_path / "means.yaml").write_text(means, encoding="utf-8")
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


def run(*words, capsys):
    """Exit status, output and errors, as a shell would see them."""
    command = Command(stdout=io.StringIO(), stderr=io.StringIO(), no_color=True)
    status = 0
    try:
        command.run_from_argv(["manage.py", "formula", *map(str, words)])
    except SystemExit as stop:
        status = int(stop.code or 0)
    printed = capsys.readouterr()
    return status, command.stdout.getvalue() + printed.out, command.stderr.getvalue() + printed.err


def test_run_writes_one_exact_row_an_area(place, capsys):
    out = place / "out.csv"
    status, printed, errors = run(
        "run", place / "good.yaml", "--data", place / "table.csv", "--pot", "£1.01", "--out", out,
        capsys=capsys,
    )  # fmt: skip
    assert (status, errors) == (0, "")
    assert out.read_text(encoding="utf-8") == (
        "code,share,amount_pence\nb,0.250000000000,25\na,0.750000000000,76\n"
    )
    assert "2 areas, sha256 " in printed
    assert sorted(p.name for p in place.iterdir()) == [
        "bad.yaml", "good.yaml", "means.yaml", "out.csv", "table.csv"
    ]  # fmt: skip


def test_check_says_nothing_is_wrong(place, capsys):
    status, printed, errors = run("check", place / "good.yaml", "--adoptable", capsys=capsys)
    assert (status, errors) == (0, "")
    assert "nothing is wrong" in printed
    assert run("check", "england", "--adoptable", capsys=capsys)[0] == 0


def test_a_broken_document_is_told_by_file_line_and_key(place, capsys):
    file = place / "bad.yaml"
    line = file.read_text(encoding="utf-8").split("lot: five")[0].count("\n") + 1
    for words in (
        ["check", file],
        ["run", file, "--data", "x", "--pot", "1", "--out", place / "o"],
    ):
        status, printed, errors = run(*words, capsys=capsys)
        assert (status, printed) == (1, "")
        assert errors.startswith(f"{file}:{line}: need.points.of.lot: “five” is not a number")
    assert not (place / "o").exists()


def test_class_c_is_evaluated_marked_and_never_adoptable(place, capsys):
    file, out = place / "means.yaml", place / "o.csv"
    assert run("check", file, capsys=capsys)[0] == 0
    status, _, errors = run("check", file, "--adoptable", capsys=capsys)
    assert status == 1
    assert "indicators.people_here: measures means (class C)" in errors
    status, _, errors = run(
        "run", file, "--data", place / "table.csv", "--pot", "100", "--out", out, capsys=capsys
    )
    assert status == 0
    assert "not adoptable" in errors
    assert out.exists()


def test_bad_data_is_told_by_the_data_file(place, capsys):
    (place / "table.csv").write_text(TABLE.replace("3,0", "-3,many"), encoding="utf-8")
    out = place / "o.csv"
    out.write_text("kept", encoding="utf-8")
    status, _, errors = run(
        "run", place / "good.yaml", "--data", place / "table.csv", "--pot", "1", "--out", out,
        capsys=capsys,
    )  # fmt: skip
    assert status == 1
    assert f"{place / 'table.csv'}:3: little: “many” is not a number" in errors
    assert f"{place / 'table.csv'}:3: lot: -3 is negative" in errors
    assert out.read_text(encoding="utf-8") == "kept"


def test_a_pot_that_cannot_be_shared(place, capsys):
    text = document(NEED, "apportionment: {unit_pence: 100}\n")
    (place / "good.yaml").write_text(text, encoding="utf-8")
    status, _, errors = run(
        "run", place / "good.yaml", "--data", place / "table.csv", "--pot", "150", "--out",
        place / "o.csv", capsys=capsys,
    )  # fmt: skip
    assert status == 1
    assert "whole multiples of £1.00" in errors
    assert not (place / "o.csv").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "nowhere.yaml"], "built-in formulas: england"),
        (["check", "."], "cannot read ."),
        (["check"], "required: FILE"),
        ([], "required: check|run"),
        (["mend", "x"], "invalid choice"),
        (
            ["run", "GOOD", "--data", "nowhere.csv", "--pot", "1", "--out", "OUT"],
            "cannot read nowhere.csv",
        ),
        (
            ["run", "GOOD", "--data", "TABLE", "--pot", "1,234", "--out", "OUT"],
            "not a sum of money",
        ),
        (
            ["run", "GOOD", "--data", "TABLE", "--pot", "1", "--out", "/nowhere/o.csv"],
            "no such folder",
        ),
        (["run", "GOOD", "--data", "TABLE", "--pot", "1", "--out", "/dev/null"], "is not a file"),
        (["run", "GOOD", "--data", "TABLE", "--pot", "1", "--out", "/"], "is not a file"),
        (["run", "GOOD", "--data", "TABLE", "--out", "OUT"], "--pot"),
    ],
)
def test_wrong_usage_is_status_two(place, capsys, words, said):
    names = {"GOOD": "good.yaml", "TABLE": "table.csv", "OUT": "o.csv"}
    status, _, errors = run(*[place / names[w] if w in names else w for w in words], capsys=capsys)
    assert status == 2
    assert said in errors
    assert not (place / "o.csv").exists()


def test_help_is_enough_alone(capsys):
    status, printed, _ = run("run", "--help", capsys=capsys)
    assert status == 0
    for words in ("PENCE", "£1,234.56", "code,share,amount_pence", "not adoptable", "england"):
        assert words in printed
