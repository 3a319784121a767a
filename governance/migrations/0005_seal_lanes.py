"""Seals in lanes, so that transactions that end together reach the disk together (docs/adr/0013-seal-lanes.md).

Seals made before this are lane 0, and keep their numbers and hashes.
"""

from django.db import migrations, models

# A seal's key was its number, which now counts within a lane. A batch has one seal: it is the key from here on.
KEYS = """
ALTER TABLE governance_auditseal
  ADD COLUMN lane smallint NOT NULL DEFAULT 0 CONSTRAINT audit_seal_lane_counts_up CHECK (lane >= 0),
  DROP CONSTRAINT governance_auditseal_pkey,
  DROP CONSTRAINT governance_auditseal_batch_key,
  ADD CONSTRAINT governance_auditseal_pkey PRIMARY KEY (batch),
  ADD CONSTRAINT audit_seal_number_once_a_lane UNIQUE (lane, number);
"""

# Fails, as it must, where a lane above 0 has been used: seals are never renumbered.
UNDO_KEYS = """
ALTER TABLE governance_auditseal
  DROP CONSTRAINT audit_seal_number_once_a_lane,
  DROP CONSTRAINT governance_auditseal_pkey,
  ADD CONSTRAINT governance_auditseal_pkey PRIMARY KEY (number),
  ADD CONSTRAINT governance_auditseal_batch_key UNIQUE (batch),
  DROP COLUMN lane;
"""

# An assignment is worked out where it stands; PERFORM would run a query for it, at every act's cost.
STAMP = """
CREATE OR REPLACE FUNCTION stamp_audit_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS
$$ DECLARE
  current_batch bigint := NULLIF(current_setting('app.audit_batch', true), '')::bigint;
  kept text;
BEGIN
  -- A batch from an earlier transaction of this connection has ended with it; one rolled back is never sealed. A
  -- batch is sealed before its transaction ends only where somebody checks the constraints early.
  IF current_batch IS NOT NULL AND EXISTS (SELECT FROM governance_auditseal WHERE batch = current_batch) THEN
    current_batch := NULL;
  END IF;
  IF current_batch IS NULL THEN
    current_batch := nextval('governance_auditbatch_seq');
    kept := set_config('app.audit_batch', current_batch::text, true);
  END IF;
  NEW.batch := current_batch;
  NEW.at := clock_timestamp();
  RETURN NEW;
END $$;
"""

SEAL = """
CREATE OR REPLACE FUNCTION seal_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS
$$ DECLARE
  lanes CONSTANT int := 16;
  this_lane int := 0;
BEGIN
  IF EXISTS (SELECT FROM governance_auditseal WHERE batch = NEW.batch) THEN
    RETURN NULL;  -- sealed with the first entry of its transaction
  END IF;
  -- A lane is held from here until its seal is on the disk and can be seen. The first that is free, so that where
  -- nobody else is about there is one chain; when none is, one to wait for, by a number that is this connection's.
  WHILE NOT pg_try_advisory_xact_lock(hashtext('governance_auditseal'), this_lane) LOOP
    this_lane := this_lane + 1;
    IF this_lane = lanes THEN
      this_lane := pg_backend_pid() % lanes;
      PERFORM pg_advisory_xact_lock(hashtext('governance_auditseal'), this_lane);
      EXIT;
    END IF;
  END LOOP;
  -- A statement of its own: it must see the seal that whoever held the lane before has left.
  INSERT INTO governance_auditseal (lane, number, batch, entries, previous_hash, hash, sealed_at)
  SELECT this_lane, link.number, NEW.batch, sealed.ids, link.previous_hash,
         encode(sha256(convert_to(concat_ws(E'\\n', link.previous_hash,
           CASE this_lane WHEN 0 THEN '' ELSE this_lane || '/' END || link.number, sealed.digests), 'UTF8')), 'hex'),
         clock_timestamp()
    FROM (SELECT array_agg(a.id ORDER BY a.id) AS ids,
                 string_agg(encode(sha256(convert_to(audit_content(a), 'UTF8')), 'hex'), E'\\n' ORDER BY a.id) AS digests
            FROM governance_auditentry a WHERE a.batch = NEW.batch) AS sealed
   CROSS JOIN (SELECT COALESCE(max(last.number), 0) + 1 AS number, COALESCE(max(last.hash), repeat('0', 64)) AS previous_hash
                 FROM (SELECT s.number, s.hash FROM governance_auditseal s WHERE s.lane = this_lane
                        ORDER BY s.number DESC LIMIT 1) AS last) AS link;
  RETURN NULL;
END $$;
"""

# As migration 0002 made it: one lane for all.
UNDO_SEAL = """
CREATE OR REPLACE FUNCTION seal_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS
$$ DECLARE
  ids bigint[];
  digests text;
  last_number bigint;
  last_hash text;
BEGIN
  IF EXISTS (SELECT FROM governance_auditseal WHERE batch = NEW.batch) THEN
    RETURN NULL;  -- sealed with the first entry of its transaction
  END IF;
  -- Held from here to the end of the commit only: the writes themselves never wait for each other.
  PERFORM pg_advisory_xact_lock(hashtextextended('governance_auditseal', 0));
  SELECT array_agg(a.id ORDER BY a.id),
         string_agg(encode(sha256(convert_to(audit_content(a), 'UTF8')), 'hex'), E'\\n' ORDER BY a.id)
    INTO ids, digests FROM governance_auditentry a WHERE a.batch = NEW.batch;
  SELECT number, hash INTO last_number, last_hash FROM governance_auditseal ORDER BY number DESC LIMIT 1;
  last_number := COALESCE(last_number, 0);
  last_hash := COALESCE(last_hash, repeat('0', 64));
  INSERT INTO governance_auditseal (number, batch, entries, previous_hash, hash, sealed_at)
  VALUES (last_number + 1, NEW.batch, ids, last_hash,
          encode(sha256(convert_to(
            last_hash || E'\\n' || (last_number + 1)::text || E'\\n' || digests, 'UTF8')), 'hex'),
          clock_timestamp());
  RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("governance", "0004_sessions")]
    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(KEYS, UNDO_KEYS)],
            state_operations=[
                migrations.AddField("auditseal", "lane", models.SmallIntegerField(db_default=0)),
                migrations.AlterField("auditseal", "number", models.BigIntegerField()),
                migrations.AlterField(
                    "auditseal",
                    "batch",
                    models.BigIntegerField(primary_key=True, serialize=False),
                ),
                migrations.AddConstraint(
                    "auditseal",
                    models.CheckConstraint(
                        name="audit_seal_lane_counts_up", condition=models.Q(lane__gte=0)
                    ),
                ),
                migrations.AddConstraint(
                    "auditseal",
                    models.UniqueConstraint(
                        name="audit_seal_number_once_a_lane", fields=["lane", "number"]
                    ),
                ),
            ],
        ),
        # Backwards the first may stay: it stamps as the one before it did.
        migrations.RunSQL(STAMP, migrations.RunSQL.noop),
        migrations.RunSQL(SEAL, UNDO_SEAL),
    ]
