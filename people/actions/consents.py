"""Letting somebody see a part of a record, changing that, and taking it back: the person does it, or whoever lawfully
decides about that part for them, of whom the consent then says so.

What is given holds from the first request after its first midnight; what is taken back is gone at the next request.
Taking back tells nobody.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time, timedelta

from django.contrib.auth.models import Permission
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance import audit
from governance.models import User
from people import rules
from people.actions.records import entered_by, hold, key_of, own
from people.models import Acquaintance, ConsentEntry, Person, PersonUserObjectPermission
from people.parts import Part, Purpose
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError, Missing

# After so long somebody is asked again. A consent for ever is one that was forgotten.
LONGEST = timedelta(days=366)
LONGEST_NAME = 60  # characters


@transaction.atomic
def give(
    *,
    person: Person,
    to: User,
    known_as: str,
    parts: Collection[str],
    purpose: str,
    starts_on: date | None = None,
    ends_on: date,
    by: User,
) -> list[PersonUserObjectPermission]:
    """Lets `to` see `parts` of the record of `person`, from `starts_on` (today unless given) up to, and without, `ends_on`.

    `known_as` is what `by` calls them; they never see it. One consent for each part, in the order of the parts. One
    that is over is renewed. Given for somebody else, it never goes to who decides for them as well: else parents could
    give each other the sight that a birthday takes from both. Raises Missing(no-record), NotAllowed(not-yours-to-decide,
    not-yet-yours-to-agree), DomainError(yourself, decides-already, no-name, no-parts, no-purpose, bad-dates) and
    Conflict(given-already).
    """
    if to.pk in (by.pk, person.user_id):
        raise DomainError("yourself", _("That is your own code. You see your record already."))
    known_as = known_as.strip()
    if not known_as or len(known_as) > LONGEST_NAME:
        raise DomainError("no-name", _("Write what you call this person, in a few words."))
    if not parts or not set(parts) <= set(Part.values):
        raise DomainError("no-parts", _("Choose what they may see."))
    _check_purpose(purpose)
    starts_on = starts_on or acting.today()
    if starts_on < acting.today():
        raise DomainError("bad-dates", _("It cannot start before today."))
    _check_end(starts_on, ends_on)
    chosen = [part for part in Part if part in set(parts)]
    person = hold(person, part=chosen[0], by=by)
    rules.can_agree_to_all(by, person, chosen).require()
    if person.user_id != by.pk and _decides_or_did(to, person):
        raise DomainError(
            "decides-already",
            _("They decide for this person, or did. Only the person gives them this."),
        )
    dates = {"starts_at": _midnight(starts_on), "ends_at": _midnight(ends_on)}
    given = [_give_one(person, to, part, purpose=purpose, by=by, **dates) for part in chosen]
    _call(person, to, known_as, by=by)
    return given


def _decides_or_did(user: User, person: Person) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_held_authority(%s, %s)", [person.pk, user.pk])
        answer: bool = cursor.fetchone()[0]
    return answer


def _give_one(
    person: Person,
    to: User,
    part: Part,
    *,
    purpose: str,
    starts_at: datetime,
    ends_at: datetime,
    by: User,
) -> PersonUserObjectPermission:
    permission = Permission.objects.get(
        codename=part, content_type__app_label="people", content_type__model="person"
    )
    terms = {"purpose": purpose, "starts_at": starts_at, "ends_at": ends_at}
    consent = PersonUserObjectPermission.objects.filter(
        user=to, permission=permission, content_object=person
    ).first()
    if consent is None:
        consent = PersonUserObjectPermission(user=to, permission=permission, content_object=person)
    elif acting.now() < consent.ends_at:
        raise Conflict(
            "given-already",
            _("They may see “%(part)s” already. You can change until when.") % {"part": part.label},
        )
    for name, value in terms.items():
        setattr(consent, name, value)
    consent.given_by = entered_by(person, by)
    consent.save()
    _keep(consent, ConsentEntry.Kind.GIVEN, by=by)
    return consent


@transaction.atomic
def change(
    *, consent: PersonUserObjectPermission, purpose: str, ends_on: date, by: User
) -> PersonUserObjectPermission:
    """Narrows or extends a consent: it ends sooner or later, or serves another purpose. It is then theirs who changed it.

    Raises NotAllowed(not-yours-to-decide, not-yet-yours-to-agree), Missing(taken-back), DomainError(no-purpose, bad-dates) and
    Conflict(ended-already, nothing-changed).
    """
    rules.can_agree(by, consent.content_object, consent.part).require()
    consent = _held(consent)
    if consent.ends_at <= acting.now():
        raise Conflict("ended-already", _("That has ended. You can give it again."))
    _check_purpose(purpose)
    _check_end(max(acting.today(), consent.starts_on), ends_on)
    ends_at = _midnight(ends_on)
    if (consent.purpose, consent.ends_at) == (purpose, ends_at):
        raise Conflict("nothing-changed", _("It is like that already."))
    kinds = ConsentEntry.Kind
    if ends_at == consent.ends_at:
        kind = kinds.CHANGED
    else:
        kind = kinds.NARROWED if ends_at < consent.ends_at else kinds.EXTENDED
    consent.purpose, consent.ends_at = purpose, ends_at
    consent.given_by = entered_by(consent.content_object, by)
    consent.save(update_fields=["purpose", "ends_at", "given_by"])
    _keep(consent, kind, by=by)
    return consent


@transaction.atomic
def withdraw(*, consent: PersonUserObjectPermission, by: User) -> None:
    """Takes a consent back, at once. Nobody is told. The person may at any age, whoever gave it.

    Raises NotAllowed(not-yours-to-decide) and Missing(taken-back).
    """
    rules.can_take_back(by, consent.content_object, consent.part).require()
    _withdraw(_held(consent), by=by)


@transaction.atomic
def withdraw_all(*, person: Person, held_by: User, by: User) -> int:
    """Takes back everything that `held_by` may see of `person` and `by` may stop. Returns how many parts. Nobody is told.

    Raises Missing(no-record) where `by` may change nothing for the person.
    """
    person = _locked(person.pk)
    given = list(
        PersonUserObjectPermission.objects.filter(content_object=person, user=held_by)
        .select_related("permission", "content_object")
        .order_by("pk")
    )
    for consent in given:
        # PostgreSQL shows nobody a consent that they may not stop.
        rules.can_take_back(by, person, consent.part).require()
        _withdraw(consent, by=by)
    return len(given)


@transaction.atomic
def withdraw_from_everybody(*, by: User) -> int:
    """Takes back everything that `by` lets anybody see of their own record. Returns how many parts. Nobody is told.

    Raises Missing(no-record).
    """
    person = own(by)
    given = list(rules.consents_given_by(by).order_by("pk"))
    for consent in given:
        rules.can_take_back(by, person, consent.part).require()
        _withdraw(consent, by=by)
    return len(given)


def _withdraw(consent: PersonUserObjectPermission, *, by: User) -> None:
    # One that is over was not taken back: it only leaves the list.
    if acting.now() < consent.ends_at:
        _keep(consent, ConsentEntry.Kind.WITHDRAWN, by=by)
    consent.delete()


def _locked(person_id: int) -> Person:
    person = Person.objects.select_for_update(no_key=True).filter(pk=person_id).first()
    if person is None:
        raise Missing("no-record", _("There is no such record."))
    return person


def _held(consent: PersonUserObjectPermission) -> PersonUserObjectPermission:
    """The consent as it now stands, with its person's row locked before it: the order in which giving locks."""
    person = _locked(consent.content_object_id)
    found = (
        PersonUserObjectPermission.objects.select_for_update(of=("self",))
        .select_related("permission", "content_object")
        .filter(pk=consent.pk, content_object=person)
        .first()
    )
    if found is None:
        raise Missing("taken-back", _("You have taken that back."))
    return found


def _call(person: Person, user: User, known_as: str, *, by: User) -> None:
    """Keeps what the person calls `user`, sealed. Who decides for the person leaves the name that is there."""
    known = Acquaintance.objects.filter(person=person, user=user).first()
    if known is None:
        known = Acquaintance(person=person, user=user)
    elif person.user_id != by.pk:
        return
    known.put(key_of(person), known_as=known_as)
    known.save()


def _keep(consent: PersonUserObjectPermission, kind: ConsentEntry.Kind, *, by: User) -> None:
    """Writes the history, and the trace. The trace names the line of the history and not whom it is about."""
    entry = ConsentEntry.objects.create(
        person=consent.content_object,
        user_id=consent.user_id,
        part=consent.part,
        kind=kind,
        purpose=consent.purpose,
        starts_at=consent.starts_at,
        ends_at=consent.ends_at,
        by=entered_by(consent.content_object, by),
        at=acting.now(),
    )
    audit.record(f"consent.{kind.value}", subject=entry, by=by)


def _check_purpose(purpose: str) -> None:
    if purpose not in Purpose:
        raise DomainError("no-purpose", _("Choose what it is for."))


def _check_end(starts_on: date, ends_on: date) -> None:
    if not starts_on < ends_on <= acting.today() + LONGEST:
        raise DomainError("bad-dates", _("Choose a last day within a year from today."))


def _midnight(day: date) -> datetime:
    """The moment at which a day begins where the country is."""
    return timezone.make_aware(datetime.combine(day, time()))
