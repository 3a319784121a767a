"""Setting up the bodies that decide."""

from django.db import transaction
from django.utils.translation import gettext as _

from governance import audit, rules
from governance.levels import Level
from governance.models import DECIDING_KIND, Body, Sphere, User
from socialcare.kernel.errors import DomainError


@transaction.atomic
def set_up(*, sphere: Sphere, kind: str, name: str, by: User | None) -> Body:
    """Sets up a body, once; asked again it returns the one that is there.

    Raises NotAllowed(may-not-set-up), and DomainError(wrong-level) for a kind that does not sit at the sphere's level.
    `by` is None when the service itself is set up.
    """
    rules.can_set_up_body(by, sphere).require()
    fits = DECIDING_KIND.get(Level(sphere.level)) == kind or (
        kind == Body.Kind.PANEL and sphere.level == Level.NATIONAL
    )
    if not fits:
        raise DomainError("wrong-level", _("That kind of body sits at another level."))
    body, created = Body.objects.get_or_create(sphere=sphere, kind=kind, defaults={"name": name})
    if created:
        audit.record("body.set-up", subject=body, by=by, sphere=sphere, kind=str(kind))
    return body
