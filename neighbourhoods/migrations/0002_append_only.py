"""What was once said about areas stays: a newer file is a newer dataset."""

from django.db import migrations

from socialcare.kernel.database import append_only

VALUES = """
CREATE FUNCTION check_indicator_values() RETURNS trigger LANGUAGE plpgsql
  -- Areas that came in a moment ago have no statistics yet: one pass over each table is the safe plan.
  SET enable_nestloop = off AS
$$ BEGIN
  IF EXISTS (
    SELECT FROM added a
      LEFT JOIN neighbourhoods_indicator i ON i.id = a.indicator_id
      LEFT JOIN neighbourhoods_areaprofile p ON p.dataset_id = i.dataset_id AND p.sphere_id = a.sphere_id
     WHERE p.sphere_id IS NULL) THEN
    RAISE EXCEPTION 'a figure belongs to an indicator and to an area that its dataset describes'
      USING ERRCODE = 'foreign_key_violation';
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER indicator_values_belong AFTER INSERT ON neighbourhoods_indicatorvalue
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION check_indicator_values();
"""

UNDO_VALUES = """
DROP TRIGGER indicator_values_belong ON neighbourhoods_indicatorvalue;
DROP FUNCTION check_indicator_values();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("neighbourhoods", "0001_records"),
        ("kernel", "0001_acting"),
    ]
    operations = [
        append_only("neighbourhoods_dataset"),
        append_only("neighbourhoods_areaprofile"),
        append_only("neighbourhoods_indicator"),
        append_only("neighbourhoods_indicatorvalue"),
        migrations.RunSQL(VALUES, UNDO_VALUES),
    ]
