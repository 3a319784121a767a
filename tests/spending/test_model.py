"""A budget against plain arithmetic: whatever is paid, planned, brought back or stopped, both agree to the penny."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
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
from budgets.actions import entitlements, payments
from budgets.days import occurrence
from budgets.models import Payment, StandingPayment
from people.models import Person
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import DomainError
from tests import worlds
from tests.ledger.worlds import own_transaction
from tests.spending.worlds import POINT, Nation, agreed, award, balance, owner, pay, payee, somebody

WEEKLY = 3 * POINT
FIRST = date(2028, 1, 31)  # a leap year, on the last day of a month


class Budget(RuleBasedStateMachine):
    """One person, small sums, so that there is often too little. Days pass, and leftovers stay."""

    nation: Nation

    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.savepoint()
        self.clock = time_machine.travel(self.noon(FIRST), tick=False)
        self.clock.start()
        self.today = FIRST
        self.person: Person = somebody(self.nation.place)
        award(agreed(self.person, 3))
        self.payee = payee(self.person)
        self.held = 0
        self.paid_until = FIRST
        self.paid: dict[int, list[int]] = {}  # payment → [paid, came back]
        self.regular: dict[int, list] = {}  # standing → [pence, every, first, times]
        self.income()

    def teardown(self) -> None:
        self.clock.stop()
        transaction.savepoint_rollback(self.savepoint)

    @staticmethod
    def noon(day: date) -> datetime:
        return worlds.noon(day)

    def income(self) -> None:
        entitlements.pay_due()
        while self.paid_until <= self.today:
            self.paid_until += timedelta(days=28)
            self.held += 4 * WEEKLY

    @rule(pence=st.integers(1, 15_000))
    def pays(self, pence: int) -> None:
        if pence > self.held:
            with pytest.raises(DomainError, match="not enough"):
                pay(self.person, self.payee, pence)
            return
        payment = pay(self.person, self.payee, pence)
        self.held -= pence
        self.paid[payment.pk] = [pence, 0]

    @precondition(lambda self: self.paid)
    @rule(data=st.data(), pence=st.integers(1, 15_000))
    def gets_back(self, data: st.DataObject, pence: int) -> None:
        key = data.draw(st.sampled_from(sorted(self.paid)))
        paid, back = self.paid[key]
        if back + pence > paid:
            with pytest.raises(DomainError, match="No more can come back"):
                self.bring_back(key, pence)
            return
        self.bring_back(key, pence)
        self.paid[key][1] += pence
        self.held += pence

    def bring_back(self, key: int, pence: int) -> None:
        user = owner(self.person)
        with own_transaction(), acting_as(user):
            payment = Payment.objects.select_related("person").get(pk=key)
            payments.bring_back(payment=payment, amount_pence=pence, by=user)

    @precondition(lambda self: len(self.regular) < 3)
    @rule(pence=st.integers(1, 6_000), every=st.sampled_from(["week", "four-weeks", "month"]))
    def plans(self, pence: int, every: str) -> None:
        user = owner(self.person)
        with acting_as(user):
            planned = payments.plan(
                person=self.person,
                payee=self.payee,
                amount_pence=pence,
                every=every,
                starts_on=self.today,
                by=user,
            )
        self.regular[planned.pk] = [pence, every, self.today, 0]

    @precondition(lambda self: self.regular)
    @rule(data=st.data())
    def stops(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from(sorted(self.regular)))
        user = owner(self.person)
        with acting_as(user):
            standing = StandingPayment.objects.select_related("person").get(pk=key)
            payments.stop(standing=standing, by=user)
        del self.regular[key]

    @rule(days=st.integers(1, 40))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)
        self.clock.stop()
        self.clock = time_machine.travel(self.noon(self.today), tick=False)
        self.clock.start()
        self.income()
        payments.pay_standing()
        # Round by round, in the order of days and then of ids: each one is tried once a round.
        is_paid = True
        while is_paid:
            is_paid = False
            due = sorted(
                (occurrence(first, every, times), key)
                for key, (_pence, every, first, times) in self.regular.items()
                if occurrence(first, every, times) <= self.today
            )
            for _day, key in due:
                if self.regular[key][0] <= self.held:
                    self.held -= self.regular[key][0]
                    self.regular[key][3] += 1
                    is_paid = True

    @invariant()
    def both_agree(self) -> None:
        assert balance(self.person) == self.held >= 0

    @invariant()
    def each_is_where_it_should_be(self) -> None:
        with acting_as(owner(self.person)):
            rows = {row.pk: row for row in StandingPayment.objects.all()}
        for key, (_pence, every, first, times) in self.regular.items():
            assert rows[key].times_paid == times
            assert rows[key].next_on == occurrence(first, every, times)


def test_it_agrees_with_plain_arithmetic(nation: Nation) -> None:
    Budget.nation = nation
    run_state_machine_as_test(
        Budget,
        settings=settings(
            max_examples=8,
            stateful_step_count=14,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert not ledger.verify()
