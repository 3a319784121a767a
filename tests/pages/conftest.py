"""What tests of pages share: somebody signed in, and a way to count what a page asks of the database."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.small_england import SmallEngland

SignIn = Callable[[str], Client]


@pytest.fixture
def sign_in(untouched: SmallEngland) -> SignIn:
    """A client for somebody of that role in the small England; the anonymous visitor's by "anonymous"."""

    def client_of(role: str) -> Client:
        client = Client()
        if role in untouched.people:
            client.force_login(untouched.people[role])
        return client

    return client_of
