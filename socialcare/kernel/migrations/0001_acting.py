"""Who is acting and when, as SQL; and the function behind every append-only table."""

from django.db import migrations

ACTING = """
-- After a transaction ends the setting is an empty text, not null: a bare cast would fail.
CREATE FUNCTION acting_user() RETURNS bigint LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT NULLIF(current_setting('app.user', true), '')::bigint $$;

CREATE FUNCTION acting_now() RETURNS timestamptz LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT COALESCE(NULLIF(current_setting('app.now', true), '')::timestamptz, now()) $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            ACTING,
            "DROP FUNCTION refuse_change(); DROP FUNCTION acting_now(); DROP FUNCTION acting_user();",
        ),
    ]
