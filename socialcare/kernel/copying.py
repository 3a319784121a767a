"""Putting thousands of rows into a table by one COPY, without a model instance for each.

It fills in no defaults and sends no signals: the caller gives a value for every column that needs one. The database's
own rules hold as for any insert.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import connection, models


def copy_in(
    model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[object]]
) -> None:
    """Writes `rows`, each with a value for each of the named fields, in the caller's transaction.

    Give the value that the column stores: a key for a foreign key, JSON as text.
    """
    quote = connection.ops.quote_name
    by_name = {field.name: str(field.column) for field in model._meta.concrete_fields}
    columns = ", ".join(quote(by_name[name]) for name in fields)
    statement = f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
