"""Sight, written once: who may see which part of whose record, and the policies that ask."""

from django.db import migrations

SIGHT = """
-- The people whose `part` of the record a user may see. No office, rank or kinship appears here.
CREATE FUNCTION visible_person_ids(viewer bigint, part text) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM people_person WHERE user_id = viewer $$;

-- A person's own sphere goes with their record.
CREATE OR REPLACE FUNCTION visible_personal_sphere_ids() RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT sphere_id FROM people_person
    WHERE id = ANY(ARRAY(SELECT visible_person_ids(acting_user(), 'about-me'))) $$;

ALTER TABLE people_person ENABLE ROW LEVEL SECURITY;
-- One's own row is named apart: while it is being inserted, no function can see it yet.
CREATE POLICY person_seen ON people_person FOR SELECT
  USING (user_id = acting_user() OR id = ANY(ARRAY(SELECT visible_person_ids(acting_user(), 'about-me'))));
CREATE POLICY person_begun ON people_person FOR INSERT WITH CHECK (user_id = acting_user());
CREATE POLICY person_changed ON people_person FOR UPDATE
  USING (user_id = acting_user()) WITH CHECK (user_id = acting_user());
"""

UNDO_SIGHT = """
DROP POLICY person_changed ON people_person;
DROP POLICY person_begun ON people_person;
DROP POLICY person_seen ON people_person;
ALTER TABLE people_person DISABLE ROW LEVEL SECURITY;
CREATE OR REPLACE FUNCTION visible_personal_sphere_ids() RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT NULL::bigint WHERE false $$;
DROP FUNCTION visible_person_ids(bigint, text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0001_records"),
        ("governance", "0002_rules_in_sql"),
    ]
    operations = [migrations.RunSQL(SIGHT, UNDO_SIGHT)]
