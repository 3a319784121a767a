"""The ledger against a plain dictionary: whatever is posted, retried or reversed, both agree to the penny."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from budgets import ledger
from budgets.ledger import MovementSpec, Posted
from budgets.models import Account, Movement
from socialcare.kernel.errors import DomainError
from tests.ledger.worlds import Country, Purpose, country, own_transaction

NAMES = ["treasury", "pot", "reserve", "local", "fund0", "entitlements0"]
# Written apart from the SQL: purpose → the ways it goes.
WAYS = {
    Purpose.SET_POT: {("treasury", "pot")},
    Purpose.SET_ASIDE: {("pot", "reserve")},
    Purpose.ALLOCATE: {("pot", "local"), ("pot", "fund0"), ("pot", "entitlements0")},
}
# Mostly ways that exist, so that money really flows; and any way at all.
LEGS = st.one_of(
    st.sampled_from([(p, *way) for p, ways in WAYS.items() for way in sorted(ways)]),
    st.tuples(st.sampled_from(list(WAYS)), st.sampled_from(NAMES), st.sampled_from(NAMES)),
)
MOVES = st.tuples(LEGS, st.integers(min_value=0, max_value=60), st.integers(0, 25))


def attempt(act: Callable[[], Posted]) -> Posted | str:
    """What the act came to: its result, or the code of its refusal."""
    try:
        return act()
    except DomainError as refusal:
        return refusal.code


def reverse(movement: Movement, reason: str) -> Posted:
    with own_transaction():
        return ledger.reverse(movement, reason_code=reason, by=None)


class Ledger(RuleBasedStateMachine):
    """Few keys and small sums, so that reuse and overdrafts are common."""

    country: Country

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.balances = dict.fromkeys(self.country.ids, 0)
        self.posted: dict[str, MovementSpec] = {}
        self.reversed: set[str] = set()
        self.names = {pk: name for name, pk in self.country.ids.items()}

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.savepoint)

    def faults(self, specs: list[MovementSpec]) -> set[str]:
        """Every code that the model has against posting `specs`; none when they may go."""
        codes: set[str] = set()
        seen = dict(self.posted)
        balances = dict(self.balances)
        for spec in specs:
            source, destination = self.names[spec.source], self.names[spec.destination]
            if spec.amount_pence < 1:
                codes.add("bad-amount")
            if source == destination:
                codes.add("same-account")
            if spec.key in seen:
                if seen[spec.key] != spec:
                    codes.add("key-reused")
                continue
            if (source, destination) not in WAYS[Purpose(spec.purpose)]:
                codes.add("wrong-way")
            seen[spec.key] = spec
            balances[source] -= spec.amount_pence
            balances[destination] += spec.amount_pence
        if any(pence < 0 for name, pence in balances.items() if name != "treasury"):
            codes.add("overdraft")
        return codes

    def move(self, spec: MovementSpec) -> None:
        self.balances[self.names[spec.source]] -= spec.amount_pence
        self.balances[self.names[spec.destination]] += spec.amount_pence

    @rule(moves=st.lists(MOVES, min_size=1, max_size=4))
    def post(self, moves: list[tuple[tuple[str, str, str], int, int]]) -> None:
        specs = [
            self.country.spec(source, destination, pence, purpose, key=f"key:{number}")
            for (purpose, source, destination), pence, number in moves
        ]
        faults = self.faults(specs)
        fresh = {spec.key: spec for spec in specs if spec.key not in self.posted}
        outcome = attempt(lambda: self.country.post(*specs))
        if faults:
            assert outcome in faults
            return
        assert outcome == Posted(new=len(fresh), already=len(specs) - len(fresh))
        for spec in fresh.values():
            self.move(spec)
        self.posted |= fresh

    @precondition(lambda self: self.posted)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        keys = data.draw(st.lists(st.sampled_from(sorted(self.posted)), min_size=1, max_size=4))
        posted = self.country.post(*[self.posted[key] for key in keys])
        assert (posted.new, posted.already) == (0, len(keys))

    @precondition(lambda self: self.posted)
    @rule(data=st.data())
    def retry_with_another_amount(self, data: st.DataObject) -> None:
        spec = self.posted[data.draw(st.sampled_from(sorted(self.posted)))]
        with pytest.raises(DomainError) as refusal:
            self.country.post(replace(spec, amount_pence=spec.amount_pence + 1))
        assert refusal.value.code == "key-reused"

    @precondition(lambda self: self.posted)
    @rule(data=st.data(), reason=st.sampled_from(Movement.Reason.values))
    def reverse(self, data: st.DataObject, reason: str) -> None:
        key = data.draw(st.sampled_from(sorted(self.posted)))
        spec = self.posted[key]
        back = replace(spec, source=spec.destination, destination=spec.source)
        holder = self.names[spec.destination]
        expected = None
        if key in self.reversed:
            expected = "reversed-already"
        elif self.balances[holder] < spec.amount_pence:
            expected = "overdraft"
        movement = Movement.objects.get(idempotency_key=key)
        outcome = attempt(lambda: reverse(movement, reason))
        if expected:
            assert outcome == expected
            return
        assert outcome == Posted(new=1, already=0)
        self.reversed.add(key)
        self.move(back)

    @invariant()
    def both_agree(self) -> None:
        held = dict(Account.objects.values_list("pk", "balance_pence"))
        assert {name: held[pk] for name, pk in self.country.ids.items()} == self.balances
        assert Movement.objects.count() == len(self.posted) + len(self.reversed)

    @invariant()
    def the_ledger_is_whole(self) -> None:
        assert ledger.verify() == []


@pytest.mark.django_db
def test_the_ledger_agrees_with_a_dictionary() -> None:
    Ledger.country = country(neighbourhoods=1)
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
