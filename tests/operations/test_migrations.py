"""Migrations go forward, back to nothing and forward again, and leave nothing lying about.

That they carry a populated database forward is tested by restoring an old backup (test_backup_and_restore).
"""

import pytest

from tests.operations.conftest import Place

pytestmark = pytest.mark.services

BACK = """
import os, django
os.environ["DJANGO_SETTINGS_MODULE"] = "socialcare.settings"
django.setup()
from django.apps import apps
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader
with_migrations = MigrationLoader(connections["owner"]).migrated_apps
for app in reversed([c.label for c in apps.get_app_configs() if c.label in with_migrations]):
    call_command("migrate", app, "zero", verbosity=0)
connections.close_all()
"""
# What extensions brought is theirs.
LEFT = """
SELECT string_agg(kind || ' ' || name, ', ') FROM (
  SELECT 'relation' AS kind, relname::text AS name FROM pg_class c
   WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'm', 'S') AND NOT EXISTS (
     SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
  UNION ALL
  SELECT 'function', proname::text FROM pg_proc p
   WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
     SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
) AS left_over WHERE name NOT LIKE 'django_migrations%'
"""
SHAPE = """
SELECT md5(string_agg(line, chr(10) ORDER BY line)) FROM (
  SELECT 'c ' || attrelid::regclass || ' ' || attname || ' ' || format_type(atttypid, atttypmod) || attnotnull AS line
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
   WHERE relnamespace = 'public'::regnamespace AND attnum > 0 AND NOT attisdropped
  UNION ALL SELECT 'k ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
   WHERE connamespace = 'public'::regnamespace
  UNION ALL SELECT 't ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT 'f ' || pg_get_functiondef(oid) FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
   AND prokind = 'f' AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  UNION ALL SELECT 'p ' || tablename || policyname || coalesce(qual, '') || coalesce(with_check, '') FROM pg_policies
  UNION ALL SELECT 'g ' || oid::regclass || coalesce(relacl::text, '') FROM pg_class
   WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'S')
) AS shape
"""


def test_forward_back_and_forward_again(place: Place) -> None:
    place.manage("migrate", "-v0")
    shape = place.value(SHAPE)
    place.run("-c", BACK)
    assert place.value(LEFT) is None
    place.manage("migrate", "-v0")
    assert place.value(SHAPE) == shape
