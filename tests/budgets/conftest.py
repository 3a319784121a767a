"""Every test of budgets stands in the same small nation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.budgets import worlds


@pytest.fixture
def nation(db: None, tmp_path: Path) -> worlds.Nation:
    return worlds.nation(tmp_path)
