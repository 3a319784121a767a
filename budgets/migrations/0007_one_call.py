"""One call posts, checks, keeps the balances and leaves the trace: a single movement costs few statements of any kind.

`post_movements` writes the audit entry itself now, and only the owner may call it. `try_post_movements`, the application's
one door to it, gives a refusal back as a value, so that the caller's transaction can go on without a savepoint.
"""

from django.db import migrations

from socialcare.kernel.database import run_as_owner

# PostgreSQL reads a check's expression anew for each statement that writes to its table. The same rules in fewer words:
# a list as one constant, and no `text || bigint`, which is a function whose SQL was parsed at every movement.
CHECKS = """
ALTER TABLE budgets_movement
  DROP CONSTRAINT movement_purpose_known,
  ADD CONSTRAINT movement_purpose_known
    CHECK (purpose = ANY ('{set-pot,set-aside,allocate,reversal}'::text[])),
  DROP CONSTRAINT movement_reversal_says_of_what_and_why,
  ADD CONSTRAINT movement_reversal_says_of_what_and_why
    CHECK (CASE WHEN purpose = 'reversal'
             THEN reverses_id IS NOT NULL AND reason = ANY ('{wrong-amount,wrong-account,decision-set-aside}'::text[])
             ELSE reverses_id IS NULL AND reason = '' END),
  DROP CONSTRAINT movement_reversal_key,
  ADD CONSTRAINT movement_reversal_key
    CHECK (CASE WHEN reverses_id IS NULL THEN NOT starts_with(idempotency_key, 'reversal:')
             ELSE idempotency_key = 'reversal:' || reverses_id::text END);
ALTER TABLE budgets_account
  DROP CONSTRAINT account_kind_known,
  ADD CONSTRAINT account_kind_known
    CHECK (kind = ANY ('{treasury,national-pot,national-functions,risk-reserve,local-budget,neighbourhood-fund,entitlements}'::text[])),
  DROP CONSTRAINT account_only_a_treasury_has_no_floor,
  ADD CONSTRAINT account_only_a_treasury_has_no_floor
    CHECK (CASE WHEN kind = 'treasury' THEN floor_pence IS NULL
             ELSE floor_pence IS NOT NULL AND floor_pence >= 0 END);
"""

# Each statement of a function costs as much as a small query, so the work of one movement is kept to the fewest:
# assignments instead of PERFORM, a plain INSERT instead of a set, two updates instead of a sum.
KEEP_BALANCES = """
CREATE OR REPLACE FUNCTION keep_balances() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS
$$ DECLARE
  how_many bigint;
  one budgets_movement;
  movement bigint;
  broken text;
  leg record;
BEGIN
  SELECT count(*), min(id), min(source_id), min(destination_id), min(amount_pence)
    INTO how_many, one.id, one.source_id, one.destination_id, one.amount_pence FROM posted;
  IF how_many = 1 THEN
    SELECT f.fault INTO broken FROM ledger_movement_fault f WHERE f.id = one.id;
  ELSIF how_many <= 32 THEN
    -- One row at a time, each found by its key: such a plan is kept, and stays right however large the tables grow.
    FOR movement IN SELECT id FROM posted LOOP
      SELECT f.fault INTO broken FROM ledger_movement_fault f WHERE f.id = movement;
      EXIT WHEN broken IS NOT NULL;
    END LOOP;
  ELSE
    EXECUTE 'SELECT f.fault FROM ledger_movement_fault f
              WHERE f.id IN (SELECT id FROM posted) AND f.fault IS NOT NULL LIMIT 1' INTO broken;
  END IF;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'a movement breaks the rule %', broken
      USING ERRCODE = 'check_violation', CONSTRAINT = broken;
  END IF;
  -- Accounts are locked in the order of ids, so that two postings wait for each other and never in a ring.
  IF how_many = 1 THEN
    IF one.source_id < one.destination_id THEN
      UPDATE budgets_account SET balance_pence = balance_pence - one.amount_pence WHERE id = one.source_id;
      UPDATE budgets_account SET balance_pence = balance_pence + one.amount_pence WHERE id = one.destination_id;
    ELSE
      UPDATE budgets_account SET balance_pence = balance_pence + one.amount_pence WHERE id = one.destination_id;
      UPDATE budgets_account SET balance_pence = balance_pence - one.amount_pence WHERE id = one.source_id;
    END IF;
  ELSIF how_many <= 32 THEN
    FOR leg IN
      SELECT account_id, sum(pence) AS pence
        FROM (SELECT destination_id AS account_id, amount_pence AS pence FROM posted
              UNION ALL SELECT source_id, -amount_pence FROM posted) AS l
       GROUP BY account_id HAVING sum(pence) <> 0 ORDER BY account_id
    LOOP
      UPDATE budgets_account SET balance_pence = balance_pence + leg.pence WHERE id = leg.account_id;
    END LOOP;
  ELSE
    EXECUTE 'SELECT FROM budgets_account
              WHERE id IN (SELECT source_id FROM posted UNION SELECT destination_id FROM posted)
              ORDER BY id FOR NO KEY UPDATE';
    EXECUTE 'UPDATE budgets_account a SET balance_pence = a.balance_pence + f.pence
               FROM (SELECT account_id, sum(pence) AS pence
                       FROM (SELECT destination_id AS account_id, amount_pence AS pence FROM posted
                             UNION ALL SELECT source_id, -amount_pence FROM posted) AS leg
                      GROUP BY account_id) AS f
              WHERE a.id = f.account_id AND f.pence <> 0';
  END IF;
  RETURN NULL;
END $$;
"""

POSTING = """
DROP FUNCTION post_movements(jsonb, bigint);
-- With nobody's rights but the caller's, so of no use to the application by itself: the door is the function below.
CREATE FUNCTION post_movements(
    payload jsonb, by_user bigint,
    OUT posting bigint, OUT new_count bigint, OUT already_count bigint, OUT first_id bigint, OUT sha256 text)
  LANGUAGE plpgsql AS
$$ DECLARE
  moment timestamptz := acting_now();
  asked bigint := jsonb_array_length(payload);
  one jsonb;
  content text;
  kept text;
BEGIN
  -- Two transactions that each post twice could lock the same accounts in crossed order.
  IF COALESCE(current_setting('app.ledger_posting', true), '') <> '' THEN
    RAISE EXCEPTION 'one posting a transaction: gather the movements and post them together'
      USING ERRCODE = 'invalid_transaction_state', CONSTRAINT = 'ledger_posts_once';
  END IF;
  posting := nextval('budgets_posting_seq');
  kept := set_config('app.ledger_posting', posting::text, true);

  IF asked = 1 THEN
    one := payload -> 0;
    INSERT INTO budgets_movement AS m (idempotency_key, source_id, destination_id, amount_pence, purpose,
        decision_id, reverses_id, reason, posting, posted_at, posted_by)
    VALUES (one ->> 'key', (one ->> 'source')::bigint, (one ->> 'destination')::bigint, (one ->> 'amount')::bigint,
            one ->> 'purpose', (one ->> 'decision')::bigint, (one ->> 'reverses')::bigint,
            COALESCE(one ->> 'reason', ''), post_movements.posting, moment, by_user)
    ON CONFLICT (idempotency_key) DO NOTHING
    RETURNING m.id, movement_content(m) INTO first_id, content;
    new_count := CASE WHEN first_id IS NULL THEN 0 ELSE 1 END;
  ELSE
    -- In the order of keys: two calls with the same keys then wait for each other, and never in a ring.
    WITH stored AS (
      INSERT INTO budgets_movement AS m (idempotency_key, source_id, destination_id, amount_pence, purpose,
          decision_id, reverses_id, reason, posting, posted_at, posted_by)
      SELECT a.key, a.source, a.destination, a.amount, a.purpose, a.decision, a.reverses, COALESCE(a.reason, ''),
             post_movements.posting, moment, by_user
        FROM jsonb_to_recordset(payload) AS a(key text, source bigint, destination bigint, amount bigint,
               purpose text, decision bigint, reverses bigint, reason text)
       ORDER BY a.key
      ON CONFLICT (idempotency_key) DO NOTHING
      RETURNING m.id, movement_content(m) AS content)
    SELECT count(*), min(s.id), string_agg(s.content, E'\\n' ORDER BY s.id)
      INTO new_count, first_id, content FROM stored s;
  END IF;

  already_count := asked - new_count;
  IF already_count > 0 AND EXISTS (
    SELECT FROM jsonb_to_recordset(payload) AS a(key text, source bigint, destination bigint, amount bigint,
             purpose text, decision bigint, reverses bigint, reason text)
      JOIN budgets_movement m ON m.idempotency_key = a.key
     WHERE (m.source_id, m.destination_id, m.amount_pence, m.purpose, m.decision_id, m.reverses_id, m.reason)
        IS DISTINCT FROM
           (a.source, a.destination, a.amount, a.purpose, a.decision, a.reverses, COALESCE(a.reason, ''))) THEN
    RAISE EXCEPTION 'a key was used before for another movement'
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'movement_key_reused';
  END IF;

  IF new_count > 0 THEN
    sha256 := encode(pg_catalog.sha256(convert_to(content, 'UTF8')), 'hex');
    INSERT INTO governance_auditentry (actor_id, verb, subject_kind, subject_id, sphere_id, detail)
    VALUES (by_user, 'ledger.posted', 'budgets.movement', first_id::text,
            (SELECT a.nation_id FROM budgets_movement m JOIN budgets_account a ON a.id = m.source_id WHERE m.id = first_id),
            jsonb_build_object('posting', posting, 'movements', new_count, 'sha256', post_movements.sha256));
  END IF;
END $$;
REVOKE ALL ON FUNCTION post_movements(jsonb, bigint) FROM PUBLIC;

CREATE FUNCTION try_post_movements(
    payload jsonb, by_user bigint, OUT new_count bigint, OUT already_count bigint, OUT refusal text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE
  posted record;
  state text;
BEGIN
  posted := post_movements(payload, by_user);
  new_count := posted.new_count;
  already_count := posted.already_count;
EXCEPTION
  WHEN integrity_constraint_violation OR invalid_transaction_state OR numeric_value_out_of_range
    OR invalid_text_representation THEN
  GET STACKED DIAGNOSTICS refusal = CONSTRAINT_NAME, state = RETURNED_SQLSTATE;
  -- A number that is too large, or none.
  IF state IN ('22003', '22P02') THEN
    refusal := 'movement_amount_positive';
  ELSIF refusal = '' THEN
    RAISE;
  END IF;
END $$;
REVOKE ALL ON FUNCTION try_post_movements(jsonb, bigint) FROM PUBLIC;
"""

# As migration 0002 made it: the trace was the caller's to write.
UNDO_POSTING = """
DROP FUNCTION try_post_movements(jsonb, bigint);
DROP FUNCTION post_movements(jsonb, bigint);
CREATE FUNCTION post_movements(
    payload jsonb, by_user bigint,
    OUT posting bigint, OUT new_count bigint, OUT already_count bigint, OUT first_id bigint, OUT sha256 text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE moment timestamptz := acting_now();
BEGIN
  -- Two transactions that each post twice could lock the same accounts in crossed order.
  IF COALESCE(current_setting('app.ledger_posting', true), '') <> '' THEN
    RAISE EXCEPTION 'one posting a transaction: gather the movements and post them together'
      USING ERRCODE = 'invalid_transaction_state', CONSTRAINT = 'ledger_posts_once';
  END IF;
  posting := nextval('budgets_posting_seq');
  PERFORM set_config('app.ledger_posting', posting::text, true);

  -- In the order of keys: two calls with the same keys then wait for each other, and never in a ring.
  WITH stored AS (
    INSERT INTO budgets_movement AS m (idempotency_key, source_id, destination_id, amount_pence, purpose,
        decision_id, reverses_id, reason, posting, posted_at, posted_by)
    SELECT a.key, a.source, a.destination, a.amount, a.purpose, a.decision, a.reverses, COALESCE(a.reason, ''),
           post_movements.posting, moment, by_user
      FROM jsonb_to_recordset(payload) AS a(key text, source bigint, destination bigint, amount bigint,
             purpose text, decision bigint, reverses bigint, reason text)
     ORDER BY a.key
    ON CONFLICT (idempotency_key) DO NOTHING
    RETURNING m.id, movement_content(m) AS content)
  SELECT count(*), min(id),
         encode(pg_catalog.sha256(convert_to(string_agg(content, E'\\n' ORDER BY id), 'UTF8')), 'hex')
    INTO new_count, first_id, post_movements.sha256 FROM stored;

  already_count := jsonb_array_length(payload) - new_count;
  IF already_count > 0 AND EXISTS (
    SELECT FROM jsonb_to_recordset(payload) AS a(key text, source bigint, destination bigint, amount bigint,
             purpose text, decision bigint, reverses bigint, reason text)
      JOIN budgets_movement m ON m.idempotency_key = a.key
     WHERE (m.source_id, m.destination_id, m.amount_pence, m.purpose, m.decision_id, m.reverses_id, m.reason)
        IS DISTINCT FROM
           (a.source, a.destination, a.amount, a.purpose, a.decision, a.reverses, COALESCE(a.reason, ''))) THEN
    RAISE EXCEPTION 'a key was used before for another movement'
      USING ERRCODE = 'unique_violation', CONSTRAINT = 'movement_key_reused';
  END IF;
END $$;
REVOKE ALL ON FUNCTION post_movements(jsonb, bigint) FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("budgets", "0006_posting_in_kept_plans"), ("governance", "0005_seal_lanes")]
    operations = [
        # Backwards these two may stay: they say the same in other words.
        migrations.RunSQL(CHECKS, migrations.RunSQL.noop),
        migrations.RunSQL(KEEP_BALANCES, migrations.RunSQL.noop),
        # Undone from the last to the first: the right is given to the function that stands by then.
        run_as_owner(undo=["GRANT EXECUTE ON FUNCTION post_movements(jsonb, bigint) TO {app}"]),
        migrations.RunSQL(POSTING, UNDO_POSTING),
        run_as_owner("GRANT EXECUTE ON FUNCTION try_post_movements(jsonb, bigint) TO {app}"),
    ]
