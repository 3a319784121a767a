"""The product's posting, slowed in a worker so that a test can kill it: one local system a step, and a halt in the second.

A worker loads this module with `--include`. The halt is inside the step's transaction, after its money has moved,
and lasts until the worker is killed; once the test has left the mark `killed`, there is none.
"""

import os
import time
from pathlib import Path

from budgets.actions import allocations
from budgets.models import AllocationRun

MARKS = "TEST_MARKS"  # names the folder in which test and worker leave word
PATIENCE = 60  # seconds; the test kills the worker long before

_post_systems = allocations._post_systems


def _post_and_halt(run: AllocationRun, by: int | None) -> int:
    marks = Path(os.environ[MARKS])
    posted = _post_systems(run, by)
    if run.systems_posted and not (marks / "killed").exists():
        (marks / "halted").touch()
        time.sleep(PATIENCE)
    return posted


if MARKS in os.environ:
    allocations.SYSTEMS_A_STEP = 1
    allocations._post_systems = _post_and_halt
