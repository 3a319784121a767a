"""What tests of what-if pages share: a clean slate for the limit on questions, and a question already asked."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache

from budgets import whatif
from budgets.actions import what_ifs
from budgets.models import WhatIf
from tests.small_england import SmallEngland

LOUDER = ("health_very_bad: {points: 3,", "health_very_bad: {points: 30,")


@pytest.fixture(autouse=True)
def _nobody_has_asked_yet() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def ask(world: SmallEngland, *changes: tuple[str, str], **options: object) -> WhatIf:
    """A question about the formula in force with some of its words replaced; each must be there."""
    text = world.formula.text
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    basis = whatif.basis_in_force(world.nation)
    assert basis is not None
    given = {"pot_pence": basis.pot_pence, "basis": basis, "by": None, **options}
    return what_ifs.ask(text=text, **given)  # type: ignore[arg-type]


@pytest.fixture
def asked(untouched: SmallEngland) -> WhatIf:
    return ask(untouched, LOUDER)
