"""How long records are kept, by dated rules; and erasing one's own record, which PostgreSQL does in one step or not at all."""

import django.db.models.deletion
from django.db import migrations, models

ERASING = """
-- What keeps the record of whoever is acting from being erased: the rule, and until when ('infinity': nobody knows yet).
CREATE FUNCTION own_erasure_holds() RETURNS TABLE (rule bigint, until date)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH subject AS (
     SELECT own_person_id() AS id,
            (SELECT law.nation_id FROM people_law law WHERE law.id = law_of_person(own_person_id())) AS nation_id,
            (acting_now() AT TIME ZONE current_setting('TimeZone'))::date AS today),
   in_force AS (
     SELECT DISTINCT ON (r.code) r.id, r.code, r.years, r.is_hold
       FROM people_retentionrule r JOIN subject s ON s.nation_id = r.nation_id
      WHERE r.starts_on <= s.today ORDER BY r.code, r.starts_on DESC)
   SELECT r.id, held.until
     FROM subject s CROSS JOIN in_force r
    CROSS JOIN LATERAL (
      SELECT CASE r.code
        WHEN 'looked-after' THEN
          (SELECT COALESCE((SELECT birthday(about.date_of_birth, r.years, true) FROM people_aboutme about
                             WHERE about.person_id = s.id), 'infinity')
            WHERE EXISTS (SELECT FROM people_legalauthority a
                           WHERE a.person_id = s.id AND a.kind = 'care-order' AND a.state NOT IN ('recorded', 'refused')))
        WHEN 'authority' THEN
          (SELECT max(COALESCE(a.ends_on, 'infinity')) FROM people_legalauthority a
            WHERE a.person_id = s.id AND a.state IN ('confirmed', 'disputed', 'limited')
              AND (a.kind IN ('attorney', 'deputy', 'best-interests')
                   OR a.kind IN ('parental-responsibility', 'care-order')
                      AND is_under(s.id, law_of_person(s.id), 'parental-responsibility-ends')))
      END AS until) AS held
    WHERE r.is_hold AND held.until > s.today $$;

-- Destroys the key to all the words of whoever is acting, and everything that says whom the record is about. Days,
-- kinds and ids stay, about nobody. Says whether it was done: never where a rule holds it, or nobody wrote any rules.
CREATE FUNCTION erase_own_record() RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE subject bigint := own_person_id();
BEGIN
  IF subject IS NULL OR EXISTS (SELECT FROM own_erasure_holds())
     OR NOT EXISTS (SELECT FROM people_retentionrule r JOIN people_law law ON law.nation_id = r.nation_id
                     WHERE law.id = law_of_person(subject)) THEN
    RETURN false;
  END IF;
  -- First the key: what follows may change what is evidence otherwise.
  DELETE FROM people_personkey WHERE person_id = subject;
  DELETE FROM people_personuserobjectpermission WHERE content_object_id = subject;
  DELETE FROM people_acquaintance WHERE person_id = subject;
  DELETE FROM people_protectedaddress WHERE person_id = subject;
  DELETE FROM people_safecontact WHERE person_id = subject;
  DELETE FROM people_communicationneed WHERE person_id = subject;
  DELETE FROM people_residence WHERE person_id = subject;
  DELETE FROM people_aboutme WHERE person_id = subject;
  UPDATE people_person SET user_id = NULL, preferred_name = '', pronouns = '' WHERE id = subject;
  RETURN true;
END $$;

CREATE OR REPLACE FUNCTION keep_evidenced_birthday() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ BEGIN
  IF (TG_OP = 'DELETE' OR NEW.date_of_birth IS DISTINCT FROM OLD.date_of_birth)
     AND EXISTS (SELECT FROM people_personkey WHERE person_id = OLD.person_id)
     AND birthday_is_evidence(OLD.person_id) THEN
    RAISE EXCEPTION 'a birthday that authority rests on is evidence' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION keep_whose_record() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ BEGIN
  IF NEW.user_id IS NULL AND NOT EXISTS (SELECT FROM people_personkey WHERE person_id = NEW.id)
     AND NEW.preferred_name = '' THEN
    RETURN NULL;  -- erased
  END IF;
  RAISE EXCEPTION 'a record stays with the one who signs in to it' USING ERRCODE = 'restrict_violation';
END $$;
"""

UNDO_ERASING = """
CREATE OR REPLACE FUNCTION keep_whose_record() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  RAISE EXCEPTION 'a record stays with the one who signs in to it' USING ERRCODE = 'restrict_violation';
END $$;
CREATE OR REPLACE FUNCTION keep_evidenced_birthday() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ BEGIN
  IF (TG_OP = 'DELETE' OR NEW.date_of_birth IS DISTINCT FROM OLD.date_of_birth)
     AND birthday_is_evidence(OLD.person_id) THEN
    RAISE EXCEPTION 'a birthday that authority rests on is evidence' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
DROP FUNCTION erase_own_record();
DROP FUNCTION own_erasure_holds();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0015_advocates")]
    operations = [
        migrations.CreateModel(
            name="RetentionRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=30)),
                ("starts_on", models.DateField()),
                ("title", models.CharField(max_length=200)),
                ("basis", models.CharField(max_length=300)),
                ("after", models.CharField(max_length=100)),
                ("years", models.PositiveSmallIntegerField(null=True)),
                ("is_hold", models.BooleanField()),
                ("source", models.CharField(max_length=300)),
                (
                    "nation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.sphere",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("nation", "code", "starts_on"), name="retention_once_a_day"
                    ),
                    models.CheckConstraint(
                        name="retention_hold_has_an_end",
                        condition=models.Q(
                            ("is_hold", False), ("years__isnull", False), _connector="OR"
                        ),
                    ),
                ],
            },
        ),
        migrations.RunSQL(ERASING, UNDO_ERASING),
    ]
