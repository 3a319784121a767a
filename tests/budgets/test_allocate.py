"""`manage.py allocate`: the page's pence as files; by a dry run without any database, or for real and once."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from budgets.actions import allocations
from budgets.management.commands.allocate import Command
from budgets.models import AllocationRun, Movement
from tests.budgets import worlds as budgets
from tests.budgets.worlds import DOCUMENT, SHARED, TABLE, Nation

FILES = ("local.csv", "neighbourhoods.csv")
# Always with real transactions: a command closes its connections when it ends.
transactional = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def allocate(*words: object, capsys: pytest.CaptureFixture[str]) -> tuple[int, str, str]:
    """Exit status, output and errors, as a shell would see them."""
    command = Command(stdout=io.StringIO(), stderr=io.StringIO(), no_color=True)
    status = 0
    try:
        command.run_from_argv(["manage.py", "allocate", *map(str, words)])
    except SystemExit as stop:
        status = int(stop.code or 0)
    printed = capsys.readouterr()
    return status, command.stdout.getvalue() + printed.out, command.stderr.getvalue() + printed.err


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(DOCUMENT, encoding="utf-8")
    (tmp_path / "table.csv").write_text(TABLE, encoding="utf-8")
    return tmp_path


@transactional
def test_a_dry_run_without_a_database_and_the_posted_run_give_the_same_bytes(
    nation: Nation, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dry = place / "dry"
    # No address of any service, and no key: exactly what a finance officer's laptop has.
    secret = {"DATABASE_URL", "OWNER_DATABASE_URL", "REDIS_URL", "SECRET_KEY", "STATE_DIR"}
    command = [sys.executable, settings.BASE_DIR / "manage.py", "allocate", "--dry-run"]
    command += ["--formula", place / "small.yaml", "--data", place / "table.csv"]
    command += ["--pot", str(SHARED), "--out", dry]
    told = subprocess.run(
        command,
        env={name: value for name, value in os.environ.items() if name not in secret},
        cwd=place,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stderr) == (0, "")
    assert "3 local systems and 8 neighbourhoods (dry run" in told.stdout

    nation.adopt_formula()
    nation.set_pot()
    real = place / "real"
    words = ["--formula", "small", "--pot", SHARED, "--out", real]
    status, printed, errors = allocate(*words, capsys=capsys)
    assert (status, errors) == (0, "")
    run = AllocationRun.objects.get()
    assert f"run {run.public_id} posted" in printed
    assert sorted(contents(dry)) == sorted(FILES)
    assert contents(real) == contents(dry)
    for text in contents(real).values():
        rows = list(csv.DictReader(io.StringIO(text.decode())))
        assert sum(int(row["amount_pence"]) for row in rows) == SHARED

    # Again: the same files, and nothing is posted twice.
    moved = Movement.objects.count()
    (real / "local.csv").unlink()
    assert allocate(*words, capsys=capsys)[0] == 0
    assert contents(real) == contents(dry)
    assert (Movement.objects.count(), AllocationRun.objects.count()) == (moved, 1)


@transactional
@pytest.mark.parametrize(
    ("document", "table"),
    [
        (DOCUMENT.replace("code: parent, name: parent_name", "code: parent"), TABLE),
        (DOCUMENT, TABLE.replace("Eastham", " Eastham ").replace("Ash", "  Ash")),
    ],
    ids=["a document that names no column of parents' names", "blanks around names"],
)
def test_places_are_called_the_same_on_paper_and_when_posted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], document: str, table: str
) -> None:
    assert (document, table) != (DOCUMENT, TABLE)
    nation = budgets.nation(tmp_path, table)
    (tmp_path / "small.yaml").write_text(document, encoding="utf-8")
    dry, real = tmp_path / "dry", tmp_path / "real"
    words = ["--dry-run", "--formula", tmp_path / "small.yaml", "--data", tmp_path / "areas.csv"]
    assert allocate(*words, "--pot", SHARED, "--out", dry, capsys=capsys)[0] == 0
    nation.adopt_formula(document)
    nation.set_pot()
    words = ["--formula", "small", "--pot", SHARED, "--out", real]
    assert allocate(*words, capsys=capsys)[0] == 0
    assert contents(real) == contents(dry)
    assert "east,Eastham," in (real / "local.csv").read_text(encoding="utf-8")


def test_a_place_without_a_name_goes_by_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Such figures are not imported, and there is nothing to be different from."""
    (tmp_path / "small.yaml").write_text(DOCUMENT, encoding="utf-8")
    table = TABLE.replace("east,Eastham", "east,").replace("n1,Ash", "n1,")
    (tmp_path / "table.csv").write_text(table, encoding="utf-8")
    words = ["--dry-run", "--formula", tmp_path / "small.yaml", "--data", tmp_path / "table.csv"]
    assert allocate(*words, "--pot", SHARED, "--out", tmp_path, capsys=capsys)[0] == 0
    assert "east,east," in (tmp_path / "local.csv").read_text(encoding="utf-8")
    assert "n1,n1,east," in (tmp_path / "neighbourhoods.csv").read_text(encoding="utf-8")


@transactional
def test_a_run_that_a_worker_began_is_finished(
    nation: Nation,
    place: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(allocations, "SYSTEMS_A_STEP", 1)
    run = allocations.request(
        formula=nation.adopt_formula(),
        pot=nation.set_pot(),
        dataset=nation.dataset,
        by=nation.steward,
    )
    allocations._begin(run.pk, nation.steward.pk)
    allocations._share(run.pk, nation.steward.pk)
    allocations._post_next_systems(run.pk, nation.steward.pk)
    words = ["--formula", "small", "--pot", SHARED, "--out", place / "out"]
    assert allocate(*words, capsys=capsys)[0] == 0
    run.refresh_from_db()
    assert (run.state, run.systems_posted) == (AllocationRun.State.POSTED, 3)


@transactional
def test_a_rule_against_it_is_status_one_and_writes_nothing(
    nation: Nation, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = place / "out"
    words = ["--formula", "small", "--out", out]
    status, _, errors = allocate(*words, "--pot", SHARED, capsys=capsys)
    assert (status, "formula-not-adopted" in errors) == (1, True)
    nation.adopt_formula()
    nation.set_pot()
    status, _, errors = allocate(*words, "--pot", SHARED + 1, capsys=capsys)
    assert (status, f"pot-not-set: no pot with {SHARED + 1} pence" in errors) == (1, True)
    assert not out.exists()
    assert AllocationRun.objects.count() == 0


@transactional
def test_a_run_that_stops_is_status_one(
    nation: Nation, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nation.adopt_formula(DOCUMENT.replace("column: disab_little", "column: unheard_of"))
    nation.set_pot()
    status, _, errors = allocate(
        "--formula", "small", "--pot", SHARED, "--out", place / "out", capsys=capsys
    )
    assert status == 1
    assert "missing-column: the run stopped; nothing was lost or doubled." in errors
    assert not (place / "out").exists()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("table.csv", "900,40,90", "900,many,90", "table.csv:2: disab_lot: “many” is not a number"),
        ("small.yaml", "lot: 5", "lot: five", "need.points.of.lot: “five” is not a number"),
    ],
)
def test_a_dry_run_tells_what_is_wrong_by_file_and_line(
    place: Path,
    capsys: pytest.CaptureFixture[str],
    file: str,
    old: str,
    new: str,
    said: str,
) -> None:
    path = place / file
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    status, printed, errors = allocate(
        "--dry-run", "--formula", place / "small.yaml", "--data", place / "table.csv",
        "--pot", SHARED, "--out", place / "out", capsys=capsys,
    )  # fmt: skip
    assert (status, printed) == (1, "")
    assert said in errors
    assert not (place / "out").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--dry-run", "--formula", "england", "--pot", "1"], "required: --out"),
        (["--dry-run", "--formula", "england", "--pot", "1,234", "--out", "OUT"], "not a sum"),
        (["--dry-run", "--formula", "nowhere", "--pot", "1", "--out", "OUT"], "built-in formulas"),
        (["--dry-run", "--formula", "DOC", "--pot", "1", "--out", "DOC"], "is not a folder"),
        (
            ["--dry-run", "--formula", "DOC", "--data", "none.csv", "--pot", "1", "--out", "OUT"],
            "cannot read none.csv",
        ),
        (
            ["--formula", "small", "--data", "TABLE", "--pot", "1", "--out", "OUT"],
            "--data goes with --dry-run",
        ),
    ],
)
def test_wrong_usage_is_status_two(
    place: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    names = {"DOC": place / "small.yaml", "TABLE": place / "table.csv", "OUT": place / "out"}
    status, _, errors = allocate(*[names.get(word, word) for word in words], capsys=capsys)
    assert status == 2
    assert said in errors
    assert not (place / "out").exists()


def test_files_are_written_all_or_none(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder stands where the second file belongs: the first, which was there before, stays as it was."""
    out = place / "out"
    (out / "neighbourhoods.csv").mkdir(parents=True)
    (out / "local.csv").write_text("kept", encoding="utf-8")
    status, _, errors = allocate(
        "--dry-run", "--formula", place / "small.yaml", "--data", place / "table.csv",
        "--pot", SHARED, "--out", out, capsys=capsys,
    )  # fmt: skip
    assert status == 2
    assert "neighbourhoods.csv is there and is not a file" in errors
    assert (out / "local.csv").read_text(encoding="utf-8") == "kept"
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
