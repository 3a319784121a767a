"""What-ifs: kept as they were asked. A proposal keeps the one it was put to the council with."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import socialcare.kernel.public_ids
from socialcare.kernel.database import append_only

STAYS = """
CREATE TRIGGER formula_what_if_stays BEFORE UPDATE ON budgets_formulaversion
  FOR EACH ROW WHEN (NEW.what_if_id IS DISTINCT FROM OLD.what_if_id) EXECUTE FUNCTION refuse_change();
"""
UNDO_STAYS = "DROP TRIGGER formula_what_if_stays ON budgets_formulaversion;"


def key(to: str, **options: object) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, **{"related_name": "+", "to": to, **options}
    )


class Migration(migrations.Migration):
    dependencies = [
        ("budgets", "0004_allocation_in_sql"),
        ("governance", "0002_rules_in_sql"),
        ("neighbourhoods", "0002_append_only"),
    ]
    operations = [
        migrations.CreateModel(
            name="WhatIf",
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
                ("text", models.TextField()),
                ("pot_pence", models.BigIntegerField()),
                ("compared_pot_pence", models.BigIntegerField()),
                ("sha256", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("compared_run", key("budgets.allocationrun", null=True)),
                ("compared_with", key("budgets.formulaversion")),
                ("created_by", key(settings.AUTH_USER_MODEL, null=True)),
                ("dataset", key("neighbourhoods.dataset")),
                ("nation", key("governance.sphere", related_name="what_ifs")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(pot_pence__gte=0, compared_pot_pence__gte=0),
                        name="what_if_pots_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(sha256__regex="^[0-9a-f]{64}$"),
                        name="what_if_sha256_is_hex",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="formulaversion",
            name="what_if",
            field=key("budgets.whatif", null=True, related_name="proposals"),
        ),
        append_only("budgets_whatif"),
        migrations.RunSQL(STAYS, UNDO_STAYS),
    ]
