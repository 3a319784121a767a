"""A real worker is killed with SIGKILL while it posts a run; another finishes it, and every penny is there once."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from budgets import ledger
from budgets.actions import allocations
from budgets.models import AllocationRun, Movement
from socialcare.celery import app
from socialcare.kernel import outbox
from socialcare.kernel.models import OutboxMessage
from tests.budgets import slow_posting
from tests.budgets.test_runs import assert_every_penny_once
from tests.budgets.worlds import Nation
from tests.kernel.test_worker_killed import until, worker

pytestmark = [
    pytest.mark.services,
    pytest.mark.django_db(transaction=True, databases=["default", "owner"]),
]


def test_a_run_survives_a_killed_worker(
    nation: Nation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "NUDGE_INTERVAL", outbox.timedelta(seconds=1))
    monkeypatch.setenv(slow_posting.MARKS, str(tmp_path))
    log = tmp_path / "worker.log"
    formula, pot = nation.adopt_formula(), nation.set_pot()
    app.control.purge()  # what earlier tests promised and never delivered
    run = allocations.request(formula=formula, pot=pot, dataset=nation.dataset, by=nation.steward)
    message = OutboxMessage.objects.get(topic="budgets.carry_out_run")

    with worker(log, include=slow_posting.__name__) as first:
        until((tmp_path / "halted").exists, "the second local system was being paid", log)
        os.killpg(first.pid, signal.SIGKILL)
        assert first.wait(timeout=10) == -signal.SIGKILL

    (tmp_path / "killed").touch()
    run.refresh_from_db()
    assert (run.state, run.systems_posted) == (AllocationRun.State.POSTING, 1)
    paid = Movement.objects.filter(purpose=Movement.Purpose.ALLOCATE)
    assert 0 < paid.count() < nation_movements(run)
    assert ledger.verify() == []

    def is_done() -> bool:
        outbox.sweep()
        return OutboxMessage.objects.filter(pk=message.pk, done_at__isnull=False).exists()

    with worker(log, include=slow_posting.__name__):
        until(is_done, "the run was finished", log)

    message.refresh_from_db()
    assert (message.attempts, message.last_error) == (2, "")
    assert paid.count() == nation_movements(run)
    assert_every_penny_once(nation, run, tmp_path)


def nation_movements(run: AllocationRun) -> int:
    """How many movements pay the whole run: one for each account that gets anything."""
    held = {"local": {"system"}, "neighbourhood": {"individual", "fund"}}
    return sum(
        bool(pence)
        for level, streams in run.allocations.values_list("sphere__level", "streams")
        for stream, pence in streams.items()
        if stream in held[level]
    )
