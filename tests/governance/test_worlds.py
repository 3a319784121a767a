"""The shared worlds hold together: a decision made by them is one that the rules allow."""

import pytest

from tests import worlds

pytestmark = pytest.mark.django_db


def test_a_council_decides() -> None:
    decision = worlds.decided(worlds.council(worlds.nation()), power="set-the-pot")
    assert decision.carried
    assert decision.votes_for == 5


def test_power_can_be_lent() -> None:
    home = worlds.local_system()
    lender = worlds.council(home)
    borrower = worlds.council(worlds.neighbourhood(under=home))
    loan = worlds.devolution(power="register-providers", lender=lender, borrower=borrower)
    assert loan.borrower == borrower.sphere
