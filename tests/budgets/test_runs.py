"""Sharing out: exactly the engine's pence, once, however often and wherever it is interrupted."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from budgets import exports, ledger, sharing
from budgets import formula as engine
from budgets.actions import allocations
from budgets.models import Account, Allocation, AllocationRun, FormulaVersion, Movement, Pot
from governance import audit
from governance.levels import Level
from governance.models import AuditEntry, Sphere
from socialcare.kernel import outbox
from socialcare.kernel.errors import Conflict, NotAllowed
from socialcare.kernel.models import OutboxMessage
from tests import worlds as people
from tests.budgets.worlds import (
    ASKS_MORE,
    DOCUMENT,
    FUNCTIONS,
    PLACES,
    RESERVE,
    SHARED,
    SYSTEMS,
    TABLE,
    TOTAL,
    Nation,
    bring_in,
)

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

State = AllocationRun.State
Kind = Account.Kind


@pytest.fixture(autouse=True)
def _one_system_a_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocations, "SYSTEMS_A_STEP", 1)


def asked(nation: Nation, text: str = DOCUMENT) -> AllocationRun:
    """A run that a steward asked for and nobody has begun."""
    return allocations.request(
        formula=nation.adopt_formula(text),
        pot=nation.set_pot(),
        dataset=nation.dataset,
        by=nation.steward,
    )


def carried_out(nation: Nation, run: AllocationRun) -> AllocationRun:
    return allocations.carry_out(run_id=run.pk, by=nation.steward.pk)


def expected(folder: Path) -> engine.Result:
    """What the engine makes of the same file, without a database."""
    path = folder / "expected.csv"
    path.write_text(TABLE, encoding="utf-8")
    formula = engine.load(DOCUMENT)
    return engine.compute(formula, engine.read_areas(formula, path), pot=SHARED)


def assert_every_penny_once(nation: Nation, run: AllocationRun, folder: Path) -> None:
    """The run is posted, the accounts hold what the engine says, and nothing more was ever moved."""
    run.refresh_from_db()
    assert (run.state, run.systems_posted, run.error_code) == (State.POSTED, SYSTEMS, "")
    result = expected(folder)
    assert run.digest == result.digest
    rows = [*result.local, *result.neighbourhoods]
    stored = run.allocations.values_list("sphere__code", "amount_pence", "streams")
    assert {code: (pence, streams) for code, pence, streams in stored} == {
        row.code: (row.amount_pence, row.streams) for row in rows
    }
    held = Account.objects.exclude(sphere=nation.sphere)
    kinds = {
        ("n", Kind.ENTITLEMENTS): "individual",
        ("n", Kind.NEIGHBOURHOOD_FUND): "fund",
        ("l", Kind.LOCAL_BUDGET): "system",
    }
    wanted = {
        (row.code, kind): row.streams[stream]
        for (level, kind), stream in kinds.items()
        for row in (result.local if level == "l" else result.neighbourhoods)
    }
    assert {
        (code, kind): pence
        for code, kind, pence in held.values_list("sphere__code", "kind", "balance_pence")
    } == wanted
    moved = Movement.objects.filter(purpose=Movement.Purpose.ALLOCATE)
    assert moved.count() == sum(1 for pence in wanted.values() if pence)
    assert ledger.verify() == []
    assert audit.verify() == []
    verbs = Counter(AuditEntry.objects.values_list("verb", flat=True))
    assert verbs["run.requested"] == verbs["run.shared"] == verbs["run.posted"] == 1


def test_a_run_posts_exactly_what_the_engine_says(nation: Nation, tmp_path: Path) -> None:
    run = asked(nation)
    told: list[tuple[str, int]] = []
    allocations.carry_out(
        run_id=run.pk,
        by=nation.steward.pk,
        progress=lambda now: told.append((now.state, now.systems_posted)),
    )
    assert_every_penny_once(nation, run, tmp_path)
    # Real stages, in order: what a progress bar shows.
    assert told == [
        (State.SHARING, 0),
        *[(State.POSTING, done) for done in range(SYSTEMS + 1)],
        (State.POSTED, SYSTEMS),
    ]


def test_the_pot_is_conserved_at_every_level(nation: Nation) -> None:
    run = carried_out(nation, asked(nation))
    assert (run.systems_total, run.allocations.count()) == (SYSTEMS, SYSTEMS + PLACES)
    for level in (Level.LOCAL, Level.NEIGHBOURHOOD):
        rows = run.allocations.filter(sphere__level=level)
        assert sum(row.amount_pence for row in rows) == SHARED
        assert all(sum(row.streams.values()) == row.amount_pence for row in rows)
    for system in run.allocations.filter(sphere__level=Level.LOCAL):
        below = run.allocations.filter(sphere__parent=system.sphere_id)
        assert sum(row.amount_pence for row in below) == system.amount_pence
    held = nation.balances()
    assert sum(held.values()) == 0
    assert held.pop(Kind.TREASURY) == -TOTAL
    assert (held.pop(Kind.NATIONAL_POT), held.pop(Kind.RISK_RESERVE)) == (0, RESERVE)
    assert held.pop(Kind.NATIONAL_FUNCTIONS) == FUNCTIONS
    assert sum(held.values()) == SHARED


def test_a_posted_run_stays_as_it_is(nation: Nation, tmp_path: Path) -> None:
    run = carried_out(nation, asked(nation))
    before = (Movement.objects.count(), AuditEntry.objects.count(), OutboxMessage.objects.count())
    assert carried_out(nation, run).state == State.POSTED
    again = allocations.request(
        formula=run.formula, pot=run.pot, dataset=run.dataset, by=nation.steward
    )
    assert (again.pk, again.attempt) == (run.pk, 1)
    assert before == (
        Movement.objects.count(),
        AuditEntry.objects.count(),
        OutboxMessage.objects.count(),
    )
    assert_every_penny_once(nation, run, tmp_path)


def test_the_promise_carries_it_out(nation: Nation, tmp_path: Path) -> None:
    run = asked(nation)
    message = OutboxMessage.objects.get(topic="budgets.carry_out_run")
    assert message.payload == {"run_id": run.pk}
    assert outbox.deliver(message.pk)
    assert_every_penny_once(nation, run, tmp_path)
    assert AuditEntry.objects.get(verb="run.posted").actor_id == nation.steward.pk


class Killed(BaseException):
    """The end of a process, as far as the code that it interrupts can tell."""


@pytest.mark.parametrize(
    ("step", "times_before"),
    [("_begin", 0), ("_share", 0), *(("_post_systems", done) for done in range(SYSTEMS))],
)
def test_interrupted_anywhere_it_goes_on(
    nation: Nation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str, times_before: int
) -> None:
    """The step does all its work, and the process dies: inside its transaction for a posting, after it for the others."""
    run = asked(nation)
    whole, calls = getattr(allocations, step), []

    def dies(*args: object) -> object:
        done = whole(*args)
        calls.append(step)
        if len(calls) > times_before:
            raise Killed
        return done

    with monkeypatch.context() as patched:
        patched.setattr(allocations, step, dies)
        with pytest.raises(Killed):
            carried_out(nation, run)
    run.refresh_from_db()
    assert run.state in {State.SHARING, State.POSTING}
    assert run.systems_posted == times_before
    assert ledger.verify() == []

    carried_out(nation, run)
    assert_every_penny_once(nation, run, tmp_path)


def test_a_figure_that_is_missing_stops_the_run_and_says_so(nation: Nation) -> None:
    run = carried_out(nation, asked(nation, ASKS_MORE))
    assert (run.state, run.error_code, run.digest) == (State.FAILED, "missing-column", "")
    assert AuditEntry.objects.get(verb="run.stopped").detail == {"code": "missing-column"}
    assert Allocation.objects.count() == 0
    assert nation.balances()[Kind.NATIONAL_POT] == SHARED


def test_a_pot_that_nothing_was_stored_for_may_be_shared_another_way(
    nation: Nation, tmp_path: Path
) -> None:
    """A run that stopped before its shares were stored must not block its pot for ever."""
    stopped = carried_out(nation, asked(nation, ASKS_MORE))
    good = nation.adopt_formula(DOCUMENT)
    again = allocations.request(
        formula=good, pot=stopped.pot, dataset=stopped.dataset, by=nation.steward
    )
    assert (again.pk, again.attempt, again.formula) == (stopped.pk, 2, good)
    assert_every_penny_once(nation, carried_out(nation, again), tmp_path)


def test_a_rule_stops_a_run_and_asking_again_resumes_it(
    nation: Nation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = asked(nation)
    post, posted = ledger.post, []

    def refuses_the_second(*args: object, **kwargs: object) -> ledger.Posted:
        posted.append(args)
        if len(posted) == 2:
            raise Conflict("overdraft", "There is not enough money in the account.")
        return post(*args, **kwargs)

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "post", refuses_the_second)
        stopped = carried_out(nation, run)
    assert (stopped.state, stopped.error_code) == (State.FAILED, "overdraft")
    assert stopped.systems_posted == 1
    assert stopped.is_over
    assert ledger.verify() == []

    resumed = allocations.request(
        formula=run.formula, pot=run.pot, dataset=run.dataset, by=nation.steward
    )
    assert (resumed.pk, resumed.attempt) == (run.pk, 2)
    promised = OutboxMessage.objects.filter(topic="budgets.carry_out_run").order_by("pk")
    assert [message.key for message in promised] == [
        f"run:{run.public_id}:1",
        f"run:{run.public_id}:2",
    ]
    assert outbox.deliver(promised[1].pk)
    assert_every_penny_once(nation, run, tmp_path)


def test_places_that_move_while_the_money_is_posted_get_theirs(
    nation: Nation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Newer figures come in half-way: everything is still paid, and told, as the shared figures had it."""
    run = asked(nation)
    whole = allocations._post_systems

    def dies_after_the_first(run: AllocationRun, by: int | None) -> int:
        if run.systems_posted:
            raise Killed
        return whole(run, by)

    with monkeypatch.context() as patched:
        patched.setattr(allocations, "_post_systems", dies_after_the_first)
        with pytest.raises(Killed):
            carried_out(nation, run)
    # West loses a place to East, whose money is posted already, and everywhere has a new name.
    moved = TABLE.replace("n8,Hazel,west,Westham", "n8,Hazel,east,Eastham").replace("ham,", "bury,")
    bring_in(tmp_path, moved.replace("n1,Ash", "n1,Ash Green"))

    carried_out(nation, run)
    assert_every_penny_once(nation, run, tmp_path)
    result = expected(tmp_path)
    run.refresh_from_db()
    for level, rows in (
        (Level.LOCAL, result.local),
        (Level.NEIGHBOURHOOD, result.neighbourhoods),
    ):
        lines = list(exports.lines_of_run(run, level))
        assert lines == list(exports.lines_of_result(rows))
    assert sharing.share_out(run).levels == result.levels


# --- Who may ask, for what ------------------------------------------------------------------------


def test_nothing_is_shared_before_the_council_decided(nation: Nation) -> None:
    proposed, adopted = nation.propose_formula(), nation.adopt_formula(DOCUMENT + "# later\n")
    pot = nation.propose_pot()
    before = AuditEntry.objects.count()

    def refusal(formula: FormulaVersion, pot: Pot, by: object) -> str:
        with pytest.raises(NotAllowed) as refused:
            allocations.request(formula=formula, pot=pot, dataset=nation.dataset, by=by)
        return refused.value.code

    assert refusal(proposed, pot, nation.steward) == "formula-not-adopted"
    assert refusal(adopted, pot, nation.steward) == "pot-not-set"
    assert refusal(adopted, pot, None) == "pot-not-set"  # the operator may do no more
    assert (AllocationRun.objects.count(), OutboxMessage.objects.filter(
        topic="budgets.carry_out_run").count()) == (0, 0)  # fmt: skip
    assert AuditEntry.objects.count() == before


def test_only_a_steward_shares_out(nation: Nation) -> None:
    formula, pot = nation.adopt_formula(), nation.set_pot()
    place = Sphere.objects.get(code="n1")
    others = [people.user("citizen"), people.holder("social-worker", place), nation.council.chair]
    before = AuditEntry.objects.count()
    for somebody in others:
        with pytest.raises(NotAllowed) as refused:
            allocations.request(formula=formula, pot=pot, dataset=nation.dataset, by=somebody)
        assert refused.value.code == "may-not-carry-out"
    assert AllocationRun.objects.count() == 0
    assert AuditEntry.objects.count() == before


def test_a_pot_is_shared_by_one_formula_over_one_set_of_figures(
    nation: Nation, tmp_path: Path
) -> None:
    run = carried_out(nation, asked(nation))
    other_formula = nation.adopt_formula(DOCUMENT.replace("lot: 5", "lot: 6"))
    other_figures = bring_in(tmp_path, TABLE.replace("900", "901"))
    for change in ({"formula": other_formula}, {"dataset": other_figures}):
        with pytest.raises(Conflict) as refused:
            allocations.request(
                **{
                    "formula": run.formula,
                    "pot": run.pot,
                    "dataset": run.dataset,
                    "by": nation.steward,
                    **change,
                }
            )
        assert refused.value.code == "shared-already"
    assert_every_penny_once(nation, run, tmp_path)


# --- What PostgreSQL refuses, to the application's own login ---------------------------------------


def refused(statement: str, values: list[object]) -> str:
    """What PostgreSQL says against `statement`."""
    with (
        pytest.raises(DatabaseError) as error,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, values)
    return str(error.value)


def test_what_was_shared_stays_in_the_database_too(nation: Nation) -> None:
    run = carried_out(nation, asked(nation))
    other = nation.adopt_formula(DOCUMENT.replace("lot: 5", "lot: 6"))
    change = "UPDATE budgets_allocationrun SET {} WHERE id = %s"
    for what in ("systems_posted = 0", "state = 'posting'", "digest = 'x'"):
        assert "does not change" in refused(change.format(what), [run.pk])
    assert "does not change" in refused(change.format(f"formula_id = {other.pk}"), [run.pk])
    for statement in (
        "UPDATE budgets_allocation SET amount_pence = 0 WHERE run_id = %s",
        "DELETE FROM budgets_allocation WHERE run_id = %s",
        "DELETE FROM budgets_allocationrun WHERE id = %s",
    ):
        assert "permission denied" in refused(statement, [run.pk])


def test_a_run_needs_decisions_in_the_database_too(nation: Nation) -> None:
    insert = (
        "INSERT INTO budgets_allocationrun (public_id, formula_id, pot_id, dataset_id, state, attempt,"
        " systems_total, systems_posted, held_by, digest, error_code, requested_at)"
        " VALUES ('x', %s, %s, %s, 'queued', 1, 0, 0, %s, '', '', now())"
    )
    held_by = json.dumps({})
    proposed, pot = nation.propose_formula(), nation.set_pot()
    assert "a run needs an adopted formula" in refused(
        insert, [proposed.pk, pot.pk, nation.dataset.pk, held_by]
    )
    assert AllocationRun.objects.count() == 0
