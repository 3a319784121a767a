"""Sight grows by consent: still one function, now asked for each part, by a policy on every table of a part."""

from django.db import migrations

from socialcare.kernel.database import append_only, run_as_owner

# Table, the column that names the person, and the part that it belongs to. "name" comes with every part.
PARTS = [
    ("people_aboutme", "person_id", "about-me"),
    ("people_communicationneed", "person_id", "about-me"),
    ("people_safecontact", "person_id", "contact"),
    ("people_residence", "person_id", "address"),
    ("people_protectedaddress", "person_id", "address"),
    ("people_personkey", "person_id", "name"),
]

SIGHT = """
-- The record of whoever is acting; null for somebody without one, and for nobody.
CREATE FUNCTION own_person_id() RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM people_person WHERE user_id = acting_user() $$;

-- The people whose `part` of the record a user may see: themself, and those who let them, now. No office, rank or
-- kinship appears here. It answers only about whoever is acting, or it would tell who supports whom.
CREATE OR REPLACE FUNCTION visible_person_ids(viewer bigint, part text) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM people_person WHERE user_id = viewer AND viewer = acting_user()
    UNION
   SELECT consent.content_object_id
     FROM people_personuserobjectpermission consent
     JOIN auth_permission permission ON permission.id = consent.permission_id
    WHERE consent.user_id = viewer AND viewer = acting_user()
      AND consent.starts_at <= acting_now() AND consent.ends_at > acting_now()
      AND (part = 'name' OR permission.codename = part) $$;

-- A person's own sphere stays theirs: it is where they decide, and a consent to see is none to decide.
CREATE OR REPLACE FUNCTION visible_personal_sphere_ids() RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT sphere_id FROM people_person WHERE user_id = acting_user() $$;

DROP POLICY person_seen ON people_person;
CREATE POLICY person_seen ON people_person FOR SELECT
  USING (user_id = acting_user() OR id = ANY(ARRAY(SELECT visible_person_ids(acting_user(), 'name'))));

-- Consents: read by who gave them; by who holds them, while they hold; written by who gives them.
ALTER TABLE people_personuserobjectpermission ENABLE ROW LEVEL SECURITY;
CREATE POLICY consent_given ON people_personuserobjectpermission FOR ALL
  USING (content_object_id = (SELECT own_person_id()))
  WITH CHECK (content_object_id = (SELECT own_person_id()));
CREATE POLICY consent_held ON people_personuserobjectpermission FOR SELECT
  USING (user_id = acting_user() AND starts_at <= acting_now() AND ends_at > acting_now());

ALTER TABLE people_consententry ENABLE ROW LEVEL SECURITY;
CREATE POLICY entry_own ON people_consententry FOR ALL
  USING (person_id = (SELECT own_person_id())) WITH CHECK (person_id = (SELECT own_person_id()));

ALTER TABLE people_acquaintance ENABLE ROW LEVEL SECURITY;
CREATE POLICY acquaintance_own ON people_acquaintance FOR ALL
  USING (person_id = (SELECT own_person_id())) WITH CHECK (person_id = (SELECT own_person_id()));

-- A look is written by who looks, at what they may see; read by both.
ALTER TABLE people_look ENABLE ROW LEVEL SECURITY;
CREATE POLICY look_seen ON people_look FOR SELECT
  USING (person_id = (SELECT own_person_id()) OR user_id = acting_user());
CREATE POLICY look_written ON people_look FOR INSERT
  WITH CHECK (user_id = acting_user() AND person_id <> COALESCE((SELECT own_person_id()), 0)
              AND NOT EXISTS (SELECT FROM unnest(parts) AS looked(part)
                               WHERE person_id NOT IN (SELECT visible_person_ids(acting_user(), looked.part))));
"""

UNDO_SIGHT = """
DROP POLICY look_written ON people_look;
DROP POLICY look_seen ON people_look;
ALTER TABLE people_look DISABLE ROW LEVEL SECURITY;
DROP POLICY acquaintance_own ON people_acquaintance;
ALTER TABLE people_acquaintance DISABLE ROW LEVEL SECURITY;
DROP POLICY entry_own ON people_consententry;
ALTER TABLE people_consententry DISABLE ROW LEVEL SECURITY;
DROP POLICY consent_held ON people_personuserobjectpermission;
DROP POLICY consent_given ON people_personuserobjectpermission;
ALTER TABLE people_personuserobjectpermission DISABLE ROW LEVEL SECURITY;
DROP POLICY person_seen ON people_person;
CREATE POLICY person_seen ON people_person FOR SELECT
  USING (user_id = acting_user() OR id = ANY(ARRAY(SELECT visible_person_ids(acting_user(), 'about-me'))));
CREATE OR REPLACE FUNCTION visible_personal_sphere_ids() RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT sphere_id FROM people_person
    WHERE id = ANY(ARRAY(SELECT visible_person_ids(acting_user(), 'about-me'))) $$;
CREATE OR REPLACE FUNCTION visible_person_ids(viewer bigint, part text) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM people_person WHERE user_id = viewer $$;
DROP FUNCTION own_person_id();
"""


def guard(table: str, column: str, part: str) -> migrations.RunSQL:
    """Read by those who may see the part; written by the person alone."""
    own = f"{column} = (SELECT own_person_id())"
    seen = f"{column} = ANY(ARRAY(SELECT visible_person_ids(acting_user(), '{part}')))"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY own_record ON {table} FOR ALL USING ({own}) WITH CHECK ({own});"
        f"CREATE POLICY part_seen ON {table} FOR SELECT USING ({seen});",
        f"DROP POLICY part_seen ON {table}; DROP POLICY own_record ON {table};"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_record"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("guardian", "0003_remove_groupobjectpermission_guardian_gr_content_ae6aec_idx_and_more"),
    ]
    operations = [
        migrations.RunSQL(SIGHT, UNDO_SIGHT),
        *[guard(*row) for row in PARTS],
        append_only("people_consententry"),
        append_only("people_look"),
        # Renaming a permission would turn a consent to one part into a consent to another.
        run_as_owner(
            "REVOKE INSERT, UPDATE, DELETE ON auth_permission FROM {app}",
            # guardian's own tables can hold a permission on anything, and are not used.
            "REVOKE ALL ON guardian_userobjectpermission, guardian_groupobjectpermission FROM {app}",
            undo=[
                "GRANT SELECT, INSERT, UPDATE, DELETE ON guardian_userobjectpermission, "
                "guardian_groupobjectpermission TO {app}",
                "GRANT INSERT, UPDATE, DELETE ON auth_permission TO {app}",
            ],
        ),
    ]
