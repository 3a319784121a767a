"""Bringing areas in: all of a file or nothing, the same bytes once, newer files beside older ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from governance.levels import Level
from governance.models import AuditEntry, Sphere, User
from neighbourhoods import queries
from neighbourhoods.actions import areas
from neighbourhoods.area_files import england, note_for, read_areas
from neighbourhoods.models import AreaProfile, Dataset, Indicator, IndicatorValue
from socialcare.kernel.errors import NotAllowed
from tests import worlds
from tests.places import files
from tests.places.files import ROWS, with_cell

pytestmark = pytest.mark.django_db


def run(path: Path, **options: Any) -> str:
    out = StringIO()
    call_command("import_areas", path, stdout=out, stderr=out, **options)
    return out.getvalue()


def refused(path: Path, **options: Any) -> str:
    out = StringIO()
    with pytest.raises(SystemExit) as stopped:
        call_command("import_areas", path, stdout=out, stderr=out, **options)
    assert stopped.value.code == 1
    return out.getvalue()


def everything() -> dict[str, list[Any]]:
    """All that an import could change."""
    tables = (Sphere, Dataset, AreaProfile, Indicator, IndicatorValue, AuditEntry)
    return {table.__name__: list(table.objects.order_by("pk").values_list()) for table in tables}


def value(code: str, column: str) -> Decimal:
    dataset = Dataset.objects.latest("pk")
    return IndicatorValue.objects.get(
        sphere__code=code, indicator__column=column, indicator__dataset=dataset
    ).value


def test_another_country_comes_in_from_the_documented_columns(tmp_path: Path) -> None:
    out = run(files.write(tmp_path), on=date(2026, 1, 1))
    assert "Borduria: 2 local systems, 3 neighbourhoods, 18 figures from 3 rows. Added 6" in out
    tree = Sphere.objects.filter(level=Level.NEIGHBOURHOOD).order_by("code")
    assert [[s.code for s in sphere.ancestors()] for sphere in tree] == [
        ["N1", "L1", "Z1"],
        ["N2", "L1", "Z1"],
        ["N3", "L2", "Z1"],
    ]
    assert {sphere.starts_on for sphere in tree} == {date(2026, 1, 1)}
    # Local systems and the nation hold the sums of their neighbourhoods.
    assert [value(c, "disab_lot") for c in ("N1", "N2", "N3", "L1", "L2", "Z1")] == [
        10, 40, 15, 50, 15, 65,
    ]  # fmt: skip
    people = dict(AreaProfile.objects.values_list("sphere__code", "population"))
    assert people == {"N1": 100, "N2": 200, "N3": 300, "L1": 300, "L2": 300, "Z1": 600}
    entry = AuditEntry.objects.get(verb="areas.imported")
    assert (entry.actor_id, entry.detail["neighbourhoods"], entry.detail["added"]) == (None, 3, 6)


def test_the_same_bytes_again_change_nothing_and_say_so(tmp_path: Path) -> None:
    path = files.write(tmp_path)
    run(path)
    before = everything()
    assert "the same bytes" in run(path)
    assert everything() == before


def test_a_newer_file_renames_moves_adds_and_ends_but_deletes_nothing(tmp_path: Path) -> None:
    run(files.write(tmp_path), on=date(2026, 1, 1))
    renamed = ["N1", "New Quay", *ROWS[0][2:]]
    moved = [*ROWS[1][:2], "L2", "Upland", "R2", "Hills", *ROWS[1][6:]]
    added = ["N4", "Tarn", *ROWS[2][2:]]
    newer = files.write(tmp_path, files.text([renamed, moved, added]), name="newer.csv")
    assert "Added 1, renamed 1, moved 1, ended 1" in run(newer, on=date(2027, 1, 1))

    spheres = {s.code: s for s in Sphere.objects.public().select_related("parent")}
    assert spheres["N1"].name == "New Quay"
    assert spheres["N2"].parent == spheres["L2"]
    assert (spheres["N3"].ends_on, spheres["N4"].starts_on) == (date(2027, 1, 1),) * 2
    assert spheres["N1"].ends_on is None
    # What the first file said stays, name, place in the tree and figures.
    first = Dataset.objects.earliest("pk")
    table = queries.area_table(first)
    assert (table.codes, table.names, table.parents) == (
        ["N1", "N2", "N3"],
        ["Quay", "Mole", "Ridge"],
        ["L1", "L1", "L2"],
    )

    back = files.write(tmp_path, files.text([renamed, moved, added, ROWS[2]]), name="back.csv")
    assert "ended 0" in run(back, on=date(2028, 1, 1))
    spheres["N3"].refresh_from_db()
    assert spheres["N3"].ends_on is None


def test_a_file_for_an_earlier_day_than_the_newest_is_refused(tmp_path: Path) -> None:
    run(files.write(tmp_path), on=date(2027, 1, 1))
    before = everything()
    other = files.write(tmp_path, files.text(with_cell(0, "name", "Pier")), name="other.csv")
    assert "too-early" in refused(other, on=date(2026, 1, 1))
    assert everything() == before


BAD = {
    "negative": files.text(with_cell(0, "disab_lot", "-1")),
    "not-a-number": files.text(with_cell(0, "disab_lot", "few")),
    "missing-column": files.text().replace(",population,", ",inhabitants,", 1),
    "duplicate-code": files.text([*ROWS, ROWS[0]]),
    "two-parents": files.text([*ROWS, [*ROWS[0][:2], *ROWS[2][2:]]]),
    "two-nations": files.text(with_cell(2, "nation", "Z2")),
    "wrong-fields": files.text([*ROWS, ["N9"]]),
    "empty": files.text(with_cell(2, "name", "")),
    "encoding": files.text().encode().replace(b"Mole", b"M\xf4le"),
}


@pytest.mark.parametrize("code", BAD)
def test_a_bad_file_changes_nothing(tmp_path: Path, code: str) -> None:
    run(files.write(tmp_path))
    before = everything()
    path = files.write(tmp_path, BAD[code], name="bad.csv")
    out = refused(path)
    assert any(line.startswith(f"{path}:") and f"{code}: " in line for line in out.splitlines())
    assert "Nothing was changed." in out
    assert everything() == before


def test_a_code_that_names_something_else_already_is_refused(tmp_path: Path) -> None:
    run(files.write(tmp_path))
    before = everything()
    # L2 becomes a neighbourhood; N1 is claimed by another nation.
    rows = [["L2", "Fen", "L9", "Delta", *ROWS[0][4:]]]
    assert "code-taken: L2 is already the code of a local system" in refused(
        files.write(tmp_path, files.text(rows), name="level.csv")
    )
    stolen = [[*ROWS[0][:2], "L8", "Delta", "", "", "Z2", "Syldavia", *ROWS[0][8:]]]
    assert "code-taken: N1 is already the code of a place outside Syldavia" in refused(
        files.write(tmp_path, files.text(stolen), name="nation.csv")
    )
    assert everything() == before


def test_a_failure_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the trail cannot be written")

    before = everything()
    monkeypatch.setattr(areas.audit, "record", fail)
    with pytest.raises(RuntimeError):
        run(files.write(tmp_path))
    assert everything() == before


def test_wrong_usage_is_status_2(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as missing:
        run(tmp_path / "nowhere.csv")
    assert missing.value.returncode == 2
    assert "nowhere.csv" in str(missing.value)


def test_a_country_may_declare_columns_of_its_own(tmp_path: Path) -> None:
    declaration = tmp_path / "country.yaml"
    declaration.write_text(
        "nation: {code: Z1, name: Borduria}\n"
        "dataset: {slug: borduria, vintage: '2024', source: A count, licence: CC0, attribution: B}\n"
        "indicators:\n"
        "  - {column: elders, label: Elders, class: A, unit: people}\n"
    )
    header = [*files.HEADER[:12], "elders"]
    path = files.write(tmp_path, files.text([[*row[:12], "7.5"] for row in ROWS], header=header))
    assert "18" not in run(path, country=declaration)
    dataset = Dataset.objects.get()
    assert (dataset.slug, dataset.vintage, dataset.source) == ("borduria", "2024", "A count")
    assert value("Z1", "elders") == Decimal("22.5")
    assert queries.area_table(dataset).columns["elders"] == [Decimal("7.5")] * 3


def test_class_c_is_refused_by_the_declaration_and_changes_nothing(tmp_path: Path) -> None:
    declaration = tmp_path / "country.yaml"
    declaration.write_text(
        "nation: {code: Z1, name: Borduria}\n"
        "dataset: {slug: borduria, vintage: '2024', source: A count, licence: CC0, attribution: B}\n"
        "indicators:\n"
        "  - {column: savings, label: Savings, class: C, unit: people}\n"
    )
    before = everything()
    assert "class C" in refused(files.write(tmp_path), country=declaration)
    assert everything() == before


# --- Who may --------------------------------------------------------------------------------------


def attempt(path: Path, by: User | None) -> areas.Imported:
    file = read_areas(path, country=england())
    on = date(2030, 1, 1)
    note = note_for(file.nation, country=england(), file_name=path.name, on=on)
    return areas.import_areas(file=file, note=note, country=england(), on=on, by=by)


def test_only_the_nations_stewards_and_the_system_bring_areas_in(tmp_path: Path) -> None:
    stranger = worlds.user()
    path = files.write(tmp_path)
    before = everything()
    with pytest.raises(NotAllowed) as no:
        attempt(path, stranger)
    assert no.value.code == "may-not-import"
    assert everything() == before

    run(path)
    nation = Sphere.objects.get(code="Z1")
    steward = worlds.holder("national-steward", nation)
    newer = files.write(tmp_path, files.text(with_cell(0, "name", "Pier")), name="newer.csv")
    with pytest.raises(NotAllowed):
        attempt(newer, stranger)
    assert attempt(newer, steward).renamed == 1
    assert AuditEntry.objects.filter(verb="areas.imported").latest("pk").actor_id == steward.pk


# --- What PostgreSQL refuses ----------------------------------------------------------------------


def sql_refuses(statement: str, *values: object, match: str) -> None:
    with (
        pytest.raises(DatabaseError, match=match),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)


def test_sql_refuses_class_c(tmp_path: Path) -> None:
    run(files.write(tmp_path))
    dataset = Dataset.objects.get()
    for letter in ("C", "", "a"):
        with (
            pytest.raises(IntegrityError, match="indicator_is_never_about_means"),
            transaction.atomic(),
        ):
            Indicator.objects.create(
                dataset=dataset, position=9, column="tax_base", label="Tax", need_class=letter, unit="people"
            )  # fmt: skip


def test_sql_refuses_figures_that_are_no_counts_or_belong_nowhere(tmp_path: Path) -> None:
    run(files.write(tmp_path))
    indicator = Indicator.objects.first()
    sphere = Sphere.objects.create(
        level=Level.LOCAL, parent=Sphere.objects.get(code="Z1"), code="X", name="X"
    )
    insert = "INSERT INTO neighbourhoods_indicatorvalue (indicator_id, sphere_id, value) VALUES (%s, %s, %s)"
    for bad in ("-1", "NaN"):
        sql_refuses(insert, indicator.pk, sphere.pk, bad, match="indicator_value_is_a_count")
    sql_refuses(insert, indicator.pk, sphere.pk, "1", match="a figure belongs to")
    sql_refuses(insert, 10**9, sphere.pk, "1", match="a figure belongs to")


@pytest.mark.parametrize("table", ["dataset", "areaprofile", "indicator", "indicatorvalue"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET {}", "DELETE FROM {}"])
def test_the_application_cannot_change_what_was_said(
    tmp_path: Path, table: str, statement: str
) -> None:
    run(files.write(tmp_path))
    column = {"dataset": "slug = 'x'", "areaprofile": "name = 'x'", "indicator": "label = 'x'"}
    change = statement.format(f"neighbourhoods_{table}", column.get(table, "value = 1"))
    sql_refuses(change, match="permission denied")


# --- Reading back ---------------------------------------------------------------------------------


def test_the_table_of_a_dataset_is_what_its_file_said(
    tmp_path: Path, django_assert_num_queries: Callable[..., Any]
) -> None:
    run(files.write(tmp_path, files.text(ROWS[::-1])))
    dataset = Dataset.objects.get()
    with django_assert_num_queries(2):
        table = queries.area_table(dataset)
    assert table.codes == ["N1", "N2", "N3"]
    assert table.columns["population"] == [100, 200, 300]
    assert table.columns["disab_lot"] == [10, 40, 15]
    assert table.columns["area_type"] == ["UN1", "UN1", "RSN1"]
    assert table.columns["region_name"] == ["Coast", "Coast", "Hills"]
