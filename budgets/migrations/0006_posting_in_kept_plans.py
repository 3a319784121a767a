"""Posting a few movements by plans that PostgreSQL keeps: making them anew took many times as long as the posting itself.

A large posting is planned for its own size as before (docs/adr/0005-ledger.md tells what a plan made for one movement
does to thousands).
"""

from django.db import migrations

KEEP_BALANCES = """
CREATE OR REPLACE FUNCTION keep_balances() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS
$$ DECLARE
  is_small CONSTANT boolean := (SELECT count(*) <= 32 FROM posted);
  movement bigint;
  broken text;
  leg record;
BEGIN
  IF is_small THEN
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
  IF is_small THEN
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


class Migration(migrations.Migration):
    dependencies = [("budgets", "0005_what_if")]
    operations = [
        # Backwards there is nothing to do: the same rules hold, and the step before this one takes the function away.
        migrations.RunSQL(KEEP_BALANCES, migrations.RunSQL.noop),
    ]
