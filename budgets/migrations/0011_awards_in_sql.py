"""Awards are made and paid by PostgreSQL: the sum follows from the agreed points, and from nothing that a program says.

`try_award_entitlement` works an award out and keeps it; `pay_entitlements` pays what is due, in batches; where no money
is left, `note_funding_gaps` says how much a nation owes. The application may read these tables and write none of them.
"""

from django.db import migrations

from people.guarding import guard
from people.parts import Part
from socialcare.kernel.database import run_as_owner

AWARDS = """
ALTER TABLE budgets_entitlement ADD CONSTRAINT entitlement_one_at_a_time
  EXCLUDE USING gist (person_id WITH =, daterange(starts_on, ends_on) WITH &&);

-- May an award of this person fall now? It may not while they have asked for a decision to be looked at again.
CREATE FUNCTION entitlement_may_fall(person bigint) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT NOT EXISTS (SELECT FROM people_challenge c WHERE c.person_id = person AND c.state = 'open') $$;

-- Is the one who is acting an assessor whom this person trusts: somebody with that work, let see needs and budget?
CREATE FUNCTION trusted_assessor_of(person bigint, today date) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT NOT EXISTS (SELECT FROM people_person WHERE id = person AND user_id = acting_user())
      AND person IN (SELECT visible_person_ids(acting_user(), 'needs'))
      AND person IN (SELECT visible_person_ids(acting_user(), 'budget'))
      AND (EXISTS (SELECT FROM people_trustedassessor t
                    WHERE t.user_id = acting_user()
                      AND t.starts_on <= today AND (t.ends_on IS NULL OR t.ends_on > today))
           OR EXISTS (SELECT FROM governance_mandate m
                       WHERE m.user_id = acting_user() AND m.role = 'social-worker'
                         AND m.starts_on <= today AND (m.ends_on IS NULL OR m.ends_on > today))) $$;

-- What the same help costs where a person lives, in millionths, by the run that counts on a day; a million where that
-- is not known. The place itself never leaves this function.
CREATE FUNCTION cost_factor_of(neighbourhood bigint, nation bigint, today date) RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT COALESCE((
     SELECT f.millionths
       FROM governance_sphere place
       JOIN budgets_costfactor f ON f.sphere_id = place.parent_id
       JOIN budgets_allocationrun r ON r.id = f.run_id AND r.state = 'posted'
       JOIN budgets_pot p ON p.id = r.pot_id AND p.nation_id = nation
      WHERE place.id = neighbourhood
      ORDER BY p.starts_on <= today DESC, abs(p.starts_on - today), r.id DESC LIMIT 1), 1000000) $$;

CREATE FUNCTION try_award_entitlement(
    conversation bigint, new_id text, asked_extras jsonb, asked_pence bigint, weeks int, reason bytea, today date,
    OUT entitlement bigint, OUT is_new boolean, OUT refusal text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE
  c people_conversation;
  who people_person;
  now_holding budgets_entitlement;
  price budgets_priceversion;
  home bigint;
  nation bigint;
  points bigint;
  factor bigint;
  by_points numeric;
  extra_pence bigint := 0;
  extra record;
  one jsonb;
  indicated bigint;
  weekly bigint;
  begins date;
  prepaid bigint := 0;
BEGIN
  is_new := false;
  SELECT * INTO c FROM people_conversation WHERE id = conversation;
  SELECT * INTO who FROM people_person WHERE id = c.person_id FOR NO KEY UPDATE;
  -- It follows by itself (nobody is acting), or who decides asks for it; more than the formula gives is agreed by
  -- an assessor whom the person trusts.
  IF who.id IS NULL OR NOT (
      acting_user() IS NULL
      OR who.id IN (SELECT agreed_person_ids(acting_user(), 'budget'))
      OR trusted_assessor_of(who.id, today)) THEN
    refusal := 'no-such-conversation'; RETURN;
  END IF;
  IF (asked_extras <> '{}' OR asked_pence IS NOT NULL) AND NOT trusted_assessor_of(who.id, today) THEN
    refusal := 'needs-an-assessor'; RETURN;
  END IF;
  -- The row as it is once the person's is held.
  SELECT * INTO c FROM people_conversation WHERE id = conversation;
  points := CASE c.state WHEN 'points-agreed' THEN c.points WHEN 'shared' THEN c.undisputed_points END;
  IF points IS NULL THEN
    refusal := 'no-points-yet'; RETURN;
  END IF;

  SELECT r.neighbourhood_id, up.parent_id INTO home, nation
    FROM people_residence r
    JOIN governance_sphere place ON place.id = r.neighbourhood_id
    JOIN governance_sphere up ON up.id = place.parent_id
   WHERE r.person_id = who.id AND r.ends_on IS NULL;
  SELECT * INTO now_holding FROM budgets_entitlement e WHERE e.person_id = who.id AND e.ends_on IS NULL FOR UPDATE;
  -- Without an address the award stays in the nation that made the one before it, or is the first nation's.
  nation := COALESCE(nation,
    (SELECT p.nation_id FROM budgets_priceversion p WHERE p.id = now_holding.price_id),
    (SELECT min(s.id) FROM governance_sphere s WHERE s.level = 'national'));
  SELECT * INTO price FROM budgets_priceversion p
   WHERE p.nation_id = nation AND p.state = 'adopted' AND p.since <= today
   ORDER BY p.since DESC, p.adopted_at DESC LIMIT 1;
  IF price.id IS NULL THEN
    refusal := 'no-price-yet'; RETURN;
  END IF;
  factor := cost_factor_of(home, nation, today);

  -- What an assessor agreed on top stays when the points are settled anew.
  IF asked_extras = '{}' AND now_holding.id IS NOT NULL THEN
    asked_extras := now_holding.extras;
  END IF;
  FOR extra IN SELECT key, value FROM jsonb_each(asked_extras) LOOP
    one := price.components -> extra.key;
    IF one IS NULL OR jsonb_typeof(extra.value) <> 'number' OR extra.value::text !~ '^[0-9]{1,3}$'
        OR extra.value::text::int NOT BETWEEN 1 AND (one ->> 'most')::int THEN
      refusal := 'bad-component'; RETURN;
    END IF;
    extra_pence := extra_pence + extra.value::text::bigint * (one ->> 'pence')::bigint;
  END LOOP;
  by_points := div(points::numeric * price.price_pence * factor, 1000000);
  indicated := by_points + extra_pence;
  weekly := COALESCE(asked_pence, indicated);
  IF weekly < indicated THEN
    refusal := 'below-the-formula'; RETURN;
  END IF;
  IF weekly > indicated AND reason IS NULL THEN
    refusal := 'no-reason'; RETURN;
  END IF;

  IF now_holding.id IS NOT NULL THEN
    IF (now_holding.conversation_id, now_holding.points, now_holding.price_id, now_holding.cost_factor_millionths,
        now_holding.extras, now_holding.weekly_pence, now_holding.weeks_at_a_time,
        now_holding.is_undisputed_part)
       IS NOT DISTINCT FROM (c.id, points, price.id, factor, asked_extras, weekly, weeks, c.state = 'shared') THEN
      entitlement := now_holding.id; RETURN;
    END IF;
    IF weekly < now_holding.weekly_pence THEN
      IF c.id = now_holding.conversation_id THEN
        refusal := 'would-fall'; RETURN;
      END IF;
      IF NOT entitlement_may_fall(who.id) THEN
        refusal := 'challenge-open'; RETURN;
      END IF;
      -- What is paid stays paid: less begins when that has run out.
      begins := GREATEST(today, now_holding.paid_until);
    ELSE
      begins := GREATEST(today, now_holding.starts_on);
    END IF;
    IF now_holding.paid_until > begins THEN
      prepaid := now_holding.prepaid_pence
        + div(now_holding.weekly_pence::numeric * (now_holding.paid_until - begins), 7);
    END IF;
    UPDATE budgets_entitlement e
       SET ends_on = begins, paid_until = GREATEST(e.starts_on, LEAST(e.paid_until, begins)) WHERE e.id = now_holding.id;
  ELSE
    begins := today;
  END IF;

  INSERT INTO budgets_account (public_id, sphere_id, nation_id, kind, floor_pence, balance_pence)
  VALUES (substr(replace(gen_random_uuid()::text, '-', ''), 1, 12), who.sphere_id, nation, 'person-budget', 0, 0)
  ON CONFLICT (sphere_id, kind) DO NOTHING;
  INSERT INTO budgets_entitlement (public_id, person_id, conversation_id, is_undisputed_part, points, price_id,
      cost_factor_millionths, extras, indicated_pence, weekly_pence, is_reasoned, sealed, starts_on, paid_until,
      prepaid_pence, weeks_at_a_time, awarded_by, awarded_at)
  VALUES (new_id, who.id, c.id, c.state = 'shared', points, price.id, factor, asked_extras, indicated, weekly,
          reason IS NOT NULL, COALESCE(reason, ''), begins, begins, prepaid, weeks, acting_user(), acting_now())
  RETURNING id INTO entitlement;
  is_new := true;
END $$;
"""

PAYING = """
-- Between which accounts entitlements move: to the person's own, from that of the place they live in now, or from the
-- reserve where no place is known.
CREATE FUNCTION entitlement_flow(ids bigint[]) RETURNS TABLE (
    entitlement_id bigint, account_id bigint, source_id bigint, reserve_id bigint)
  LANGUAGE sql STABLE SET search_path = public, pg_temp AS
$$ SELECT e.id, own.id, COALESCE(place.id, reserve.id), reserve.id
     FROM budgets_entitlement e
     JOIN people_person who ON who.id = e.person_id
     JOIN budgets_account own ON own.sphere_id = who.sphere_id AND own.kind = 'person-budget'
     LEFT JOIN budgets_account reserve ON reserve.sphere_id = own.nation_id AND reserve.kind = 'risk-reserve'
     LEFT JOIN people_residence r ON r.person_id = e.person_id AND r.ends_on IS NULL
     LEFT JOIN budgets_account place
       ON place.sphere_id = r.neighbourhood_id AND place.kind = 'entitlements' AND place.nation_id = own.nation_id
    WHERE e.id = ANY (ids) $$;

-- Pays the next of those who are due, in one posting. `after_day` and `after_id` say where the batch before it ended, so that
-- nobody whose money is not there holds up the others. It looks at nobody who is not due.
CREATE FUNCTION pay_entitlements(
    today date, most int, after_day date, after_id bigint,
    OUT tried int, OUT paid int, OUT last_day date, OUT last_id bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE
  ids bigint[];
  accounts bigint[];
  due record;
  movements jsonb := '[]';
  settled jsonb := '[]';
  top_ups jsonb := '{}';
  held jsonb;
  due_pence bigint;
  short bigint;
  movement_key text;
  reserve_decision bigint;
  posted record;
BEGIN
  paid := 0;
  SELECT COALESCE(array_agg(e.id ORDER BY e.paid_until, e.id), '{}'), (array_agg(e.paid_until ORDER BY e.paid_until, e.id))[count(*)]
    INTO ids, last_day
    FROM (SELECT w.id, w.paid_until FROM budgets_entitlement w
           WHERE w.weekly_pence > 0 AND (w.ends_on IS NULL OR w.paid_until < w.ends_on) AND w.paid_until <= today
             AND (after_day IS NULL OR (w.paid_until, w.id) > (after_day, after_id))
           ORDER BY w.paid_until, w.id LIMIT most FOR UPDATE SKIP LOCKED) e;
  tried := cardinality(ids);
  IF tried = 0 THEN RETURN; END IF;
  last_id := ids[tried];
  -- Every account of the posting is locked in the order of ids before a balance is read.
  SELECT array_agg(DISTINCT a) INTO accounts FROM (
    SELECT unnest(ARRAY[f.account_id, f.source_id, f.reserve_id]) AS a FROM entitlement_flow(ids) f) AS every WHERE a IS NOT NULL;
  PERFORM FROM budgets_account a WHERE a.id = ANY (accounts) ORDER BY a.id FOR NO KEY UPDATE;
  SELECT jsonb_object_agg(a.id::text, a.balance_pence) INTO held FROM budgets_account a WHERE a.id = ANY (accounts);

  FOR due IN
    SELECT e.id, e.public_id, e.person_id, e.prepaid_pence, e.paid_until AS from_on, f.*, p.decision_id,
           LEAST(e.paid_until + 7 * e.weeks_at_a_time, COALESCE(e.ends_on, 'infinity'::date)) AS until_on, e.weekly_pence
      FROM entitlement_flow(ids) f
      JOIN budgets_entitlement e ON e.id = f.entitlement_id
      JOIN budgets_priceversion p ON p.id = e.price_id
     ORDER BY e.paid_until, e.id
  LOOP
    due_pence := div(due.weekly_pence::numeric * (due.until_on - due.from_on), 7) - due.prepaid_pence;
    IF due_pence <= 0 THEN
      -- All of it was paid before, under an earlier award.
      UPDATE budgets_entitlement e SET paid_until = due.until_on, prepaid_pence = -due_pence WHERE e.id = due.id;
      paid := paid + 1;
      CONTINUE;
    END IF;
    short := due_pence - COALESCE((held ->> due.source_id::text)::bigint, 0);
    IF due.source_id IS NULL OR (short > 0 AND (due.reserve_id IS NULL OR due.reserve_id = due.source_id
        OR (held ->> due.reserve_id::text)::bigint < short)) THEN
      CONTINUE;
    END IF;
    movement_key := 'entitle:' || due.public_id || ':' || due.from_on;
    IF short > 0 THEN
      -- The decision that set the reserve aside lets it go for what it was set aside for.
      SELECT m.decision_id INTO reserve_decision FROM budgets_movement m
       WHERE m.destination_id = due.reserve_id AND m.purpose = 'set-aside' ORDER BY m.id DESC LIMIT 1;
      held := held || jsonb_build_object(
        due.reserve_id, (held ->> due.reserve_id::text)::bigint - short,
        due.source_id, (held ->> due.source_id::text)::bigint + short);
      top_ups := top_ups || jsonb_build_object(due.source_id, jsonb_build_object(
        'key', COALESCE(top_ups -> due.source_id::text ->> 'key', 'top-up:' || due.source_id || ':' || movement_key),
        'source', due.reserve_id, 'destination', due.source_id, 'purpose', 'top-up', 'decision', reserve_decision,
        'amount', short + COALESCE((top_ups -> due.source_id::text ->> 'amount')::bigint, 0)));
    END IF;
    held := held || jsonb_build_object(due.source_id, (held ->> due.source_id::text)::bigint - due_pence);
    movements := movements || jsonb_build_object('key', movement_key, 'source', due.source_id,
      'destination', due.account_id, 'amount', due_pence, 'purpose', 'entitle', 'decision', due.decision_id);
    settled := settled || jsonb_build_object('id', due.id, 'person', due.person_id, 'key', movement_key,
      'pence', due_pence, 'from_on', due.from_on, 'until_on', due.until_on);
  END LOOP;
  IF movements = '[]' THEN RETURN; END IF;
  SELECT movements || COALESCE(jsonb_agg(value), '[]') INTO movements FROM jsonb_each(top_ups);
  posted := post_movements(movements, acting_user());
  INSERT INTO budgets_entitlementpayment (person_id, entitlement_id, movement_id, amount_pence, from_on, until_on, paid_on)
  SELECT b.person, b.id, m.id, b.pence, b.from_on, b.until_on, today
    FROM jsonb_to_recordset(settled) AS b(id bigint, person bigint, key text, pence bigint, from_on date, until_on date)
    JOIN budgets_movement m ON m.idempotency_key = b.key;
  UPDATE budgets_entitlement e SET paid_until = b.until_on, prepaid_pence = 0
    FROM jsonb_to_recordset(settled) AS b(id bigint, until_on date) WHERE b.id = e.id;
  paid := paid + jsonb_array_length(settled);
END $$;

-- What each nation owes people today and could not pay, as one sum; nought once it could. Returns how many owe.
CREATE FUNCTION note_funding_gaps(today date) RETURNS int
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE nations int;
BEGIN
  WITH owed AS (
    SELECT a.nation_id, sum(div(e.weekly_pence::numeric
             * (LEAST(e.paid_until + 7 * e.weeks_at_a_time, COALESCE(e.ends_on, 'infinity'::date)) - e.paid_until), 7)
             - e.prepaid_pence)::bigint AS pence
      FROM budgets_entitlement e
      JOIN people_person who ON who.id = e.person_id
      JOIN budgets_account a ON a.sphere_id = who.sphere_id AND a.kind = 'person-budget'
     WHERE e.weekly_pence > 0 AND (e.ends_on IS NULL OR e.paid_until < e.ends_on) AND e.paid_until <= today
     GROUP BY a.nation_id),
  noted AS (
    INSERT INTO budgets_fundinggap AS g (nation_id, "on", owed_pence)
    SELECT nation_id, today, GREATEST(pence, 0) FROM owed
    ON CONFLICT (nation_id, "on") DO UPDATE SET owed_pence = EXCLUDED.owed_pence RETURNING 1)
  SELECT count(*) INTO nations FROM noted;
  UPDATE budgets_fundinggap g SET owed_pence = 0
   WHERE g."on" = today AND g.owed_pence > 0 AND nations = 0;
  RETURN nations;
END $$;

-- A health body adds to somebody's budget by the number of their account. It is told nothing about them.
CREATE FUNCTION try_add_contribution(account text, from_body text, pence bigint, key text, today date, OUT refusal text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE
  own budgets_account;
  treasury bigint;
  posted record;
BEGIN
  IF acting_user() IS NOT NULL THEN
    refusal := 'movement_by_its_own_door'; RETURN;
  END IF;
  SELECT * INTO own FROM budgets_account a WHERE a.public_id = account AND a.kind = 'person-budget';
  SELECT a.id INTO treasury FROM budgets_account a WHERE a.sphere_id = own.nation_id AND a.kind = 'treasury';
  IF own.id IS NULL OR treasury IS NULL THEN
    refusal := 'movement_accounts_known'; RETURN;
  END IF;
  posted := post_movements(jsonb_build_array(jsonb_build_object('key', 'health:' || key, 'source', treasury,
    'destination', own.id, 'amount', pence, 'purpose', 'health-contribution')), NULL);
  INSERT INTO budgets_healthcontribution (person_id, body, amount_pence, paid_on, movement_id)
  SELECT p.id, from_body, pence, today, posted.first_id FROM people_person p
   WHERE p.sphere_id = own.sphere_id AND posted.new_count = 1;
EXCEPTION WHEN integrity_constraint_violation OR invalid_transaction_state THEN
  GET STACKED DIAGNOSTICS refusal = CONSTRAINT_NAME;
END $$;
"""

UNDO = """
DROP FUNCTION try_add_contribution(text, text, bigint, text, date);
DROP FUNCTION note_funding_gaps(date);
DROP FUNCTION pay_entitlements(date, int, date, bigint);
DROP FUNCTION entitlement_flow(bigint[]);
DROP FUNCTION try_award_entitlement(bigint, text, jsonb, bigint, int, bytea, date);
DROP FUNCTION cost_factor_of(bigint, bigint, date);
DROP FUNCTION trusted_assessor_of(bigint, date);
DROP FUNCTION entitlement_may_fall(bigint);
ALTER TABLE budgets_entitlement DROP CONSTRAINT entitlement_one_at_a_time;
"""

TABLES = {
    "budgets_entitlement": Part.BUDGET,
    "budgets_entitlementpayment": Part.BUDGET,
    "budgets_healthcontribution": Part.BUDGET,
}
INNER = (
    "entitlement_flow(bigint[])",
    "entitlement_may_fall(bigint)",
    "cost_factor_of(bigint, bigint, date)",
    "trusted_assessor_of(bigint, date)",
)
DOORS = (
    "try_award_entitlement(bigint, text, jsonb, bigint, int, bytea, date)",
    "pay_entitlements(date, int, date, bigint)",
    "note_funding_gaps(date)",
    "try_add_contribution(text, text, bigint, text, date)",
)


class Migration(migrations.Migration):
    dependencies = [
        ("budgets", "0010_ledger_of_people"),
        ("people", "0015_advocates"),
    ]
    operations = [
        migrations.RunSQL(AWARDS + PAYING, UNDO),
        *[
            guard(table, "person_id", part, by="agreed_person_ids")
            for table, part in TABLES.items()
        ],
        run_as_owner(
            *[
                f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON {table} FROM {{app}}"
                for table in (*TABLES, "budgets_fundinggap")
            ],
            *[f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC" for function in (*INNER, *DOORS)],
            *[f"GRANT EXECUTE ON FUNCTION {function} TO {{app}}" for function in DOORS],
        ),
    ]
