"""The support plan in versions, and what others say beside it: the part “plan” gets its tables."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import socialcare.kernel.public_ids
from people.guarding import guard
from people.parts import Part
from socialcare.kernel.database import run_as_owner

TABLES = (
    "people_supportplan",
    "people_plansection",
    "people_goal",
    "people_arrangement",
    "people_commentreply",
)
SEEN = "person_id = ANY(ARRAY(SELECT visible_person_ids(acting_user(), 'plan')))"
DECIDED = "person_id = ANY(ARRAY(SELECT decided_person_ids(acting_user(), 'plan')))"

# Whoever may see the plan speaks in their own name alone. Nobody changes what was said: its author takes it back, or the
# person takes it out.
COMMENTS = f"""
ALTER TABLE people_plancomment ENABLE ROW LEVEL SECURITY;
CREATE POLICY part_seen ON people_plancomment FOR SELECT USING ({SEEN});
CREATE POLICY author_says ON people_plancomment FOR INSERT WITH CHECK (author_id = acting_user() AND {SEEN});
CREATE POLICY taken_out ON people_plancomment FOR DELETE USING ({DECIDED} OR (author_id = acting_user() AND {SEEN}));
"""
UNDO_COMMENTS = """
DROP POLICY taken_out ON people_plancomment;
DROP POLICY author_says ON people_plancomment;
DROP POLICY part_seen ON people_plancomment;
ALTER TABLE people_plancomment DISABLE ROW LEVEL SECURITY;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0009_assessors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PlanComment",
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
                    "kind",
                    models.CharField(
                        choices=[("comment", "A comment"), ("suggestion", "A suggestion")],
                        max_length=12,
                    ),
                ),
                ("is_professional", models.BooleanField()),
                ("said_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
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
            name="CommentReply",
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
                ("said_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "comment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reply",
                        to="people.plancomment",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "comment replies",
            },
        ),
        migrations.CreateModel(
            name="SupportPlan",
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
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "I am writing it"),
                            ("agreed", "This is my plan"),
                            ("superseded", "A newer one counts"),
                        ],
                        default="draft",
                        max_length=12,
                    ),
                ),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("agreed_at", models.DateTimeField(null=True)),
                ("superseded_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="plans",
                        to="people.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlanSection",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("matters", "What matters to me"),
                            ("gifts", "My gifts, and what I can offer"),
                            ("not-working", "What is not working"),
                            ("risk", "Risk, in my own words"),
                            ("if-wrong", "What happens if things go wrong"),
                        ],
                        max_length=15,
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
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sections",
                        to="people.supportplan",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="plancomment",
            name="plan",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="comments",
                to="people.supportplan",
            ),
        ),
        migrations.CreateModel(
            name="Goal",
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
                ("first_id", models.CharField(max_length=12)),
                ("right", models.CharField(blank=True, max_length=20)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="goals",
                        to="people.supportplan",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Arrangement",
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
                ("first_id", models.CharField(max_length=12)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("natural", "People around me"),
                            ("community", "Things in my community"),
                            ("paid", "Support that is paid for"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "tag",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "None of these"),
                            ("nursing", "Nursing"),
                            ("mental-health", "Support with mental health"),
                            ("end-of-life", "Support at the end of life"),
                        ],
                        default="",
                        max_length=15,
                    ),
                ),
                ("minutes_a_week", models.PositiveIntegerField(null=True)),
                ("weekly_pence", models.PositiveBigIntegerField(null=True)),
                ("starts_on", models.DateField(null=True)),
                ("ends_on", models.DateField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.person",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="arrangements",
                        to="people.supportplan",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="supportplan",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["draft", "agreed", "superseded"])),
                name="plan_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreed_at", None), ("state", "draft")),
                    models.Q(
                        models.Q(("state", "draft"), _negated=True), ("agreed_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="plan_agreed_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "superseded"), ("superseded_at__isnull", False)),
                    models.Q(
                        models.Q(("state", "superseded"), _negated=True), ("superseded_at", None)
                    ),
                    _connector="OR",
                ),
                name="plan_superseded_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="supportplan",
            constraint=models.UniqueConstraint(
                fields=("person", "number"), name="plan_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="supportplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "draft")), fields=("person",), name="plan_one_draft"
            ),
        ),
        migrations.AddConstraint(
            model_name="supportplan",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "agreed")), fields=("person",), name="plan_one_agreed"
            ),
        ),
        migrations.AddConstraint(
            model_name="plansection",
            constraint=models.UniqueConstraint(fields=("plan", "kind"), name="section_once_a_plan"),
        ),
        migrations.AddConstraint(
            model_name="plansection",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind__in", ["matters", "gifts", "not-working", "risk", "if-wrong"])
                ),
                name="section_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="plancomment",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["comment", "suggestion"])),
                name="comment_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="goal",
            constraint=models.UniqueConstraint(
                fields=("plan", "first_id"), name="goal_once_a_plan"
            ),
        ),
        migrations.AddConstraint(
            model_name="arrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["natural", "community", "paid"])),
                name="arrangement_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(("tag__in", ["", "nursing", "mental-health", "end-of-life"])),
                name="arrangement_tag_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind", "paid"),
                        ("starts_on__isnull", False),
                        ("weekly_pence__isnull", False),
                    ),
                    models.Q(models.Q(("kind", "paid"), _negated=True), ("weekly_pence", None)),
                    _connector="OR",
                ),
                name="arrangement_paid_has_pence_and_a_day",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("minutes_a_week", None), ("minutes_a_week__lte", 30240), _connector="OR"
                ),
                name="arrangement_fits_a_week",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrangement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                ),
                name="arrangement_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="arrangement",
            constraint=models.UniqueConstraint(
                fields=("plan", "first_id"), name="arrangement_once_a_plan"
            ),
        ),
        *[guard(table, "person_id", Part.PLAN) for table in TABLES],
        migrations.RunSQL(COMMENTS, UNDO_COMMENTS),
        run_as_owner(
            "REVOKE UPDATE ON people_plancomment FROM {app}",
            undo=["GRANT UPDATE ON people_plancomment TO {app}"],
        ),
    ]
