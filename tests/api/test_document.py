"""The OpenAPI document: whole, true to the addresses, with examples that fit."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

from socialcare.api.reference import reference
from tests.small_england import SmallEngland

# Told elsewhere: the document itself, its page, and every address that is none.
NOT_OPERATIONS = {"schema", "docs", "unknown"}

# To these there is nothing to say.
BARE = {
    "withdraw_matter",
    "ask_up",
    "withdraw_consent",
    "withdraw_my_ask",
    "withdraw_my_challenge",
    "begin_my_plan",
    "agree_my_plan",
}


def test_it_is_openapi(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    validate_schema(document)


def test_making_it_warns_of_nothing() -> None:
    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(request=None, public=True)
    assert not GENERATOR_STATS._warn_cache
    assert not GENERATOR_STATS._error_cache


def addresses(patterns: list[URLPattern | URLResolver], before: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for pattern in patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            found |= addresses(pattern.url_patterns, path)
        else:
            found[str(pattern.name)] = "/" + re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)
    return found


def test_it_names_every_address_and_no_other(document: dict[str, Any]) -> None:
    [api] = [each for each in get_resolver().url_patterns if str(each.pattern) == "api/"]
    served = addresses(api.url_patterns, "api/")
    assert {path for name, path in served.items() if name not in NOT_OPERATIONS} == set(
        document["paths"]
    )


def test_every_operation_says_what_it_is_for_with_an_example(
    operations: dict[str, tuple[str, str, dict[str, Any]]], faults_of: Any
) -> None:
    for name, (_path, method, operation) in operations.items():
        assert operation["summary"], name
        assert operation["tags"], name
        [(_, done)] = [each for each in operation["responses"].items() if each[0] < "300"]
        bodies = [done]
        if method == "post" and name not in BARE:
            bodies.append(operation["requestBody"])
        for body in bodies:
            for content in body["content"].values():
                [example] = content["examples"].values()
                assert faults_of(example["value"], content["schema"]) == [], name


def test_every_operation_lists_its_refusals(
    operations: dict[str, tuple[str, str, dict[str, Any]]], document: dict[str, Any]
) -> None:
    for name, (_path, method, operation) in operations.items():
        refusals = {int(status) for status in operation["responses"] if status >= "400"}
        expected = {400, 401, 403, 404, 406, 429}
        if method == "post":
            expected |= {409, 413, 415}
        assert expected <= refusals, name
    for response in document["components"]["responses"].values():
        assert set(response["content"]) == {"application/problem+json"}


def test_it_is_read_as_json_or_yaml(anybody: Client, db: None, document: dict[str, Any]) -> None:
    as_json = anybody.get("/api/schema/")
    assert as_json["Content-Type"].startswith("application/json")
    for answer in (
        anybody.get("/api/schema/?format=yaml"),
        anybody.get("/api/schema/", headers={"Accept": "application/yaml"}),
    ):
        assert answer["Content-Type"].startswith("application/yaml")
        assert yaml.safe_load(answer.content)["paths"].keys() == as_json.json()["paths"].keys()
    known = anybody.get("/api/schema/", headers={"If-None-Match": as_json["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert anybody.get("/api/schema/?format=pdf").status_code == 404


def test_the_page_tells_every_operation(
    anybody: Client, db: None, document: dict[str, Any]
) -> None:
    page = anybody.get("/api/docs/").content.decode()
    told = [operation for _tag, listed in reference().tags for operation in listed]
    assert len(told) == sum(len(methods) for methods in document["paths"].values())
    for operation in told:
        assert f'id="{operation.id}"' in page
    anchors = set(re.findall(r'id="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors
    for status in document["components"]["responses"]:
        # Where the `type` of a problem leads.
        assert f'id="problem-{status.removeprefix("Problem")}"' in page


def test_the_examples_of_the_guide_work(untouched: SmallEngland, anybody: Client) -> None:
    guide = (Path(settings.BASE_DIR) / "docs" / "api.md").read_text()
    addresses = re.findall(r'curl (?:-O )?"\$SERVICE(/[^"]+)"', guide)
    assert len(addresses) >= 10
    for address in addresses:
        assert anybody.get(address).status_code == 200, address
