"""What PostgreSQL itself refuses: a bent tree, a loan against the constitution, a vote off the roll, an edited trail."""

from django.db import migrations

from socialcare.kernel.database import append_only, run_as_owner

# --- The tree -------------------------------------------------------------------------------------

TREE = """
CREATE FUNCTION level_height(level text) RETURNS int LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT array_position(ARRAY['person', 'family', 'neighbourhood', 'local', 'national'], level) $$;

CREATE FUNCTION sphere_is_above(upper_id bigint, lower_id bigint) RETURNS boolean LANGUAGE sql STABLE AS
$$ WITH RECURSIVE line AS (
     SELECT parent_id FROM governance_sphere WHERE id = lower_id
     UNION ALL
     SELECT s.parent_id FROM governance_sphere s JOIN line ON s.id = line.parent_id
   )
   SELECT EXISTS (SELECT FROM line WHERE parent_id = upper_id) $$;

CREATE FUNCTION check_sphere_tree() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  -- A parent that cannot be seen from here is somebody's personal sphere: nothing hangs on it.
  IF NEW.parent_id IS NOT NULL AND NOT COALESCE(level_height(NEW.level) < level_height(
       (SELECT level FROM governance_sphere WHERE id = NEW.parent_id)), false) THEN
    RAISE EXCEPTION 'a sphere belongs under one of a higher level' USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'UPDATE' AND NEW.level <> OLD.level THEN
    RAISE EXCEPTION 'a sphere keeps its level' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sphere_tree BEFORE INSERT OR UPDATE OF parent_id, level ON governance_sphere
  FOR EACH ROW EXECUTE FUNCTION check_sphere_tree();

-- Personal spheres are rows of somebody's record. Governance says that they are hidden; the app that keeps the
-- records says from whom, by replacing the body of this function.
CREATE FUNCTION visible_personal_sphere_ids() RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT NULL::bigint WHERE false $$;

CREATE FUNCTION open_personal_sphere(level text) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE new_id bigint;
BEGIN
  IF level NOT IN ('person', 'family') OR acting_user() IS NULL THEN
    RAISE EXCEPTION 'only somebody acting opens a person''s or family''s sphere'
      USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO governance_sphere (public_id, level, code, name, starts_on)
  VALUES (substr(replace(gen_random_uuid()::text, '-', ''), 1, 12), level, '', '',
          (acting_now() AT TIME ZONE current_setting('TimeZone'))::date)
  RETURNING id INTO new_id;
  RETURN new_id;
END $$;

ALTER TABLE governance_sphere ENABLE ROW LEVEL SECURITY;
CREATE POLICY sphere_seen ON governance_sphere FOR SELECT
  USING (level IN ('neighbourhood', 'local', 'national')
         OR id = ANY(ARRAY(SELECT visible_personal_sphere_ids())));
CREATE POLICY sphere_made ON governance_sphere FOR INSERT
  WITH CHECK (level IN ('neighbourhood', 'local', 'national'));
CREATE POLICY sphere_changed ON governance_sphere FOR UPDATE
  USING (level IN ('neighbourhood', 'local', 'national'))
  WITH CHECK (level IN ('neighbourhood', 'local', 'national'));
"""

UNDO_TREE = """
DROP POLICY sphere_changed ON governance_sphere;
DROP POLICY sphere_made ON governance_sphere;
DROP POLICY sphere_seen ON governance_sphere;
ALTER TABLE governance_sphere DISABLE ROW LEVEL SECURITY;
DROP FUNCTION open_personal_sphere(text);
DROP FUNCTION visible_personal_sphere_ids();
DROP TRIGGER sphere_tree ON governance_sphere;
DROP FUNCTION check_sphere_tree();
DROP FUNCTION sphere_is_above(bigint, bigint);
DROP FUNCTION level_height(text);
"""

# --- Loans of power -------------------------------------------------------------------------------

LOANS = """
CREATE FUNCTION check_loan_direction() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NEW.kind = 'devolution' AND NOT sphere_is_above(NEW.home_id, NEW.borrower_id) THEN
    RAISE EXCEPTION 'a devolution goes to a sphere below home' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.kind = 'reservation' AND NOT sphere_is_above(NEW.borrower_id, NEW.home_id) THEN
    RAISE EXCEPTION 'a reservation goes to a sphere above home' USING ERRCODE = 'check_violation';
  END IF;
  -- The decisions behind a loan were carried, each where it had to be taken.
  IF NEW.consent_id IS NOT NULL AND NOT EXISTS (
       SELECT FROM governance_decision d JOIN governance_matter m ON m.id = d.matter_id
        WHERE d.id = NEW.consent_id AND d.carried AND m.power = NEW.power AND m.seat_id = NEW.home_id) THEN
    RAISE EXCEPTION 'the body at home did not consent' USING ERRCODE = 'check_violation';
  END IF;
  IF NEW.assent_id IS NOT NULL AND NOT EXISTS (
       SELECT FROM governance_decision d JOIN governance_matter m ON m.id = d.matter_id
         JOIN governance_body b ON b.id = m.body_id
        WHERE d.id = NEW.assent_id AND d.carried AND m.power = NEW.power
          AND CASE NEW.kind WHEN 'devolution' THEN m.seat_id = NEW.borrower_id
                            ELSE b.kind = 'panel' END) THEN
    RAISE EXCEPTION 'the borrower did not accept, or the panel did not assent' USING ERRCODE = 'check_violation';
  END IF;
  -- A loan's terms stand; only its end may come sooner.
  IF TG_OP = 'UPDATE' AND (
       (NEW.kind, NEW.power, NEW.home_id, NEW.borrower_id, NEW.ground, NEW.reasons, NEW.starts_on)
         IS DISTINCT FROM
       (OLD.kind, OLD.power, OLD.home_id, OLD.borrower_id, OLD.ground, OLD.reasons, OLD.starts_on)
       OR NEW.consent_id IS DISTINCT FROM OLD.consent_id OR NEW.assent_id IS DISTINCT FROM OLD.assent_id
       OR COALESCE(NEW.ends_on, 'infinity') > COALESCE(OLD.ends_on, 'infinity')) THEN
    RAISE EXCEPTION 'a loan of power can only be ended sooner' USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER loan_direction BEFORE INSERT OR UPDATE ON governance_loanofpower
  FOR EACH ROW EXECUTE FUNCTION check_loan_direction();

-- A decision carries one loan: the next one has to be asked for again.
ALTER TABLE governance_loanofpower
  ADD CONSTRAINT loan_consent_used_once UNIQUE (consent_id),
  ADD CONSTRAINT loan_assent_used_once UNIQUE (assent_id),
  ADD CONSTRAINT reservation_at_most_a_year
    CHECK (kind <> 'reservation' OR ends_on <= starts_on + interval '1 year'),
  ADD CONSTRAINT reservation_without_consent_at_most_three_months
    CHECK (kind <> 'reservation' OR consent_id IS NOT NULL OR ends_on <= starts_on + interval '3 months'),
  ADD CONSTRAINT reservation_without_consent_not_again_for_two_years
    EXCLUDE USING gist (power WITH =, home_id WITH =,
                        daterange(starts_on, (ends_on + interval '2 years')::date) WITH &&)
    WHERE (kind = 'reservation' AND consent_id IS NULL);
"""

UNDO_LOANS = """
ALTER TABLE governance_loanofpower
  DROP CONSTRAINT reservation_without_consent_not_again_for_two_years,
  DROP CONSTRAINT reservation_without_consent_at_most_three_months,
  DROP CONSTRAINT reservation_at_most_a_year,
  DROP CONSTRAINT loan_assent_used_once,
  DROP CONSTRAINT loan_consent_used_once;
DROP TRIGGER loan_direction ON governance_loanofpower;
DROP FUNCTION check_loan_direction();
"""

# --- Matters --------------------------------------------------------------------------------------

MATTERS = """
CREATE FUNCTION check_matter_moves() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF (NEW.power, NEW.sphere_id, NEW.seat_id, NEW.subject, NEW.question, NEW.background)
       IS DISTINCT FROM
     (OLD.power, OLD.sphere_id, OLD.seat_id, OLD.subject, OLD.question, OLD.background)
     OR NEW.body_id IS DISTINCT FROM OLD.body_id
     OR (OLD.state <> 'raised' AND NEW.closes_at IS DISTINCT FROM OLD.closes_at) THEN
    RAISE EXCEPTION 'what was asked of whom, and until when, stands' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (
       ('raised', 'open'), ('raised', 'withdrawn'), ('raised', 'referred'), ('open', 'decided')) THEN
    RAISE EXCEPTION 'a matter does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER matter_moves BEFORE UPDATE ON governance_matter
  FOR EACH ROW EXECUTE FUNCTION check_matter_moves();

CREATE FUNCTION check_decision() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  -- The lock keeps out votes that would come after the count.
  PERFORM FROM governance_matter WHERE id = NEW.matter_id AND state = 'open' FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'only an open matter is decided' USING ERRCODE = 'check_violation';
  END IF;
  IF (SELECT count(*) FROM governance_rollentry WHERE matter_id = NEW.matter_id) <> NEW.roll
     OR (NEW.votes_for, NEW.votes_against, NEW.abstentions) <> (
       SELECT count(*) FILTER (WHERE choice = 'for'), count(*) FILTER (WHERE choice = 'against'),
              count(*) FILTER (WHERE choice = 'abstain')
         FROM governance_vote WHERE matter_id = NEW.matter_id) THEN
    RAISE EXCEPTION 'a decision counts the votes that were cast' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER decision_counts_the_votes BEFORE INSERT ON governance_decision
  FOR EACH ROW EXECUTE FUNCTION check_decision();
"""

UNDO_MATTERS = """
DROP TRIGGER decision_counts_the_votes ON governance_decision;
DROP FUNCTION check_decision();
DROP TRIGGER matter_moves ON governance_matter;
DROP FUNCTION check_matter_moves();
"""

# --- Votes ----------------------------------------------------------------------------------------

VOTES = """
CREATE FUNCTION check_vote() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NOT EXISTS (SELECT FROM governance_rollentry
                  WHERE matter_id = NEW.matter_id AND user_id = NEW.user_id) THEN
    RAISE EXCEPTION 'only members on the roll vote' USING ERRCODE = 'check_violation';
  END IF;
  -- The share lock waits for a count that is under way.
  PERFORM FROM governance_matter WHERE id = NEW.matter_id AND state = 'open' FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'this matter is not open for votes' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER vote_on_the_roll BEFORE INSERT ON governance_vote
  FOR EACH ROW EXECUTE FUNCTION check_vote();

CREATE FUNCTION check_roll() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF NOT EXISTS (SELECT FROM governance_matter WHERE id = NEW.matter_id AND state = 'raised') THEN
    RAISE EXCEPTION 'the roll is fixed when voting opens' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER roll_fixed_at_opening BEFORE INSERT ON governance_rollentry
  FOR EACH ROW EXECUTE FUNCTION check_roll();
"""

UNDO_VOTES = """
DROP TRIGGER roll_fixed_at_opening ON governance_rollentry;
DROP FUNCTION check_roll();
DROP TRIGGER vote_on_the_roll ON governance_vote;
DROP FUNCTION check_vote();
"""

# --- Audit ----------------------------------------------------------------------------------------

AUDIT = """
CREATE SEQUENCE governance_auditbatch_seq;

-- One text an entry, the same wherever the server stands and whatever its settings are.
CREATE FUNCTION audit_content(a governance_auditentry) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT CASE WHEN a.id IS NULL THEN NULL ELSE jsonb_build_array(
     a.id, a.batch, (extract(epoch FROM a.at) * 1000000)::bigint, a.actor_id, a.verb,
     a.subject_kind, a.subject_id, a.sphere_id, a.detail)::text END $$;

CREATE FUNCTION stamp_audit_entry() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS
$$ DECLARE current_batch bigint := NULLIF(current_setting('app.audit_batch', true), '')::bigint;
BEGIN
  -- A batch from an earlier transaction of this connection has ended with it; one rolled back is never sealed. A
  -- batch is sealed before its transaction ends only where somebody checks the constraints early.
  IF current_batch IS NULL
     OR EXISTS (SELECT FROM governance_auditseal WHERE batch = current_batch) THEN
    current_batch := nextval('governance_auditbatch_seq');
    PERFORM set_config('app.audit_batch', current_batch::text, true);
  END IF;
  NEW.batch := current_batch;
  NEW.at := clock_timestamp();
  RETURN NEW;
END $$;
CREATE TRIGGER audit_stamp BEFORE INSERT ON governance_auditentry
  FOR EACH ROW EXECUTE FUNCTION stamp_audit_entry();

CREATE FUNCTION seal_audit() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
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
CREATE CONSTRAINT TRIGGER audit_seal AFTER INSERT ON governance_auditentry
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION seal_audit();
"""

UNDO_AUDIT = """
DROP TRIGGER audit_seal ON governance_auditentry;
DROP FUNCTION seal_audit();
DROP TRIGGER audit_stamp ON governance_auditentry;
DROP FUNCTION stamp_audit_entry();
DROP FUNCTION audit_content(governance_auditentry);
DROP SEQUENCE governance_auditbatch_seq;
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_acting"), ("governance", "0001_records")]
    operations = [
        migrations.RunSQL(TREE, UNDO_TREE),
        migrations.RunSQL(LOANS, UNDO_LOANS),
        run_as_owner("REVOKE DELETE ON governance_loanofpower FROM {app}"),
        migrations.RunSQL(MATTERS, UNDO_MATTERS),
        migrations.RunSQL(VOTES, UNDO_VOTES),
        append_only("governance_rollentry"),
        append_only("governance_vote"),
        append_only("governance_decision"),
        migrations.RunSQL(AUDIT, UNDO_AUDIT),
        append_only("governance_auditentry"),
        append_only("governance_auditseal"),
        # Only the trigger, which runs as the owner, writes seals.
        run_as_owner(
            "REVOKE INSERT ON governance_auditseal FROM {app}",
            "REVOKE ALL ON SEQUENCE governance_auditbatch_seq FROM {app}",
        ),
    ]
