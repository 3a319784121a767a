"""Which migrations were applied is the owner's to write. Django makes that table with everybody's default rights, and
whoever could write it could make the next upgrade skip a step or take one twice. Reading it stays: /readyz asks.
"""

from django.db import migrations

from socialcare.kernel.database import run_as_owner


class Migration(migrations.Migration):
    dependencies = [("kernel", "0003_idempotent_request")]
    operations = [
        run_as_owner(
            "REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON django_migrations FROM {app}",
            "REVOKE USAGE, SELECT, UPDATE ON SEQUENCE django_migrations_id_seq FROM {app}",
            undo=[
                "GRANT INSERT, UPDATE, DELETE ON django_migrations TO {app}",
                "GRANT USAGE, SELECT ON SEQUENCE django_migrations_id_seq TO {app}",
            ],
        ),
    ]
