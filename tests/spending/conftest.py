"""Every test of people's own money stands in the same small country."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.spending import worlds


@pytest.fixture
def nation(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[worlds.Nation]:
    with worlds.as_if_committed(monkeypatch):
        yield worlds.nation()
