"""Writing the audit trail, and reading it back to see that nobody has touched it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from governance.models import AuditEntry, AuditSeal, Sphere, User
from governance.models.audit import seal_name

# Ids, codes, dates and hashes: nothing in which a sentence, a full name or an e-mail address fits.
_CODE = re.compile(r"^[A-Za-z0-9][A-Za-z0-9:._/+-]{0,99}$")
GENESIS = "0" * 64


def _plain(value: Any) -> bool:
    if value is None or isinstance(value, bool | int):
        return True
    if isinstance(value, str):
        return bool(_CODE.match(value))
    return isinstance(value, list | tuple) and all(_plain(item) for item in value)


def record(
    verb: str,
    *,
    subject: models.Model,
    by: User | int | None,
    sphere: Sphere | int | None = None,
    **detail: Any,
) -> AuditEntry:
    """Records that `by` (None: the system itself) did `verb` to `subject`, in the caller's transaction.

    `detail` takes numbers and codes only; anything that could hold words raises ValueError. Raises RuntimeError
    outside a transaction: an act and its trace stand or fall together.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit.record belongs in the transaction of the act it records")
    for key, value in detail.items():
        if not _plain(value):
            raise ValueError(f"audit detail {key!r} is not an id, a number or a code")
    return AuditEntry.objects.create(
        verb=verb,
        subject_kind=subject._meta.label_lower,
        subject_id=str(getattr(subject, "public_id", "") or subject.pk),
        actor_id=by.pk if isinstance(by, User) else by,
        sphere_id=sphere.pk if isinstance(sphere, Sphere) else sphere,
        detail=detail,
    )


# --- Verifying ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fault:
    """Something wrong with the trail: `code`, the seal or entry it was found at, and one sentence."""

    code: str
    at: int
    message: str


# Where a seal stands: its lane, and its number there.
Place = tuple[int, int]

# One row an entry of a seal, lane by lane in order; `content` is null where the entry is gone.
_SEALED = """
SELECT s.lane, s.number, s.previous_hash, s.hash, e.entry_id, audit_content(a)
  FROM governance_auditseal s
 CROSS JOIN LATERAL unnest(s.entries) WITH ORDINALITY AS e(entry_id, place)
  LEFT JOIN governance_auditentry a ON a.id = e.entry_id
 ORDER BY s.lane, s.number, e.place
"""
_UNSEALED = """
SELECT a.id FROM governance_auditentry a
  LEFT JOIN governance_auditseal s ON s.batch = a.batch
 WHERE s.number IS NULL OR a.id <> ALL(s.entries)
 ORDER BY a.id LIMIT 100
"""
# From lane to lane by the index: it reads as many rows as there are lanes, however long the trail is.
_HEADS = """
WITH RECURSIVE used AS (
  SELECT min(lane) AS lane FROM governance_auditseal
  UNION ALL
  SELECT (SELECT min(s.lane) FROM governance_auditseal s WHERE s.lane > used.lane) FROM used WHERE used.lane IS NOT NULL
)
SELECT head.* FROM used
 CROSS JOIN LATERAL (SELECT * FROM governance_auditseal s WHERE s.lane = used.lane ORDER BY s.number DESC LIMIT 1) AS head
 ORDER BY head.lane
"""


@dataclass(frozen=True)
class _Seal:
    """A seal as it was read, with the ids of its entries and what each holds (None: it is gone)."""

    lane: int
    number: int
    previous_hash: str
    hash: str
    entries: list[tuple[int, str | None]]

    @property
    def contents(self) -> list[str]:
        return [content for _, content in self.entries if content is not None]


def _seals() -> Iterator[_Seal]:
    """Each seal with its entries, read through a server-side cursor so that memory does not grow with the trail."""
    with (
        transaction.atomic(),
        connection.chunked_cursor() as cursor,
    ):
        cursor.execute(_SEALED)
        for (lane, number, previous, digest), rows in groupby(cursor, key=itemgetter(0, 1, 2, 3)):
            yield _Seal(lane, number, previous, digest, [row[4:] for row in rows])


def seal_hash(*, previous: str, number: int, contents: list[str], lane: int = 0) -> str:
    """The hash of a seal, worked out here in Python, independently of the trigger that wrote it.

    SHA-256 over the previous hash, the seal's name and the SHA-256 of each entry's canonical content.
    """
    parts = [previous, seal_name(lane, number)]
    parts += [hashlib.sha256(content.encode()).hexdigest() for content in contents]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def verify(*, heads: Path | None = None) -> list[Fault]:
    """Every fault in the trail: edited, deleted, added or reordered entries; seals cut from the middle or the end.

    Each lane is a chain of its own. `heads` is the file of published heads; without it a cut tail cannot be seen.
    """
    faults: list[Fault] = []
    published = published_heads(heads) if heads else {}
    last: dict[int, int] = {}
    for lane, seals in groupby(_seals(), key=lambda seal: seal.lane):
        previous, expected = GENESIS, 1
        for seal in seals:
            faults += _faults_of(seal, previous=previous, expected=expected, published=published)
            previous, expected = seal.hash, seal.number + 1
        last[lane] = expected - 1
    for lane, number in sorted(newest(published).items()):
        if number > last.get(lane, 0):
            faults.append(
                Fault(
                    "tail-cut",
                    number,
                    f"Seal {seal_name(lane, number)} was published but is gone: the end of the trail was cut.",
                )
            )
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED)
        faults += [
            Fault("entry-unsealed", entry_id, f"Entry {entry_id} is under no seal.")
            for (entry_id,) in cursor.fetchall()
        ]
    return faults


def _faults_of(
    seal: _Seal, *, previous: str, expected: int, published: dict[Place, str]
) -> Iterator[Fault]:
    """What is wrong with a seal that should be number `expected` of its lane and follow the hash `previous`."""
    number, name = seal.number, seal_name(seal.lane, seal.number)
    if number != expected:
        gone = f"Seals {seal_name(seal.lane, expected)} to {seal_name(seal.lane, number - 1)} are gone."
        yield Fault("seal-missing", expected, gone)
    elif seal.previous_hash != previous:
        yield Fault("chain-broken", number, f"Seal {name} does not follow the one before it.")
    for entry_id, content in seal.entries:
        if content is None:
            yield Fault("entry-deleted", entry_id, f"Entry {entry_id} is gone.")
    if len(seal.contents) == len(seal.entries) and seal.hash != seal_hash(
        previous=seal.previous_hash, number=number, contents=seal.contents, lane=seal.lane
    ):
        yield Fault("entry-changed", number, f"An entry under seal {name} was changed or moved.")
    if published.get((seal.lane, number), seal.hash) != seal.hash:
        yield Fault("head-differs", number, f"Seal {name} is not the one that was published.")


# --- Heads ----------------------------------------------------------------------------------------


def heads() -> list[AuditSeal]:
    """The newest seal of each lane that has any. Their numbers add up to how many seals there are."""
    return list(AuditSeal.objects.raw(_HEADS))


def published_heads(path: Path) -> dict[Place, str]:
    """Lane and number → hash, from the file of published heads. A file that is not there has none.

    A line without a lane is from before there were any: lane 0.
    """
    if not path.exists():
        return {}
    lines = path.read_text().splitlines()
    return {(head.get("lane", 0), head["number"]): head["hash"] for head in map(json.loads, lines)}


def newest(published: Iterable[Place]) -> dict[int, int]:
    """Each lane's highest number among places in the trail."""
    return dict(sorted(published))


def publish_heads(path: Path) -> list[AuditSeal]:
    """Appends each lane's newest seal to the file of published heads, unless it is there already; returns the new."""
    published = published_heads(path)
    new = [head for head in heads() if (head.lane, head.number) not in published]
    if not new:
        return []
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        {
            "lane": head.lane,
            "number": head.number,
            "hash": head.hash,
            "sealed_at": head.sealed_at.isoformat(),
        }
        for head in new
    ]
    with path.open("a") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
        file.flush()
        os.fsync(file.fileno())
    return new
