"""Reading files of areas: what is good comes back whole, and what is bad is named, all of it at once."""

from __future__ import annotations

import gzip
import os
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from neighbourhoods.area_files import (
    AreaFileInvalid,
    CountryInvalid,
    compiling,
    england,
    load,
    read_areas,
)
from neighbourhoods.area_files.cells import BadCell, count
from tests.places import files
from tests.places.files import HEADER, ROWS, with_cell

SMALL_AREAS = Path(
    os.environ.get("SMALL_AREA_FILE")
    or Path(__file__).parents[3] / "shared/data/england/derived/england_lsoa21.csv.gz"
)


def problems(path: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(AreaFileInvalid) as refused:
        read_areas(path, country=england())
    return [(p.row, p.column, p.code) for p in refused.value.problems]


def test_a_good_file_comes_back_in_code_order(tmp_path: Path) -> None:
    file = read_areas(files.write(tmp_path, files.text(ROWS[::-1])), country=england())
    assert [(a.code, a.name, a.parent, a.population) for a in file.areas] == [
        ("N1", "Quay", "L1", 100),
        ("N2", "Mole", "L1", 200),
        ("N3", "Ridge", "L2", 300),
    ]
    assert file.columns == ("pop_total", "disab_lot", "disab_total")
    assert file.values == [[100, 10, 100], [200, 40, 200], [300, 15, 300]]
    assert (file.nation, file.nation_name) == ("Z1", "Borduria")
    assert (file.areas[0].latitude, file.areas[0].longitude) == (Decimal("50.1"), Decimal("1.5"))


BAD_CELLS = [
    ("code", "", "empty"),
    ("code", "N 1", "bad-code"),
    ("code", "N" * 21, "bad-code"),
    ("name", "  ", "empty"),
    ("name", "x" * 121, "bad-name"),
    ("name", "Quay\x00", "bad-name"),
    ("parent", "", "empty"),
    ("parent_name", "", "empty"),
    ("nation", "", "empty"),
    ("population", "", "empty"),
    ("population", "-1", "negative"),
    ("population", "1.5", "not-whole"),
    ("population", "many", "not-a-number"),
    ("disab_lot", "", "empty"),
    ("disab_lot", "-0.5", "negative"),
    ("disab_lot", "NaN", "not-a-number"),
    ("disab_lot", "inf", "not-a-number"),
    ("disab_lot", "1e3", "not-a-number"),
    ("disab_lot", "1_000", "not-a-number"),
    ("disab_lot", "١٢", "not-a-number"),
    ("disab_lot", "1,000", "not-a-number"),
    ("disab_lot", "1000000000000", "too-large"),
    ("disab_lot", "0.00001", "too-precise"),
    ("latitude", "91", "out-of-range"),
    ("latitude", "north", "not-a-number"),
    ("longitude", "-180.5", "out-of-range"),
]


@pytest.mark.parametrize(("column", "value", "code"), BAD_CELLS)
def test_a_bad_cell_is_named_with_its_line_and_column(
    tmp_path: Path, column: str, value: str, code: str
) -> None:
    found = problems(files.write(tmp_path, files.text(with_cell(1, column, value))))
    assert (3, column, code) in found
    assert {row for row, *_ in found} == {3}


def without(column: str) -> tuple[list[str], list[list[str]]]:
    at = HEADER.index(column)
    return HEADER[:at] + HEADER[at + 1 :], [row[:at] + row[at + 1 :] for row in ROWS]


@pytest.mark.parametrize(
    "column", ["code", "name", "parent", "parent_name", "nation", "nation_name", "population"]
)
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    header, rows = without(column)
    path = files.write(tmp_path, files.text(rows, header=header))
    assert problems(path) == [(1, column, "missing-column")]


def test_an_optional_column_may_be_missing(tmp_path: Path) -> None:
    header, rows = without("region_name")
    file = read_areas(files.write(tmp_path, files.text(rows, header=header)), country=england())
    assert file.areas[0].region_name == ""


def test_a_column_nobody_declared_is_refused_and_so_are_two_of_one_name(tmp_path: Path) -> None:
    header = [*HEADER, "household_income", "disab_lot"]
    path = files.write(tmp_path, files.text([[*row, "1", "1"] for row in ROWS], header=header))
    assert problems(path) == [
        (1, "disab_lot", "duplicate-column"),
        (1, "household_income", "unknown-column"),
    ]


BROKEN = [
    ("the same code again", [*ROWS, ROWS[0]], [(5, "code", "duplicate-code")]),
    (
        "one neighbourhood in two local systems",
        [*ROWS, [*ROWS[0][:2], "L2", "Upland", "R2", "Hills", *ROWS[0][6:]]],
        [(5, "code", "duplicate-code"), (5, "parent", "two-parents")],
    ),
    ("a local system with two names", with_cell(1, "parent_name", "Haven"), [(3, "parent_name", "two-names")]),
    ("a local system in two regions", with_cell(1, "region", "R2"), [(3, "region", "two-regions"), (4, "region_name", "two-names")]),
    ("two nations", with_cell(2, "nation", "Z2"), [(4, "nation", "two-nations")]),
    ("a nation with two names", with_cell(2, "nation_name", "Syldavia"), [(4, "nation_name", "two-names")]),
    ("a neighbourhood named as a local system", with_cell(2, "code", "L1"), [(4, "code", "code-used-twice")]),
    ("a local system named as the nation", with_cell(2, "parent", "Z1"), [(0, "parent", "code-used-twice")]),
    ("two neighbourhoods of one name", with_cell(1, "name", "quay"), [(3, "name", "duplicate-name")]),
    ("half a place on the map", with_cell(0, "longitude", ""), [(2, "latitude", "half-a-place")]),
]  # fmt: skip


@pytest.mark.parametrize(("rows", "expected"), [b[1:] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_areas_that_do_not_nest_are_refused(
    tmp_path: Path, rows: list[list[str]], expected: list[tuple[int, str, str]]
) -> None:
    assert problems(files.write(tmp_path, files.text(rows))) == expected


def test_every_fault_is_reported_at_once(tmp_path: Path) -> None:
    rows = with_cell(0, "disab_lot", "-3")
    rows[1][HEADER.index("name")] = ""
    rows[2] = rows[2][:-1]
    assert problems(files.write(tmp_path, files.text(rows))) == [
        (2, "disab_lot", "negative"),
        (3, "name", "empty"),
        (4, "", "wrong-fields"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", b"", (0, "", "empty-file")),
        ("a.csv", (",".join(HEADER) + "\n").encode(), (0, "", "empty-file")),
        ("a.csv", files.text().replace("Mole", "M\udcffle").encode(errors="surrogateescape"), (3, "", "encoding")),
        ("a.csv", files.text().replace("Mole", '"Mole').encode(), (4, "", "bad-quoting")),
        ("a.csv.gz", files.text().encode(), (0, "", "not-gzip")),
        ("a.csv.gz", gzip.compress(files.text().encode())[:-9], (0, "", "not-gzip")),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_read_says_why(
    tmp_path: Path, name: str, content: bytes, expected: tuple[int, str, str]
) -> None:
    assert expected in problems(files.write(tmp_path, content, name=name))


def test_a_packed_file_and_one_with_a_byte_order_mark_read_the_same(tmp_path: Path) -> None:
    plain = read_areas(files.write(tmp_path), country=england())
    packed = files.write(tmp_path, gzip.compress(files.text().encode()), name="a.csv.gz")
    marked = files.write(tmp_path, "\ufeff" + files.text(), name="b.csv")
    for path in (packed, marked):
        again = read_areas(path, country=england())
        assert (again.areas, again.values) == (plain.areas, plain.values)
        assert again.sha256 != plain.sha256


NAMES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P")), min_size=1, max_size=30)
NUMBERS = st.integers(0, 10**9) | st.decimals(0, 10**6, places=3)


@given(
    places=st.lists(st.tuples(NAMES, st.integers(1, 3), NUMBERS), min_size=1, max_size=8),
)
def test_what_is_written_reads_back_the_same(
    tmp_path_factory: pytest.TempPathFactory, places: list[tuple[str, int, int | Decimal]]
) -> None:
    rows = [
        [f"N{n}", f"{name}{n}", f"L{system}", f"System {system}", "", "", "Z1", "Borduria", "", "", "", str(n), str(n), str(value), "1"]
        for n, (name, system, value) in enumerate(places)
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("round")
    first = read_areas(files.write(folder, files.text(rows)), country=england())
    data = compiling.as_csv(first)
    second = read_areas(files.write(folder, data, name="again.csv"), country=england())
    assert (second.areas, second.values) == (first.areas, first.values)
    assert compiling.as_csv(second) == data
    assert sum(values[1] for values in second.values) == sum(value for *_, value in places)


@given(st.text(max_size=12))
def test_a_count_is_exact_or_refused(text: str) -> None:
    try:
        value = count(text)
    except BadCell:
        return
    assert value >= 0
    assert Decimal(text) == value


# --- Small areas ----------------------------------------------------------------------------------


def small(rows: list[dict[str, str]], folder: Path) -> Path:
    counts = list(england().indicators)
    header = [*files.SMALL_HEADER, *counts]
    lines = [
        [row.get(column, "1" if column in counts else "") for column in header] for row in rows
    ]
    return files.write(folder, files.text(lines, header=header), name="small.csv")


def small_row(code: str, **changes: str) -> dict[str, str]:
    row = dict(
        zip(
            files.SMALL_HEADER,
            [code, "M1", "Quay", "U1", "Harbour", "R1", "Coast", "D1", "District", "UN1"],
            strict=True,
        )
    )
    return row | changes


def test_small_areas_are_added_up_and_withheld_cells_count_as_nothing(tmp_path: Path) -> None:
    rows = [
        small_row("S1", pop_total="100", imd25_income_numerator="15.0", ruc21_code="RSN1"),
        small_row("S2", pop_total="250", imd25_income_numerator="", ruc21_code="UN1"),
    ]
    file = read_areas(small(rows, tmp_path), country=england())
    figures = dict(zip(file.columns, file.values[0], strict=True))
    assert (file.areas[0].population, figures["pop_total"], figures["disab_lot"]) == (350, 350, 2)
    assert (figures["imd25_income_numerator"], file.withheld) == (15, 1)
    # The kind of area in which most people live, not the one of most small areas.
    assert file.areas[0].area_type == "UN1"
    assert file.districts == {"D1": ("District", "U1")}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"utla_code": "U2", "utla_name": "Upland"}, [(3, "ltla24_code", "two-parents"), (3, "utla_code", "two-parents")]),
        ({"msoa_hcl_name": "Mole"}, [(3, "msoa_hcl_name", "two-names")]),
        ({"lsoa21_code": "S1"}, [(3, "lsoa21_code", "duplicate-code")]),
        ({"disab_lot": ""}, [(3, "disab_lot", "empty")]),
        ({"imd25_income_numerator": "-5"}, [(3, "imd25_income_numerator", "negative")]),
    ],
)  # fmt: skip
def test_small_areas_that_disagree_are_refused(
    tmp_path: Path, changes: dict[str, str], expected: list[tuple[int, str, str]]
) -> None:
    rows = [small_row("S1"), small_row("S2", **changes)]
    assert problems(small(rows, tmp_path)) == expected


# --- England --------------------------------------------------------------------------------------


def test_england_as_carried_is_whole() -> None:
    file = read_areas(compiling.CARRIED, country=england())
    assert len(file.areas) == 6856
    assert len({area.parent for area in file.areas}) == 153
    # The published number of usual residents of England on 21 March 2021.
    assert sum(area.population for area in file.areas) == 56_490_091
    assert set(file.columns) == set(england().indicators)
    assert all(area.latitude is not None and area.area_type and area.region for area in file.areas)
    by_age = [c for c in file.columns if c.startswith("pop_") and c != "pop_total"]
    assert len(by_age) == 18
    for area, values in zip(file.areas, file.values, strict=True):
        figures = dict(zip(file.columns, values, strict=True))
        assert figures["pop_total"] == area.population == sum(figures[c] for c in by_age)


@pytest.mark.skipif(
    not SMALL_AREAS.exists(), reason="England's small areas are not here (set SMALL_AREA_FILE)"
)
def test_the_small_areas_compile_to_the_very_file_that_is_carried() -> None:
    file = read_areas(SMALL_AREAS, country=england())
    assert file.rows_read == 33_755
    file = compiling.with_centres(file, compiling.carried_centres())
    data = compiling.as_csv(file)
    assert data == gzip.decompress(compiling.CARRIED.read_bytes())
    assert compiling.packed(data) == compiling.packed(data)
    districts = compiling.districts_as_csv(file, england().district_codes_since)
    assert districts == (compiling.CARRIED.parent / "districts.csv").read_bytes()


# --- Declarations ---------------------------------------------------------------------------------

DECLARATION = """
nation: {code: Z1, name: Borduria}
dataset: {slug: borduria, vintage: "2024", source: A count, licence: CC0, attribution: Borduria}
indicators:
  - {column: elders, label: Elders, class: A, unit: people}
"""


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("class: A", "class: C", "class C"),
        ("class: A", "class: D", "the class is A"),
        ("unit: people", "unit: pounds", "the unit is one of"),
        ("unit: people", "unit: people, base: nobody", "is not declared"),
        ("slug: borduria, ", "", "give a slug"),
        ("nation: {code: Z1, name: Borduria}", "nation: Borduria", "give keys and values"),
        ("nation:", "nation: [", "is not YAML"),
    ],
)
def test_a_declaration_that_cannot_be_used_says_why(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    path = tmp_path / "country.yaml"
    path.write_text(DECLARATION.replace(before, after))
    with pytest.raises(CountryInvalid, match=words):
        load(path)
