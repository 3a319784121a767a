"""The language of a test's last request stays with the thread: no later test may stand in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _language_ends_with_the_test() -> Iterator[None]:
    yield
    translation.deactivate()
