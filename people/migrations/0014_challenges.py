"""Challenges, and who sees one: the person; and while it is open, the three who look at it again."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import socialcare.kernel.public_ids

SIGHT = """
-- The challenges that a user sees. It answers only about whoever is acting.
CREATE FUNCTION visible_challenge_ids(viewer bigint) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM people_challenge WHERE viewer = acting_user() AND person_id = own_person_id()
    UNION
   SELECT c.id FROM people_challenge c JOIN people_panelseat s ON s.challenge_id = c.id
    WHERE viewer = acting_user() AND s.user_id = viewer AND c.state = 'open' $$;

ALTER TABLE people_challenge ENABLE ROW LEVEL SECURITY;
-- One's own are named apart: while a row is being inserted, no function can see it yet.
CREATE POLICY challenge_own ON people_challenge FOR ALL
  USING (person_id = (SELECT own_person_id())) WITH CHECK (person_id = (SELECT own_person_id()));
CREATE POLICY challenge_heard ON people_challenge FOR SELECT
  USING (id = ANY(ARRAY(SELECT visible_challenge_ids(acting_user()))));

ALTER TABLE people_panelseat ENABLE ROW LEVEL SECURITY;
-- The person sees who sits there; what each says, the page shows once there is an answer.
CREATE POLICY seat_of_person ON people_panelseat FOR SELECT USING (person_id = (SELECT own_person_id()));
-- Seats are filled, empty, in the person's name: they alone see who is no stranger to them.
CREATE POLICY seat_filled ON people_panelseat FOR INSERT
  WITH CHECK (person_id = (SELECT own_person_id()) AND user_id <> acting_user() AND opinion = ''
              AND EXISTS (SELECT FROM governance_mandate m
                           WHERE m.user_id = people_panelseat.user_id AND m.role = 'independent-panel-member'
                             AND m.starts_on <= asks_today() AND (m.ends_on IS NULL OR m.ends_on > asks_today())));
CREATE POLICY seat_held ON people_panelseat FOR SELECT
  USING (user_id = acting_user() AND challenge_id = ANY(ARRAY(SELECT visible_challenge_ids(acting_user()))));
CREATE POLICY seat_said ON people_panelseat FOR UPDATE
  USING (user_id = acting_user() AND opinion = ''
         AND challenge_id = ANY(ARRAY(SELECT visible_challenge_ids(acting_user()))))
  WITH CHECK (user_id = acting_user());

-- The answer, once all three have said what they think: what two of them say; without two, decided again. Returns the
-- account of whoever challenged when this call settled it, else null. A member of the panel asks.
CREATE FUNCTION settle_challenge(challenge bigint) RETURNS bigint
  LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ DECLARE said int; said_most text; times int; account bigint; BEGIN
  PERFORM FROM people_challenge WHERE id = challenge AND state = 'open' FOR UPDATE;
  IF NOT FOUND OR NOT EXISTS (SELECT FROM people_panelseat WHERE challenge_id = challenge AND user_id = acting_user())
  THEN RETURN NULL; END IF;
  SELECT count(*) INTO said FROM people_panelseat WHERE challenge_id = challenge AND opinion <> '';
  IF said < 3 THEN RETURN NULL; END IF;
  SELECT opinion, count(*) INTO said_most, times FROM people_panelseat
   WHERE challenge_id = challenge GROUP BY opinion ORDER BY count(*) DESC, opinion LIMIT 1;
  UPDATE people_challenge SET state = 'decided', ended_at = acting_now(),
         outcome = CASE WHEN times >= 2 THEN said_most ELSE 'again' END
   WHERE id = challenge;
  SELECT p.user_id INTO account FROM people_challenge c JOIN people_person p ON p.id = c.person_id WHERE c.id = challenge;
  RETURN account;
END $$;

-- Is somebody's challenge of this thing open? Whoever would change the thing has to ask; it says no more than that.
CREATE FUNCTION challenge_is_open(kind text, about text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT EXISTS (SELECT FROM people_challenge WHERE about_kind = kind AND about_id = about AND state = 'open') $$;

-- Open challenges that nobody sits over yet, and whose they are, for the job that draws panels: nobody is acting there.
CREATE FUNCTION challenges_without_panel() RETURNS TABLE (public_id text, user_id bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT c.public_id, p.user_id FROM people_challenge c JOIN people_person p ON p.id = c.person_id
    WHERE acting_user() IS NULL AND c.state = 'open' AND p.user_id IS NOT NULL
      AND NOT EXISTS (SELECT FROM people_panelseat s WHERE s.challenge_id = c.id)
    ORDER BY c.id $$;
"""

UNDO = """
DROP FUNCTION challenges_without_panel();
DROP FUNCTION challenge_is_open(text, text);
DROP FUNCTION settle_challenge(bigint);
DROP POLICY seat_said ON people_panelseat;
DROP POLICY seat_held ON people_panelseat;
DROP POLICY seat_filled ON people_panelseat;
DROP POLICY seat_of_person ON people_panelseat;
ALTER TABLE people_panelseat DISABLE ROW LEVEL SECURITY;
DROP POLICY challenge_heard ON people_challenge;
DROP POLICY challenge_own ON people_challenge;
ALTER TABLE people_challenge DISABLE ROW LEVEL SECURITY;
DROP FUNCTION visible_challenge_ids(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0013_sight_of_asks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Challenge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("wrapped", models.BinaryField()),
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
                ("about_kind", models.CharField(max_length=30)),
                ("about_id", models.CharField(blank=True, max_length=64)),
                (
                    "released",
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
                        default=list,
                        size=None,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "The panel is looking at it"),
                            ("decided", "The panel has answered"),
                            ("withdrawn", "Taken back"),
                        ],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("made_at", models.DateTimeField()),
                ("decide_by", models.DateField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("uphold", "The decision stands"),
                            ("change", "The decision must be changed"),
                            ("again", "It must be decided again"),
                        ],
                        max_length=10,
                    ),
                ),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="challenges",
                        to="people.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PanelSeat",
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
                    "opinion",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("uphold", "The decision stands"),
                            ("change", "The decision must be changed"),
                            ("again", "It must be decided again"),
                        ],
                        max_length=10,
                    ),
                ),
                ("said_at", models.DateTimeField(null=True)),
                (
                    "challenge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seats",
                        to="people.challenge",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="challenge",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at", None), ("outcome", ""), ("state", "open")),
                    models.Q(("ended_at__isnull", False), ("outcome", ""), ("state", "withdrawn")),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("outcome__in", ["uphold", "change", "again"]),
                        ("state", "decided"),
                    ),
                    _connector="OR",
                ),
                name="challenge_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="challenge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open"), models.Q(("about_id", ""), _negated=True)),
                fields=("person", "about_kind", "about_id"),
                name="challenge_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="panelseat",
            constraint=models.UniqueConstraint(
                fields=("challenge", "user"), name="panel_seat_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="panelseat",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("opinion", ""), ("said_at", None)),
                    models.Q(
                        ("opinion__in", ["uphold", "change", "again"]), ("said_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="panel_seat_opinion_known",
            ),
        ),
        migrations.RunSQL(SIGHT, UNDO),
    ]
