"""The world of the matrix, built once for a module; whatever a test does to it is undone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.conftest import truncate_as_owner
from tests.sight.world import World, build


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: object) -> Iterator[World]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        try:
            yield build()
        finally:
            truncate_as_owner()


@pytest.fixture
def world(built: World) -> Iterator[World]:
    with transaction.atomic():
        yield built
        transaction.set_rollback(True)
