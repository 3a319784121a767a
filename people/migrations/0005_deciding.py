"""Deciding about a part is asked of one function, as seeing it is. Still the person alone: authority comes later."""

from django.db import migrations

# Table, and the part that it belongs to.
PARTS = [
    ("people_aboutme", "about-me"),
    ("people_communicationneed", "about-me"),
    ("people_safecontact", "contact"),
    ("people_residence", "address"),
    ("people_protectedaddress", "address"),
]

DECIDING = """
-- The people about whose `part` a user may decide: themself. It answers only about whoever is acting.
CREATE FUNCTION decided_person_ids(decider bigint, part text) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM people_person WHERE user_id = decider AND decider = acting_user() $$;
"""


def by_decision(table: str, part: str) -> migrations.RunSQL:
    """Whoever may decide about the part writes the table, in place of the person by name."""
    own = "person_id = (SELECT own_person_id())"
    decided = f"person_id = ANY(ARRAY(SELECT decided_person_ids(acting_user(), '{part}')))"
    return migrations.RunSQL(
        f"DROP POLICY own_record ON {table};"
        f"CREATE POLICY part_decided ON {table} FOR ALL USING ({decided}) WITH CHECK ({decided});",
        f"DROP POLICY part_decided ON {table};"
        f"CREATE POLICY own_record ON {table} FOR ALL USING ({own}) WITH CHECK ({own});",
    )


class Migration(migrations.Migration):
    dependencies = [("people", "0004_sight_by_consent")]
    operations = [
        migrations.RunSQL(DECIDING, "DROP FUNCTION decided_person_ids(bigint, text)"),
        *[by_decision(*row) for row in PARTS],
    ]
