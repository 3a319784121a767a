"""Advocates, and who sees a request for one: the person, and those they asked; then only whoever said yes."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import socialcare.kernel.public_ids

SIGHT = """
-- The requests for an advocate that a user sees: their own; those that they were asked as an advocate of that local
-- system today, by name or as anybody free; and those they accepted, until the day it ends. It answers only about
-- whoever is acting.
CREATE FUNCTION visible_advocacy_ids(viewer bigint) RETURNS SETOF bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT id FROM people_advocacyrequest WHERE viewer = acting_user() AND person_id = own_person_id()
    UNION
   SELECT r.id FROM people_advocacyrequest r
    WHERE viewer = acting_user() AND r.ends_on > asks_today() AND r.state IN ('asked', 'accepted')
      AND (r.advocate_id = viewer OR (r.advocate_id IS NULL AND r.state = 'asked'))
      AND EXISTS (SELECT FROM people_advocate a JOIN governance_mandate m ON m.id = a.mandate_id
                   WHERE m.user_id = viewer AND m.sphere_id = r.local_system_id AND m.role = 'advocate'
                     AND m.starts_on <= asks_today() AND (m.ends_on IS NULL OR m.ends_on > asks_today())) $$;

ALTER TABLE people_advocacyrequest ENABLE ROW LEVEL SECURITY;
CREATE POLICY advocacy_own ON people_advocacyrequest FOR ALL
  USING (person_id = (SELECT own_person_id())) WITH CHECK (person_id = (SELECT own_person_id()));
CREATE POLICY advocacy_seen ON people_advocacyrequest FOR SELECT
  USING (id = ANY(ARRAY(SELECT visible_advocacy_ids(acting_user()))));
-- An advocate answers for themself, and can turn nobody's request into another's.
CREATE POLICY advocacy_answered ON people_advocacyrequest FOR UPDATE
  USING (id = ANY(ARRAY(SELECT visible_advocacy_ids(acting_user()))))
  WITH CHECK (advocate_id = acting_user() AND id = ANY(ARRAY(SELECT visible_advocacy_ids(acting_user()))));

-- The account of whoever asked, so that word can be left for them. It answers only the advocate of that request.
CREATE FUNCTION account_that_asked_advocate(request bigint) RETURNS bigint
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
$$ SELECT p.user_id FROM people_advocacyrequest r JOIN people_person p ON p.id = r.person_id
    WHERE r.id = request AND r.advocate_id = acting_user() $$;

"""

UNDO = """
DROP FUNCTION account_that_asked_advocate(bigint);
DROP POLICY advocacy_answered ON people_advocacyrequest;
DROP POLICY advocacy_seen ON people_advocacyrequest;
DROP POLICY advocacy_own ON people_advocacyrequest;
ALTER TABLE people_advocacyrequest DISABLE ROW LEVEL SECURITY;
DROP FUNCTION visible_advocacy_ids(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("governance", "0006_newest_first"),
        ("people", "0014_challenges"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AdvocacyOrganisation",
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
                ("name", models.CharField(max_length=120, unique=True)),
                ("gives_support", models.BooleanField()),
                ("pays_for_support", models.BooleanField()),
                ("declared_on", models.DateField()),
                ("checked_on", models.DateField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("gives_support", False), ("pays_for_support", False)),
                        name="advocacy_is_independent",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("checked_on__gte", models.F("declared_on"))),
                        name="advocacy_checked_after_it_was_declared",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Advocate",
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
                    "mandate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="advocate",
                        to="governance.mandate",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="advocates",
                        to="people.advocacyorganisation",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="AdvocacyRequest",
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
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "Asked"),
                            ("accepted", "They speak up with me"),
                            ("declined", "They cannot"),
                            ("ended", "Ended"),
                        ],
                        default="asked",
                        max_length=10,
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("ends_on", models.DateField()),
                (
                    "advocate",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "local_system",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.sphere",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="advocacy_requests",
                        to="people.person",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ["asked", "ended"]),
                            models.Q(
                                ("advocate__isnull", False), ("state__in", ["accepted", "declined"])
                            ),
                            _connector="OR",
                        ),
                        name="advocacy_state_known",
                    )
                ],
            },
        ),
        migrations.RunSQL(SIGHT, UNDO),
    ]
