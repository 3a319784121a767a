"""Work for a real worker that a test kills half-way: two steps, each of which leaves its own trace once.

A worker loads this module with `--include`. The first try never gets past its second step: it waits there, inside
the step's transaction, to be killed.
"""

import time
from pathlib import Path
from typing import Any

from django.db import transaction

from governance.actions import bodies
from governance.models import Body, Sphere
from socialcare.kernel import outbox

TOPIC = "tests.set-up-slowly"
PATIENCE = 60  # seconds; the test kills the worker long before


@outbox.handler(TOPIC)
def set_up_slowly(*, by: int | None, sphere_id: int, marks: str, **payload: Any) -> None:
    """Sets up a nation's council, then its panel. `marks` is the folder in which test and worker leave word."""
    nation = Sphere.objects.get(pk=sphere_id)
    bodies.set_up(sphere=nation, kind=Body.Kind.NATIONAL_COUNCIL, name="Council", by=None)
    with transaction.atomic():
        bodies.set_up(sphere=nation, kind=Body.Kind.PANEL, name="Panel", by=None)
        if not Path(marks, "killed").exists():
            Path(marks, "waiting").touch()
            time.sleep(PATIENCE)
