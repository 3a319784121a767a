"""Making spheres. Public ones come from an import of areas; personal ones from the beginning of a record."""

from django.db import connection


def open_personal() -> int:
    """Opens a sphere at the level of the person who is acting and returns its id, in the caller's transaction.

    An owner function writes the row, because nobody can see it until the person's record points at it; the
    beginning of the record is what the audit trail tells.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT open_personal_sphere('person')")
        sphere_id: int = cursor.fetchone()[0]
    return sphere_id
