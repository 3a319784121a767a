"""Legal authority: its tables, the law's ages as data, and sight and deciding by it, in the functions that already say so."""

import datetime

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import socialcare.kernel.public_ids
from socialcare.kernel.database import append_only

# --- The law --------------------------------------------------------------------------------------

# These run with the rights of whoever calls them: asked by the application they see what it sees, and asked by the
# functions below they see everything.
LAW = """
-- The first moment of a birthday is the midnight that begins it, where the country is.
CREATE FUNCTION law_day(law bigint) RETURNS date LANGUAGE sql STABLE AS
$$ SELECT (acting_now() AT TIME ZONE time_zone)::date FROM people_law WHERE id = law $$;

-- The day on which somebody comes to be so many years old.
CREATE FUNCTION birthday(born date, years int, leap_births_count_in_march boolean) RETURNS date
  LANGUAGE sql IMMUTABLE AS
$$ SELECT CASE WHEN leap_births_count_in_march AND extract(month FROM born) = 2 AND extract(day FROM born) = 29
               THEN (born - 1 + make_interval(years => years))::date + 1
               ELSE (born + make_interval(years => years))::date END $$;

-- An age that the law names, today; null where it names none.
CREATE FUNCTION law_years(law bigint, named text) RETURNS int LANGUAGE sql STABLE AS
$$ SELECT years FROM people_lawage
    WHERE law_id = law AND what = named AND starts_on <= law_day(law)
    ORDER BY starts_on DESC LIMIT 1 $$;

-- Is somebody younger than that? Whoever has no date of birth in their record is grown up.
CREATE FUNCTION is_under(person bigint, law bigint, named text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT COALESCE(
     (SELECT law_day(rule.id) < birthday(about.date_of_birth, law_years(rule.id, named),
                                         rule.leap_births_count_in_march)
        FROM people_aboutme about JOIN people_law rule ON rule.id = law
       WHERE about.person_id = person), false) $$;

-- The law of the nation that somebody lives in, or of the one that came first; null before any was brought in.
CREATE FUNCTION law_of_person(person bigint) RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT COALESCE(
     (SELECT law.id
        FROM people_residence home
        JOIN governance_sphere place ON place.id = home.neighbourhood_id
        JOIN governance_sphere local ON local.id = place.parent_id
        JOIN people_law law ON law.nation_id = local.parent_id
       WHERE home.person_id = person AND home.ends_on IS NULL),
     (SELECT id FROM people_law ORDER BY id LIMIT 1)) $$;

-- Is a competent child's own decision recorded, today, about that part?
CREATE FUNCTION has_own_decision(person bigint, named text) RETURNS boolean LANGUAGE sql STABLE AS
$$ SELECT EXISTS (
     SELECT FROM people_legalauthority own
       JOIN governance_sphere place ON place.id = own.put_to_id
       JOIN people_law law ON law.nation_id = place.parent_id
      WHERE own.person_id = person AND own.kind = 'own-decision'
        AND own.state IN ('confirmed', 'disputed', 'limited') AND named = ANY(own.parts)
        AND own.starts_on <= law_day(law.id) AND (own.ends_on IS NULL OR own.ends_on > law_day(law.id))) $$;
"""

UNDO_LAW = """
DROP FUNCTION has_own_decision(bigint, text);
DROP FUNCTION law_of_person(bigint);
DROP FUNCTION is_under(bigint, bigint, text);
DROP FUNCTION law_years(bigint, text);
DROP FUNCTION birthday(date, int, boolean);
DROP FUNCTION law_day(bigint);
"""

# --- Sight and deciding ---------------------------------------------------------------------------

SIGHT = """
-- What a user holds over others at this moment, part by part. It answers only about whoever is acting.
CREATE FUNCTION live_authorities(holder bigint)
  RETURNS TABLE (authority_id bigint, person_id bigint, kind text, part text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT a.id, a.person_id, a.kind, covered.part
     FROM people_legalauthority a
     JOIN governance_sphere place ON place.id = a.put_to_id
     JOIN people_law law ON law.nation_id = place.parent_id
    CROSS JOIN LATERAL unnest(a.parts) AS covered(part)
    WHERE a.holder_id = holder AND holder = acting_user()
      AND a.state IN ('confirmed', 'disputed', 'limited')
      AND a.starts_on <= law_day(law.id) AND (a.ends_on IS NULL OR a.ends_on > law_day(law.id))
      -- While it is disputed, it says nothing of where to find somebody.
      AND (a.state <> 'disputed' OR covered.part NOT IN ('contact', 'address'))
      AND CASE
            -- The young person's decision, and a competent child's, close what is theirs to parents.
            WHEN a.kind IN ('parental-responsibility', 'care-order') THEN
              is_under(a.person_id, law.id, 'parental-responsibility-ends')
              AND is_under(a.person_id, law.id, 'young-person-decides')
              AND NOT has_own_decision(a.person_id, covered.part)
            WHEN a.kind = 'attorney' THEN NOT is_under(a.person_id, law.id, 'attorney-from')
            WHEN a.kind IN ('deputy', 'best-interests') THEN NOT is_under(a.person_id, law.id, 'capacity-presumed')
            -- Asking is deciding: whoever may not decide it yet asks nobody.
            WHEN a.kind = 'asked' THEN
              NOT is_under(a.person_id, law.id, 'young-person-decides')
              OR has_own_decision(a.person_id, covered.part)
            -- A child's own decision gives the child no more than they see already.
            ELSE false
          END $$;

CREATE FUNCTION held_person_ids() RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT DISTINCT person_id FROM live_authorities(acting_user()) $$;

-- The people whose `part` of the record a user may see: themself, those who let them, and those for whom they may
-- decide about it, now. No office, rank or kinship appears here. It answers only about whoever is acting.
CREATE OR REPLACE FUNCTION visible_person_ids(viewer bigint, part text) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM people_person WHERE user_id = viewer AND viewer = acting_user()
    UNION
   SELECT consent.content_object_id
     FROM people_personuserobjectpermission consent
     JOIN auth_permission permission ON permission.id = consent.permission_id
    WHERE consent.user_id = viewer AND viewer = acting_user()
      AND consent.starts_at <= acting_now() AND consent.ends_at > acting_now()
      AND ($2 = 'name' OR permission.codename = $2)
    UNION
   SELECT live.person_id FROM live_authorities(viewer) live WHERE $2 = 'name' OR live.part = $2 $$;

-- The people in whose `part` a user may write: themself, at any age, and those for whom they may decide about it or
-- whose words they were asked to write down.
CREATE OR REPLACE FUNCTION decided_person_ids(decider bigint, part text) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM people_person WHERE user_id = decider AND decider = acting_user()
    UNION
   SELECT live.person_id FROM live_authorities(decider) live WHERE live.part = $2 $$;

-- The people for whom a user may agree to something about that part (who sees it, a plan, money): themself, from the
-- age or the recorded decision on; and those for whom they hold the authority. Writing words down is not agreeing.
CREATE FUNCTION agreed_person_ids(decider bigint, part text) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM people_person
    WHERE user_id = decider AND decider = acting_user()
      AND (NOT is_under(id, law_of_person(id), 'young-person-decides') OR has_own_decision(id, $2))
    UNION
   SELECT live.person_id FROM live_authorities(decider) live WHERE live.part = $2 AND live.kind <> 'asked' $$;

-- The parts of somebody's record about which whoever is acting may agree by authority.
CREATE FUNCTION agreed_parts(person bigint) RETURNS text[]
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT COALESCE(array_agg(DISTINCT live.part), '{}') FROM live_authorities(acting_user()) live
    WHERE live.person_id = person AND live.kind <> 'asked' $$;
"""

UNDO_SIGHT = """
DROP FUNCTION agreed_parts(bigint);
DROP FUNCTION agreed_person_ids(bigint, text);
CREATE OR REPLACE FUNCTION decided_person_ids(decider bigint, part text) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM people_person WHERE user_id = decider AND decider = acting_user() $$;
CREATE OR REPLACE FUNCTION visible_person_ids(viewer bigint, part text) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM people_person WHERE user_id = viewer AND viewer = acting_user()
    UNION
   SELECT consent.content_object_id
     FROM people_personuserobjectpermission consent
     JOIN auth_permission permission ON permission.id = consent.permission_id
    WHERE consent.user_id = viewer AND viewer = acting_user()
      AND consent.starts_at <= acting_now() AND consent.ends_at > acting_now()
      AND (part = 'name' OR permission.codename = part) $$;
DROP FUNCTION held_person_ids();
DROP FUNCTION live_authorities(bigint);
"""

# --- Evidence and its registrar -------------------------------------------------------------------

EVIDENCE = """
-- The local systems whose registrar is acting.
CREATE FUNCTION registered_places() RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT m.sphere_id
     FROM governance_mandate m
     JOIN governance_sphere place ON place.id = m.sphere_id
     JOIN people_law law ON law.nation_id = place.parent_id
    WHERE m.user_id = acting_user() AND m.role = 'registrar'
      AND m.starts_on <= law_day(law.id) AND (m.ends_on IS NULL OR m.ends_on > law_day(law.id)) $$;

-- About whom somebody may read or write evidence: those over whom they claim or hold authority, and those whose
-- evidence was put to them. It opens the key of what they wrote, and nothing that is sealed with it elsewhere.
CREATE FUNCTION evidence_person_ids() RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT person_id FROM people_legalauthority
    WHERE (holder_id = acting_user() AND state NOT IN ('refused', 'ended'))
       OR put_to_id IN (SELECT registered_places()) $$;

-- Whose code that is: a person's own, or that of the one who signs in. Codes are random; nobody finds one by trying.
CREATE FUNCTION person_with_code(code text) RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT p.id FROM people_person p LEFT JOIN governance_user u ON u.id = p.user_id
    WHERE acting_user() IS NOT NULL AND (p.public_id = code OR (u.public_id = code AND u.is_active)) LIMIT 1 $$;

-- The record of somebody without an account. It opens to nobody until evidence of authority is confirmed.
CREATE FUNCTION begin_person_for(new_id text, called text) RETURNS bigint
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE begun bigint;
BEGIN
  IF acting_user() IS NULL THEN
    RAISE EXCEPTION 'only somebody acting begins a record' USING ERRCODE = 'insufficient_privilege';
  END IF;
  INSERT INTO people_person (public_id, user_id, sphere_id, preferred_name, pronouns, created_at)
  VALUES (new_id, NULL, open_personal_sphere('person'), called, '', acting_now()) RETURNING id INTO begun;
  RETURN begun;
END $$;

-- The birthday that ends a parent's responsibility, once the registrar has the date of birth from the evidence. It is
-- written into the record where none is there. Null where the record has another, or it has been.
CREATE FUNCTION confirm_birthday(authority bigint, born date) RETURNS date
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE
  claim people_legalauthority;
  rule people_law;
  kept date;
  ends date;
BEGIN
  SELECT * INTO claim FROM people_legalauthority
   WHERE id = authority AND state = 'recorded' AND put_to_id IN (SELECT registered_places()) FOR UPDATE;
  IF claim.id IS NULL THEN
    RAISE EXCEPTION 'only its registrar confirms' USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT law.* INTO rule FROM people_law law JOIN governance_sphere place ON place.parent_id = law.nation_id
   WHERE place.id = claim.put_to_id;
  SELECT date_of_birth INTO kept FROM people_aboutme WHERE person_id = claim.person_id;
  ends := birthday(born, law_years(rule.id, 'parental-responsibility-ends'), rule.leap_births_count_in_march);
  IF kept <> born OR ends IS NULL OR ends <= law_day(rule.id) THEN
    RETURN NULL;
  END IF;
  INSERT INTO people_aboutme (person_id, date_of_birth, entered_by_id)
  VALUES (claim.person_id, born, acting_user())
  ON CONFLICT (person_id) DO UPDATE SET date_of_birth = excluded.date_of_birth
    WHERE people_aboutme.date_of_birth IS NULL;
  RETURN ends;
END $$;

-- Does somebody's authority rest on that date of birth? Then it is evidence, and nobody changes it by writing.
CREATE FUNCTION birthday_is_evidence(person bigint) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (
     SELECT FROM people_legalauthority a
       JOIN governance_sphere place ON place.id = a.put_to_id
       JOIN people_law law ON law.nation_id = place.parent_id
      WHERE a.person_id = person AND a.kind IN ('parental-responsibility', 'care-order')
        AND a.state IN ('confirmed', 'disputed', 'limited')
        AND (a.ends_on IS NULL OR a.ends_on > law_day(law.id))) $$;

CREATE FUNCTION keep_evidenced_birthday() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ BEGIN
  IF (TG_OP = 'DELETE' OR NEW.date_of_birth IS DISTINCT FROM OLD.date_of_birth)
     AND birthday_is_evidence(OLD.person_id) THEN
    RAISE EXCEPTION 'a birthday that authority rests on is evidence' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER evidenced_birthday AFTER UPDATE OR DELETE ON people_aboutme
  FOR EACH ROW EXECUTE FUNCTION keep_evidenced_birthday();

-- Does, or did, that user hold or claim authority over the person? Asked by who decides for the person: consent given
-- for somebody never goes to one of those, or parents could give each other what a birthday takes from both.
CREATE FUNCTION has_held_authority(person bigint, other bigint) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT person IN (SELECT held_person_ids()) AND EXISTS (
     SELECT FROM people_legalauthority
      WHERE person_id = person AND holder_id = other AND kind <> 'own-decision' AND state <> 'refused') $$;

CREATE FUNCTION check_authority() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE
  is_self boolean := EXISTS (SELECT FROM people_person WHERE id = NEW.person_id AND user_id = NEW.holder_id);
  is_registrar boolean := NEW.put_to_id IN (SELECT registered_places());
  is_about_me boolean := COALESCE(NEW.person_id = own_person_id(), false);
BEGIN
  IF is_self <> (NEW.kind = 'own-decision') THEN
    RAISE EXCEPTION 'a child holds their own decision, and nobody else authority over themself'
      USING ERRCODE = 'check_violation';
  END IF;
  IF TG_OP = 'INSERT' THEN
    RETURN NEW;
  END IF;
  IF (NEW.person_id, NEW.holder_id, NEW.kind, NEW.starts_on, NEW.put_to_id, NEW.public_id, NEW.recorded_at)
       IS DISTINCT FROM
     (OLD.person_id, OLD.holder_id, OLD.kind, OLD.starts_on, OLD.put_to_id, OLD.public_id, OLD.recorded_at)
     OR NOT NEW.parts <@ OLD.parts
     OR COALESCE(NEW.ends_on, 'infinity') > COALESCE(OLD.ends_on, 'infinity')
     OR NOT is_registrar AND (NEW.parts, NEW.ends_on) IS DISTINCT FROM (OLD.parts, OLD.ends_on) THEN
    RAISE EXCEPTION 'the terms of an authority stand: it can only get less' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NOT (CASE OLD.state
           WHEN 'recorded' THEN NEW.state IN ('confirmed', 'refused', 'ended')
           WHEN 'confirmed' THEN NEW.state IN ('disputed', 'limited', 'ended')
           WHEN 'disputed' THEN NEW.state IN ('confirmed', 'limited', 'ended')
           WHEN 'limited' THEN NEW.state IN ('limited', 'ended')
           ELSE false END) THEN
    RAISE EXCEPTION 'an authority does not go from % to %', OLD.state, NEW.state USING ERRCODE = 'restrict_violation';
  END IF;
  IF NOT (CASE NEW.state
           WHEN 'disputed' THEN is_registrar OR is_about_me
           WHEN 'ended' THEN is_registrar OR NEW.holder_id = acting_user()
                             OR (NEW.kind = 'asked' AND is_about_me)
           ELSE is_registrar END)
     OR (NEW.confirmed_by_id IS DISTINCT FROM OLD.confirmed_by_id
         AND NOT (OLD.confirmed_by_id IS NULL AND NEW.confirmed_by_id = acting_user() AND is_registrar)) THEN
    RAISE EXCEPTION 'this is for its registrar' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER authority_moves BEFORE INSERT OR UPDATE ON people_legalauthority
  FOR EACH ROW EXECUTE FUNCTION check_authority();

-- What somebody gave in another's name stops at once with an order that ends or limits them.
CREATE FUNCTION stop_what_was_given() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS
$$ BEGIN
  WITH stopped AS (
    DELETE FROM people_personuserobjectpermission c USING auth_permission p
     WHERE p.id = c.permission_id AND c.content_object_id = NEW.person_id AND c.given_by_id = NEW.holder_id
       AND (NEW.state = 'ended' OR p.codename <> ALL(NEW.parts))
    RETURNING c.user_id, p.codename, c.purpose, c.starts_at, c.ends_at)
  INSERT INTO people_consententry (person_id, user_id, part, kind, purpose, starts_at, ends_at, by_id, at)
  SELECT NEW.person_id, user_id, codename, 'withdrawn', purpose, starts_at, ends_at, acting_user(), acting_now()
    FROM stopped WHERE ends_at > acting_now();
  RETURN NULL;
END $$;
CREATE TRIGGER authority_stops AFTER UPDATE ON people_legalauthority
  FOR EACH ROW WHEN (NEW.state IN ('ended', 'limited')) EXECUTE FUNCTION stop_what_was_given();
"""

UNDO_EVIDENCE = """
DROP TRIGGER authority_stops ON people_legalauthority;
DROP FUNCTION stop_what_was_given();
DROP TRIGGER authority_moves ON people_legalauthority;
DROP FUNCTION check_authority();
DROP FUNCTION has_held_authority(bigint, bigint);
DROP TRIGGER evidenced_birthday ON people_aboutme;
DROP FUNCTION keep_evidenced_birthday();
DROP FUNCTION birthday_is_evidence(bigint);
DROP FUNCTION confirm_birthday(bigint, date);
DROP FUNCTION begin_person_for(text, text);
DROP FUNCTION person_with_code(text);
DROP FUNCTION evidence_person_ids();
DROP FUNCTION registered_places();
"""

# --- Policies -------------------------------------------------------------------------------------

_OWN = "(SELECT own_person_id())"
_HELD = "ANY(ARRAY(SELECT held_person_ids()))"
_REGISTERED = "ANY(ARRAY(SELECT registered_places()))"
_MAY_AGREE = (
    "EXISTS (SELECT FROM auth_permission p WHERE p.id = permission_id AND "
    "content_object_id IN (SELECT agreed_person_ids(acting_user(), p.codename)))"
)
_CONCERNED = f"person_id = {_OWN} OR holder_id = acting_user() OR put_to_id = {_REGISTERED}"

POLICIES = f"""
ALTER TABLE people_legalauthority ENABLE ROW LEVEL SECURITY;
CREATE POLICY authority_seen ON people_legalauthority FOR SELECT USING ({_CONCERNED});
CREATE POLICY authority_claimed ON people_legalauthority FOR INSERT
  WITH CHECK (holder_id = acting_user() AND state = 'recorded' AND confirmed_by_id IS NULL);
CREATE POLICY authority_moved ON people_legalauthority FOR UPDATE
  USING ({_CONCERNED}) WITH CHECK ({_CONCERNED});

ALTER TABLE people_authorityentry ENABLE ROW LEVEL SECURITY;
CREATE POLICY entry_seen ON people_authorityentry FOR SELECT
  USING (person_id = {_OWN} OR by_id = acting_user()
         OR EXISTS (SELECT FROM people_legalauthority a WHERE a.id = authority_id AND a.put_to_id = {_REGISTERED}));
CREATE POLICY entry_written ON people_authorityentry FOR INSERT
  WITH CHECK (by_id = acting_user()
              AND EXISTS (SELECT FROM people_legalauthority a
                           WHERE a.id = authority_id AND a.person_id = people_authorityentry.person_id
                             AND a.state = people_authorityentry.state));

-- Whoever holds a part holds the row for the change; only "about me" changes what is in it.
CREATE POLICY person_held ON people_person FOR UPDATE USING (id = {_HELD})
  WITH CHECK (id = ANY(ARRAY(SELECT decided_person_ids(acting_user(), 'about-me'))));
CREATE FUNCTION keep_whose_record() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  RAISE EXCEPTION 'a record stays with the one who signs in to it' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER whose_record AFTER UPDATE ON people_person FOR EACH ROW
  WHEN (NEW.user_id IS DISTINCT FROM OLD.user_id) EXECUTE FUNCTION keep_whose_record();

CREATE POLICY key_for_evidence ON people_personkey FOR SELECT
  USING (person_id = ANY(ARRAY(SELECT evidence_person_ids())));
CREATE POLICY key_kept ON people_personkey FOR INSERT
  WITH CHECK (person_id = {_HELD}
              OR EXISTS (SELECT FROM people_legalauthority a
                          WHERE a.person_id = people_personkey.person_id AND a.holder_id = acting_user()
                            AND a.state = 'recorded'));

-- Giving is agreeing. Taking back is the person's at any age, and theirs who may agree.
DROP POLICY consent_given ON people_personuserobjectpermission;
CREATE POLICY consent_given ON people_personuserobjectpermission FOR ALL
  USING (content_object_id = {_OWN})
  WITH CHECK (content_object_id = {_OWN} AND given_by_id IS NULL AND {_MAY_AGREE});
CREATE POLICY consent_by_authority ON people_personuserobjectpermission FOR ALL
  USING (content_object_id = {_HELD} AND {_MAY_AGREE})
  WITH CHECK (content_object_id = {_HELD} AND given_by_id = acting_user() AND {_MAY_AGREE}
              AND NOT has_held_authority(content_object_id, user_id));

DROP POLICY entry_own ON people_consententry;
CREATE POLICY entry_own ON people_consententry FOR ALL
  USING (person_id = {_OWN}) WITH CHECK (person_id = {_OWN} AND by_id IS NULL);
CREATE POLICY entry_by_authority ON people_consententry FOR ALL
  USING (person_id = {_HELD} AND person_id IN (SELECT agreed_person_ids(acting_user(), part)))
  WITH CHECK (by_id = acting_user() AND person_id = {_HELD}
              AND person_id IN (SELECT agreed_person_ids(acting_user(), part)));

-- By authority: what those are called who may see, or saw, a part that is held.
CREATE POLICY acquaintance_by_authority ON people_acquaintance FOR ALL
  USING (person_id = {_HELD}
         AND EXISTS (SELECT FROM people_consententry e
                      WHERE e.person_id = people_acquaintance.person_id AND e.user_id = people_acquaintance.user_id
                        AND e.part = ANY(agreed_parts(e.person_id))))
  WITH CHECK (person_id = {_HELD}
         AND EXISTS (SELECT FROM people_consententry e
                      WHERE e.person_id = people_acquaintance.person_id AND e.user_id = people_acquaintance.user_id
                        AND e.part = ANY(agreed_parts(e.person_id))));

CREATE POLICY look_by_authority ON people_look FOR SELECT
  USING (person_id = {_HELD} AND parts::text[] <@ agreed_parts(person_id));
DROP POLICY look_written ON people_look;
CREATE POLICY look_written ON people_look FOR INSERT
  WITH CHECK (user_id = acting_user() AND person_id <> COALESCE({_OWN}, 0)
              AND NOT EXISTS (SELECT FROM unnest(parts) AS looked(part)
                               WHERE person_id NOT IN (SELECT visible_person_ids(acting_user(), looked.part)))
              AND authorities::text[] <@ ARRAY(SELECT live.kind FROM live_authorities(acting_user()) live
                                                WHERE live.person_id = people_look.person_id));
"""  # noqa: S608

UNDO_POLICIES = f"""
DROP POLICY look_written ON people_look;
CREATE POLICY look_written ON people_look FOR INSERT
  WITH CHECK (user_id = acting_user() AND person_id <> COALESCE({_OWN}, 0)
              AND NOT EXISTS (SELECT FROM unnest(parts) AS looked(part)
                               WHERE person_id NOT IN (SELECT visible_person_ids(acting_user(), looked.part))));
DROP POLICY look_by_authority ON people_look;
DROP POLICY acquaintance_by_authority ON people_acquaintance;
DROP POLICY entry_by_authority ON people_consententry;
DROP POLICY entry_own ON people_consententry;
CREATE POLICY entry_own ON people_consententry FOR ALL
  USING (person_id = {_OWN}) WITH CHECK (person_id = {_OWN});
DROP POLICY consent_by_authority ON people_personuserobjectpermission;
DROP POLICY consent_given ON people_personuserobjectpermission;
CREATE POLICY consent_given ON people_personuserobjectpermission FOR ALL
  USING (content_object_id = {_OWN}) WITH CHECK (content_object_id = {_OWN});
DROP POLICY key_kept ON people_personkey;
DROP POLICY key_for_evidence ON people_personkey;
DROP TRIGGER whose_record ON people_person;
DROP FUNCTION keep_whose_record();
DROP POLICY person_held ON people_person;
DROP POLICY entry_written ON people_authorityentry;
DROP POLICY entry_seen ON people_authorityentry;
ALTER TABLE people_authorityentry DISABLE ROW LEVEL SECURITY;
DROP POLICY authority_moved ON people_legalauthority;
DROP POLICY authority_claimed ON people_legalauthority;
DROP POLICY authority_seen ON people_legalauthority;
ALTER TABLE people_legalauthority DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0006_newest_first"),
        ("people", "0005_deciding"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AuthorityEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sealed", models.BinaryField()),
                (
                    "public_id",
                    models.CharField(
                        default=socialcare.kernel.public_ids.new_public_id,
                        editable=False,
                        max_length=12,
                        unique=True,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("recorded", "Waiting for the registrar"),
                            ("refused", "Not confirmed"),
                            ("confirmed", "Confirmed"),
                            ("disputed", "Confirmed, and disputed"),
                            ("limited", "Limited"),
                            ("ended", "Ended"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "evidence",
                    models.CharField(
                        choices=[
                            ("birth-certificate", "A birth certificate"),
                            ("adoption-certificate", "An adoption certificate"),
                            ("responsibility-agreement", "A parental responsibility agreement"),
                            ("court-order", "An order of a court"),
                            ("lasting-power", "A registered lasting power of attorney"),
                            (
                                "capacity-assessment",
                                "A written record about being able to decide this",
                            ),
                            ("talked-with", "The person was asked, alone"),
                            ("none", "None"),
                        ],
                        max_length=30,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name_plural": "authority entries",
            },
        ),
        migrations.CreateModel(
            name="Law",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sha256", models.CharField(max_length=64)),
                ("time_zone", models.CharField(max_length=50)),
                ("leap_births_count_in_march", models.BooleanField()),
            ],
        ),
        migrations.CreateModel(
            name="LawAge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("parental-responsibility-ends", "Parental responsibility ends"),
                            ("young-person-decides", "A young person decides for themself"),
                            ("capacity-presumed", "Everybody is taken to be able to decide"),
                            ("attorney-from", "Somebody may name an attorney"),
                        ],
                        max_length=40,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("years", models.PositiveSmallIntegerField()),
                ("source", models.CharField(max_length=300)),
            ],
        ),
        migrations.CreateModel(
            name="LegalAuthority",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "public_id",
                    models.CharField(
                        default=socialcare.kernel.public_ids.new_public_id,
                        editable=False,
                        max_length=12,
                        unique=True,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("parental-responsibility", "Parental responsibility"),
                            ("care-order", "A care order, for the council"),
                            ("own-decision", "A child’s own decision"),
                            ("attorney", "Attorney"),
                            ("deputy", "Deputy of the court"),
                            ("best-interests", "Decides one thing in the person’s best interests"),
                            ("asked", "Writes for somebody who asked"),
                        ],
                        max_length=30,
                    ),
                ),
                (
                    "parts",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("about-me", "About me"),
                                ("plan", "My plan"),
                                ("needs", "My needs"),
                                ("budget", "My budget"),
                                ("spending", "My spending"),
                                ("contact", "How to reach me"),
                                ("address", "Where I live"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("recorded", "Waiting for the registrar"),
                            ("refused", "Not confirmed"),
                            ("confirmed", "Confirmed"),
                            ("disputed", "Confirmed, and disputed"),
                            ("limited", "Limited"),
                            ("ended", "Ended"),
                        ],
                        default="recorded",
                        max_length=10,
                    ),
                ),
                (
                    "recorded_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
            ],
            options={
                "verbose_name_plural": "legal authorities",
            },
        ),
        migrations.RemoveConstraint(
            model_name="look",
            name="look_at_something_for_a_reason",
        ),
        migrations.AddField(
            model_name="aboutme",
            name="entered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="communicationneed",
            name="entered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="consententry",
            name="by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="look",
            name="authorities",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("parental-responsibility", "Parental responsibility"),
                        ("care-order", "A care order, for the council"),
                        ("own-decision", "A child’s own decision"),
                        ("attorney", "Attorney"),
                        ("deputy", "Deputy of the court"),
                        ("best-interests", "Decides one thing in the person’s best interests"),
                        ("asked", "Writes for somebody who asked"),
                    ],
                    max_length=30,
                ),
                db_default=[],
                default=list,
                size=None,
            ),
        ),
        migrations.AddField(
            model_name="personuserobjectpermission",
            name="given_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="protectedaddress",
            name="entered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="safecontact",
            name="entered_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="look",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parts__len__gt", 0),
                    models.Q(
                        ("purposes__len__gt", 0), ("authorities__len__gt", 0), _connector="OR"
                    ),
                ),
                name="look_at_something_for_a_reason",
            ),
        ),
        migrations.AddField(
            model_name="authorityentry",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="authorityentry",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="law",
            name="nation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="governance.sphere",
            ),
        ),
        migrations.AddField(
            model_name="lawage",
            name="law",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="ages", to="people.law"
            ),
        ),
        migrations.AddField(
            model_name="legalauthority",
            name="confirmed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="legalauthority",
            name="holder",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="authorities",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="legalauthority",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="authorities",
                to="people.person",
            ),
        ),
        migrations.AddField(
            model_name="legalauthority",
            name="put_to",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="governance.sphere",
            ),
        ),
        migrations.AddField(
            model_name="authorityentry",
            name="authority",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="people.legalauthority",
            ),
        ),
        migrations.AddConstraint(
            model_name="lawage",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "what__in",
                        [
                            "parental-responsibility-ends",
                            "young-person-decides",
                            "capacity-presumed",
                            "attorney-from",
                        ],
                    )
                ),
                name="law_age_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="lawage",
            constraint=models.CheckConstraint(
                condition=models.Q(("years__lte", 30)), name="law_age_of_a_person"
            ),
        ),
        migrations.AddConstraint(
            model_name="lawage",
            constraint=models.UniqueConstraint(
                fields=("law", "what", "starts_on"), name="law_age_once_a_day"
            ),
        ),
        migrations.AddIndex(
            model_name="legalauthority",
            index=models.Index(fields=["holder", "state"], name="authority_by_holder"),
        ),
        migrations.AddIndex(
            model_name="legalauthority",
            index=models.Index(fields=["put_to", "state"], name="authority_by_place"),
        ),
        migrations.AddConstraint(
            model_name="legalauthority",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "parental-responsibility",
                            "care-order",
                            "own-decision",
                            "attorney",
                            "deputy",
                            "best-interests",
                            "asked",
                        ],
                    )
                ),
                name="authority_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalauthority",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["recorded", "refused", "confirmed", "disputed", "limited", "ended"],
                    )
                ),
                name="authority_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalauthority",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parts__len__gt", 0),
                    (
                        "parts__contained_by",
                        ["about-me", "plan", "needs", "budget", "spending", "contact", "address"],
                    ),
                ),
                name="authority_over_known_parts",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalauthority",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="authority_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalauthority",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "best-interests"), _negated=True),
                    ("parts__len", 1),
                    _connector="OR",
                ),
                name="authority_best_interests_one_part",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalauthority",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind__in", ["best-interests", "asked"]), _negated=True),
                    models.Q(
                        ("ends_on__isnull", False),
                        (
                            "ends_on__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("starts_on"),
                                "+",
                                models.Value(datetime.timedelta(days=366)),
                            ),
                        ),
                    ),
                    _connector="OR",
                ),
                name="authority_for_a_time_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalauthority",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirmed_by", models.F("holder")), _negated=True),
                name="authority_confirmed_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalauthority",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["recorded", "refused", "ended"]),
                    ("confirmed_by__isnull", False),
                    _connector="OR",
                ),
                name="authority_confirmed_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalauthority",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state__in", ["recorded", "confirmed", "disputed", "limited"]),
                    models.Q(("kind", "best-interests"), _negated=True),
                ),
                fields=("person", "holder", "kind"),
                name="authority_once",
            ),
        ),
        migrations.AddIndex(
            model_name="authorityentry",
            index=models.Index(fields=["person", "-at"], name="authority_entry_by_person"),
        ),
        migrations.AddConstraint(
            model_name="authorityentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "evidence__in",
                        [
                            "birth-certificate",
                            "adoption-certificate",
                            "responsibility-agreement",
                            "court-order",
                            "lasting-power",
                            "capacity-assessment",
                            "talked-with",
                            "none",
                        ],
                    )
                ),
                name="authority_evidence_known",
            ),
        ),
        migrations.RunSQL(LAW, UNDO_LAW),
        migrations.RunSQL(SIGHT, UNDO_SIGHT),
        migrations.RunSQL(EVIDENCE, UNDO_EVIDENCE),
        migrations.RunSQL(POLICIES, UNDO_POLICIES),
        append_only("people_authorityentry"),
    ]
