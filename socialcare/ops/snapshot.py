"""What a backup is: a folder with each table's rows in one fixed order, and a manifest that says what must be in it.

    manifest.json          what the folder holds: migrations, tables with their SHA-256, sequences, the newest seals
    manifest.json.sha256   the manifest's own SHA-256, as `sha256sum -c` reads it
    tables/<name>.copy.gz  the rows as PostgreSQL's COPY text, in the order of the primary key
    audit-heads.jsonl      the published heads of the audit trail up to then

A table's SHA-256 is over that text, so the same rows give the same hash in any database that holds them. Reading and
hashing live here; `backup` writes such a folder and `restore` makes a database of it.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from django.db.backends.utils import CursorWrapper
from psycopg import sql

FORMAT = "socialcare-backup-1"
MANIFEST, MANIFEST_HASH = "manifest.json", "manifest.json.sha256"
HEADS = "audit-heads.jsonl"
# Keys to a signed-in session: whoever read them in a copy could walk in, and nobody expects to be still signed in
# after a restore.
LEFT_OUT = frozenset({"django_session", "governance_session"})
CHUNK = 1 << 20  # bytes

# The same rows give the same text, whatever the server's own settings are. With row_security off, a policy that would
# hide a row from this login is an error instead of a silent gap.
_SESSION = """
SET LOCAL search_path = public, pg_temp;
SET LOCAL row_security = off;
SET LOCAL statement_timeout = 0;
SET LOCAL TimeZone = 'UTC';
SET LOCAL DateStyle = 'ISO, YMD';
SET LOCAL IntervalStyle = 'iso_8601';
SET LOCAL extra_float_digits = 1;
SET LOCAL bytea_output = 'hex';
SET LOCAL client_encoding = 'UTF8';
"""

# Generated columns are worked out again. Text is ordered by bytes, as no two servers' languages need agree.
_TABLES = """
SELECT c.relname,
       ARRAY(SELECT a.attname::text FROM pg_attribute a
              WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
              ORDER BY a.attnum),
       ARRAY(SELECT a.attname::text FROM pg_index i
               JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY(i.indkey)
              WHERE i.indrelid = c.oid AND i.indisprimary
              ORDER BY array_position(i.indkey::int2[], a.attnum)),
       ARRAY(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attcollation <> 0)
  FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
 ORDER BY c.relname
"""
_SEQUENCES = """
SELECT c.relname FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'S' ORDER BY c.relname
"""


class Refused(Exception):
    """It cannot be done as things stand; the text says what to change. Nothing was touched."""


class Damaged(Exception):
    """The backup, or what became of it, is not what its manifest says; the text says where."""


@dataclass(frozen=True)
class Table:
    """A table's rows in a backup. `order` is how they are sorted, as SQL."""

    name: str
    columns: list[str]
    order: str
    rows: int = 0
    sha256: str = ""

    @property
    def file(self) -> str:
        return f"tables/{self.name}.copy.gz"


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `sequences` are last values, and whether they were given out already; sums are pence.

    `audit_heads` are the newest seals: lane, number, hash.
    """

    format: str
    made_at: str
    postgresql: str
    migrations: list[tuple[str, str]]
    tables: list[Table]
    left_out: list[str]
    sequences: dict[str, tuple[int, bool]]
    accounts: int
    movements: int
    moved_pence: int
    audit_seals: int
    audit_heads: list[tuple[int, int, str]]
    heads_sha256: str

    def text(self) -> bytes:
        return (json.dumps(asdict(self), indent=1, sort_keys=True) + "\n").encode()

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables)


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- From a database ------------------------------------------------------------------------------


def settle_session(cursor: CursorWrapper) -> None:
    """Sets, for this transaction, whatever the text of a row depends on."""
    cursor.execute(_SESSION)


def tables(cursor: CursorWrapper) -> list[Table]:
    """The tables of the database that belong in a backup, without their rows."""
    cursor.execute(_TABLES)
    found = []
    for name, columns, key, worded in cursor.fetchall():
        if name in LEFT_OUT:
            continue
        if not key:
            raise Refused(f"Table {name} has no primary key, so its rows have no order.")
        order = ", ".join(
            f'"{column}"' + (' COLLATE "C"' if column in worded else "") for column in key
        )
        found.append(Table(name, list(columns), order))
    return found


def read_table(
    cursor: CursorWrapper, table: Table, write: Callable[[bytes], object] | None = None
) -> Table:
    """`table` with the number and SHA-256 of the rows it has now; `write` gets their text, chunk by chunk."""
    statement = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
        columns_of(table),
        sql.Identifier(table.name),
        sql.SQL(table.order),  # made above, from the catalogue
    )
    digest, rows = hashlib.sha256(), 0
    with cursor.copy(statement) as copied:
        for chunk in copied:
            text = bytes(chunk)
            digest.update(text)
            rows += text.count(b"\n")  # one within a value is written as two characters
            if write:
                write(text)
    return replace(table, rows=rows, sha256=digest.hexdigest())


def columns_of(table: Table) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(column) for column in table.columns)


def sequence_names(cursor: CursorWrapper) -> list[str]:
    cursor.execute(_SEQUENCES)
    return [name for (name,) in cursor.fetchall()]


def sequences(cursor: CursorWrapper) -> dict[str, tuple[int, bool]]:
    """Each sequence's last value, and whether it was given out. Read after the rows: a number is never given twice."""
    found = {}
    for name in sequence_names(cursor):
        cursor.execute(sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(name)))
        found[name] = cast(tuple[int, bool], cursor.fetchone())
    return found


# --- From a folder --------------------------------------------------------------------------------


def read_manifest(folder: Path, *, expected: str = "") -> Manifest:
    """The manifest of the backup in `folder`.

    `expected` is the SHA-256 that `backup` printed, kept elsewhere; with it nobody can have written another manifest.
    Raises Refused when there is no backup, Damaged when the manifest is not the one that was written.
    """
    try:
        content = (folder / MANIFEST).read_bytes()
        written = (folder / MANIFEST_HASH).read_text().split()[0]
    except (OSError, IndexError) as error:
        raise Refused(f"There is no whole backup in {folder}.") from error
    if sha256_of(content) not in {expected or written} or (expected and expected != written):
        raise Damaged(f"{MANIFEST} is not the one that was written.")
    fields: dict[str, Any] = json.loads(content)
    if fields.get("format") != FORMAT:
        raise Refused(f"This is a backup in another format, {fields.get('format')!r}.")
    fields["migrations"] = [(app, name) for app, name in fields["migrations"]]
    fields["tables"] = [Table(**table) for table in fields["tables"]]
    fields["sequences"] = {
        name: (last, called) for name, (last, called) in fields["sequences"].items()
    }
    # Before there were lanes there was one head, and its number was how many seals there were.
    if head := fields.pop("audit_head", None):
        fields["audit_heads"] = [(0, fields["audit_seals"], head)]
    fields["audit_heads"] = [
        (lane, number, digest) for lane, number, digest in fields.get("audit_heads", [])
    ]
    return Manifest(**fields)


def table_text(folder: Path, table: Table) -> Iterator[bytes]:
    """A table's rows as they were written, chunk by chunk."""
    with gzip.open(folder / table.file) as file:
        while chunk := file.read(CHUNK):
            yield chunk


def check_files(folder: Path, manifest: Manifest) -> None:
    """Reads every file of a backup through; raises Damaged with the first one that is not what was written."""
    for table in manifest.tables:
        digest, rows = hashlib.sha256(), 0
        try:
            for chunk in table_text(folder, table):
                digest.update(chunk)
                rows += chunk.count(b"\n")
        except (OSError, EOFError, zlib.error) as error:
            raise Damaged(f"{table.file} cannot be read.") from error
        if (rows, digest.hexdigest()) != (table.rows, table.sha256):
            raise Damaged(f"{table.file} is not what was written.")
    if sha256_of((folder / HEADS).read_bytes()) != manifest.heads_sha256:
        raise Damaged(f"{HEADS} is not what was written.")
