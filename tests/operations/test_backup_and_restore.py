"""The drill: everything copied while people work, made again in an empty place, and proved the same to the penny."""

from __future__ import annotations

import dataclasses
import gzip
import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession

from socialcare.ops import snapshot
from socialcare.ops.backup import back_up
from tests.operations.conftest import OLD_BACKUP, Place

pytestmark = pytest.mark.services

MakePlace = Callable[[], Place]


@pytest.fixture(scope="module")
def source(make_place: MakePlace) -> Place:
    """A database in which a small England has shared its pot."""
    place = make_place()
    place.manage("migrate", "-v0")
    place.run("-m", "tests.operations.populate", "build")
    return place


@pytest.fixture(scope="module")
def backup(source: Place, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("backups") / "one"
    source.manage("backup", str(folder))
    return folder


@pytest.fixture(scope="module")
def restored(backup: Path, make_place: MakePlace) -> Place:
    place = make_place()
    said = place.manage("restore", str(backup), "--verify")
    assert "verified: every row" in said
    return place


@pytest.fixture
def copy(backup: Path, tmp_path: Path) -> Path:
    """The backup again, to be spoilt."""
    return Path(shutil.copytree(backup, tmp_path / "copy"))


# --- The drill ------------------------------------------------------------------------------------


def test_the_copy_of_a_copy_is_the_same(backup: Path, restored: Place, tmp_path: Path) -> None:
    restored.manage("backup", str(tmp_path / "again"))
    one, again = (snapshot.read_manifest(folder) for folder in (backup, tmp_path / "again"))
    assert one.movements > 10
    assert one.audit_seals > 10
    assert one.rows > 500
    assert dataclasses.replace(again, made_at=one.made_at) == one
    for table in one.tables:
        assert (tmp_path / "again" / table.file).read_bytes() == (backup / table.file).read_bytes()


def test_the_restored_service_goes_on(restored: Place) -> None:
    """Numbers go on where they stopped, the triggers are awake, the chain holds, and the login still owns nothing."""
    restored.run(
        "-m", "tests.operations.populate", "act", DATABASE_URL=restored.env["DATABASE_URL"]
    )
    assert "is whole" in restored.manage("verify_audit")
    restored.manage("verify_ledger")
    resting = "SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'O'"
    assert restored.value(resting) == 0
    with restored.connect() as owner, pytest.raises(Exception, match="append-only"):
        owner.execute("DELETE FROM budgets_movement")
    owned = "SELECT count(*) FROM pg_class WHERE relowner = 'socialcare_app'::regrole"
    assert restored.value(owned) == 0


def test_rows_that_came_out_otherwise_are_named(backup: Path, make_place: MakePlace) -> None:
    place = make_place()
    place.manage("restore", str(backup))
    with place.connect() as owner:
        owner.execute("ALTER TABLE budgets_movement DISABLE TRIGGER USER")
        owner.execute("UPDATE budgets_movement SET amount_pence = amount_pence + 1 WHERE id = 3")
        owner.execute("SELECT nextval('governance_user_id_seq')")
    said = place.run(
        "-c",
        "import os, sys, django; os.environ['DJANGO_SETTINGS_MODULE'] = 'socialcare.settings'; django.setup()\n"
        "from pathlib import Path; from django.db import connections, transaction\n"
        "from socialcare.ops import restore, snapshot; folder = Path(sys.argv[1])\n"
        "with transaction.atomic(using='owner'), connections['owner'].cursor() as cursor:\n"
        "    print(restore.differences(cursor, snapshot.read_manifest(folder)))\n"
        "print(*restore.faults(folder, heads=folder / 'audit-heads.jsonl'), sep='\\n')",
        str(backup),
    )
    assert "['budgets_movement', 'governance_user_id_seq']" in said
    assert "ledger, balance-differs" in said
    assert "ledger, posting-differs" in said


def test_a_backup_holds_one_moment_while_people_work(
    source: Place, make_place: MakePlace, tmp_path: Path
) -> None:
    writing = subprocess.Popen(
        [sys.executable, "-m", "tests.operations.populate", "act-on"],
        cwd=settings.BASE_DIR,
        env=source.env,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert writing.stdout
        assert writing.stdout.read(2) == b".."  # it is under way
        source.manage("backup", str(tmp_path / "busy"))
        seals = source.value("SELECT count(*) FROM governance_auditseal")
    finally:
        writing.kill()
        writing.communicate()
    manifest = snapshot.read_manifest(tmp_path / "busy")
    assert manifest.audit_seals <= seals  # type: ignore[operator]
    place = make_place()
    assert "verified" in place.manage("restore", str(tmp_path / "busy"), "--verify")


def test_a_backup_of_an_older_version_is_brought_up_to_this_one(place: Place) -> None:
    """Rows from before most of today's tables: loaded, then carried over by every migration since."""
    said = place.manage("restore", str(OLD_BACKUP), "--verify")
    assert "tables brought up to this version" in said
    place.manage("migrate", "--check")
    balance = (
        "SELECT balance_pence FROM budgets_account WHERE kind = 'neighbourhood-fund' ORDER BY id"
    )
    assert place.value(balance) == 700_000
    assert place.value("SELECT preferred_name FROM people_person") == "Zoë “Tab\there”\nand a line"
    place.run("-m", "tests.operations.populate", "act")
    place.manage("verify_ledger")
    place.manage("verify_audit")


# --- What a backup holds --------------------------------------------------------------------------


def test_only_its_owner_can_read_it(backup: Path) -> None:
    for path in (backup, *backup.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path


def test_the_manifest_can_be_checked_by_hand(backup: Path) -> None:
    subprocess.run(
        ["sha256sum", "--check", "--quiet", snapshot.MANIFEST_HASH], cwd=backup, check=True
    )
    manifest = json.loads((backup / snapshot.MANIFEST).read_text())
    for table in manifest["tables"]:
        text = gzip.decompress((backup / "tables" / f"{table['name']}.copy.gz").read_bytes())
        assert snapshot.sha256_of(text) == table["sha256"]


def test_every_table_but_the_sessions_is_in_it(backup: Path) -> None:
    models = [
        m
        for m in apps.get_models(include_auto_created=True)
        if m._meta.managed and not m._meta.proxy
    ]
    sessions = {m._meta.db_table for m in models if issubclass(m, AbstractBaseSession)}
    assert sessions
    assert sessions <= snapshot.LEFT_OUT
    kept = {table.name for table in snapshot.read_manifest(backup).tables}
    assert kept == {m._meta.db_table for m in models} - sessions | {"django_migrations"}


def test_keys_between_tables_wait_for_the_end_of_a_transaction(restored: Place) -> None:
    """Else the order of loading would matter."""
    strict = "SELECT string_agg(conname, ' ') FROM pg_constraint WHERE contype = 'f' AND NOT condeferrable"
    assert restored.value(strict) is None


# --- Refusals -------------------------------------------------------------------------------------


def test_a_backup_never_writes_over_anything(source: Place, backup: Path, tmp_path: Path) -> None:
    before = (backup / snapshot.MANIFEST).read_bytes()
    assert "is there already" in source.manage("backup", str(backup), status=2)
    assert (backup / snapshot.MANIFEST).read_bytes() == before
    with pytest.raises(snapshot.Refused, match="Cannot make"):
        back_up(tmp_path / "no" / "where", heads=source.heads, say=print)
    assert list(tmp_path.iterdir()) == []


def test_only_the_owner_backs_up(source: Place, tmp_path: Path) -> None:
    said = source.manage("backup", str(tmp_path / "new"), status=2, OWNER_DATABASE_URL="")
    assert "Set OWNER_DATABASE_URL" in said
    assert list(tmp_path.iterdir()) == []


def test_a_backup_that_fails_leaves_nothing(source: Place, tmp_path: Path) -> None:
    with source.connect() as owner:
        owner.execute("CREATE TABLE without_a_key (word text)")
    try:
        assert "no primary key" in source.manage("backup", str(tmp_path / "new"), status=2)
    finally:
        with source.connect() as owner:
            owner.execute("DROP TABLE without_a_key")
    assert list(tmp_path.iterdir()) == []


def test_a_restore_never_loads_into_a_place_that_holds_something(
    source: Place, backup: Path
) -> None:
    before = source.value("SELECT count(*) FROM governance_auditentry")
    assert "is not empty" in source.manage("restore", str(backup), status=2)
    assert source.value("SELECT count(*) FROM governance_auditentry") == before


@pytest.mark.parametrize("spoil", ["changed", "cut", "gone", "heads"])
def test_a_damaged_file_is_found(copy: Path, spoil: str) -> None:
    file = copy / "tables" / "budgets_movement.copy.gz"
    if spoil == "changed":
        text = gzip.decompress(file.read_bytes()).replace(b"allocate", b"allocatf", 1)
        file.write_bytes(gzip.compress(text))
    elif spoil == "cut":
        file.write_bytes(file.read_bytes()[:-20])
    elif spoil == "gone":
        file.unlink()
    else:
        (copy / snapshot.HEADS).write_text("")
    with pytest.raises(
        snapshot.Damaged, match=snapshot.HEADS if spoil == "heads" else "budgets_movement"
    ):
        snapshot.check_files(copy, snapshot.read_manifest(copy))


def test_a_damaged_backup_makes_no_table(copy: Path, place: Place) -> None:
    (copy / "tables" / "governance_vote.copy.gz").unlink()
    assert "governance_vote" in place.manage("restore", str(copy), status=1)
    assert place.is_empty


def rewrite(folder: Path, **changes: object) -> None:
    """Writes another manifest with a hash that fits it, as somebody who means harm would."""
    manifest = dataclasses.replace(snapshot.read_manifest(folder), **changes)  # type: ignore[arg-type]
    (folder / snapshot.MANIFEST).write_bytes(manifest.text())
    (folder / snapshot.MANIFEST_HASH).write_text(f"{snapshot.sha256_of(manifest.text())}  x\n")


def test_a_changed_manifest_is_known_by_the_hash_kept_elsewhere(copy: Path, place: Place) -> None:
    kept = snapshot.sha256_of((copy / snapshot.MANIFEST).read_bytes())
    assert snapshot.read_manifest(copy, expected=kept)
    rewrite(copy, movements=1)
    assert snapshot.read_manifest(copy).movements == 1
    assert "manifest" in place.manage("restore", str(copy), "--expect", kept, status=1)
    (copy / snapshot.MANIFEST).write_text("{}")
    with pytest.raises(snapshot.Damaged):
        snapshot.read_manifest(copy)
    (copy / snapshot.MANIFEST).unlink()
    with pytest.raises(snapshot.Refused, match="no whole backup"):
        snapshot.read_manifest(copy)
    assert place.is_empty


def test_a_later_versions_backup_is_refused_whole(copy: Path, place: Place) -> None:
    manifest = snapshot.read_manifest(copy)
    rewrite(copy, migrations=[*manifest.migrations, ("budgets", "9999_from_the_future")])
    assert "9999_from_the_future" in place.manage("restore", str(copy), status=2)
    rewrite(copy, migrations=manifest.migrations, tables=manifest.tables[1:])
    assert manifest.tables[0].name in place.manage("restore", str(copy), status=2)
    assert place.is_empty


def test_a_key_that_leads_nowhere_is_refused_whole(copy: Path, place: Place) -> None:
    manifest = snapshot.read_manifest(copy)
    tables = []
    for table in manifest.tables:
        if table.name == "people_person":
            (copy / table.file).write_bytes(gzip.compress(b"", mtime=0))
            table = dataclasses.replace(table, rows=0, sha256=snapshot.sha256_of(b""))
        if table.name == "governance_decision":
            (copy / table.file).write_bytes(gzip.compress(b"", mtime=0))
            table = dataclasses.replace(table, rows=0, sha256=snapshot.sha256_of(b""))
        tables.append(table)
    rewrite(copy, tables=tables)
    assert "violates foreign key" in place.manage("restore", str(copy), status=1)
    assert place.is_empty


def test_the_newest_seals_of_an_old_backup_are_one_lanes(backup: Path) -> None:
    old, new = snapshot.read_manifest(OLD_BACKUP), snapshot.read_manifest(backup)
    assert [(lane, number) for lane, number, _ in old.audit_heads] == [(0, old.audit_seals)]
    assert sum(number for _, number, _ in new.audit_heads) == new.audit_seals


def test_lost_acts_must_be_accepted_in_so_many_words(backup: Path, place: Place) -> None:
    manifest = snapshot.read_manifest(backup)
    heads = {lane: number for lane, number, _ in manifest.audit_heads}
    later = [
        {"number": heads[0] + 3, "hash": "f" * 64},
        {"lane": 15, "number": heads.get(15, 0) + 2, "hash": "f" * 64},
    ]
    place.heads.write_text("".join(json.dumps(line) + "\n" for line in later))
    assert "5 seals" in place.manage("restore", str(backup), status=2)
    assert place.is_empty
    place.manage("restore", str(backup), "--verify", "--accept-loss")
    old = place.heads.with_name(f"{place.heads.name}.before-restore-1")
    assert [json.loads(line) for line in old.read_text().splitlines()] == later
    assert place.heads.read_bytes() == (backup / snapshot.HEADS).read_bytes()
