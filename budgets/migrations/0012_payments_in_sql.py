"""Payments meet the ledger in PostgreSQL: by who decides, within what is there, each occurrence once."""

from django.db import migrations

from people.guarding import guard
from people.parts import Part
from socialcare.kernel.database import run_as_owner

PAYMENTS = """
-- A payment is in the ledger or it is not there: what made it ends with the posting.
CREATE FUNCTION check_payment_posted() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS
$$ BEGIN
  IF EXISTS (SELECT FROM budgets_payment p WHERE p.id = NEW.id AND p.movement_id IS NULL) THEN
    RAISE EXCEPTION 'a payment without its movement' USING ERRCODE = 'check_violation', CONSTRAINT = 'payment_is_in_the_ledger';
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER payment_is_in_the_ledger AFTER INSERT ON budgets_payment
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION check_payment_posted();

CREATE FUNCTION empty_new_payment() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  NEW.movement_id := NULL;
  RETURN NEW;
END $$;
CREATE TRIGGER payment_begins_unposted BEFORE INSERT ON budgets_payment
  FOR EACH ROW EXECUTE FUNCTION empty_new_payment();

CREATE FUNCTION begin_standing_payment() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  NEW.times_paid := 0;
  NEW.next_on := NEW.starts_on;
  NEW.is_waiting := false;
  RETURN NEW;
END $$;
CREATE TRIGGER standing_begins_at_its_first_day BEFORE INSERT ON budgets_standingpayment
  FOR EACH ROW EXECUTE FUNCTION begin_standing_payment();

-- The day of the time with that number, the first being 0, as budgets/days.py counts it.
CREATE FUNCTION day_of_occurrence(first_day date, every text, number int) RETURNS date
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE every
     WHEN 'week' THEN first_day + 7 * number
     WHEN 'four-weeks' THEN first_day + 28 * number
     WHEN 'month' THEN (first_day + make_interval(months => number))::date
   END $$;

CREATE FUNCTION outside_account(nation bigint) RETURNS bigint
  LANGUAGE plpgsql SET search_path = public, pg_temp AS
$$ DECLARE found_id bigint;
BEGIN
  SELECT id INTO found_id FROM budgets_account WHERE sphere_id = nation AND kind = 'outside-payments';
  IF found_id IS NULL THEN
    INSERT INTO budgets_account (public_id, sphere_id, nation_id, kind, floor_pence, balance_pence)
    VALUES (substr(replace(gen_random_uuid()::text, '-', ''), 1, 12), nation, nation, 'outside-payments', 0, 0)
    ON CONFLICT (sphere_id, kind) DO NOTHING;
    SELECT id INTO found_id FROM budgets_account WHERE sphere_id = nation AND kind = 'outside-payments';
  END IF;
  RETURN found_id;
END $$;

-- Takes a payment to the ledger, for whoever may agree about the person's spending. The account says whether it can be
-- paid; nobody approves it. `refusal` names the rule that stands against it.
CREATE FUNCTION try_settle_payment(payment bigint, OUT refusal text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE
  p budgets_payment;
  o budgets_payment;
  own budgets_account;
  outside bigint;
  posted record;
BEGIN
  SELECT * INTO p FROM budgets_payment WHERE id = payment;
  IF p.id IS NULL OR p.standing_id IS NOT NULL
      OR p.person_id NOT IN (SELECT agreed_person_ids(acting_user(), 'spending')) THEN
    refusal := 'movement_accounts_known'; RETURN;
  END IF;
  IF p.movement_id IS NOT NULL THEN RETURN; END IF;
  SELECT a.* INTO own FROM budgets_account a JOIN people_person w ON w.sphere_id = a.sphere_id
   WHERE w.id = p.person_id AND a.kind = 'person-budget';
  IF own.id IS NULL OR NOT EXISTS (SELECT FROM budgets_payee y WHERE y.id = p.payee_id AND y.person_id = p.person_id) THEN
    refusal := 'movement_accounts_known'; RETURN;
  END IF;
  outside := outside_account(own.nation_id);
  IF p.kind = 'back' THEN
    -- Two that come back for one payment wait for each other here.
    SELECT * INTO o FROM budgets_payment WHERE id = p.of_id FOR NO KEY UPDATE;
    IF (o.person_id, o.payee_id, o.kind) IS DISTINCT FROM (p.person_id, p.payee_id, 'paid') OR o.movement_id IS NULL
        OR p.amount_pence + (SELECT COALESCE(sum(b.amount_pence), 0) FROM budgets_payment b
                              WHERE b.of_id = o.id AND b.movement_id IS NOT NULL) > o.amount_pence THEN
      refusal := 'payment_back_within_what_was_paid'; RETURN;
    END IF;
  END IF;
  posted := post_movements(jsonb_build_array(jsonb_build_object(
    'key', CASE p.kind WHEN 'back' THEN 'refund:' ELSE 'pay:' END || p.public_id,
    'source', CASE p.kind WHEN 'back' THEN outside ELSE own.id END,
    'destination', CASE p.kind WHEN 'back' THEN own.id ELSE outside END,
    'amount', p.amount_pence, 'purpose', CASE p.kind WHEN 'back' THEN 'refund' ELSE 'pay' END)), acting_user());
  UPDATE budgets_payment SET movement_id = posted.first_id WHERE id = p.id;
EXCEPTION WHEN integrity_constraint_violation OR invalid_transaction_state THEN
  GET STACKED DIAGNOSTICS refusal = CONSTRAINT_NAME;
END $$;

-- Pays the next standing payments that are due, in one posting. One for which there is not enough waits, and is tried
-- again; it never takes the account below its floor and never holds up another.
CREATE FUNCTION pay_standing(
    today date, most int, after_day date, after_id bigint,
    OUT tried int, OUT paid int, OUT last_day date, OUT last_id bigint)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE
  ids bigint[];
  accounts bigint[];
  due record;
  nation bigint;
  movements jsonb := '[]';
  settled jsonb := '[]';
  held jsonb;
  posted record;
BEGIN
  paid := 0;
  SELECT COALESCE(array_agg(s.id ORDER BY s.next_on, s.id), '{}'), (array_agg(s.next_on ORDER BY s.next_on, s.id))[count(*)]
    INTO ids, last_day
    FROM (SELECT w.id, w.next_on FROM budgets_standingpayment w
           WHERE (w.ends_on IS NULL OR w.next_on < w.ends_on) AND w.next_on <= today
             AND (after_day IS NULL OR (w.next_on, w.id) > (after_day, after_id))
           ORDER BY w.next_on, w.id LIMIT most FOR UPDATE SKIP LOCKED) s;
  tried := cardinality(ids);
  IF tried = 0 THEN RETURN; END IF;
  last_id := ids[tried];
  SELECT array_agg(DISTINCT own.id) INTO accounts
    FROM budgets_standingpayment s
    JOIN people_person w ON w.id = s.person_id
    JOIN budgets_account own ON own.sphere_id = w.sphere_id AND own.kind = 'person-budget'
   WHERE s.id = ANY (ids);
  FOR nation IN SELECT DISTINCT a.nation_id FROM budgets_account a WHERE a.id = ANY (accounts) LOOP
    accounts := accounts || outside_account(nation);
  END LOOP;
  -- Every account of the posting is locked in the order of ids before a balance is read.
  PERFORM FROM budgets_account a WHERE a.id = ANY (accounts) ORDER BY a.id FOR NO KEY UPDATE;
  SELECT jsonb_object_agg(a.id::text, a.balance_pence - a.floor_pence) INTO held
    FROM budgets_account a WHERE a.id = ANY (accounts);
  FOR due IN
    SELECT s.*, own.id AS account_id, outside.id AS outside_id,
           'standing:' || s.id || ':' || s.times_paid + 1 AS movement_key
      FROM budgets_standingpayment s
      JOIN people_person w ON w.id = s.person_id
      JOIN budgets_account own ON own.sphere_id = w.sphere_id AND own.kind = 'person-budget'
      JOIN budgets_account outside ON outside.sphere_id = own.nation_id AND outside.kind = 'outside-payments'
     WHERE s.id = ANY (ids) ORDER BY s.next_on, s.id
  LOOP
    IF (held ->> due.account_id::text)::bigint < due.amount_pence THEN
      UPDATE budgets_standingpayment s SET is_waiting = true WHERE s.id = due.id AND NOT s.is_waiting;
      CONTINUE;
    END IF;
    held := held || jsonb_build_object(due.account_id, (held ->> due.account_id::text)::bigint - due.amount_pence);
    movements := movements || jsonb_build_object('key', due.movement_key, 'source', due.account_id,
      'destination', due.outside_id, 'amount', due.amount_pence, 'purpose', 'pay');
    settled := settled || jsonb_build_object('id', due.id, 'key', due.movement_key, 'public_id',
      substr(replace(gen_random_uuid()::text, '-', ''), 1, 12));
  END LOOP;
  IF movements = '[]' THEN RETURN; END IF;
  posted := post_movements(movements, acting_user());
  -- Its words are those of the standing payment.
  INSERT INTO budgets_payment (public_id, person_id, kind, payee_id, amount_pence, paid_on, standing_id, number, receipt,
      request_key, sealed, made_at)
  SELECT b.public_id, s.person_id, 'paid', s.payee_id, s.amount_pence, today, s.id, s.times_paid + 1, 'not-asked', '', '',
         acting_now()
    FROM jsonb_to_recordset(settled) AS b(id bigint, public_id text) JOIN budgets_standingpayment s ON s.id = b.id;
  UPDATE budgets_payment p SET movement_id = m.id
    FROM jsonb_to_recordset(settled) AS b(public_id text, key text)
    JOIN budgets_movement m ON m.idempotency_key = b.key
   WHERE p.public_id = b.public_id;
  UPDATE budgets_standingpayment s
     SET times_paid = s.times_paid + 1, is_waiting = false,
         next_on = day_of_occurrence(s.starts_on, s.every, s.times_paid + 1)
    FROM jsonb_to_recordset(settled) AS b(id bigint) WHERE b.id = s.id;
  paid := jsonb_array_length(settled);
END $$;
"""

UNDO = """
DROP FUNCTION pay_standing(date, int, date, bigint);
DROP FUNCTION try_settle_payment(bigint);
DROP FUNCTION outside_account(bigint);
DROP FUNCTION day_of_occurrence(date, text, int);
DROP TRIGGER standing_begins_at_its_first_day ON budgets_standingpayment;
DROP FUNCTION begin_standing_payment();
DROP TRIGGER payment_begins_unposted ON budgets_payment;
DROP FUNCTION empty_new_payment();
DROP TRIGGER payment_is_in_the_ledger ON budgets_payment;
DROP FUNCTION check_payment_posted();
"""

TABLES = {
    "budgets_holding": Part.BUDGET,
    "budgets_payee": Part.SPENDING,
    "budgets_payment": Part.SPENDING,
    "budgets_standingpayment": Part.SPENDING,
}
# What the application may change of a row that is there.
CHANGEABLE = {
    "budgets_holding": "ends_on",
    "budgets_payee": "is_kept",
    "budgets_payment": "receipt",
    "budgets_standingpayment": "ends_on",
}
DOORS = ("try_settle_payment(bigint)", "pay_standing(date, int, date, bigint)")


class Migration(migrations.Migration):
    dependencies = [("budgets", "0011_awards_in_sql")]
    operations = [
        migrations.RunSQL(PAYMENTS, UNDO),
        *[
            guard(table, "person_id", part, by="agreed_person_ids")
            for table, part in TABLES.items()
        ],
        run_as_owner(
            *[f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {{app}}" for table in TABLES],
            *[
                f"GRANT UPDATE ({column}) ON {table} TO {{app}}"
                for table, column in CHANGEABLE.items()
            ],
            *[
                f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC"
                for function in ("outside_account(bigint)", *DOORS)
            ],
            *[f"GRANT EXECUTE ON FUNCTION {function} TO {{app}}" for function in DOORS],
        ),
    ]
