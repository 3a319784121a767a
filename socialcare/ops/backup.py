"""Copies everything into a folder, as of one moment, while the service goes on.

One REPEATABLE READ transaction of the owner's login reads every table. The folder appears whole or not at all. It holds
whatever people entrusted to the service: it is made for its owner alone, and belongs on an encrypted disk.
"""

from __future__ import annotations

import gzip
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from psycopg import sql

from socialcare.ops import snapshot
from socialcare.ops.snapshot import Manifest, Refused, Table

OWNER = "owner"
COMPRESSION = 3  # of 1 to 9: most of the gain for little of the time


def back_up(folder: Path, *, heads: Path, say: Callable[[str], object]) -> Manifest:
    """Writes a backup into `folder`, which must not be there yet. `heads` is the file of published audit heads.

    Raises Refused when the folder exists or cannot be made; nothing is left behind then.
    """
    folder = folder.absolute()
    if folder.exists() or folder.is_symlink():
        raise Refused(f"{folder} is there already: name a new folder.")
    partial = folder.with_name(f".{folder.name}.partial-{os.getpid()}")
    try:
        partial.mkdir(mode=0o700)
    except OSError as error:
        raise Refused(f"Cannot make {partial}: {error.strerror}.") from error
    try:
        manifest = _write(partial, heads=heads, say=say)
        partial.rename(folder)
        _sync(folder.parent)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return manifest


def _write(folder: Path, *, heads: Path, say: Callable[[str], object]) -> Manifest:
    # Before the moment of the copy: a head published later may be of a seal that the copy does not have.
    published = heads.read_bytes() if heads.exists() else b""
    (folder / "tables").mkdir(mode=0o700)
    with transaction.atomic(using=OWNER), connections[OWNER].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot.settle_session(cursor)
        tables = snapshot.tables(cursor)
        _keep_shape(cursor, tables)
        copied = []
        for table in tables:
            copied.append(_copy(cursor, table, folder))
            say(f"{table.name}: {copied[-1].rows:,} rows")
        manifest = _manifest(cursor, copied, published)
    _write_file(folder / snapshot.HEADS, published)
    _write_file(folder / snapshot.MANIFEST, manifest.text())
    line = f"{snapshot.sha256_of(manifest.text())}  {snapshot.MANIFEST}\n"
    _write_file(folder / snapshot.MANIFEST_HASH, line.encode())
    _sync(folder / "tables")
    _sync(folder)
    return manifest


def _keep_shape(cursor: CursorWrapper, tables: list[Table]) -> None:
    """Keeps migrations out until the copy is done; pages and workers go on."""
    names = sql.SQL(", ").join(sql.Identifier(table.name) for table in tables)
    cursor.execute(sql.SQL("LOCK TABLE {} IN ACCESS SHARE MODE").format(names))


def _copy(cursor: CursorWrapper, table: Table, folder: Path) -> Table:
    with _private(folder / table.file) as raw:
        with gzip.GzipFile("", "wb", COMPRESSION, raw, mtime=0) as file:
            copied = snapshot.read_table(cursor, table, file.write)
        raw.flush()
        os.fsync(raw.fileno())
    return copied


def _manifest(cursor: CursorWrapper, tables: list[Table], published: bytes) -> Manifest:
    def one(statement: str) -> tuple:
        cursor.execute(statement)
        return cursor.fetchone()

    cursor.execute("SELECT app, name FROM django_migrations ORDER BY id")
    migrations = cursor.fetchall()
    # A database can be older than any of these tables, or than a column of theirs.
    names = {table.name for table in tables}
    accounts = movements = moved = 0
    heads: list[tuple[int, int, str]] = []
    if "budgets_movement" in names:
        (accounts,) = one("SELECT count(*) FROM budgets_account")
        movements, moved = one(
            "SELECT count(*), COALESCE(sum(amount_pence), 0)::bigint FROM budgets_movement"
        )
    if "governance_auditseal" in names:
        has_lanes = any("lane" in t.columns for t in tables if t.name == "governance_auditseal")
        statement = sql.SQL(
            "SELECT {}, max(number), (array_agg(hash ORDER BY number DESC))[1]"
            " FROM governance_auditseal GROUP BY 1 ORDER BY 1"
        )
        cursor.execute(statement.format(sql.Identifier("lane") if has_lanes else sql.SQL("0")))
        heads = cursor.fetchall()
    return Manifest(
        format=snapshot.FORMAT,
        made_at=timezone.now().isoformat(timespec="seconds"),
        postgresql=one("SHOW server_version")[0],
        migrations=migrations,
        tables=tables,
        left_out=sorted(snapshot.LEFT_OUT),
        sequences=snapshot.sequences(cursor),
        accounts=accounts,
        movements=movements,
        moved_pence=moved,
        audit_seals=sum(number for _, number, _ in heads),
        audit_heads=heads,
        heads_sha256=snapshot.sha256_of(published),
    )


def _private(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")


def _write_file(path: Path, content: bytes) -> None:
    with _private(path) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    """Writes a folder's own entries to the disk, so that a power cut leaves no half of it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
