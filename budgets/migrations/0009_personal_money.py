"""People's own budgets: entitlements, what was paid of them, how they are held, whom they pay."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import socialcare.kernel.public_ids


class Migration(migrations.Migration):
    dependencies = [
        ("budgets", "0008_prices"),
        ("governance", "0006_newest_first"),
        ("people", "0008_conversation"),
    ]

    operations = [
        migrations.CreateModel(
            name="Entitlement",
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
                ("is_undisputed_part", models.BooleanField(default=False)),
                ("points", models.PositiveIntegerField()),
                ("cost_factor_millionths", models.PositiveIntegerField()),
                ("extras", models.JSONField(default=dict)),
                ("indicated_pence", models.BigIntegerField()),
                ("weekly_pence", models.BigIntegerField()),
                ("is_reasoned", models.BooleanField(default=False)),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("paid_until", models.DateField()),
                ("prepaid_pence", models.BigIntegerField(default=0)),
                ("weeks_at_a_time", models.PositiveSmallIntegerField(default=4)),
                ("awarded_by", models.BigIntegerField(null=True)),
                ("awarded_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="EntitlementPayment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("amount_pence", models.BigIntegerField()),
                ("from_on", models.DateField()),
                ("until_on", models.DateField()),
                ("paid_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="FundingGap",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                ("owed_pence", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="HealthContribution",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("body", models.CharField(max_length=120)),
                ("amount_pence", models.BigIntegerField()),
                ("paid_on", models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name="Holding",
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
                    "way",
                    models.CharField(
                        choices=[
                            ("direct", "I hold it myself"),
                            ("nominee", "Somebody I chose holds it for me"),
                            ("authorised", "An authorised person holds it"),
                            ("parent", "A parent holds it"),
                            ("trust", "A trust holds it"),
                            ("managed", "The council manages it, and I decide"),
                            ("service-fund", "A provider holds it, and I decide"),
                        ],
                        max_length=15,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Payee",
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
                ("is_kept", models.BooleanField(default=True)),
                ("added_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Payment",
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
                        choices=[("paid", "Paid"), ("back", "Came back")],
                        default="paid",
                        max_length=5,
                    ),
                ),
                ("amount_pence", models.BigIntegerField()),
                ("paid_on", models.DateField()),
                ("number", models.PositiveIntegerField(null=True)),
                (
                    "receipt",
                    models.CharField(
                        choices=[
                            ("not-asked", "No receipt is asked for"),
                            ("asked", "Please keep a receipt"),
                            ("kept", "I have a receipt"),
                        ],
                        default="not-asked",
                        max_length=10,
                    ),
                ),
                ("request_key", models.CharField(blank=True, default="", max_length=200)),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="StandingPayment",
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
                ("amount_pence", models.BigIntegerField()),
                (
                    "every",
                    models.CharField(
                        choices=[
                            ("week", "every week"),
                            ("four-weeks", "every four weeks"),
                            ("month", "every month"),
                        ],
                        max_length=10,
                    ),
                ),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField(null=True)),
                ("times_paid", models.PositiveIntegerField(default=0)),
                ("next_on", models.DateField()),
                ("is_waiting", models.BooleanField(default=False)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="account",
            name="account_kind_known",
        ),
        migrations.RemoveConstraint(
            model_name="movement",
            name="movement_purpose_known",
        ),
        migrations.RemoveConstraint(
            model_name="movement",
            name="movement_has_a_decision",
        ),
        migrations.AlterField(
            model_name="account",
            name="kind",
            field=models.CharField(
                choices=[
                    ("treasury", "Treasury"),
                    ("national-pot", "National pot"),
                    ("national-functions", "National functions"),
                    ("risk-reserve", "National risk reserve"),
                    ("local-budget", "Local budget"),
                    ("neighbourhood-fund", "Neighbourhood fund"),
                    ("entitlements", "Money for people’s own support"),
                    ("outside-payments", "Paid to those who give support"),
                    ("person-budget", "Somebody’s own budget"),
                ],
                max_length=30,
            ),
        ),
        migrations.AlterField(
            model_name="movement",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("set-pot", "Setting the national pot"),
                    ("set-aside", "Setting aside for the risk reserve and national functions"),
                    ("allocate", "Sharing out the pot"),
                    ("top-up", "Topping up a neighbourhood from the risk reserve"),
                    ("entitle", "Paying somebody’s entitlement"),
                    ("pay", "A payment from somebody’s budget"),
                    ("refund", "Money that came back to somebody’s budget"),
                    ("health-contribution", "What a health body added"),
                    ("reversal", "Putting a mistake right"),
                ],
                max_length=30,
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "treasury",
                            "national-pot",
                            "national-functions",
                            "risk-reserve",
                            "local-budget",
                            "neighbourhood-fund",
                            "entitlements",
                            "outside-payments",
                            "person-budget",
                        ],
                    )
                ),
                name="account_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "purpose__in",
                        [
                            "set-pot",
                            "set-aside",
                            "allocate",
                            "reversal",
                            "top-up",
                            "entitle",
                            "pay",
                            "refund",
                            "health-contribution",
                        ],
                    )
                ),
                name="movement_purpose_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="movement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("purpose__in", ["reversal", "pay", "refund", "health-contribution"]),
                    ("decision__isnull", False),
                    _connector="OR",
                ),
                name="movement_has_a_decision",
            ),
        ),
        migrations.AddField(
            model_name="entitlement",
            name="conversation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entitlements",
                to="people.conversation",
            ),
        ),
        migrations.AddField(
            model_name="entitlement",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entitlements",
                to="people.person",
            ),
        ),
        migrations.AddField(
            model_name="entitlement",
            name="price",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entitlements",
                to="budgets.priceversion",
            ),
        ),
        migrations.AddField(
            model_name="entitlementpayment",
            name="entitlement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="budgets.entitlement",
            ),
        ),
        migrations.AddField(
            model_name="entitlementpayment",
            name="movement",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="budgets.movement"
            ),
        ),
        migrations.AddField(
            model_name="entitlementpayment",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="fundinggap",
            name="nation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="funding_gaps",
                to="governance.sphere",
            ),
        ),
        migrations.AddField(
            model_name="healthcontribution",
            name="movement",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="budgets.movement"
            ),
        ),
        migrations.AddField(
            model_name="healthcontribution",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.person"
            ),
        ),
        migrations.AddField(
            model_name="holding",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="holdings",
                to="people.person",
            ),
        ),
        migrations.AddField(
            model_name="payee",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payees",
                to="people.person",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="movement",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="budgets.movement",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="of",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="came_back",
                to="budgets.payment",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="payee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="budgets.payee",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="people.person",
            ),
        ),
        migrations.AddField(
            model_name="standingpayment",
            name="payee",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="standing_payments",
                to="budgets.payee",
            ),
        ),
        migrations.AddField(
            model_name="standingpayment",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="standing_payments",
                to="people.person",
            ),
        ),
        migrations.AddField(
            model_name="payment",
            name="standing",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="payments",
                to="budgets.standingpayment",
            ),
        ),
        migrations.AddIndex(
            model_name="entitlement",
            index=models.Index(fields=["person", "-starts_on"], name="entitlement_by_person"),
        ),
        migrations.AddIndex(
            model_name="entitlement",
            index=models.Index(
                condition=models.Q(
                    ("weekly_pence__gt", 0),
                    models.Q(
                        ("ends_on", None), ("paid_until__lt", models.F("ends_on")), _connector="OR"
                    ),
                ),
                fields=["paid_until", "id"],
                name="entitlement_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="entitlement_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("indicated_pence__gte", 0), ("weekly_pence__gte", models.F("indicated_pence"))
                ),
                name="entitlement_never_below_its_indication",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("weekly_pence", models.F("indicated_pence")),
                    ("is_reasoned", True),
                    _connector="OR",
                ),
                name="entitlement_that_differs_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("cost_factor_millionths__gt", 0)),
                name="entitlement_factor_above_nought",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("paid_until__gte", models.F("starts_on")), ("prepaid_pence__gte", 0)
                ),
                name="entitlement_paid_within_its_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlement",
            constraint=models.CheckConstraint(
                condition=models.Q(("weeks_at_a_time__in", [1, 4])), name="entitlement_weeks_known"
            ),
        ),
        migrations.AddIndex(
            model_name="entitlementpayment",
            index=models.Index(fields=["person", "paid_on"], name="entitlement_paid"),
        ),
        migrations.AddConstraint(
            model_name="entitlementpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_pence__gt", 0)), name="entitlement_payment_is_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="entitlementpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_on__gt", models.F("from_on"))),
                name="entitlement_payment_has_days",
            ),
        ),
        migrations.AddConstraint(
            model_name="fundinggap",
            constraint=models.UniqueConstraint(
                fields=("nation", "on"), name="funding_gap_once_a_day"
            ),
        ),
        migrations.AddConstraint(
            model_name="fundinggap",
            constraint=models.CheckConstraint(
                condition=models.Q(("owed_pence__gte", 0)), name="funding_gap_not_negative"
            ),
        ),
        migrations.AddIndex(
            model_name="healthcontribution",
            index=models.Index(fields=["person", "paid_on"], name="contribution_by_person"),
        ),
        migrations.AddConstraint(
            model_name="healthcontribution",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_pence__gt", 0), models.Q(("body", ""), _negated=True)),
                name="contribution_is_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "way__in",
                        [
                            "direct",
                            "nominee",
                            "authorised",
                            "parent",
                            "trust",
                            "managed",
                            "service-fund",
                        ],
                    )
                ),
                name="holding_way_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="holding_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="holding",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ends_on", None)),
                fields=("person",),
                name="holding_one_at_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="standingpayment",
            index=models.Index(fields=["person", "next_on"], name="standing_by_person"),
        ),
        migrations.AddIndex(
            model_name="standingpayment",
            index=models.Index(
                condition=models.Q(
                    ("ends_on", None), ("next_on__lt", models.F("ends_on")), _connector="OR"
                ),
                fields=["next_on", "id"],
                name="standing_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("every__in", ["week", "four-weeks", "month"])),
                name="standing_every_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="standingpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_pence__gt", 0)), name="standing_is_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="standingpayment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                ),
                name="standing_ends_after_it_starts",
            ),
        ),
        migrations.AddIndex(
            model_name="payment",
            index=models.Index(fields=["person", "-paid_on"], name="payment_by_person"),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["paid", "back"])), name="payment_kind_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount_pence__gt", 0)), name="payment_is_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "back"), ("of__isnull", False), ("standing", None)),
                    models.Q(("kind", "paid"), ("of", None)),
                    _connector="OR",
                ),
                name="payment_back_says_of_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(("receipt__in", ["not-asked", "asked", "kept"])),
                name="payment_receipt_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("number", None), ("standing", None)),
                    models.Q(("number__isnull", False), ("standing__isnull", False)),
                    _connector="OR",
                ),
                name="payment_standing_has_its_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("standing__isnull", False)),
                fields=("standing", "number"),
                name="payment_once_an_occurrence",
            ),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("request_key", ""), _negated=True),
                fields=("person", "request_key"),
                name="payment_once_a_request",
            ),
        ),
    ]
