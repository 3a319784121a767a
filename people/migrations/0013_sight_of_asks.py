"""Who sees an ask: whoever asked; until somebody takes it, those who answer asks in that place; then whoever took it.

Whoever asks without an account comes back with a code. Functions of the owner's answer to the hash of a code, and to
nothing else: they show where the ask stands and never what was asked.
"""

from django.db import migrations

SIGHT = """
-- Today where the country is.
CREATE FUNCTION asks_today() RETURNS date LANGUAGE sql STABLE AS
$$ SELECT (acting_now() AT TIME ZONE current_setting('TimeZone'))::date $$;

-- Does this user hold an office today that answers asks, anywhere?
CREATE FUNCTION answers_asks(holder bigint) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM governance_mandate
     WHERE user_id = holder AND role IN ('coordinator', 'social-worker')
       AND starts_on <= asks_today() AND (ends_on IS NULL OR ends_on > asks_today())) $$;

-- The neighbourhoods whose asks a user reads: where they answer asks today, and the others of the same local system
-- where nobody does, so that what somebody asks is never read by nobody.
CREATE FUNCTION asks_read_in(reader bigint) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH answering AS (
     SELECT user_id, sphere_id FROM governance_mandate
      WHERE role IN ('coordinator', 'social-worker')
        AND starts_on <= asks_today() AND (ends_on IS NULL OR ends_on > asks_today())),
   here AS (
     SELECT s.id, s.parent_id FROM answering a JOIN governance_sphere s ON s.id = a.sphere_id WHERE a.user_id = reader)
   SELECT id FROM here
   UNION
   SELECT s.id FROM governance_sphere s
    WHERE s.level = 'neighbourhood' AND s.parent_id IN (SELECT parent_id FROM here)
      AND NOT EXISTS (SELECT FROM answering a WHERE a.sphere_id = s.id) $$;

-- It answers only about whoever is acting. What somebody took who has left is there for the others again. What is
-- answered stays with whoever took it for 28 days.
CREATE FUNCTION visible_ask_ids(viewer bigint) RETURNS SETOF text
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT public_id FROM people_ask
    WHERE viewer = acting_user() AND person_id = own_person_id()
    UNION
   SELECT public_id FROM people_ask
    WHERE viewer = acting_user() AND neighbourhood_id IN (SELECT asks_read_in(viewer))
      AND (state = 'waiting' OR (state IN ('taken', 'talked') AND NOT answers_asks(taken_by_id)))
    UNION
   SELECT public_id FROM people_ask
    WHERE viewer = acting_user() AND taken_by_id = viewer AND answers_asks(viewer)
      AND (state IN ('taken', 'talked')
           OR (state = 'closed' AND closed_at > acting_now() - interval '28 days')) $$;

ALTER TABLE people_ask ENABLE ROW LEVEL SECURITY;
CREATE POLICY ask_seen ON people_ask FOR SELECT
  USING (public_id = ANY(ARRAY(SELECT visible_ask_ids(acting_user()))));
-- For oneself, or for nobody yet: without an account, or by a helper who says who they are.
CREATE POLICY ask_made ON people_ask FOR INSERT
  WITH CHECK (state = 'waiting' AND (
    (person_id = (SELECT own_person_id()) AND entered_by_id IS NULL)
    OR (person_id IS NULL AND (entered_by_id IS NULL OR entered_by_id = acting_user()))));
CREATE POLICY ask_answered ON people_ask FOR UPDATE
  USING (public_id = ANY(ARRAY(SELECT visible_ask_ids(acting_user()))))
  WITH CHECK (public_id = ANY(ARRAY(SELECT visible_ask_ids(acting_user()))));

-- Whoever answers an ask can move neither the promise nor the place, nor take the ask for their own.
CREATE FUNCTION keep_ask_as_asked() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF (NEW.public_id, NEW.neighbourhood_id, NEW.for_whom, NEW.how, NEW.entered_by_id, NEW.asked_at, NEW.answer_by,
      NEW.wrapped)
     IS DISTINCT FROM
     (OLD.public_id, OLD.neighbourhood_id, OLD.for_whom, OLD.how, OLD.entered_by_id, OLD.asked_at, OLD.answer_by,
      OLD.wrapped)
     OR ((NEW.person_id, NEW.code_hash) IS DISTINCT FROM (OLD.person_id, OLD.code_hash)) THEN
    -- Functions of the owner's (claiming) and the owner (sealing keys anew) may.
    IF NOT pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER') THEN
      RAISE EXCEPTION 'an ask stays as it was asked' USING ERRCODE = 'check_violation';
    END IF;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER ask_as_asked BEFORE UPDATE ON people_ask FOR EACH ROW EXECUTE FUNCTION keep_ask_as_asked();

-- The account of whoever asked, so that word can be left for them. It answers only whoever took the ask.
CREATE FUNCTION account_that_asked(ask text) RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT p.user_id FROM people_ask a JOIN people_person p ON p.id = a.person_id
    WHERE a.public_id = ask AND a.taken_by_id = acting_user() $$;

-- --- By the code ---

-- Where the ask of a code stands: nothing of what was asked, of whom, or how to reach them.
CREATE FUNCTION ask_of_code(hash text)
  RETURNS TABLE (public_id text, state text, asked_at timestamptz, answer_by date, taken_by bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT public_id, state, asked_at, answer_by, taken_by_id FROM people_ask WHERE code_hash = hash $$;

-- Makes it the acting user's own. The code opens nothing any more.
CREATE FUNCTION claim_ask(hash text) RETURNS text
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ UPDATE people_ask SET person_id = own_person_id(), code_hash = NULL
    WHERE code_hash = hash AND person_id IS NULL AND own_person_id() IS NOT NULL RETURNING public_id $$;

-- Whoever holds the code takes the ask back.
CREATE FUNCTION withdraw_ask(hash text) RETURNS text
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ UPDATE people_ask SET state = 'withdrawn', closed_at = acting_now()
    WHERE code_hash = hash AND state IN ('waiting', 'taken', 'talked') RETURNING public_id $$;

-- --- Without anybody's words ---

-- How many asks of each local system were due an answer from one day up to, and without, another, and how many of them
-- got it late. Only days that are over are counted, so that an answer never changes; in fives, and not below ten.
CREATE FUNCTION ask_figures(first_day date, end_day date)
  RETURNS TABLE (local_system bigint, due int, late int)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH counted AS (
     SELECT s.parent_id AS local_system, count(*) AS due,
            count(*) FILTER (WHERE talked_at IS NULL
              OR (talked_at AT TIME ZONE current_setting('TimeZone'))::date > answer_by) AS late
       FROM people_ask a JOIN governance_sphere s ON s.id = a.neighbourhood_id
      WHERE answer_by >= first_day AND answer_by < end_day AND end_day <= asks_today()
        -- Taken back in time, it was owed no answer.
        AND NOT (state = 'withdrawn' AND talked_at IS NULL
                 AND (closed_at AT TIME ZONE current_setting('TimeZone'))::date <= answer_by)
      GROUP BY s.parent_id)
   SELECT local_system,
          CASE WHEN due >= 10 THEN (round(due / 5.0) * 5)::int END,
          CASE WHEN due >= 10 AND (late = 0 OR late >= 10) THEN (round(late / 5.0) * 5)::int END
     FROM counted $$;

-- Asks that ended three months ago and belong to nobody are forgotten whole. Anybody may say that it is time; what time
-- it is, the clock says here and below, and not the acting moment: naming another must delete nothing.
CREATE FUNCTION forget_old_asks() RETURNS int
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH gone AS (DELETE FROM people_ask WHERE person_id IS NULL AND closed_at < now() - interval '92 days' RETURNING 1)
   SELECT count(*)::int FROM gone $$;

-- --- Invitations ---

ALTER TABLE people_invitation ENABLE ROW LEVEL SECURITY;
CREATE POLICY invitation_own ON people_invitation FOR ALL
  USING (person_id = (SELECT own_person_id()))
  WITH CHECK (person_id IS NULL OR person_id = (SELECT own_person_id()));

-- The neighbourhood to which a code invites, while it does.
CREATE FUNCTION invited_to(hash text) RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT neighbourhood_id FROM people_invitation WHERE code_hash = hash AND expires_at > acting_now() $$;

CREATE FUNCTION forget_ended_invitations() RETURNS int
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ WITH gone AS (DELETE FROM people_invitation WHERE expires_at <= now() RETURNING 1) SELECT count(*)::int FROM gone $$;
"""

UNDO = """
DROP FUNCTION forget_ended_invitations();
DROP FUNCTION invited_to(text);
DROP POLICY invitation_own ON people_invitation;
ALTER TABLE people_invitation DISABLE ROW LEVEL SECURITY;
DROP FUNCTION forget_old_asks();
DROP FUNCTION ask_figures(date, date);
DROP FUNCTION withdraw_ask(text);
DROP FUNCTION claim_ask(text);
DROP FUNCTION ask_of_code(text);
DROP FUNCTION account_that_asked(text);
DROP TRIGGER ask_as_asked ON people_ask;
DROP FUNCTION keep_ask_as_asked();
DROP POLICY ask_answered ON people_ask;
DROP POLICY ask_made ON people_ask;
DROP POLICY ask_seen ON people_ask;
ALTER TABLE people_ask DISABLE ROW LEVEL SECURITY;
DROP FUNCTION visible_ask_ids(bigint);
DROP FUNCTION asks_read_in(bigint);
DROP FUNCTION answers_asks(bigint);
DROP FUNCTION asks_today();
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0012_asks")]
    operations = [migrations.RunSQL(SIGHT, UNDO)]
