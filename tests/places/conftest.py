"""England itself, brought in once for the tests that walk about in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from django.db import transaction

from neighbourhoods.actions import areas
from neighbourhoods.area_files import compiling, note_for, read_areas
from neighbourhoods.area_files import england as england_declared
from neighbourhoods.models import Dataset


@pytest.fixture(scope="module")
def england(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[Dataset]:
    """The carried figures, in a transaction around the whole module that is rolled back at its end."""
    country, on = england_declared(), date(2026, 4, 1)
    file = read_areas(compiling.CARRIED, country=country)
    note = note_for(file.nation, country=country, file_name=compiling.CARRIED.name, on=on)
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield areas.import_areas(file=file, note=note, country=country, on=on, by=None).dataset
        transaction.set_rollback(True)
