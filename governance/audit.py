"""Writing the audit trail, and reading it back to see that nobody has touched it."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from governance.models import AuditEntry, AuditSeal, Sphere, User

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


# One row an entry of a seal, in order; `content` is null where the entry is gone.
_SEALED = """
SELECT s.number, s.previous_hash, s.hash, e.entry_id, audit_content(a)
  FROM governance_auditseal s
 CROSS JOIN LATERAL unnest(s.entries) WITH ORDINALITY AS e(entry_id, place)
  LEFT JOIN governance_auditentry a ON a.id = e.entry_id
 ORDER BY s.number, e.place
"""
_UNSEALED = """
SELECT a.id FROM governance_auditentry a
  LEFT JOIN governance_auditseal s ON s.batch = a.batch
 WHERE s.number IS NULL OR a.id <> ALL(s.entries)
 ORDER BY a.id LIMIT 100
"""


def _seals() -> Iterator[tuple[int, str, str, list[tuple[int, str | None]]]]:
    """Each seal with its entries, read through a server-side cursor so that memory does not grow with the trail."""
    with (
        transaction.atomic(),
        connection.chunked_cursor() as cursor,
    ):
        cursor.execute(_SEALED)
        current: tuple[int, str, str] | None = None
        entries: list[tuple[int, str | None]] = []
        for number, previous, digest, entry_id, content in cursor:
            if current is not None and number != current[0]:
                yield (*current, entries)
                entries = []
            current = (number, previous, digest)
            entries.append((entry_id, content))
        if current is not None:
            yield (*current, entries)


def seal_hash(*, previous: str, number: int, contents: list[str]) -> str:
    """The hash of a seal, worked out here in Python, independently of the trigger that wrote it.

    SHA-256 over the previous hash, the seal's number and the SHA-256 of each entry's canonical content.
    """
    parts = [previous, str(number)]
    parts += [hashlib.sha256(content.encode()).hexdigest() for content in contents]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def verify(*, heads: Path | None = None) -> list[Fault]:
    """Every fault in the trail: edited, deleted, added or reordered entries; seals cut from the middle or the end.

    `heads` is the file of published heads; without it a cut tail cannot be seen.
    """
    faults: list[Fault] = []
    previous, expected = GENESIS, 1
    published = published_heads(heads) if heads else {}
    for number, previous_hash, digest, entries in _seals():
        if number != expected:
            faults.append(
                Fault("seal-missing", expected, f"Seals {expected} to {number - 1} are gone.")
            )
        elif previous_hash != previous:
            faults.append(
                Fault("chain-broken", number, f"Seal {number} does not follow the one before it.")
            )
        contents = [content for _, content in entries if content is not None]
        for entry_id, content in entries:
            if content is None:
                faults.append(Fault("entry-deleted", entry_id, f"Entry {entry_id} is gone."))
        if len(contents) == len(entries) and digest != seal_hash(
            previous=previous_hash, number=number, contents=contents
        ):
            faults.append(
                Fault(
                    "entry-changed",
                    number,
                    f"An entry under seal {number} was changed or moved.",
                )
            )
        if number in published and published[number] != digest:
            faults.append(
                Fault(
                    "head-differs",
                    number,
                    f"Seal {number} is not the one that was published.",
                )
            )
        previous, expected = digest, number + 1
    if published and max(published) >= expected:
        faults.append(
            Fault(
                "tail-cut",
                max(published),
                f"Seal {max(published)} was published but is gone: the end of the trail was cut.",
            )
        )
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED)
        faults += [
            Fault("entry-unsealed", entry_id, f"Entry {entry_id} is under no seal.")
            for (entry_id,) in cursor.fetchall()
        ]
    return faults


def published_heads(path: Path) -> dict[int, str]:
    """Seal number → hash, from the file of published heads. A file that is not there has none."""
    if not path.exists():
        return {}
    lines = path.read_text().splitlines()
    return {head["number"]: head["hash"] for head in map(json.loads, lines)}


def publish_head(path: Path) -> AuditSeal | None:
    """Appends the newest seal to the file of published heads, unless it is there already."""
    head = AuditSeal.objects.order_by("-number").first()
    if head is None or head.number in published_heads(path):
        return None
    path.parent.mkdir(parents=True, exist_ok=True)
    line = json.dumps(
        {"number": head.number, "hash": head.hash, "sealed_at": head.sealed_at.isoformat()}
    )
    with path.open("a") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
    return head
