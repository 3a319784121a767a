"""How a table of personal records is guarded by PostgreSQL: a migration says `guard(table, column, part)`, once.

Read by those who may see the part, written by those who may decide about it. Both are asked of one function each, so
that whoever may come to see or decide later is written in those functions and in no policy.
"""

from __future__ import annotations

from django.db import migrations

from people.parts import Part


def guard(
    table: str, column: str, part: Part, *, by: str = "decided_person_ids"
) -> migrations.RunSQL:
    """Row-level security for `table`, whose `column` holds the person's id and which belongs to `part`.

    `by` is the function that says who writes: `agreed_person_ids` where a row is an agreement and not only words, so
    that nobody agrees who was asked to write them down.
    """
    decided = f"{column} = ANY(ARRAY(SELECT {by}(acting_user(), '{part.value}')))"
    seen = f"{column} = ANY(ARRAY(SELECT visible_person_ids(acting_user(), '{part.value}')))"
    return migrations.RunSQL(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"
        f"CREATE POLICY part_decided ON {table} FOR ALL USING ({decided}) WITH CHECK ({decided});"
        f"CREATE POLICY part_seen ON {table} FOR SELECT USING ({seen});",
        f"DROP POLICY part_seen ON {table}; DROP POLICY part_decided ON {table};"
        f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;",
    )
