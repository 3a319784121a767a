"""Numbers for the operator's monitoring, in Prometheus's text format. None is about a person or a place.

Requests are counted in each web process and added up here; the rest is asked of the database at the moment of reading.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from django.db import DatabaseError
from django.db.models import Count, Max, Min, Q
from django.utils import timezone
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from budgets.models import AllocationRun, Movement
from governance import audit
from socialcare.kernel.models import OutboxMessage
from socialcare.kernel.observing import REQUESTS

# Where the web server's processes leave their counts for each other (the library's own name for it).
SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"


class StateCollector(Collector):
    """The state of the work, read from the database. When that does not answer, only this is said."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        try:
            found = [*_outbox(), _runs(), *_heads()]
        except DatabaseError:
            found = []
        yield _gauge("socialcare_database_up", "1 when the database answers.", bool(found))
        yield from found


def _gauge(name: str, words: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, words, value=value)


def _outbox() -> Iterator[GaugeMetricFamily]:
    now = timezone.now()
    open_ = Q(done_at=None, given_up_at=None)
    found = OutboxMessage.objects.aggregate(
        waiting=Count("pk", filter=open_),
        given_up=Count("pk", filter=Q(given_up_at__isnull=False)),
        due_since=Min("next_attempt_at", filter=open_ & Q(next_attempt_at__lte=now)),
    )
    late = (now - found["due_since"]).total_seconds() if found["due_since"] else 0
    yield _gauge("socialcare_outbox_waiting", "Promised work not yet done.", found["waiting"])
    yield _gauge(
        "socialcare_outbox_given_up",
        "Promised work that failed too often; somebody has to look.",
        found["given_up"],
    )
    yield _gauge("socialcare_outbox_late_seconds", "How long the oldest due work has waited.", late)


def _runs() -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "socialcare_allocation_runs", "Sharings-out of a pot, by state.", labels=["state"]
    )
    counts = dict(AllocationRun.objects.values_list("state").annotate(Count("pk")))
    for state in AllocationRun.State.values:
        family.add_metric([state], counts.get(state, 0))
    return family


def _heads() -> Iterator[GaugeMetricFamily]:
    ledger = Movement.objects.aggregate(head=Max("pk"))["head"] or 0
    seals = sum(head.number for head in audit.heads())
    yield _gauge("socialcare_ledger_head", "The newest movement's number.", ledger)
    yield _gauge("socialcare_audit_head", "How many seals the trail has.", seals)


def exposition() -> bytes:
    """Everything that is measured, as text."""
    state = CollectorRegistry()
    state.register(StateCollector())
    requests = REQUESTS
    if os.environ.get(SHARED_FOLDER):
        requests = CollectorRegistry()
        MultiProcessCollector(requests)
    return generate_latest(state) + generate_latest(requests)
