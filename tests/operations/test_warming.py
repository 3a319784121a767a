"""What the web server loads before it has visitors; that it cannot is no reason not to start."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError

from budgets import queries
from budgets.sharing import posted_result
from socialcare import warming
from tests.small_england import SmallEngland


def test_the_present_shares_are_worked_out_ahead(
    england: SmallEngland, django_db_blocker: Any
) -> None:
    posted_result.cache_clear()
    with django_db_blocker.unblock():
        warming.warm()
    assert posted_result.cache_info().currsize == 1
    with django_db_blocker.unblock():
        posted_result(england.run.public_id)
    assert posted_result.cache_info().hits == 1


def test_a_database_that_does_not_answer_is_waited_for_by_nobody(
    england: SmallEngland, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted_result.cache_clear()

    def fail() -> None:
        raise OperationalError("no answer")

    monkeypatch.setattr(queries, "the_nation", fail)
    with django_db_blocker.unblock():
        warming.warm()
    assert posted_result.cache_info().currsize == 0
