"""From real postcodes to the neighbourhoods around them, and nothing kept of what was typed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from neighbourhoods import postcodes
from neighbourhoods.models import Dataset
from neighbourhoods.postcodes import PostcodeUnknown, in_text, normalise


@pytest.mark.parametrize(
    ("typed", "postcode"),
    [
        ("s75 1ab", "S75 1AB"),
        (" S751AB ", "S75 1AB"),
        ("sw1a1aa", "SW1A 1AA"),
        ("S75-1AB", "S75 1AB"),
        ("s75", "S75"),
        ("EC1A", "EC1A"),
        ("S75 1", ""),
        ("Barnsley", ""),
        ("", ""),
        ("1AB S75", ""),
    ],
)
def test_postcodes_are_brought_into_one_shape(typed: str, postcode: str) -> None:
    assert normalise(typed) == postcode


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("12 Acacia Avenue, Barnsley s75 1ab", "S75 1AB"),
        ("S751AB", "S75 1AB"),
        ("S75", "S75"),
        ("S75 1", "S75 1"),
        ("SW1A1A", "SW1A1A"),
        ("Royston West", ""),
        ("Ward 3", ""),
    ],
)
def test_a_postcode_is_noticed_wherever_it_stands(typed: str, found: str) -> None:
    assert in_text(typed) == found


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("postcode", "local_system", "near"),
    [
        ("SW1A 1AA", "Westminster", "Central Westminster"),
        ("S75 1AB", "Barnsley", "Wilthorpe & Barugh Green"),
        ("S70 1AA", "Barnsley", "Barnsley Town & Park Road"),
        ("s711an", "Barnsley", "Worsbrough Common"),
        # A district of a county: the directory names Thanet, the local system is Kent.
        ("CT9 1XP", "Kent", "Margate Town"),
    ],
)
def test_real_postcodes_find_their_local_system(
    england: Dataset, postcode: str, local_system: str, near: str
) -> None:
    found = postcodes.find(postcode)
    assert len(found.places) == 5
    assert not found.is_certain
    assert {place.parent.name for place in found.places} == {local_system}
    assert found.places[0].name == near


@pytest.mark.django_db
def test_a_place_of_one_neighbourhood_leaves_no_doubt(england: Dataset) -> None:
    found = postcodes.find("TR21 0PL")
    assert [place.name for place in found.places] == ["Isles of Scilly"]
    assert found.is_certain


@pytest.mark.django_db
def test_the_first_half_of_a_postcode_finds_ten(england: Dataset) -> None:
    found = postcodes.find("S75")
    assert len(found.places) == 10
    assert "Mapplewell & Staincross" in {place.name for place in found.places}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("S75 1", "not-a-postcode"),
        ("ZZ9 9ZZ", "not-found"),
        ("Q1 1AA", "not-found"),
        ("CF10 1EP", "not-in-england"),
        ("GY1 1AA", "not-in-england"),
    ],
)
def test_a_postcode_that_leads_nowhere_says_why_and_is_not_repeated(
    england: Dataset, typed: str, code: str
) -> None:
    with pytest.raises(PostcodeUnknown) as unknown:
        postcodes.find(typed)
    assert unknown.value.code == code
    assert typed not in unknown.value.message


@pytest.mark.django_db
def test_a_lookup_costs_two_queries(
    england: Dataset, django_assert_num_queries: Callable[..., Any]
) -> None:
    with django_assert_num_queries(2):
        postcodes.find("S75 1AB")


def test_a_letter_is_kept_packed() -> None:
    letter = postcodes._letter("S")
    assert letter is not None
    assert len(letter) > 300_000
    size = len(letter.codes) + sum(
        len(column) * column.itemsize for column in (letter.districts, letter.easts, letter.norths)
    )
    assert size < 20 * len(letter)
    # So all of them together fit a process, and none is read twice.
    assert postcodes._letter.cache_info().maxsize is None
    starts = [letter[index] for index in (0, 1000, len(letter) - 1)]
    assert starts == sorted(starts)


# --- The page -------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_box_leads_to_neighbourhoods_and_keeps_nothing(
    england: Dataset, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = client.post("/find/", {"q": "s75 1ab"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "/places/" in page
    assert "Wilthorpe &amp; Barugh Green" in page
    assert "no-store" in answer["Cache-Control"]
    for trace in (page, caplog.text, str(answer.headers), str(dict(client.session))):
        assert "s75 1ab" not in trace.lower()


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["S75 1AB", "12 Acacia Avenue s75 1ab", "S75"])
def test_an_address_with_a_postcode_is_not_looked_up_but_cleaned(
    england: Dataset, client: Client, typed: str
) -> None:
    answer = client.get("/find/", {"q": typed})
    assert answer.status_code == 302
    assert answer["Location"] == "/find/?again=postcode"
    page = client.get(answer["Location"]).content.decode()
    assert "Write your postcode in the box" in page


@pytest.mark.django_db
def test_a_certain_place_is_shown_at_once(england: Dataset, client: Client) -> None:
    answer = client.post("/find/", {"q": "TR21 0PL"})
    assert (answer.status_code, answer["Location"]) == (302, "/places/E02006781/")


@pytest.mark.django_db
@pytest.mark.parametrize("typed", ["", "ZZ9 9ZZ", "x" * 101])
def test_what_cannot_be_found_is_an_error_on_the_form(
    england: Dataset, client: Client, typed: str
) -> None:
    answer = client.post("/find/", {"q": typed})
    assert answer.status_code == 422
    assert "<title>Error: " in answer.content.decode()
