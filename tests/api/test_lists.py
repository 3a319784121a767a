"""Lists: narrowed by filters, walked through by pages in a stable order, and never read further than shown."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from governance.levels import PUBLIC_LEVELS
from governance.models import Sphere
from tests import worlds
from tests.api.worlds import reads
from tests.small_england import SmallEngland


def walk(client: Client, address: str, way: str = "next") -> list[dict[str, Any]]:
    """All the pages of a list, one after another."""
    pages = []
    found: str | None = address
    while found:
        answer = client.get(found)
        assert answer.status_code == 200, answer.content
        pages.append(answer.json())
        found = pages[-1][way]
        assert len(pages) < 100
    return pages


def codes(pages: list[dict[str, Any]]) -> list[str]:
    return [row["code"] for page in pages for row in page["results"]]


def test_pages_hold_everything_once(untouched: SmallEngland, anybody: Client) -> None:
    pages = walk(anybody, "/api/v1/spheres/?page_size=4")
    everything = Sphere.objects.filter(level__in=PUBLIC_LEVELS).order_by("code")
    assert codes(pages) == [sphere.code for sphere in everything]
    assert {len(page["results"]) for page in pages[:-1]} == {4}


def test_pages_can_be_walked_backwards(untouched: SmallEngland, anybody: Client) -> None:
    forwards = walk(anybody, "/api/v1/spheres/?page_size=4")
    last = next(page["next"] for page in reversed(forwards) if page["next"])
    back = walk(anybody, last, "previous")
    assert codes(list(reversed(back))) == codes(forwards)


def test_a_list_may_grow_while_it_is_read(untouched: SmallEngland, anybody: Client) -> None:
    first = anybody.get("/api/v1/spheres/?page_size=4").json()
    before = codes([first])
    worlds.neighbourhood(under=untouched.local, code="A0000001")
    rest = codes(walk(anybody, first["next"]))
    assert not set(before) & set(rest)
    assert len(before + rest) == Sphere.objects.filter(level__in=PUBLIC_LEVELS).count() - 1


@pytest.mark.parametrize(
    "name",
    [
        "list_matters",
        "list_decisions",
        "list_pots",
        "list_prices",
        "list_runs",
        "list_formulas",
        "list_allocations",
        "list_indicator_values",
        "list_bodies",
        "list_datasets",
        "list_what_if_changes",
    ],
)
def test_every_list_can_be_walked_one_by_one(
    untouched: SmallEngland, anybody: Client, name: str
) -> None:
    address = reads(untouched)[name]
    sign = "&" if "?" in address else "?"
    whole = anybody.get(f"{address}{sign}page_size=500").json()["results"]
    pages = walk(anybody, f"{address}{sign}page_size=1")
    assert [row for page in pages for row in page["results"]] == whole


@pytest.mark.parametrize("size", ["0", "-1", "501", "a", "1.5", "٣", ""])
def test_a_size_that_is_none_is_refused(
    untouched: SmallEngland, anybody: Client, size: str
) -> None:
    answer = anybody.get("/api/v1/spheres/", {"page_size": size})
    assert answer.status_code == 400
    assert [fault["parameter"] for fault in answer.json()["errors"]] == ["page_size"]


@pytest.mark.parametrize(
    "cursor",
    ["x", "cD1ub3doZXJl!", "%%%", "cD0A", "ééé", "bz0tMQ==", "cj1h", "a" * 600, "cD0lMDA="],
)
@pytest.mark.parametrize(
    "name", ["list_matters", "list_pots", "list_spheres", "list_what_if_changes"]
)
def test_a_forged_cursor_is_refused_or_harmless(
    untouched: SmallEngland, anybody: Client, name: str, cursor: str
) -> None:
    answer = anybody.get(reads(untouched)[name], {"cursor": cursor})
    assert answer.status_code in {200, 400}


def test_a_cursor_of_another_list_is_refused(untouched: SmallEngland, anybody: Client) -> None:
    spheres = anybody.get("/api/v1/spheres/?page_size=1").json()["next"]
    cursor = spheres.partition("cursor=")[2].partition("&")[0]
    answer = anybody.get(f"/api/v1/pots/?cursor={cursor}")
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("level=national", 1),
        ("level=local", 3),
        ("parent=E08000016", 3),
        ("parent=E08000016&level=local", 0),
        ("name=grimethorpe", 1),
        ("parent=nowhere", 0),
    ],
)
def test_spheres_are_narrowed(
    untouched: SmallEngland, anybody: Client, query: str, count: int
) -> None:
    assert len(codes(walk(anybody, f"/api/v1/spheres/?{query}"))) == count


def test_the_spheres_of_people_are_never_there(untouched: SmallEngland, anybody: Client) -> None:
    levels = {
        row["level"]
        for page in walk(anybody, "/api/v1/spheres/?page_size=500")
        for row in page["results"]
    }
    assert levels == {"national", "local", "neighbourhood"}


@pytest.mark.parametrize(
    ("address", "count"),
    [
        ("matters/?state=open", 2),
        ("matters/?state=raised", 1),
        ("matters/?power=set-the-pot&state=decided", 3),
        ("matters/?seat=E08000016", 0),
        ("decisions/?carried=true", 5),
        ("decisions/?carried=false", 0),
        ("decisions/?power=adopt-a-formula", 1),
        ("prices/?state=adopted", 1),
        ("pots/?state=set", 3),
        ("runs/?state=posted", 1),
        ("formulas/?state=adopted", 1),
        ("formulas/?nation=nowhere", 0),
        ("bodies/?kind=panel", 1),
        ("datasets/?slug=england", 1),
    ],
)
def test_the_other_lists_are_narrowed(
    untouched: SmallEngland, anybody: Client, address: str, count: int
) -> None:
    assert len(anybody.get(f"/api/v1/{address}").json()["results"]) == count


@pytest.mark.parametrize("name", ["list_allocations", "list_indicator_values"])
def test_the_long_lists_are_not_walked_through_whole(
    untouched: SmallEngland, anybody: Client, name: str
) -> None:
    answer = anybody.get(reads(untouched)[name].partition("?")[0])
    assert answer.status_code == 400
    assert {fault["code"] for fault in answer.json()["errors"]} == {"required"}
