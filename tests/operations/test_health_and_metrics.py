"""Whether it is ready, and how it is doing: true, short, and nothing about anybody."""

from __future__ import annotations

import re
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import ConnectionHandler
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from governance.models import AuditSeal
from socialcare.kernel import health, outbox
from socialcare.ops import metrics
from tests import worlds
from tests.operations.conftest import Place
from tests.operations.web import get, serving

TOKEN = "a-token-for-tests"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "_is_migrated", False)


def dead_database() -> object:
    """A connection to a server that is not there."""
    return ConnectionHandler({"default": {**connection.settings_dict, "HOST": "/nowhere"}})[
        "default"
    ]


# --- Ready ----------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_ready(client: Client) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.text) == (200, "ready\n")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_not_ready_without_the_broker(client: Client, settings: object) -> None:
    settings.REDIS_URL = "unix:///nowhere/broker.sock"  # type: ignore[attr-defined]
    response = client.get("/readyz")
    assert (response.status_code, response.text) == (503, "broker\n")


@pytest.mark.django_db
def test_not_ready_without_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "connection", dead_database())
    response = client.get("/readyz")
    assert (response.status_code, response.text) == (503, "database\n")
    assert client.get("/livez").status_code == 200


@pytest.mark.django_db
def test_not_ready_before_the_last_migration(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The application reads which were applied, and cannot write it: here another history is read.
    applied = MigrationRecorder(connection).applied_migrations()

    def suppose(history: object) -> None:
        monkeypatch.setattr(MigrationRecorder, "applied_migrations", lambda recorder: history)
        monkeypatch.setattr(health, "_is_migrated", False)

    suppose(applied | {("later", "0001_by_a_newer_version"): None})
    assert client.get("/readyz").status_code == 200
    suppose({key: row for key, row in applied.items() if key != ("budgets", "0007_one_call")})
    assert client.get("/readyz").text == "migrations\n"


@pytest.mark.django_db(databases=["default", "owner"])
def test_never_ready_as_a_login_that_sees_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    assert health.problems() == []
    monkeypatch.setattr(health, "connection", connections["owner"])
    assert health.problems() == ["database-role"]


# --- Metrics --------------------------------------------------------------------------------------


def read(client: Client) -> dict[tuple[str, str], float]:
    """Each measurement by its name and its route or state."""
    response = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert response.status_code == 200
    return by_name(response.text)


def by_name(text: str) -> dict[tuple[str, str], float]:
    # A page that was asked for in several ways, or answered in several, is there as often: together they are its count.
    found: dict[tuple[str, str], float] = defaultdict(float)
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if "le" not in sample.labels:
                what = sample.labels.get("route") or sample.labels.get("state") or ""
                found[sample.name, what] += sample.value
    return found


@pytest.mark.django_db
@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer wrong", f"Token {TOKEN}", TOKEN, "Bearer "]
)
@pytest.mark.parametrize("token", ["", TOKEN])
def test_without_the_token_there_is_no_such_page(
    client: Client, settings: object, token: str, given: str
) -> None:
    settings.METRICS_TOKEN = token  # type: ignore[attr-defined]
    response = client.get("/metrics", headers={"authorization": given} if given else {})
    assert response.status_code == 404
    missing = client.get("/no-such-page")
    assert _plain(response.text, "/metrics") == _plain(missing.text, "/no-such-page")


def _plain(text: str, path: str) -> str:
    """A page without what differs from answer to answer: the form's token, and its own address."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text).replace(path, "")


@pytest.mark.django_db
def test_the_state_of_the_work_is_measured(client: Client, settings: object) -> None:
    settings.METRICS_TOKEN = TOKEN  # type: ignore[attr-defined]
    before = read(client)
    late = timezone.now() - timedelta(seconds=90)
    outbox.promise("tests.nothing", key="late", by=None, not_before=late)
    outbox.promise("tests.nothing", key="later", by=None, not_before=timezone.now() + timedelta(1))
    given_up = outbox.promise("tests.nothing", key="given-up", by=None)
    given_up.given_up_at = timezone.now()
    given_up.save()
    worlds.council(worlds.nation(), members=1)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # the seal, as at a commit
    client.get("/help/")
    after = read(client)
    assert after["socialcare_database_up", ""] == 1
    assert after["socialcare_outbox_waiting", ""] - before["socialcare_outbox_waiting", ""] >= 2
    assert after["socialcare_outbox_given_up", ""] - before["socialcare_outbox_given_up", ""] == 1
    assert 90 <= after["socialcare_outbox_late_seconds", ""] < 120
    assert after["socialcare_audit_head", ""] == AuditSeal.objects.count()
    assert after["socialcare_audit_head", ""] > before["socialcare_audit_head", ""]
    assert after["socialcare_allocation_runs", "queued"] == 0
    help_before = before.get(("socialcare_requests_total", "help"), 0)
    assert after["socialcare_requests_total", "help"] == help_before + 1
    assert after["socialcare_request_seconds_count", "help"] == help_before + 1


@pytest.mark.django_db
def test_a_dead_database_is_said_and_not_suffered(
    client: Client, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.METRICS_TOKEN = TOKEN  # type: ignore[attr-defined]

    def refuse() -> None:
        dead_database().ensure_connection()  # type: ignore[attr-defined]

    monkeypatch.setattr(metrics, "_outbox", refuse)
    found = read(client)
    assert found["socialcare_database_up", ""] == 0
    assert ("socialcare_audit_head", "") not in found


@pytest.mark.services
def test_every_web_process_is_counted_together(
    place: Place, tmp_path: Path, free_port: int
) -> None:
    folder = tmp_path / "counts"
    folder.mkdir()
    (folder / "counter_1.db").write_bytes(b"left by an earlier life")
    env = {
        **place.env,
        "PLAIN_STATIC": "1",
        "HTTPS": "0",
        "METRICS_TOKEN": TOKEN,
        "WEB_WORKERS": "2",
        "WEB_THREADS": "1",
        "PROMETHEUS_MULTIPROC_DIR": str(folder),
    }
    with serving(env, tmp_path / "web.log", port=free_port):
        asked = by_name(_metrics(free_port))["socialcare_requests_total", "livez"]
        for _ in range(20):
            assert get(free_port, "/livez").status == 200
        found = by_name(_metrics(free_port))
    assert found["socialcare_requests_total", "livez"] == asked + 20
    assert found["socialcare_database_up", ""] == 0  # there are no tables there


def _metrics(port: int) -> str:
    response = get(port, "/metrics", Authorization=f"Bearer {TOKEN}")
    assert response.status == 200
    return response.body.decode()  # type: ignore[attr-defined,no-any-return]
