"""What tests of the API share: clients, and the API's document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from tests.small_england import SmallEngland

ClientOf = Callable[[str], Client]


@pytest.fixture
def client_of(untouched: SmallEngland) -> ClientOf:
    """A client signed in as somebody of that role in the small England; nobody's by "anonymous"."""

    def make(role: str) -> Client:
        client = Client()
        if role in untouched.people:
            client.force_login(untouched.people[role])
        return client

    return make


@pytest.fixture
def anybody(untouched: SmallEngland) -> Client:
    return Client()


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return found
