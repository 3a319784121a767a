"""The product's own worker and beat in a hurry, and with small steps, for tests that kill them.

A step posts one local system's money and then rests a moment, so that there is a middle to be killed in; promised work
is swept up every half second, not every five.
"""

import os
import time
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "socialcare.settings")
django.setup()

from budgets.actions import allocations  # noqa: E402
from socialcare.celery import app  # noqa: E402
from socialcare.kernel import outbox  # noqa: E402

__all__ = ["app"]

REST = 0.15  # seconds

app.conf.beat_schedule = {"sweep-outbox": {"task": "kernel.sweep_outbox", "schedule": 0.5}}
outbox.NUDGE_INTERVAL = timedelta(seconds=1)
allocations.SYSTEMS_A_STEP = 1
_post_next_systems = allocations._post_next_systems


def _rest_after(run_id: int, by: int | None) -> object:
    run = _post_next_systems(run_id, by)
    time.sleep(REST)
    return run


allocations._post_next_systems = _rest_after  # type: ignore[assignment]
