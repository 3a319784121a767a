"""What tests of the API share: clients, and the API's document with a way to hold an answer against it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from socialcare.api.document import document as made
from tests.api.worlds import program_of
from tests.small_england import SmallEngland

ClientOf = Callable[[str], Client]


@pytest.fixture
def program(untouched: SmallEngland) -> ClientOf:
    """A program of somebody of that role in the small England; nobody's by "anonymous"."""

    def make(role: str) -> Client:
        if role not in untouched.people:
            return Client()
        return program_of(untouched.people[role])

    return make


@pytest.fixture
def anybody() -> Client:
    return Client()


@pytest.fixture
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    return made()


@pytest.fixture
def operations(document: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Operation id → its path, its method, and what the document says of it."""
    return {
        operation["operationId"]: (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


@pytest.fixture
def faults_of(document: dict[str, Any]) -> Callable[[Any, dict[str, Any]], list[str]]:
    """What is wrong with a value, held against a schema of the document."""

    def check(value: Any, schema: dict[str, Any]) -> list[str]:
        whole = {**schema, "components": document["components"]}
        errors = Draft202012Validator(whole).iter_errors(value)
        return [f"{error.json_path}: {error.message}" for error in errors]

    return check
