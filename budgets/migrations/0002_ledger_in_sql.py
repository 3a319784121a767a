"""What PostgreSQL itself refuses: money from nowhere, an overdraft, an edited movement, a charge for care.

One function posts (`post_movements`), one trigger keeps the balances, one view says what is wrong with a movement; the
trigger and `verify_ledger` both ask that view, so that the rules are written once.
"""

from django.db import migrations

from socialcare.kernel.database import append_only, run_as_owner

# --- Accounts -------------------------------------------------------------------------------------

ACCOUNTS = """
CREATE FUNCTION account_level(kind text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE
     WHEN kind IN ('treasury', 'national-pot', 'national-functions', 'risk-reserve') THEN 'national'
     WHEN kind = 'local-budget' THEN 'local'
     WHEN kind IN ('neighbourhood-fund', 'entitlements') THEN 'neighbourhood'
   END $$;

CREATE FUNCTION empty_new_account() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  NEW.balance_pence := 0;
  RETURN NEW;
END $$;
CREATE TRIGGER account_begins_empty BEFORE INSERT ON budgets_account
  FOR EACH ROW EXECUTE FUNCTION empty_new_account();

-- An account shows its balance to everyone. A person's or a family's money is part of their record: until accounts
-- have row-level security of their own, only public spheres hold any.
CREATE FUNCTION check_new_accounts() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS
$$ BEGIN
  IF EXISTS (
    SELECT FROM opened a JOIN governance_sphere s ON s.id = a.sphere_id
     WHERE s.level NOT IN ('neighbourhood', 'local', 'national')
        OR s.level IS DISTINCT FROM account_level(a.kind)) THEN
    RAISE EXCEPTION 'this kind of account belongs to spheres of another level'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'account_at_its_level';
  END IF;
  IF EXISTS (
    -- At most two steps lead up from a neighbourhood.
    SELECT FROM opened a
      JOIN governance_sphere s ON s.id = a.sphere_id
      LEFT JOIN governance_sphere up ON up.id = s.parent_id
     WHERE a.nation_id <> COALESCE(up.parent_id, s.parent_id, s.id)) THEN
    RAISE EXCEPTION 'an account is in the nation above its sphere'
      USING ERRCODE = 'check_violation', CONSTRAINT = 'account_in_its_nation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER account_checked AFTER INSERT ON budgets_account
  REFERENCING NEW TABLE AS opened FOR EACH STATEMENT EXECUTE FUNCTION check_new_accounts();

-- Room on each page, so that a new balance needs no new index entries.
ALTER TABLE budgets_account SET (fillfactor = 50);

-- Only the trigger of a movement changes an account: at the top level nobody does, the owner included.
CREATE TRIGGER account_changed_by_movements_only BEFORE UPDATE ON budgets_account
  FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION refuse_change();
CREATE TRIGGER account_never_deleted BEFORE DELETE ON budgets_account
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

UNDO_ACCOUNTS = """
DROP TRIGGER account_never_deleted ON budgets_account;
DROP TRIGGER account_changed_by_movements_only ON budgets_account;
ALTER TABLE budgets_account RESET (fillfactor);
DROP TRIGGER account_checked ON budgets_account;
DROP FUNCTION check_new_accounts();
DROP TRIGGER account_begins_empty ON budgets_account;
DROP FUNCTION empty_new_account();
DROP FUNCTION account_level(text);
"""

# --- The rules of a movement ----------------------------------------------------------------------

RULES = """
-- Which kinds of account a purpose joins. No line starts at a person: nobody is charged for care.
CREATE FUNCTION movement_may_go(purpose text, source text, destination text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (purpose, source, destination) IN (
     ('set-pot', 'treasury', 'national-pot'),
     ('set-aside', 'national-pot', 'risk-reserve'),
     ('set-aside', 'national-pot', 'national-functions'),
     ('allocate', 'national-pot', 'local-budget'),
     ('allocate', 'national-pot', 'neighbourhood-fund'),
     ('allocate', 'national-pot', 'entitlements')) $$;

-- Whose decision lets the money go.
CREATE FUNCTION movement_may_rest_on(purpose text, power text) RETURNS boolean
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT (purpose, power) IN (
     ('set-pot', 'set-the-pot'),
     ('set-aside', 'set-the-pot'),
     ('allocate', 'set-the-pot'),
     ('allocate', 'adopt-a-formula')) $$;

ALTER TABLE budgets_movement
  -- A reversal's key is made from what it reverses, so two tries at one reversal always meet.
  ADD CONSTRAINT movement_reversal_key CHECK (
    CASE WHEN reverses_id IS NULL THEN idempotency_key NOT LIKE 'reversal:%'
         ELSE idempotency_key = 'reversal:' || reverses_id END);

-- Each movement with the first rule it breaks, by the name of the constraint that would say so; null when it is whole.
CREATE VIEW ledger_movement_fault AS
SELECT m.id,
  CASE
    WHEN s.id IS NULL OR d.id IS NULL THEN 'movement_accounts_known'
    WHEN m.amount_pence <= 0 THEN 'movement_amount_positive'
    WHEN s.nation_id <> d.nation_id THEN 'movement_within_a_nation'
    WHEN m.purpose = 'reversal' THEN CASE
      WHEN r.id IS NULL OR r.purpose = 'reversal'
        OR (m.source_id, m.destination_id, m.amount_pence)
           IS DISTINCT FROM (r.destination_id, r.source_id, r.amount_pence)
      THEN 'movement_reversal_exact' END
    WHEN NOT movement_may_go(m.purpose, s.kind, d.kind) THEN 'movement_may_go'
    -- A decision spends the money of the sphere that it is about, and of no other.
    WHEN c.carried IS NOT TRUE OR q.sphere_id <> s.sphere_id
      OR NOT movement_may_rest_on(m.purpose, q.power) THEN 'movement_has_a_decision'
  END AS fault
  FROM budgets_movement m
  LEFT JOIN budgets_account s ON s.id = m.source_id
  LEFT JOIN budgets_account d ON d.id = m.destination_id
  LEFT JOIN budgets_movement r ON r.id = m.reverses_id
  LEFT JOIN governance_decision c ON c.id = m.decision_id
  LEFT JOIN governance_matter q ON q.id = c.matter_id;

-- EXECUTE plans each statement anew: a plan kept from a call with one movement crawls through one with thousands.
CREATE FUNCTION keep_balances() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS
$$ DECLARE broken text;
BEGIN
  EXECUTE 'SELECT f.fault FROM ledger_movement_fault f
            WHERE f.id IN (SELECT id FROM posted) AND f.fault IS NOT NULL LIMIT 1' INTO broken;
  IF broken IS NOT NULL THEN
    RAISE EXCEPTION 'a movement breaks the rule %', broken
      USING ERRCODE = 'check_violation', CONSTRAINT = broken;
  END IF;
  -- In the order of ids, so that two postings wait for each other and never in a ring.
  EXECUTE 'SELECT FROM budgets_account
            WHERE id IN (SELECT source_id FROM posted UNION SELECT destination_id FROM posted)
            ORDER BY id FOR NO KEY UPDATE';
  EXECUTE 'UPDATE budgets_account a SET balance_pence = a.balance_pence + f.pence
             FROM (SELECT account_id, sum(pence) AS pence
                     FROM (SELECT destination_id AS account_id, amount_pence AS pence FROM posted
                           UNION ALL SELECT source_id, -amount_pence FROM posted) AS leg
                    GROUP BY account_id) AS f
            WHERE a.id = f.account_id AND f.pence <> 0';
  RETURN NULL;
END $$;
CREATE TRIGGER movement_keeps_balances AFTER INSERT ON budgets_movement
  REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION keep_balances();
"""

UNDO_RULES = """
DROP TRIGGER movement_keeps_balances ON budgets_movement;
DROP FUNCTION keep_balances();
DROP VIEW ledger_movement_fault;
ALTER TABLE budgets_movement DROP CONSTRAINT movement_reversal_key;
DROP FUNCTION movement_may_rest_on(text, text);
DROP FUNCTION movement_may_go(text, text, text);
"""

# --- Posting --------------------------------------------------------------------------------------

POSTING = """
CREATE SEQUENCE budgets_posting_seq;

-- One text a movement, the same wherever the server stands and whatever its settings are.
CREATE FUNCTION movement_content(m budgets_movement) RETURNS text LANGUAGE sql STABLE AS
$$ SELECT jsonb_build_array(
     m.id, m.posting, m.idempotency_key, m.source_id, m.destination_id, m.amount_pence, m.purpose, m.decision_id,
     m.reverses_id, m.reason, (extract(epoch FROM m.posted_at) * 1000000)::bigint, m.posted_by)::text $$;

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

UNDO_POSTING = """
DROP FUNCTION post_movements(jsonb, bigint);
DROP FUNCTION movement_content(budgets_movement);
DROP SEQUENCE budgets_posting_seq;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("budgets", "0001_ledger"),
        ("governance", "0002_rules_in_sql"),
    ]
    operations = [
        migrations.RunSQL(ACCOUNTS, UNDO_ACCOUNTS),
        run_as_owner("REVOKE UPDATE, DELETE, TRUNCATE ON budgets_account FROM {app}"),
        migrations.RunSQL(RULES, UNDO_RULES),
        append_only("budgets_movement"),
        migrations.RunSQL(POSTING, UNDO_POSTING),
        # Movements come in through the one function only, which runs as the owner.
        run_as_owner(
            "REVOKE INSERT ON budgets_movement FROM {app}",
            "REVOKE ALL ON SEQUENCE budgets_movement_id_seq, budgets_posting_seq FROM {app}",
            "REVOKE INSERT, UPDATE, DELETE ON ledger_movement_fault FROM {app}",
            "GRANT EXECUTE ON FUNCTION post_movements(jsonb, bigint) TO {app}",
        ),
    ]
