"""Registering advocates; asking one, answering, letting them see something, and ending it. The person ends it on any day."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from governance import audit, notices
from governance.actions import mandates
from governance.levels import Level
from governance.models import Sphere, User
from people import notices as people_notices
from people import rules, rules_advocacy
from people.actions import consents
from people.actions.asks import LONGEST_WORDS
from people.actions.records import own
from people.models import AdvocacyOrganisation, AdvocacyRequest, Advocate
from people.parts import Purpose
from socialcare.kernel import acting, outbox
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, Missing

LONGEST = timedelta(days=366)
END_SIGHT = "people.end_advocacy"


# --- The register ---------------------------------------------------------------------------------


@transaction.atomic
def register_organisation(
    *,
    name: str,
    gives_support: bool,
    pays_for_support: bool,
    declared_on: date,
    checked_on: date,
) -> AdvocacyOrganisation:
    """Enters an organisation that declared its independence, and the day on which that was checked. The service itself
    does, from outside; nobody here does it for themself.

    Raises DomainError(not-independent, bad-dates).
    """
    if gives_support or pays_for_support:
        raise DomainError(
            "not-independent",
            _("Whoever gives paid support, or pays for it, cannot be an advocate’s organisation."),
        )
    if checked_on < declared_on or checked_on > acting.today():
        raise DomainError(
            "bad-dates", _("It is checked after it was declared, and not later than today.")
        )
    found = AdvocacyOrganisation.objects.create(
        name=name.strip(),
        gives_support=False,
        pays_for_support=False,
        declared_on=declared_on,
        checked_on=checked_on,
    )
    audit.record("advocacy.organisation-registered", subject=found, by=None)
    return found


@transaction.atomic
def register_advocate(
    *, user: User, organisation: AdvocacyOrganisation, local_system: Sphere, by: User | None
) -> Advocate:
    """Gives `user` the office of an advocate in `local_system`, for that organisation.

    Raises what giving a mandate raises: members of the council above appoint, never the one that pays for support there.
    """
    mandate = mandates.give(user=user, role=rules_advocacy.ROLE, sphere=local_system, by=by)
    return Advocate.objects.create(mandate=mandate, organisation=organisation)


# --- Asking ---------------------------------------------------------------------------------------


@transaction.atomic
def ask(
    *,
    local_system: Sphere,
    advocate: Advocate | None = None,
    name: str,
    words: str = "",
    ends_on: date,
    by: User,
) -> AdvocacyRequest:
    """Asks one advocate, or whoever is free in `local_system`, to speak up with `by` until `ends_on`, within a year.

    Raises Missing(no-record), DomainError(no-name, too-long, bad-dates, no-advocate, not-a-local-system) and
    Conflict(asked-already).
    """
    name, words = name.strip(), words.strip()
    if not name or len(name) > 120:
        raise DomainError("no-name", _("Tell us what to call you."))
    if len(words) > LONGEST_WORDS:
        raise DomainError("too-long", _("Write a little less."))
    if not acting.today() < ends_on <= acting.today() + LONGEST:
        raise DomainError("bad-dates", _("Choose a last day within a year from today."))
    if local_system.level != Level.LOCAL:
        raise DomainError("not-a-local-system", _("Choose a local system."))
    there = rules_advocacy.register().filter(mandate__sphere=local_system).exclude(mandate__user=by)
    if advocate is not None and not there.filter(pk=advocate.pk).exists():
        raise DomainError("no-advocate", _("Choose an advocate of that local system."))
    person = own(by)
    live = rules_advocacy.own_requests(by).filter(
        state__in=["asked", "accepted"], ends_on__gt=acting.today()
    )
    if live.exists():
        raise Conflict("asked-already", _("You have asked already. End that first."))
    request = AdvocacyRequest(
        person=person,
        local_system=local_system,
        advocate=advocate.mandate.user if advocate is not None else None,
        asked_at=acting.now(),
        ends_on=ends_on,
    )
    request.make_key()
    request.put(request, name=name, words=words)
    request.save(force_insert=True)
    # What somebody does for themself is kept with their record: the advocate leaves their traces on the request.
    audit.record("advocacy.asked", subject=person, by=by)
    told = there.filter(pk=advocate.pk) if advocate is not None else there
    for each in told:
        notices.tell(each.mandate.user, about=f"advocacy:{request.public_id}")
    return request


def _held(request: AdvocacyRequest, by: User) -> AdvocacyRequest:
    found = (
        rules_advocacy.asked_of(by).select_for_update(of=("self",)).filter(pk=request.pk).first()
    )
    if found is None:
        raise Missing("no-such-request")
    return found


@transaction.atomic
def accept(*, request: AdvocacyRequest, by: User) -> AdvocacyRequest:
    """`by` will speak up with the person. It opens nothing: the person chooses what they see.

    Raises Missing(no-such-request) and NotAllowed(answered-already).
    """
    request = _held(request, by)
    rules_advocacy.can_accept(request).require()
    request.state, request.advocate = AdvocacyRequest.State.ACCEPTED, by
    request.save(update_fields=["state", "advocate"])
    audit.record("advocacy.accepted", subject=request, by=by)
    _tell_person(request)
    return request


@transaction.atomic
def decline(*, request: AdvocacyRequest, by: User) -> None:
    """`by`, who was asked by name, cannot. Raises Missing(no-such-request), NotAllowed(answered-already) and
    DomainError(not-asked-by-name): whoever is one of several need not say no."""
    request = _held(request, by)
    rules_advocacy.can_accept(request).require()
    if request.advocate_id != by.pk:
        raise DomainError(
            "not-asked-by-name", _("You were not asked by name: you need not say no.")
        )
    request.state = AdvocacyRequest.State.DECLINED
    request.save(update_fields=["state"])
    audit.record("advocacy.declined", subject=request, by=by)
    _tell_person(request)


@transaction.atomic
def let_see(*, request: AdvocacyRequest, parts: Collection[str], by: User) -> None:
    """The person lets their advocate see parts of their record, to speak up for them, until the day it ends.

    Raises Missing(no-such-request), Conflict(not-accepted) and what giving a consent raises.
    """
    request = _own(request, by)
    if request.state != AdvocacyRequest.State.ACCEPTED or request.advocate is None:
        raise Conflict("not-accepted", _("Wait until an advocate has said yes."))
    consents.give(
        person=request.person,
        to=request.advocate,
        known_as=request.advocate.public_name or _("My advocate"),
        parts=parts,
        purpose=Purpose.SPEAK_UP,
        ends_on=request.ends_on,
        by=by,
    )


def _own(request: AdvocacyRequest, by: User) -> AdvocacyRequest:
    own(by)
    found = (
        rules_advocacy.own_requests(by)
        .select_for_update(of=("self",))
        .filter(pk=request.pk)
        .first()
    )
    if found is None:
        raise Missing("no-such-request")
    return found


@transaction.atomic
def end(*, request: AdvocacyRequest, by: User) -> None:
    """The person ends it, or takes it back, at once and without a reason; what the advocate could see is closed.

    Raises Missing(no-record, no-such-request) and Conflict(over-already).
    """
    request = _own(request, by)
    if request.state not in {AdvocacyRequest.State.ASKED, AdvocacyRequest.State.ACCEPTED}:
        raise Conflict("over-already", _("It is over already."))
    request.state = AdvocacyRequest.State.ENDED
    request.save(update_fields=["state"])
    audit.record("advocacy.ended", subject=request.person, by=by)
    _close_sight(request, by)


@transaction.atomic
def lay_down(*, request: AdvocacyRequest, by: User) -> None:
    """The advocate ends it; a worker closes what they could see. Raises Missing(no-such-request) and
    Conflict(over-already)."""
    request = _held(request, by)
    if request.state != AdvocacyRequest.State.ACCEPTED:
        raise Conflict("over-already", _("It is over already."))
    request.state = AdvocacyRequest.State.ENDED
    request.save(update_fields=["state"])
    audit.record("advocacy.laid-down", subject=request, by=by)
    user_id = _tell_person(request)
    if user_id is not None:
        outbox.promise(END_SIGHT, key=f"end-advocacy:{request.public_id}", by=None, user_id=user_id)


@outbox.handler(END_SIGHT)
def close_sight(*, user_id: int, by: int | None) -> None:
    """Takes back, in the person's name, what advocates who laid it down could see."""
    user = User.objects.get(pk=user_id)
    with acting_as(user):
        own(user)
        ended = rules_advocacy.own_requests(user).filter(state=AdvocacyRequest.State.ENDED)
        live = rules_advocacy.own_requests(user).filter(state=AdvocacyRequest.State.ACCEPTED)
        # One who speaks up with them again goes on seeing what they see for that.
        again = set(live.values_list("advocate_id", flat=True))
        for request in ended.select_related("advocate").order_by("pk"):
            if request.advocate_id not in again:
                _close_sight(request, user)


def _close_sight(request: AdvocacyRequest, by: User) -> None:
    """Only what was given to speak up: what the person gave the same user for another purpose stays."""
    if request.advocate is None:
        return
    given = rules.consents_given_by(by).filter(user=request.advocate, purpose=Purpose.SPEAK_UP)
    for consent in given.order_by("pk"):
        consents.withdraw(consent=consent, by=by)


def _tell_person(request: AdvocacyRequest) -> int | None:
    """Leaves word for the person, whose record the advocate may not see. Returns their account."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT account_that_asked_advocate(%s)", [request.pk])
        user_id: int | None = cursor.fetchone()[0]
    people_notices.tell(user_id, about=f"advocacy-{request.state}:{request.public_id}")
    return user_id
