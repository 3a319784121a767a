"""The price of a point, and what the same help costs in each local system; what PostgreSQL refuses about them."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from socialcare.kernel.database import append_only, run_as_owner

SETTLED = """
-- A price's words are what was put to the vote. Only what became of it may be added.
CREATE FUNCTION check_price_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'UPDATE' AND (NEW.nation_id, NEW.slug, NEW.version, NEW.title, NEW.text, NEW.sha256, NEW.since, NEW.price_pence,
                           NEW.wage_pence, NEW.wage_floor_pence, NEW.components, NEW.matter_id, NEW.proposed_by_id,
                           NEW.proposed_at)
      IS DISTINCT FROM (OLD.nation_id, OLD.slug, OLD.version, OLD.title, OLD.text, OLD.sha256, OLD.since, OLD.price_pence,
                        OLD.wage_pence, OLD.wage_floor_pence, OLD.components, OLD.matter_id, OLD.proposed_by_id,
                        OLD.proposed_at) THEN
    RAISE EXCEPTION 'the words of a proposed price do not change' USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.state = 'adopted' AND NOT EXISTS (
      SELECT FROM governance_decision d JOIN governance_matter m ON m.id = d.matter_id
       WHERE d.id = NEW.decision_id AND d.carried AND m.id = NEW.matter_id
         AND m.power = 'adopt-a-price' AND m.sphere_id = NEW.nation_id) THEN
    RAISE EXCEPTION 'a price is adopted by the decision about it' USING ERRCODE = 'check_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER price_change BEFORE INSERT OR UPDATE ON budgets_priceversion
  FOR EACH ROW EXECUTE FUNCTION check_price_change();
"""

UNDO_SETTLED = """
DROP TRIGGER price_change ON budgets_priceversion;
DROP FUNCTION check_price_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("budgets", "0007_one_call"),
        ("governance", "0006_newest_first"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CostFactor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("millionths", models.PositiveIntegerField()),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cost_factors",
                        to="budgets.allocationrun",
                    ),
                ),
                (
                    "sphere",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cost_factors",
                        to="governance.sphere",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("sphere", "run"), name="cost_factor_once_a_run"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("millionths__gt", 0)), name="cost_factor_above_nought"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PriceVersion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField()),
                ("version", models.PositiveIntegerField()),
                ("title", models.CharField(max_length=200)),
                ("text", models.TextField()),
                ("sha256", models.CharField(max_length=64)),
                ("since", models.DateField()),
                ("price_pence", models.PositiveIntegerField()),
                ("wage_pence", models.PositiveIntegerField()),
                ("wage_floor_pence", models.PositiveIntegerField()),
                ("components", models.JSONField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Proposed"),
                            ("adopted", "Adopted"),
                            ("rejected", "Not adopted"),
                        ],
                        default="proposed",
                        max_length=10,
                    ),
                ),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("adopted_at", models.DateTimeField(null=True)),
                (
                    "decision",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.decision",
                    ),
                ),
                (
                    "matter",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.matter",
                    ),
                ),
                (
                    "nation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prices",
                        to="governance.sphere",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("nation", "slug", "version"), name="price_version_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["proposed", "adopted", "rejected"])),
                        name="price_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "adopted"), _negated=True),
                            models.Q(("adopted_at__isnull", False), ("decision__isnull", False)),
                            _connector="OR",
                        ),
                        name="price_adopted_by_a_decision",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_pence__gt", 0)), name="price_is_something"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("wage_floor_pence__gt", 0),
                            ("wage_pence__gte", models.F("wage_floor_pence")),
                        ),
                        name="price_wage_not_below_its_floor",
                    ),
                ],
            },
        ),
        migrations.RunSQL(SETTLED, UNDO_SETTLED),
        append_only("budgets_costfactor"),
        run_as_owner("REVOKE DELETE, TRUNCATE ON budgets_priceversion FROM {app}"),
    ]
