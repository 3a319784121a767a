"""Makes a database of a backup: into an empty place only, all of it or nothing, and checked.

One transaction makes the tables, by the migrations that the backup was made under, and loads the rows as they were. The
product's own triggers rest meanwhile, because those would number, stamp and refuse the rows again; keys between tables,
unique and check constraints stay on. It refuses a database that holds anything.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from django.core.management import call_command
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor
from psycopg import sql

from budgets import ledger
from governance import audit
from socialcare.kernel.database import grant_default_rights
from socialcare.ops import snapshot
from socialcare.ops.snapshot import Damaged, Manifest, Refused

OWNER = "owner"

_OCCUPIED = """
SELECT c.relname FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f') LIMIT 1
"""


def restore(
    folder: Path,
    *,
    heads: Path,
    expected: str = "",
    accept_loss: bool = False,
    verify: bool = False,
    say: Callable[[str], object],
) -> Manifest:
    """Loads the backup in `folder` into the owner's database, which must be empty.

    `heads` is this place's file of published audit heads. When it tells of acts after the backup they are lost: that is
    refused unless `accept_loss`, which keeps the old file beside the new one. With `verify` every row is read back and
    must have the SHA-256 it had. Then the tables are brought up to the version of this code. Raises Refused when something has to be
    changed first, Damaged when the backup is not what was written; the database is as empty then as it was.
    """
    manifest = snapshot.read_manifest(folder, expected=expected)
    snapshot.check_files(folder, manifest)
    say(f"backup of {manifest.made_at}: {len(manifest.tables)} tables whole")
    lost = _acts_lost(manifest, heads)
    if lost and not accept_loss:
        raise Refused(
            f"{heads} tells of {lost} seals that are not in this backup: what was done after it is lost. Find a later "
            "backup, or say --accept-loss; the file is then kept beside the new one."
        )
    _refuse_occupied()
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        _migrate(manifest)
        say(f"tables made by {len(manifest.migrations)} migrations")
        _load(cursor, folder, manifest)
        if verify and (odd := differences(cursor, manifest)):
            raise Damaged(f"The rows came out other than they went in: {', '.join(odd)}.")
    say(f"{manifest.rows:,} rows loaded" + (" and read back" if verify else ""))
    _place_heads(folder, heads, is_lost=bool(lost))
    if _is_behind():
        call_command("migrate", verbosity=0)
        say("tables brought up to this version")
    return manifest


def _refuse_occupied() -> None:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(_OCCUPIED)
        if found := cursor.fetchone():
            raise Refused(
                f"The database is not empty (it has {found[0]}). Make a new one, and name it in DATABASE_URL and "
                "OWNER_DATABASE_URL."
            )


def _migrate(manifest: Manifest) -> None:
    """Makes the tables as they were when the backup was made."""
    connection = connections[OWNER]
    connection.prepare_database()
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    # An app that this version no longer has made tables that either are left out or will be missed below.
    wanted = {node for node in manifest.migrations if node[0] in executor.loader.migrated_apps}
    if unknown := sorted(wanted - set(graph.nodes)):
        raise Refused(
            f"This version does not know the migration {'.'.join(unknown[0])}: restore with the version that made the "
            "backup, or a later one."
        )
    last = [
        node
        for node in sorted(wanted)
        if not any(
            child.key[0] == node[0] and child.key in wanted
            for child in graph.node_map[node].children
        )
    ]
    grant_default_rights(connection)
    executor.migrate(last)


def _load(cursor: CursorWrapper, folder: Path, manifest: Manifest) -> None:
    snapshot.settle_session(cursor)
    made = {table.name: set(table.columns) for table in snapshot.tables(cursor)}
    kept = {table.name: set(table.columns) for table in manifest.tables}
    if made != kept:
        odd = sorted(name for name in made.keys() | kept.keys() if made.get(name) != kept.get(name))
        raise Refused(
            f"This version makes other tables than the backup has ({', '.join(odd)}): restore with the version that "
            "made the backup."
        )
    names = [sql.Identifier(table.name) for table in manifest.tables]
    cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    for name in names:
        cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(name))
    # Migrations can put rows of their own into the tables they make.
    cursor.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(names)))
    for table, name in zip(manifest.tables, names, strict=True):
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(name, snapshot.columns_of(table))
        with cursor.copy(statement) as copied:
            for chunk in snapshot.table_text(folder, table):
                copied.write(chunk)
    # A key that leads nowhere is refused here. What is still to be checked would also keep the triggers from waking.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for name in names:
        cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(name))
    for sequence, (last, is_called) in manifest.sequences.items():
        cursor.execute(
            "SELECT setval(format('public.%%I', %s::text)::regclass, %s, %s)",
            [sequence, last, is_called],
        )


def _is_behind() -> bool:
    executor = MigrationExecutor(connections[OWNER])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


# --- Published heads ------------------------------------------------------------------------------


def _acts_lost(manifest: Manifest, heads: Path) -> int:
    """How many seals this place published that the backup does not have."""
    kept = {lane: number for lane, number, _ in manifest.audit_heads}
    published = audit.newest(audit.published_heads(heads))
    return sum(max(0, number - kept.get(lane, 0)) for lane, number in published.items())


def _place_heads(folder: Path, heads: Path, *, is_lost: bool) -> None:
    """Puts the backup's published heads where the service looks for them, unless they go on from there already."""
    if heads.exists() and not is_lost:
        return
    heads.parent.mkdir(parents=True, exist_ok=True)
    if heads.exists():
        number = 1
        while (old := heads.with_name(f"{heads.name}.before-restore-{number}")).exists():
            number += 1
        os.rename(heads, old)
    shutil.copyfile(folder / snapshot.HEADS, heads)


# --- Verifying ------------------------------------------------------------------------------------


def differences(cursor: CursorWrapper, manifest: Manifest) -> list[str]:
    """The tables and sequences in the database that are not as the backup has them, in its transaction."""
    snapshot.settle_session(cursor)
    odd = [table.name for table in manifest.tables if snapshot.read_table(cursor, table) != table]
    now = snapshot.sequences(cursor)
    return odd + [name for name, last in manifest.sequences.items() if now.get(name) != last]


def faults(folder: Path, *, heads: Path) -> Iterator[str]:
    """Whatever the checks of the ledger and of the audit trail find, against the heads in the backup and here."""
    for money in ledger.verify():
        yield f"ledger, {money.code}: {money.message}"
    for path in (folder / snapshot.HEADS, heads):
        for trace in audit.verify(heads=path):
            yield f"audit trail, {trace.code}: {trace.message}"
