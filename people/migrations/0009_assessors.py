"""Trusted assessors, what they say, and the functions that work out points from both sides' rows."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import governance.models.powers
import socialcare.kernel.public_ids
from people.guarding import guard
from people.parts import Part
from socialcare.kernel.database import append_only

ASSESSOR = "(SELECT user_id FROM people_trustedassessor t WHERE t.id = assessor_id) = acting_user()"
REVIEWER = "(SELECT user_id FROM people_trustedassessor t WHERE t.id = reviewer_id) = acting_user()"
SEEN = "person_id = ANY(ARRAY(SELECT visible_person_ids(acting_user(), 'needs')))"

# An assessor moves their own assessment on, and adds what they say: only while the person lets them see the needs.
POLICIES = f"""
CREATE POLICY assessor_acts ON people_assessment FOR UPDATE
  USING ({ASSESSOR} AND {SEEN}) WITH CHECK ({ASSESSOR} AND {SEEN});
CREATE POLICY reviewer_acts ON people_peerreview FOR UPDATE
  USING ({REVIEWER} AND {SEEN}) WITH CHECK ({REVIEWER} AND {SEEN});
ALTER TABLE people_assessedanswer ENABLE ROW LEVEL SECURITY;
CREATE POLICY part_seen ON people_assessedanswer FOR SELECT USING ({SEEN});
CREATE POLICY assessor_says ON people_assessedanswer FOR INSERT
  WITH CHECK ({SEEN} AND EXISTS (SELECT FROM people_assessment a
                                   JOIN people_trustedassessor t ON t.id = a.assessor_id
                                  WHERE a.id = assessment_id AND a.person_id = people_assessedanswer.person_id
                                    AND a.state = 'accepted' AND t.user_id = acting_user()));
"""  # noqa: S608  # our own words alone
UNDO_POLICIES = """
DROP POLICY assessor_says ON people_assessedanswer;
DROP POLICY part_seen ON people_assessedanswer;
ALTER TABLE people_assessedanswer DISABLE ROW LEVEL SECURITY;
DROP POLICY reviewer_acts ON people_peerreview;
DROP POLICY assessor_acts ON people_assessment;
"""

# An assessor writes nothing in the person's rows. These functions do, and only what both sides' rows add up to.
FUNCTIONS = """
-- Locks the conversation of an assessment for its assessor, so that no answer changes while they say theirs.
CREATE FUNCTION hold_assessed_conversation(asked bigint) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM FROM people_conversation c
    JOIN people_assessment a ON a.conversation_id = c.id
    JOIN people_trustedassessor t ON t.id = a.assessor_id
   WHERE a.id = asked AND a.state = 'accepted' AND t.user_id = acting_user()
     FOR NO KEY UPDATE OF c;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'only the assessor who was asked holds this conversation' USING ERRCODE = '42501';
  END IF;
END $$;

-- The lower of what the two say, outcome by outcome, once the first assessor has said theirs. Returns the sum.
CREATE FUNCTION keep_undisputed_points(asked bigint) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  conversation bigint;
  total integer;
BEGIN
  SELECT a.conversation_id INTO conversation
    FROM people_assessment a JOIN people_trustedassessor t ON t.id = a.assessor_id
   WHERE a.id = asked AND a.kind = 'first' AND a.state = 'said' AND t.user_id = acting_user();
  IF NOT FOUND THEN
    RAISE EXCEPTION 'only the first assessor, having said theirs, settles what is undisputed' USING ERRCODE = '42501';
  END IF;
  UPDATE people_conversationanswer mine SET undisputed_points = LEAST(mine.points, theirs.points)
    FROM people_assessedanswer theirs
   WHERE theirs.assessment_id = asked AND theirs.outcome = mine.outcome AND NOT mine.is_cause
     AND mine.conversation_id = conversation;
  SELECT COALESCE(sum(undisputed_points), 0) INTO total
    FROM people_conversationanswer WHERE conversation_id = conversation AND NOT is_cause;
  UPDATE people_conversation SET undisputed_points = total WHERE id = conversation AND state = 'shared';
  RETURN total;
END $$;

-- The points count from now on: because the person agrees with the first assessor, or because a second one has said
-- theirs about what was disputed. An earlier conversation is followed by this one. Returns the points.
CREATE FUNCTION settle_points(asked bigint) RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  found_one record;
  total integer;
BEGIN
  SELECT a.kind, a.person_id, a.conversation_id, t.user_id AS assessor,
         (SELECT f.id FROM people_assessment f WHERE f.conversation_id = a.conversation_id
             AND f.kind = 'first' AND f.state = 'said') AS first_id
    INTO found_one
    FROM people_assessment a JOIN people_trustedassessor t ON t.id = a.assessor_id
   WHERE a.id = asked AND a.state = 'said';
  IF NOT FOUND OR NOT (CASE found_one.kind
      WHEN 'second' THEN found_one.assessor = acting_user()
      ELSE found_one.person_id IN (SELECT agreed_person_ids(acting_user(), 'needs')) END) THEN
    RAISE EXCEPTION 'the person, or the second assessor, settles the points' USING ERRCODE = '42501';
  END IF;
  UPDATE people_conversationanswer mine
     SET settled_points = COALESCE((SELECT points FROM people_assessedanswer again
                                     WHERE again.assessment_id = asked AND again.outcome = mine.outcome), theirs.points)
    FROM people_assessedanswer theirs
   WHERE theirs.assessment_id = found_one.first_id AND theirs.outcome = mine.outcome AND NOT mine.is_cause
     AND mine.conversation_id = found_one.conversation_id;
  SELECT COALESCE(sum(settled_points), 0) INTO total
    FROM people_conversationanswer WHERE conversation_id = found_one.conversation_id AND NOT is_cause;
  UPDATE people_conversation SET state = 'superseded'
   WHERE person_id = found_one.person_id AND state = 'points-agreed';
  UPDATE people_conversation
     SET state = 'points-agreed', points = total, agreed_at = acting_now(),
         settled_by = CASE found_one.kind WHEN 'second' THEN 'second-opinion' ELSE 'agreement' END
   WHERE id = found_one.conversation_id AND state = 'shared';
  IF NOT FOUND THEN
    RAISE EXCEPTION 'this conversation is not with an assessor' USING ERRCODE = '42501';
  END IF;
  RETURN total;
END $$;
"""
UNDO_FUNCTIONS = """
DROP FUNCTION settle_points(bigint);
DROP FUNCTION keep_undisputed_points(bigint);
DROP FUNCTION hold_assessed_conversation(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0006_newest_first"),
        ("people", "0008_conversation"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Assessment",
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
                        choices=[("first", "First"), ("second", "Second opinion")], max_length=10
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("accepted", "Has nothing to gain, and is looking"),
                            ("said", "Has said their points"),
                            ("declined", "Said no"),
                            ("taken-back", "Taken back"),
                        ],
                        default="asked",
                        max_length=12,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("due_on", models.DateField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("said_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="people.conversation",
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
            ],
        ),
        migrations.CreateModel(
            name="TrustedAssessor",
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
                ("name", models.CharField(max_length=120)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("individual", "Somebody on their own"),
                            ("provider", "From an organisation that gives support"),
                            ("voluntary", "From a voluntary organisation"),
                        ],
                        max_length=15,
                    ),
                ),
                ("organisation", models.CharField(blank=True, max_length=120)),
                ("interests", models.CharField(blank=True, max_length=1000)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "scope",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.sphere",
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
        migrations.CreateModel(
            name="PeerReview",
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
                            ("asked", "Another assessor was asked to look"),
                            ("done", "Another assessor has looked"),
                            ("refused", "I said no"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "finding",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("fair", "I would have said about the same"),
                            ("too-low", "I would have said more"),
                            ("too-high", "I would have said less"),
                        ],
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "assessment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="peer_review",
                        to="people.assessment",
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
                    "reviewer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.trustedassessor",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="assessment",
            name="assessor",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="assessments",
                to="people.trustedassessor",
            ),
        ),
        migrations.CreateModel(
            name="AssessedAnswer",
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
                ("outcome", models.CharField(max_length=40)),
                ("answer", models.CharField(max_length=20)),
                ("points", models.PositiveIntegerField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "assessment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="people.assessment",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("assessment", "outcome"), name="assessed_once_an_outcome"
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="trustedassessor",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["individual", "provider", "voluntary"])),
                name="assessor_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="trustedassessor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "individual"), ("organisation", "")),
                    models.Q(
                        models.Q(("kind", "individual"), _negated=True),
                        models.Q(("organisation", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="assessor_names_the_organisation",
            ),
        ),
        migrations.AddConstraint(
            model_name="trustedassessor",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="assessor_ends_after_they_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="trustedassessor",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("user", "="),
                    ("scope", "="),
                    (governance.models.powers.DateRange("starts_on", "ends_on"), "&&"),
                ],
                name="assessor_registered_once_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="peerreview",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["asked", "done", "refused"])),
                name="review_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="peerreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finding__in", ["fair", "too-low", "too-high"]), ("state", "done")),
                    models.Q(models.Q(("state", "done"), _negated=True), ("finding", "")),
                    _connector="OR",
                ),
                name="review_done_finds_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="peerreview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", "refused"), ("reviewer__isnull", False), _connector="OR"
                ),
                name="review_has_a_reviewer_unless_refused",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["asked", "accepted", "said", "declined", "taken-back"])
                ),
                name="assessment_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("due_on", None), ("kind", "first")),
                    models.Q(("due_on__isnull", False), ("kind", "second")),
                    _connector="OR",
                ),
                name="assessment_second_has_its_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["accepted", "said"]), _negated=True),
                    ("accepted_at__isnull", False),
                    _connector="OR",
                ),
                name="assessment_said_only_after_declaring",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("state", "said"), _negated=True),
                        ("said_at__isnull", False),
                        _connector="OR",
                    ),
                    models.Q(
                        ("said_at", None), ("state__in", ["said", "taken-back"]), _connector="OR"
                    ),
                ),
                name="assessment_said_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", False), ("state__in", ["declined", "taken-back"])
                    ),
                    models.Q(
                        models.Q(("state__in", ["declined", "taken-back"]), _negated=True),
                        ("ended_at", None),
                    ),
                    _connector="OR",
                ),
                name="assessment_ended_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["asked", "accepted", "said"])),
                fields=("conversation", "kind"),
                name="assessment_one_of_a_kind",
            ),
        ),
        guard("people_assessment", "person_id", Part.NEEDS),
        guard("people_peerreview", "person_id", Part.NEEDS),
        migrations.RunSQL(POLICIES, UNDO_POLICIES),
        append_only("people_assessedanswer"),
        migrations.RunSQL(FUNCTIONS, UNDO_FUNCTIONS),
    ]
