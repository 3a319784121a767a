"""Making spheres. Public ones come from an import of areas; personal ones from the beginning of a record."""

from django.db import connection

from governance import audit
from governance.models import Sphere, User


def open_personal(*, by: User) -> int:
    """Opens a sphere at the person's own level and returns its id, in the caller's transaction.

    An owner function writes the row, because nobody can see it until the person's record points at it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT open_personal_sphere('person')")
        sphere_id: int = cursor.fetchone()[0]
    audit.record("sphere.opened", subject=Sphere(pk=sphere_id), by=by, sphere=sphere_id)
    return sphere_id
