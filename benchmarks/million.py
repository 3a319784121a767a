"""A million sums of money, each worked out and posted: what paying everybody's entitlement would ask of the ledger.

The product has no entitlements of people yet, so this measures the same work one level up: as many movements, each of
`floor(points × price × cost factor)` pence for invented points, to neighbourhoods' accounts in postings of a thousand
through the product's action, by one process. What a person's own record will add to it (sight, the plan it rests on)
is not in here.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import islice

from benchmarks import nations
from benchmarks.measuring import Figure, Size, timed
from budgets import ledger
from budgets.ledger import MovementSpec
from budgets.models import Movement
from governance.models import User
from socialcare.kernel.acting import acting_as

A_POSTING = 1000
PRICE = 1_234  # pence a point
FACTORS = (Fraction(1), Fraction(103, 100), Fraction(112, 100))


def sums(many: int) -> Iterator[int]:
    """That many amounts in whole pence, exact, rounded down; the same every time."""
    chance = random.Random(1)  # noqa: S311 -- nothing secret is chosen
    for _ in range(many):
        points, factor = chance.randint(1, 400), chance.choice(FACTORS)
        yield points * PRICE * factor.numerator // factor.denominator


def measure(size: Size, *, by: User) -> list[Figure]:
    """How long the sums take, and how many of them are posted a second."""
    purse = nations.purse("million", places=size.places * size.nations, by=by)
    working, pence = timed(lambda: list(sums(size.movements)))
    posting, _nothing = timed(lambda: _post(pence, purse, by=by))
    checking, faults = timed(ledger.verify)
    if faults:
        raise RuntimeError(f"the ledger is not whole: {faults[0].message}")
    return [
        Figure(
            part="Many sums",
            what=f"{size.movements:,} sums worked out and posted, {A_POSTING:,} a posting, one process",
            ours=f"{working + posting:.0f} s",
            beside=f"worked out in {working:.1f} s, posted in {posting:.0f} s: "
            f"{size.movements / posting:,.0f} movements/s; verify_ledger over all then {checking:.0f} s",
        )
    ]


def _post(pence: list[int], purse: nations.Purse, *, by: User) -> None:
    waiting = enumerate(pence)
    while batch := list(islice(waiting, A_POSTING)):
        with acting_as(by):
            ledger.post(
                [
                    MovementSpec(
                        source=purse.pot,
                        destination=purse.accounts[number % len(purse.accounts)],
                        amount_pence=amount,
                        purpose=Movement.Purpose.ALLOCATE,
                        key=f"million:{number}",
                        decision=purse.decision,
                    )
                    for number, amount in batch
                ],
                by=by,
            )
