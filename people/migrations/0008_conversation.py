"""The needs conversation is kept on a record: the part “needs” gets its first tables."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import socialcare.kernel.public_ids
from people.guarding import guard
from people.parts import Part


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0007_own_words"),
    ]

    operations = [
        migrations.CreateModel(
            name="Conversation",
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
                ("instrument_code", models.CharField(max_length=40)),
                ("instrument_version", models.CharField(max_length=20)),
                ("instrument_sha256", models.CharField(max_length=64)),
                (
                    "done_with",
                    models.CharField(
                        choices=[
                            ("alone", "By myself"),
                            ("family", "With my family or friends"),
                            ("assessor", "With a trusted assessor"),
                            ("supporter", "With somebody who supports me"),
                        ],
                        default="alone",
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("begun", "I am writing it"),
                            ("shared", "An assessor is looking at it"),
                            ("points-agreed", "The points are settled"),
                            ("superseded", "A newer one counts"),
                        ],
                        default="begun",
                        max_length=15,
                    ),
                ),
                ("begun_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("points", models.PositiveIntegerField(null=True)),
                ("undisputed_points", models.PositiveIntegerField(null=True)),
                (
                    "settled_by",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "Not settled yet"),
                            ("agreement", "I agreed with the assessor"),
                            ("second-opinion", "A second assessor said so"),
                        ],
                        default="",
                        max_length=15,
                    ),
                ),
                ("agreed_at", models.DateTimeField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="conversations",
                        to="people.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ConversationAnswer",
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
                ("answer", models.CharField(blank=True, max_length=20)),
                ("points", models.PositiveIntegerField(default=0)),
                ("is_cause", models.BooleanField(default=False)),
                ("undisputed_points", models.PositiveIntegerField(null=True)),
                ("settled_points", models.PositiveIntegerField(null=True)),
                ("answered_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "conversation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
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
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["begun", "shared", "points-agreed", "superseded"])
                ),
                name="conversation_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(("done_with__in", ["alone", "family", "assessor", "supporter"])),
                name="conversation_done_with_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["begun", "shared"]), _negated=True),
                    models.Q(("agreed_at", None), ("points", None), ("settled_by", "")),
                    _connector="OR",
                ),
                name="conversation_open_has_no_points",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["begun", "shared"]),
                    models.Q(
                        ("agreed_at__isnull", False),
                        ("points__isnull", False),
                        ("settled_by__in", ["agreement", "second-opinion"]),
                        ("undisputed_points__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="conversation_settled_has_points",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "begun"), _negated=True),
                    ("undisputed_points", None),
                    _connector="OR",
                ),
                name="conversation_begun_has_nothing_undisputed",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("points", None),
                    ("points__gte", models.F("undisputed_points")),
                    _connector="OR",
                ),
                name="conversation_never_below_the_undisputed",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["begun", "shared"])),
                fields=("person",),
                name="conversation_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversation",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "points-agreed")),
                fields=("person",),
                name="conversation_one_agreed",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversationanswer",
            constraint=models.UniqueConstraint(
                fields=("conversation", "outcome"), name="answer_once_an_outcome"
            ),
        ),
        migrations.AddConstraint(
            model_name="conversationanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("answer", ""), _negated=True), ("points", 0), _connector="OR"
                ),
                name="answer_left_out_counts_nothing",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversationanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("is_cause", False),
                    models.Q(("answer", ""), ("settled_points", None)),
                    _connector="OR",
                ),
                name="answer_cause_has_no_points",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversationanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("undisputed_points", None),
                    ("undisputed_points__lte", models.F("points")),
                    _connector="OR",
                ),
                name="answer_undisputed_is_at_most_mine",
            ),
        ),
        migrations.AddConstraint(
            model_name="conversationanswer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("settled_points", None),
                    ("settled_points__gte", models.F("undisputed_points")),
                    _connector="OR",
                ),
                name="answer_settled_is_at_least_the_undisputed",
            ),
        ),
        guard("people_conversation", "person_id", Part.NEEDS),
        guard("people_conversationanswer", "person_id", Part.NEEDS),
    ]
