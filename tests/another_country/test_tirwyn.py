"""A country that is nothing but data: docs/another-country.md followed word for word, beside a nation that counts in pounds."""

from __future__ import annotations

import csv
import io
import re
import shlex
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from budgets.models import AllocationRun, Pot
from governance.models import Sphere
from neighbourhoods import queries
from socialcare.kernel.money import POUND, Currency, pounds
from tests.budgets import worlds

GUIDE = (settings.BASE_DIR / "docs" / "another-country.md").read_text(encoding="utf-8")
CROWN = Currency(code="XTW", symbol="Ŧ", digits=3, major="crowns", minor="bits")
COMMANDS = [
    shlex.split(line.removeprefix("./manage.py "))
    for block in re.findall(r"^```console\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]


def run(command: str, out: Path) -> str:
    """Runs the guide's command of that name (its first unless it is `allocate`, for real), with files under `out`."""
    [words] = [words for words in COMMANDS if " ".join(words).startswith(command)]
    words = [str(out / word) if word in {"paper", "posted"} else word for word in words]
    said = io.StringIO()
    call_command(*words, stdout=said)
    return said.getvalue()


def quoted() -> list[str]:
    """What the guide says the commands print."""
    return re.findall(r"^> (.+)$", GUIDE, re.MULTILINE)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(settings.BASE_DIR)


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


def test_the_guides_figures_are_those_of_the_dry_run(
    here: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command(*next(words for words in COMMANDS if words[:2] == ["formula", "check"]))
    assert run("allocate --dry-run", tmp_path).startswith(quoted()[0])
    rows = table(tmp_path / "paper" / "neighbourhoods.csv")
    assert len(rows) == 8
    for row in rows:
        amount = pounds(int(row["amount_pence"]), CROWN)
        assert f"| {row['name']} | {row['need']} | {amount} |" in GUIDE
    assert sum(int(row["amount_pence"]) for row in rows) == 20_000_000_007


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_tirwyn_comes_in_decides_and_shares_out_without_a_change_of_code(
    here: None, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "testland").mkdir()
    pound_country = worlds.nation(tmp_path / "testland")
    assert run("import_areas", tmp_path).startswith(quoted()[1])
    [snippet] = re.findall(r"^```python\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    exec(compile(snippet, "docs/another-country.md", "exec"), {})

    run("allocate --dry-run", tmp_path)
    assert "Ŧ20,000,000.007 shared among 3" in run("allocate --formula", tmp_path)
    for name in ("local.csv", "neighbourhoods.csv"):
        assert (tmp_path / "posted" / name).read_bytes() == (tmp_path / "paper" / name).read_bytes()
    assert run("verify_ledger", tmp_path)

    tirwyn = Sphere.objects.get(code="TW")
    assert queries.currency_of(tirwyn) == CROWN
    assert queries.currency_of(pound_country.sphere) == POUND
    pot = Pot.objects.get(nation=tirwyn)
    assert "be Ŧ20,600,000.007?" in pot.matter.question

    island = client.get("/places/TW-103/").content.decode()
    assert "Ŧ675,868" in island
    assert "£" not in island
    country = client.get("/places/TW/").content.decode()
    assert "Ŧ20.6 million" in country
    assert "£" not in country
    shared = AllocationRun.objects.get(pot=pot)
    told = client.get(f"/money/runs/{shared.public_id}/").content.decode()
    assert "Ŧ20,000,000.007 was shared" in told
    assert "£" not in told


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_each_nations_pages_are_in_its_own_money(
    here: None, client: Client, tmp_path: Path
) -> None:
    """After a page in crowns the next one, of the nation that came first, is in pounds again."""
    (tmp_path / "testland").mkdir()
    pound_country = worlds.nation(tmp_path / "testland")
    pound_country.set_pot()
    run("import_areas", tmp_path)
    assert client.get("/places/TW/").status_code == 200
    page = client.get("/money/").content.decode()
    assert "£10,000.03" in page
    assert "Ŧ" not in page


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_where_it_is_the_only_nation_people_write_its_money(
    here: None, client: Client, tmp_path: Path
) -> None:
    run("import_areas", tmp_path)
    [snippet] = re.findall(r"^```python\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    world: dict[str, object] = {}
    exec(compile(snippet.split("text = Path")[0], "docs/another-country.md", "exec"), world)
    client.force_login(world["steward"])  # type: ignore[arg-type]
    form = client.get("/money/pots/propose/").content.decode()
    assert "The whole pot, in crowns" in form
    sent = {
        "starts_on_day": 1, "starts_on_month": 1, "starts_on_year": 2026,
        "ends_on_day": 1, "ends_on_month": 1, "ends_on_year": 2027,
        "total_pence": "1,000.00", "risk_reserve_pence": "Ŧ 1.500", "national_functions_pence": "0",
        "background": "To begin with.",
    }  # fmt: skip
    refused = client.post("/money/pots/propose/", sent).content.decode()
    assert "Write the amount in crowns and bits, like 1,250.000." in refused
    client.post("/money/pots/propose/", {**sent, "total_pence": "1,000.001"})
    assert (Pot.objects.get().total_pence, Pot.objects.get().risk_reserve_pence) == (
        1_000_001,
        1_500,
    )
