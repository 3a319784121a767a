"""The public pages of places: what they tell, that they cost the same for many rows as for few, and what is missing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from governance import queries as decisions
from governance.models import Sphere
from neighbourhoods import postcodes, queries, search
from neighbourhoods.area_files import compiling, read_areas
from neighbourhoods.area_files import england as england_declared
from neighbourhoods.folding import fold
from neighbourhoods.models import Dataset
from socialcare.kernel.acting import acting_as
from tests import worlds
from tests.places import files
from tests.places.files import ROWS, with_cell

pytestmark = pytest.mark.django_db


@pytest.fixture
def borduria(tmp_path: Path) -> Dataset:
    call_command("import_areas", files.write(tmp_path), on=date(2026, 1, 1), stdout=io.StringIO())
    return Dataset.objects.get()


def read(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status
    return answer.content.decode()


def lines(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    body = b"".join(answer.streaming_content).decode()
    return list(csv.DictReader(io.StringIO(body)))


def test_without_places_the_page_says_what_will_be_here(client: Client) -> None:
    assert "No places yet" in read(client, "/places/")
    read(client, "/places.csv", status=404)


@pytest.mark.parametrize("address", ["/places/NONE/", "/places/NONE.csv"])
def test_an_unknown_place_is_missing(client: Client, borduria: Dataset, address: str) -> None:
    read(client, address, status=404)


def test_a_persons_sphere_is_no_place(client: Client, borduria: Dataset) -> None:
    person = worlds.person()
    with acting_as(person.user):
        address = f"/places/{person.sphere.public_id}/"
    read(client, address, status=404)
    assert queries.area("") is None


def test_the_nation_lists_its_local_systems(client: Client, borduria: Dataset) -> None:
    page = read(client, "/places/")
    assert "600 people live here, in 2 local systems" in page
    assert page.index(">Harbour</a>") < page.index(">Upland</a>")
    assert read(client, "/places/Z1/").count("/places/L1/") == page.count("/places/L1/")
    # Harbour: 50 of 300; Upland: 15 of 300.
    assert "Harbour has the most, 166.7 in every 1,000, and Upland the fewest, 50.0" in page


def test_a_list_can_be_sorted_and_filtered(client: Client, borduria: Dataset) -> None:
    area = queries.area("Z1")
    assert area is not None
    rows = queries.children(
        area, indicator=queries.chosen(queries.indicators_to_choose(borduria), "")
    )
    assert [row.code for row in queries.in_order(rows, "rate")] == ["L2", "L1"]
    assert [row.code for row in queries.in_order(rows, "-rate")] == ["L1", "L2"]
    assert [row.neighbourhoods for row in rows] == [2, 1]
    assert [row.code for row in queries.holding(rows, "HÁRB")] == ["L1"]
    assert [row.code for row in queries.holding(rows, "hills")] == ["L2"]
    page = read(client, "/places/?has=upl&sort=-people")
    assert "1 of 2 places." in page
    table = page[page.index("<tbody") :]
    assert ">Upland</a>" in table
    assert "No place here has that" in read(client, "/places/?has=zzz")


def test_a_neighbourhood_tells_its_need_its_neighbours_and_who_decides(
    client: Client, borduria: Dataset
) -> None:
    worlds.council(Sphere.objects.get(code="N2"))
    page = read(client, "/places/N2/")
    assert "200 people live here. It is a neighbourhood of Harbour." in page
    # 40 of 200 against 65 of 600: 200 and 108.3 in every 1,000.
    for words in ("200.0", "108.3", "85% more", "Keep the directory", "assembly of Mole"):
        assert words in page
    area = queries.area("N2")
    assert area is not None
    assert [place.name for place in search.next_to(area)] == ["Quay", "Ridge"]


def test_a_power_lent_away_is_said_beside_it(client: Client, borduria: Dataset) -> None:
    power = next(here.power for here in decisions.who_decides(Sphere.objects.get(code="L1")).powers)
    home = Sphere.objects.get(code="L1")
    borrower = Sphere.objects.get(code="N1")
    worlds.devolution(
        power=power.slug, lender=worlds.council(home), borrower=worlds.council(borrower)
    )
    assert "lent to Quay" in read(client, "/places/L1/")


def test_a_place_that_ended_keeps_its_page(
    client: Client, borduria: Dataset, tmp_path: Path
) -> None:
    newer = files.write(tmp_path, files.text(ROWS[:2]), name="newer.csv")
    call_command("import_areas", newer, on=date(2026, 5, 1), stdout=io.StringIO())
    assert "This place ended on" in read(client, "/places/N3/")
    assert "Upland" not in read(client, "/places/")
    assert search.by_name("Ridge").count() == 0


# --- Open data ------------------------------------------------------------------------------------


def test_the_open_figures_are_a_file_that_can_be_brought_in_again(
    client: Client, borduria: Dataset, tmp_path: Path
) -> None:
    answer = client.get("/places.csv")
    body = b"".join(answer.streaming_content)
    again = read_areas(files.write(tmp_path, body, name="again.csv"), country=england_declared())
    first = read_areas(files.write(tmp_path), country=england_declared())
    assert (again.areas, again.values) == (first.areas, first.values)


def test_each_place_has_its_own_file(client: Client, borduria: Dataset) -> None:
    assert [row["code"] for row in lines(client, "/places/Z1.csv")] == ["L1", "L2"]
    assert [row["code"] for row in lines(client, "/places/L1.csv")] == ["N1", "N2"]
    [row] = lines(client, "/places/N3.csv")
    assert (row["name"], row["parent"], row["population"], row["disab_lot"]) == (
        "Ridge",
        "L2",
        "300",
        "15",
    )


def test_a_name_is_never_a_formula_to_a_spreadsheet(client: Client, tmp_path: Path) -> None:
    rows = with_cell(0, "name", "=HYPERLINK(1)")
    call_command("import_areas", files.write(tmp_path, files.text(rows)), stdout=io.StringIO())
    assert lines(client, "/places/N1.csv")[0]["name"] == "'=HYPERLINK(1)"


# --- Search by name -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("St. Mary’s & Crésswell", "st marys cresswell"),
        ("  KING'S   Park ", "kings park"),
        ("Bolton-upon-Dearne", "bolton upon dearne"),
        ("--", ""),
    ],
)
def test_names_are_compared_without_capitals_accents_and_stops(text: str, folded: str) -> None:
    assert fold(text) == folded


def test_without_the_areas_around_it_a_good_postcode_says_so(borduria: Dataset) -> None:
    with pytest.raises(postcodes.PostcodeUnknown, match="not yet"):
        postcodes.find("S75 1AB")


def test_a_name_that_finds_places_may_stand_in_an_address_and_no_other_text(
    client: Client, borduria: Dataset
) -> None:
    answer = client.post("/find/", {"q": "harb"})
    assert (answer.status_code, answer["Location"]) == (302, "/find/?q=harb")
    page = read(client, "/find/?q=harb")
    # The local system first, then its neighbourhoods, each with the local system beside it.
    assert "3 places found." in page
    assert page.index("/places/L1/") < page.index("/places/N2/") < page.index("/places/N1/")
    nobody = client.post("/find/", {"q": "Mrs Smith of Quay"})
    assert nobody.status_code == 200
    assert "We found no place of that name" in nobody.content.decode()


class TestEngland:
    def test_whole_names_come_first_then_beginnings_then_middles(self, england: Dataset) -> None:
        found = list(search.by_name("york"))
        assert (found[0].name, found[0].sphere.level) == ("York", "local")
        assert found[1].name.startswith("York")
        names = [place.name_key for place in found]
        starts = [name.startswith("york") for name in names]
        assert starts == sorted(starts, reverse=True)

    @pytest.mark.parametrize(
        ("typed", "first"),
        [
            ("st marys southampton", None),
            ("grimethorpe", "Grimethorpe"),
            ("kings park", "King"),
            ("monk bretton", "Monk Bretton"),
        ],
    )
    def test_words_in_any_spelling(self, england: Dataset, typed: str, first: str | None) -> None:
        found = search.by_name(typed)
        if first is not None:
            assert first in found[0].name
        for place in found:
            assert all(word in place.search_key for word in typed.split())

    @pytest.mark.parametrize(
        ("small", "large"),
        [
            # Rutland with 5 neighbourhoods, and Essex with 178.
            ("/places/E06000017/", "/places/E10000012/"),
            ("/places/E06000017.csv", "/places/E10000012.csv"),
            ("/places/?has=rutland", "/places/?sort=-rate&by=care_50h"),
            ("/find/?q=grimethorpe", "/find/?q=east"),
        ],
    )
    def test_a_page_asks_as_many_questions_for_many_rows_as_for_one(
        self, client: Client, england: Dataset, small: str, large: str
    ) -> None:
        counts = []
        for address in (small, large):
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(address)
            assert answer.status_code == 200
            counts.append(len(asked))
        assert counts[0] == counts[1]

    def test_each_part_of_a_page_costs_few_queries(
        self, england: Dataset, django_assert_num_queries: Callable[..., Any]
    ) -> None:
        areas = {}
        for code in ("E92000001", "E08000016", "E02001509"):
            with django_assert_num_queries(1):
                areas[code] = queries.area(code)
                assert areas[code].above is not None
        nation, local, place = areas.values()
        with django_assert_num_queries(1):
            indicator = queries.chosen(queries.indicators_to_choose(england), "care_50h")
        with django_assert_num_queries(3):
            assert len(queries.children(nation, indicator=indicator)) == 153
        with django_assert_num_queries(2):
            assert len(queries.children(local, indicator=indicator)) == 30
        with django_assert_num_queries(2):
            assert len(queries.rates(place)) == 14
        with django_assert_num_queries(1):
            assert len(search.next_to(place)) == 5
        with django_assert_num_queries(2):
            decisions.who_decides(place.sphere)

    def test_the_nations_people_and_places_add_up(self, england: Dataset) -> None:
        area = queries.area("E92000001")
        assert area is not None
        rows = queries.children(area, indicator=None)
        assert (len(rows), sum(row.neighbourhoods for row in rows)) == (153, 6856)
        assert sum(row.people for row in rows) == area.profile.population == 56_490_091
        table = queries.area_table(england)
        file = read_areas(compiling.CARRIED, country=england_declared())
        assert table.codes == [area.code for area in file.areas]
        for position, column in enumerate(file.columns):
            assert table.columns[column] == [values[position] for values in file.values]
