"""What a nation's money is called: said once, because every sum in its ledger is counted in it."""

import django.db.models.deletion
from django.db import migrations, models

from socialcare.kernel.database import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("neighbourhoods", "0002_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="NationalCurrency",
            fields=[
                (
                    "nation",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="national_currency",
                        serialize=False,
                        to="governance.sphere",
                    ),
                ),
                ("code", models.CharField(max_length=3)),
                ("symbol", models.CharField(max_length=8)),
                ("symbol_after", models.BooleanField(default=False)),
                ("digits", models.PositiveSmallIntegerField()),
                ("major", models.CharField(max_length=40)),
                ("minor", models.CharField(blank=True, max_length=40)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("code__regex", "^[A-Z]{3}$")),
                        name="currency_code_is_three_letters",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("symbol__regex", "^[^0-9.,[:space:]+-]+$")),
                        name="currency_symbol_is_no_number",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("digits__lte", 4)), name="currency_decimals"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("major", ""), _negated=True),
                            models.Q(
                                models.Q(("digits", 0), ("minor", "")),
                                models.Q(("digits__gt", 0), models.Q(("minor", ""), _negated=True)),
                                _connector="OR",
                            ),
                        ),
                        name="currency_units_have_names",
                    ),
                ],
            },
        ),
        append_only("neighbourhoods_nationalcurrency"),
    ]
