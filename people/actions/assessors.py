"""Keeping the public register of trusted assessors. Only a local system's registrar writes it, and nobody themself in."""

from __future__ import annotations

from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from governance import audit
from governance.levels import Level
from governance.models import Sphere, User
from people import rules
from people.models import TrustedAssessor
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError


@transaction.atomic
def register(
    *,
    user: User,
    name: str,
    kind: str,
    organisation: str = "",
    scope: Sphere,
    interests: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    by: User | None,
) -> TrustedAssessor:
    """Writes `user` into the register of the local system `scope`, from `starts_on` (today) up to, without, `ends_on`.

    `by` is None when the service's own set-up enters what a local system did outside it. Raises
    NotAllowed(may-not-register, not-to-yourself), DomainError(wrong-level, no-name, no-kind, no-organisation,
    bad-dates) and Conflict(registered-already).
    """
    rules.can_register_assessor(by, user, scope).require()
    name, organisation = name.strip(), organisation.strip()
    if scope.level != Level.LOCAL:
        raise DomainError("wrong-level", _("Assessors are registered by a local system."))
    if not name:
        raise DomainError("no-name", _("Write the assessor’s name."))
    if kind not in TrustedAssessor.Kind:
        raise DomainError("no-kind", _("Choose where the assessor comes from."))
    if bool(organisation) == (kind == TrustedAssessor.Kind.INDIVIDUAL):
        raise DomainError(
            "no-organisation", _("Name the organisation, unless they are on their own.")
        )
    starts_on = starts_on or acting.today()
    if ends_on is not None and ends_on <= starts_on:
        raise DomainError("bad-dates", _("It must end after it starts."))
    try:
        with transaction.atomic():
            assessor = TrustedAssessor.objects.create(
                user=user,
                name=name,
                kind=kind,
                organisation=organisation,
                scope=scope,
                interests=interests.strip(),
                starts_on=starts_on,
                ends_on=ends_on,
            )
    except IntegrityError as error:
        raise Conflict(
            "registered-already", _("They are registered there in those days.")
        ) from error
    audit.record("assessor.registered", subject=assessor, by=by, sphere=scope, user=user.pk)
    return assessor


@transaction.atomic
def end(*, assessor: TrustedAssessor, by: User | None) -> TrustedAssessor:
    """Ends a registration today: nobody new can ask them, and what they have not said yet they cannot say.

    Its holder may lay it down. Raises NotAllowed(may-not-register) and Conflict(ended-already).
    """
    rules.can_end_registration(by, assessor).require()
    assessor = TrustedAssessor.objects.select_for_update(of=("self",)).get(pk=assessor.pk)
    today = acting.today()
    if assessor.ends_on is not None and assessor.ends_on <= today:
        raise Conflict("ended-already", _("That registration has ended."))
    assessor.ends_on = max(today, assessor.starts_on)
    assessor.save(update_fields=["ends_on"])
    audit.record("assessor.ended", subject=assessor, by=by, sphere=assessor.scope_id)
    return assessor
