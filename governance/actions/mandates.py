"""Giving and ending mandates."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance import audit, roles, rules
from governance.models import Mandate, Sphere, User
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError


@transaction.atomic
def give(
    *,
    user: User,
    role: str,
    sphere: Sphere,
    starts_on: date | None = None,
    ends_on: date | None = None,
    by: User | None,
) -> Mandate:
    """Gives `user` the role in `sphere` from `starts_on` up to, and without, `ends_on`.

    Raises NotAllowed(may-not-appoint, not-to-yourself), Missing(no-such-role), DomainError(wrong-level, bad-dates) and
    Conflict(held-already). `by` is None when an election or appointment outside this service is entered by its set-up
    command.
    """
    record = roles.get(role)
    rules.can_give_mandate(by, user, record, sphere).require()
    if sphere.level != record.level:
        raise DomainError("wrong-level", _("That role belongs to another level."))
    starts_on = starts_on or acting.today()
    if ends_on is not None and ends_on <= starts_on:
        raise DomainError("bad-dates", _("It must end after it starts."))
    try:
        with transaction.atomic():
            mandate = Mandate.objects.create(
                user=user,
                role=role,
                sphere=sphere,
                starts_on=starts_on,
                ends_on=ends_on,
            )
    except IntegrityError as error:
        raise Conflict("held-already", _("They hold that role there in those days.")) from error
    audit.record("mandate.given", subject=mandate, by=by, sphere=sphere, role=role, user=user.pk)
    return mandate


@transaction.atomic
def end(*, mandate: Mandate, on: date | None = None, by: User | None) -> Mandate:
    """Ends a mandate on a day (today unless given); it is not held on that day any more.

    Raises NotAllowed(may-not-appoint) and Conflict(ended-already).
    """
    rules.can_end_mandate(by, mandate).require()
    mandate = Mandate.objects.select_for_update().get(pk=mandate.pk)
    day = on or acting.today()
    if mandate.ends_on is not None and mandate.ends_on <= day:
        raise Conflict("ended-already", _("That mandate has ended."))
    mandate.ends_on = max(day, mandate.starts_on)
    mandate.save(update_fields=["ends_on"])
    audit.record("mandate.ended", subject=mandate, by=by, sphere=mandate.sphere_id)
    return mandate
