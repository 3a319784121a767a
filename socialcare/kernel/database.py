"""What migrations need to say in SQL: the application's role, and row-level security.

The application's login owns nothing. It gets its rights on each new table by default privileges that `migrate`
grants before the first migration; a migration takes some of them away again (an append-only table).
"""

from collections.abc import Callable, Sequence

from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def app_role() -> str:
    """The name of the application's PostgreSQL role."""
    return str(settings.DATABASES["default"]["USER"])


def grant_default_rights(connection: BaseDatabaseWrapper) -> None:
    """Gives the application's role its rights on every table that the owner will make over `connection`."""
    role = connection.ops.quote_name(app_role())
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
        for rights in (
            "SELECT, INSERT, UPDATE, DELETE ON TABLES",
            "USAGE, SELECT ON SEQUENCES",
        ):
            cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {rights} TO {role}")


def _running(
    statements: Sequence[str],
) -> Callable[[Apps, BaseDatabaseSchemaEditor], None]:
    def run(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        quoted = schema_editor.quote_name(app_role())
        for statement in statements:
            schema_editor.execute(statement.replace("{app}", quoted))

    return run


def run_as_owner(*statements: str, undo: Sequence[str] = ()) -> migrations.RunPython:
    """A migration step that runs SQL in which `{app}` stands for the application's role."""
    return migrations.RunPython(_running(statements), _running(undo))


def append_only(table: str) -> migrations.RunPython:
    """The application may add rows to `table` and read them; nobody may change or delete one.

    The privilege stops the application's role; the trigger stops the owner's slips too.
    """
    return run_as_owner(
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {{app}}",
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        undo=[
            f"DROP TRIGGER {table}_append_only ON {table}",
            f"GRANT UPDATE, DELETE ON {table} TO {{app}}",
        ],
    )
