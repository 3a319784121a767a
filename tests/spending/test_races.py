"""Several real processes at one budget: nothing is paid twice, nothing is overdrawn, and nobody waits in a ring."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from budgets import ledger
from budgets.actions import entitlements, payments
from budgets.models import Payment
from socialcare.kernel import acting
from socialcare.kernel.acting import acting_as
from tests.spending import worlds as spending

pytestmark = [
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
    pytest.mark.services,
]


def race(work: list[dict[str, Any]]) -> Counter[str]:
    """Each piece of work in a process of its own, all at once. A deadlock or any other error fails here."""
    database = connections["default"].settings_dict["NAME"]
    racers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.spending.spender", database],
            cwd=settings.BASE_DIR,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "socialcare.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in work
    ]
    for racer in racers:
        assert racer.stdout
        assert racer.stdout.readline() == "ready\n"
    tally: Counter[str] = Counter()
    for racer, piece in zip(racers, work, strict=True):
        assert racer.stdin
        json.dump(piece, racer.stdin)
        racer.stdin.close()
        racer.stdin = None
    for racer in racers:
        out, errors = racer.communicate(timeout=60)
        assert racer.returncode == 0, errors
        tally += Counter(json.loads(out))
    return tally


def test_many_spend_and_jobs_run_at_once() -> None:
    nation = spending.nation()
    person = spending.somebody(nation.place)
    spending.award(spending.agreed(person, 10))
    entitlements.pay_due()
    held = spending.balance(person)
    to = spending.payee(person)
    user = spending.owner(person)
    with acting_as(user):
        payments.plan(
            person=person,
            payee=to,
            amount_pence=1_000,
            every="month",
            starts_on=acting.today(),
            by=user,
        )
    mine = {"user": user.pk, "person": person.pk, "payee": to.pk}
    tally = race(
        [
            # Together they want more than there is.
            {**mine, "pence": held // 20, "times": 15, "key": ""},
            {**mine, "pence": held // 20, "times": 15, "key": ""},
            # The same request, ten times over.
            {**mine, "pence": 7, "times": 10, "key": "the-very-same"},
            {**mine, "pence": 7, "times": 10, "key": "the-very-same"},
            {},
            {},
        ]
    )
    with acting_as(user):
        paid = list(Payment.objects.values_list("amount_pence", flat=True))
    assert spending.balance(person) == held - sum(paid) >= 0
    assert paid.count(7) <= 1
    assert paid.count(1_000) == tally["jobs"] <= 1
    assert tally["overdraft"] > 0
    assert not ledger.verify()
