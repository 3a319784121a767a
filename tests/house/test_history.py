"""Which migrations were applied: the application reads it and writes nothing; the owner migrates as before."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from django.db import ProgrammingError, connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.mark.parametrize(
    "change",
    [
        "INSERT INTO django_migrations (app, name, applied) VALUES ('kernel', '9999_mine', now())",
        "INSERT INTO django_migrations (id, app, name, applied) VALUES (-1, 'kernel', '9', now())",
        "UPDATE django_migrations SET name = '9999_mine'",
        "DELETE FROM django_migrations",
        "TRUNCATE django_migrations",
        "ALTER TABLE django_migrations ADD COLUMN mine text",
        "SELECT nextval('django_migrations_id_seq')",
    ],
)
def test_the_application_cannot_write_it(change: str) -> None:
    before = applied()
    with (
        pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)
    assert applied() == before


def applied() -> Sequence[object]:
    """As the application reads it, to say whether it is ready."""
    rows = sorted(MigrationRecorder(connection).applied_migrations())
    assert ("kernel", "0004_history_is_the_owners") in rows
    return rows


def test_the_owner_writes_it() -> None:
    recorder = MigrationRecorder(connections["owner"])
    with transaction.atomic(using="owner"):
        recorder.record_applied("kernel", "9999_next")
        assert ("kernel", "9999_next") in recorder.applied_migrations()
        recorder.record_unapplied("kernel", "9999_next")
        assert ("kernel", "9999_next") not in recorder.applied_migrations()
