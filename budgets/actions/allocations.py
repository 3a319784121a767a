"""Sharing out a pot: asked for by a steward, worked out once, posted system by system, resumed where it stopped.

Every step is safe to repeat. The shares are stored in one transaction; each local system's money is one posting whose
keys name the run, the sphere and the stream, so that a second try finds it done.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from budgets import exports, ledger, rules, sharing
from budgets import formula as engine
from budgets.actions import accounts, prices
from budgets.cost_factors import INDIVIDUAL_STREAM
from budgets.ledger import MovementSpec
from budgets.models import Account, Allocation, AllocationRun, FormulaVersion, Movement, Pot
from governance import audit
from governance.levels import Level
from governance.models import Sphere, User
from neighbourhoods.models import AreaProfile, Dataset
from socialcare.kernel import outbox
from socialcare.kernel.acting import acting_as
from socialcare.kernel.copying import copy_in
from socialcare.kernel.errors import Conflict, DomainError

State = AllocationRun.State


# So many local systems get their money in one transaction: small enough to watch, large enough to be quick.
SYSTEMS_A_STEP = 16


def account_kind(stream: engine.StreamResult) -> str:
    """The kind of account that receives a stream's money in each area."""
    if stream.held_by == "local":
        return Account.Kind.LOCAL_BUDGET
    if stream.code == INDIVIDUAL_STREAM:
        return Account.Kind.ENTITLEMENTS
    return Account.Kind.NEIGHBOURHOOD_FUND


# --- Asking ---------------------------------------------------------------------------------------


@transaction.atomic
def request(
    *, formula: FormulaVersion, pot: Pot, dataset: Dataset, by: User | None
) -> AllocationRun:
    """Asks for `pot` to be shared by `formula` over the figures of `dataset`; a worker does it.

    Asked again for a run that stopped, it goes on where that run stopped; one that stopped before its shares were
    stored may be tried with another formula or other figures. `by` is None for the operator's command.
    Raises NotAllowed(formula-not-adopted, pot-not-set, other-nation, may-not-carry-out) and
    Conflict(shared-already).
    """
    rules.can_share_out(by, formula, pot).require()
    pot = Pot.objects.select_for_update().get(pk=pot.pk)
    run = AllocationRun.objects.filter(pot=pot).first()
    if run is None:
        run = AllocationRun.objects.create(
            formula=formula, pot=pot, dataset=dataset, requested_by=by
        )
        audit.record("run.requested", subject=run, by=by, sphere=pot.nation_id)
    else:
        is_the_same = (run.formula_id, run.dataset_id) == (formula.pk, dataset.pk)
        if not is_the_same and not (run.state == State.FAILED and not run.digest):
            raise Conflict(
                "shared-already",
                _("This pot was shared by another formula, or over other figures."),
            )
        if run.state == State.POSTED:
            return run
        run.attempt += 1
        run.formula, run.dataset = formula, dataset
        run.save(update_fields=["attempt", "formula", "dataset"])
        audit.record("run.resumed", subject=run, by=by, sphere=pot.nation_id, attempt=run.attempt)
    outbox.promise(
        "budgets.carry_out_run",
        key=f"run:{run.public_id}:{run.attempt}",
        by=by.pk if by else None,
        run_id=run.pk,
    )
    return run


# --- Carrying out ---------------------------------------------------------------------------------


@outbox.handler("budgets.carry_out_run")
def carry_out_promised(*, by: int | None, run_id: int, **payload: Any) -> None:
    carry_out(run_id=run_id, by=by)


def carry_out(
    *, run_id: int, by: int | None, progress: Callable[[AllocationRun], None] | None = None
) -> AllocationRun:
    """Does, or finishes, a run. Each step is a transaction of its own, so that its progress can be watched.

    A rule that stands against the run (the figures lack an indicator, the bounds cannot be met) stops it with the
    rule's code; any other failure is left to be tried again.
    """
    tell = progress or (lambda run: None)
    try:
        run = _begin(run_id, by)
        tell(run)
        if run.state == State.SHARING:
            run = _share(run_id, by)
            tell(run)
        while run.state == State.POSTING:
            run = _post_next_systems(run_id, by)
            tell(run)
    except DomainError as error:
        return _stop(run_id, by, code=error.code)
    except engine.FormulaError as error:
        # The first problem stands for all of them; `formula run` and a dry run tell every one.
        return _stop(run_id, by, code=error.problems[0].code.replace("_", "-"))
    return run


def _locked(run_id: int) -> AllocationRun:
    return (
        AllocationRun.objects.select_for_update(of=("self",))
        .select_related("formula", "pot", "dataset")
        .get(pk=run_id)
    )


def _move(run: AllocationRun, state: str, **changes: object) -> None:
    if state not in AllocationRun.TRANSITIONS[State(run.state)]:
        raise Conflict("wrong-state", _("This run has moved on. Look at it again."))
    run.state = state
    for name, value in changes.items():
        setattr(run, name, value)
    run.save(update_fields=["state", *changes])


def _begin(run_id: int, by: int | None) -> AllocationRun:
    with acting_as(by):
        run = _locked(run_id)
        if run.state == State.QUEUED:
            _move(run, State.SHARING, started_at=timezone.now())
        elif run.state == State.FAILED:
            _move(run, State.POSTING if run.digest else State.SHARING, error_code="")
        return run


def _share(run_id: int, by: int | None) -> AllocationRun:
    """Works out every share, stores them all and opens the accounts: together or not at all."""
    with acting_as(by):
        run = _locked(run_id)
        if run.state != State.SHARING:
            return run
        result = sharing.share_out(run)
        places = {
            code: (sphere_id, level)
            for code, sphere_id, level in Sphere.objects.filter(
                level__in=[Level.LOCAL, Level.NEIGHBOURHOOD], code__in=_codes(result)
            ).values_list("code", "pk", "level")
        }
        copy_in(
            Allocation,
            ("run", "sphere", "need", "share", "amount_pence", "streams"),
            (
                (
                    run.pk,
                    places[row.code][0],
                    exports.need_text(row),
                    exports.share_text(row),
                    row.amount_pence,
                    json.dumps(row.streams),
                )
                for rows in (result.local, result.neighbourhoods)
                for row in rows
            ),
        )
        kinds: dict[str, list[str]] = defaultdict(list)
        for stream in result.streams:
            kinds[stream.held_by].append(account_kind(stream))
        accounts.open_many(
            {sphere_id: kinds[level] for sphere_id, level in places.values() if kinds[level]},
            by=by,
        )
        prices.keep_cost_factors(run=run, result=result)
        _move(
            run,
            State.POSTING,
            digest=result.digest,
            systems_total=len(result.local),
            held_by={stream.code: account_kind(stream) for stream in result.streams},
        )
        audit.record(
            "run.shared",
            subject=run,
            by=by,
            sphere=run.pot.nation_id,
            digest=result.digest,
            pot_pence=run.pot.shared_pence,
        )
        return run


def _codes(result: engine.Result) -> list[str]:
    return [row.code for rows in (result.local, result.neighbourhoods) for row in rows]


def _post_next_systems(run_id: int, by: int | None) -> AllocationRun:
    """Posts the money of the next local systems and their neighbourhoods; after the last ones, the run is posted."""
    with acting_as(by):
        run = _locked(run_id)
        if run.state != State.POSTING:
            return run
        if run.systems_posted < run.systems_total:
            run.systems_posted += _post_systems(run, by)
            run.save(update_fields=["systems_posted"])
        else:
            _move(run, State.POSTED, posted_at=timezone.now())
            audit.record("run.posted", subject=run, by=by, sphere=run.pot.nation_id)
        return run


def _post_systems(run: AllocationRun, by: int | None) -> int:
    """Posts one step of systems in one posting. Returns how many."""
    columns = ("sphere_id", "sphere__code", "streams")
    # The order never changes, so the number posted says which are next.
    systems = list(
        run.allocations.filter(sphere__level=Level.LOCAL)
        .order_by("sphere__code")
        .values_list(*columns)[run.systems_posted : run.systems_posted + SYSTEMS_A_STEP]
    )
    # By the figures that were shared: a place that has moved since must not be passed over.
    below = run.allocations.filter(
        sphere__in=AreaProfile.objects.filter(
            dataset=run.dataset_id, parent__in=[sphere_id for sphere_id, *_ in systems]
        ).values("sphere")
    )
    rows = [*systems, *below.values_list(*columns)]
    source = accounts.held(run.pot.nation_id, Account.Kind.NATIONAL_POT)
    destinations = {
        (sphere_id, kind): account_id
        for account_id, sphere_id, kind in Account.objects.filter(
            sphere_id__in=[sphere_id for sphere_id, *_ in rows]
        ).values_list("pk", "sphere_id", "kind")
    }
    specs = []
    for sphere_id, code, streams in rows:
        for stream, amount in streams.items():
            destination = destinations.get((sphere_id, run.held_by[stream]))
            # A stream that another level holds is shown here, and paid there.
            if destination is None or not amount:
                continue
            specs.append(
                MovementSpec(
                    source=source,
                    destination=destination,
                    amount_pence=amount,
                    purpose=Movement.Purpose.ALLOCATE,
                    key=f"run:{run.public_id}:{code}:{stream}",
                    decision=run.pot.decision_id,
                )
            )
    ledger.post(specs, by=by)
    return len(systems)


def _stop(run_id: int, by: int | None, *, code: str) -> AllocationRun:
    with acting_as(by):
        run = _locked(run_id)
        _move(run, State.FAILED, error_code=code)
        audit.record("run.stopped", subject=run, by=by, sphere=run.pot.nation_id, code=code)
        return run
