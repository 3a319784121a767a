"""Who helps a person decide, and what they want in a crisis: read by part, written by the person or whom they asked."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import socialcare.kernel.public_ids

OWN_WORDS = """
-- The people whose own words about `part` a user may write: themself, and those who asked them to write. Nobody who
-- decides for a person is among them.
CREATE FUNCTION own_words_person_ids(writer bigint, part text) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM people_person WHERE user_id = writer AND writer = acting_user()
    UNION
   SELECT live.person_id FROM live_authorities(writer) live WHERE live.part = $2 AND live.kind = 'asked' $$;

ALTER TABLE people_advancestatement ENABLE ROW LEVEL SECURITY;
CREATE POLICY statement_seen ON people_advancestatement FOR SELECT
  USING (person_id = ANY(ARRAY(SELECT visible_person_ids(acting_user(), 'about-me'))));
CREATE POLICY statement_written ON people_advancestatement FOR ALL
  USING (person_id = ANY(ARRAY(SELECT own_words_person_ids(acting_user(), 'about-me'))))
  WITH CHECK (person_id = ANY(ARRAY(SELECT own_words_person_ids(acting_user(), 'about-me'))));

-- Each row belongs to the part that it names.
ALTER TABLE people_supportagreement ENABLE ROW LEVEL SECURITY;
CREATE POLICY agreement_seen ON people_supportagreement FOR SELECT
  USING (person_id = ANY(ARRAY(SELECT visible_person_ids(acting_user(), 'name')))
         AND person_id IN (SELECT visible_person_ids(acting_user(), part)));
CREATE POLICY agreement_written ON people_supportagreement FOR ALL
  USING (person_id IN (SELECT own_words_person_ids(acting_user(), part)))
  WITH CHECK (person_id IN (SELECT own_words_person_ids(acting_user(), part)));
"""

UNDO_OWN_WORDS = """
DROP POLICY agreement_written ON people_supportagreement;
DROP POLICY agreement_seen ON people_supportagreement;
ALTER TABLE people_supportagreement DISABLE ROW LEVEL SECURITY;
DROP POLICY statement_written ON people_advancestatement;
DROP POLICY statement_seen ON people_advancestatement;
ALTER TABLE people_advancestatement DISABLE ROW LEVEL SECURITY;
DROP FUNCTION own_words_person_ids(bigint, text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_legal_authority"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AdvanceStatement",
            fields=[
                ("sealed", models.BinaryField()),
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="people.person",
                    ),
                ),
                ("written_on", models.DateField(default=django.utils.timezone.localdate)),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="SupportAgreement",
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
                    "part",
                    models.CharField(
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
                ),
                ("starts_on", models.DateField(default=django.utils.timezone.localdate)),
                ("ends_on", models.DateField(blank=True, null=True)),
                (
                    "entered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["person", "part"], name="agreement_by_person")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "part__in",
                                [
                                    "about-me",
                                    "plan",
                                    "needs",
                                    "budget",
                                    "spending",
                                    "contact",
                                    "address",
                                ],
                            )
                        ),
                        name="agreement_part_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="agreement_ends_after_it_starts",
                    ),
                ],
            },
        ),
        migrations.RunSQL(OWN_WORDS, UNDO_OWN_WORDS),
    ]
