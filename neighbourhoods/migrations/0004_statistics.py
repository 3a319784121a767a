"""Fresh statistics with each import: until PostgreSQL has any, it plans searches over new places as if there were none."""

from django.db import migrations

from socialcare.kernel.database import run_as_owner

STATISTICS = """
-- Only a table's owner may gather statistics about it.
CREATE FUNCTION analyze_places() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
  SET search_path = public, pg_temp AS
$$ BEGIN
  ANALYZE governance_sphere;
  ANALYZE neighbourhoods_areaprofile;
  ANALYZE neighbourhoods_indicatorvalue;
END $$;
REVOKE ALL ON FUNCTION analyze_places() FROM PUBLIC;
"""


class Migration(migrations.Migration):
    dependencies = [("neighbourhoods", "0003_national_currency")]
    operations = [
        migrations.RunSQL(STATISTICS, "DROP FUNCTION analyze_places();"),
        run_as_owner("GRANT EXECUTE ON FUNCTION analyze_places() TO {app}"),
    ]
