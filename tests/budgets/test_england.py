"""The whole of England once: 153 local systems and 6,856 neighbourhoods, from the carried file to the ledger."""

from __future__ import annotations

import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from budgets import exports, ledger
from budgets import formula as engine
from budgets.actions import allocations, formulas, pots
from budgets.management.arguments import CARRIED_FIGURES
from budgets.models import Account, AllocationRun, Movement
from governance.actions import matters
from governance.levels import Level
from governance.models import Decision, Matter
from neighbourhoods.actions import areas
from neighbourhoods.area_files import note_for, read_areas
from neighbourhoods.area_files.country import england
from socialcare.kernel.acting import acting_as
from tests import worlds
from tests.budgets.worlds import ENDS_ON, STARTS_ON

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

TOTAL = 4_000_000_000_007  # pence
SYSTEMS, PLACES = 153, 6_856
# The promise is ten seconds for everything on two idle cores. A shared machine is not idle, so what this process
# itself computes is what is held to a limit, and how often it asks the database.
MOST_SECONDS = 10
MOST_QUERIES = 300


def decide(matter: Matter, council: worlds.Council) -> Decision:
    opened = matters.open_vote(
        matter=matter, closes_at=timezone.now() + timedelta(days=7), by=council.chair
    )
    worlds.vote(opened, council.members)
    return matters.close(matter=opened, by=council.chair)


def test_every_neighbourhood_of_england_to_the_penny() -> None:
    country = england()
    with CaptureQueriesContext(connection) as queries:
        started = time.process_time()
        file = read_areas(CARRIED_FIGURES, country=country)
        on = worlds.LONG_AGO
        note = note_for(file.nation, country=country, file_name="neighbourhoods.csv.gz", on=on)
        with acting_as(None):
            done = areas.import_areas(file=file, note=note, country=country, on=on, by=None)
        seconds, asked = time.process_time() - started, len(queries)
    assert (done.local_systems, done.neighbourhoods) == (SYSTEMS, PLACES)

    nation = done.dataset.nation
    council = worlds.council(nation, members=3)
    steward = worlds.holder("national-steward", nation)
    text = engine.built_in("england").text
    version = formulas.propose(nation=nation, text=text, by=steward)
    version = formulas.settle(decision=decide(version.matter, council))
    pot = pots.propose(
        nation=nation,
        starts_on=STARTS_ON,
        ends_on=ENDS_ON,
        total_pence=TOTAL,
        risk_reserve_pence=TOTAL // 50,
        national_functions_pence=TOTAL // 200,
        by=steward,
    )
    pot = pots.settle(decision=decide(pot.matter, council))
    run = allocations.request(formula=version, pot=pot, dataset=done.dataset, by=steward)

    with CaptureQueriesContext(connection) as queries:
        started = time.process_time()
        run = allocations.carry_out(run_id=run.pk, by=steward.pk)
        seconds += time.process_time() - started
        asked += len(queries)
    assert run.state == AllocationRun.State.POSTED
    assert seconds < MOST_SECONDS
    assert asked < MOST_QUERIES

    # A dry run over the very file gives the same bytes.
    formula = engine.built_in("england")
    dry = engine.compute(
        formula, engine.read_areas(formula, Path(CARRIED_FIGURES)), pot=pot.shared_pence
    )
    assert run.digest == dry.digest
    for level, rows, many in (
        (Level.LOCAL, dry.local, SYSTEMS),
        (Level.NEIGHBOURHOOD, dry.neighbourhoods, PLACES),
    ):
        posted = exports.as_csv(exports.lines_of_run(run, level))
        assert posted == exports.as_csv(exports.lines_of_result(rows))
        assert posted.count("\n") == many + 1
        assert sum(row.amount_pence for row in rows) == pot.shared_pence

    # Each place's money is in its accounts, nothing is left in the pot, and the ledger is whole.
    held: Counter[str] = Counter()
    accounts = Account.objects.exclude(sphere=nation)
    for code, pence in accounts.values_list("sphere__code", "balance_pence"):
        held[code] += pence
    kinds = run.held_by
    wanted: Counter[str] = Counter()
    for level, rows in ((Level.LOCAL, dry.local), (Level.NEIGHBOURHOOD, dry.neighbourhoods)):
        for row in rows:
            wanted[row.code] += sum(
                pence
                for stream, pence in row.streams.items()
                if (kinds[stream] == Account.Kind.LOCAL_BUDGET) == (level == Level.LOCAL)
            )
    assert held == wanted
    assert sum(held.values()) == pot.shared_pence
    assert Account.objects.get(sphere=nation, kind=Account.Kind.NATIONAL_POT).balance_pence == 0
    assert ledger.verify() == []

    moved = Movement.objects.count()
    assert allocations.carry_out(run_id=run.pk, by=steward.pk).state == AllocationRun.State.POSTED
    assert Movement.objects.count() == moved
