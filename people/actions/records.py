"""Writing one's own record. Only the person themself writes it here; each change leaves a trace without its words."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from governance import audit
from governance.levels import Level
from governance.models import Sphere, User
from people import rules
from people.models import (
    AboutMe,
    CommunicationNeed,
    Person,
    PersonKey,
    ProtectedAddress,
    Residence,
    SafeContact,
)
from people.parts import Part
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError, Missing

# What helps somebody changes: it is asked again at least so often.
LONGEST_UNREVIEWED = timedelta(days=366)
OLDEST = date(1850, 1, 1)


def own(by: User) -> Person:
    """The record of `by`, held until the end of the transaction. Raises Missing(no-record)."""
    person = Person.objects.select_for_update(no_key=True).filter(user=by).first()
    if person is None:
        raise Missing("no-record", _("You have no record yet."))
    return person


def hold(person: Person, *, part: Part, by: User) -> Person:
    """The row of `person`, held until the end of the transaction, for a change in `part` of their record by `by`.

    Raises Missing(no-record) where `by` may not even see that there is a record, and NotAllowed(not-yours-to-decide).
    """
    seen = rules.people_visible_to(by).filter(pk=person.pk)
    if not seen.exists():
        raise Missing("no-record", _("There is no such record."))
    rules.can_decide(by, person, part).require()
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def key_of(person: Person) -> PersonKey:
    """The person's key, made when it is first needed. The caller holds the person's row."""
    key = PersonKey.objects.filter(person=person).first()
    if key is None:
        key = PersonKey.made_for(person)
        key.save(force_insert=True)
    return key


@transaction.atomic
def introduce(
    *, preferred_name: str, pronouns: str = "", date_of_birth: date | None = None, by: User
) -> Person:
    """Says what to call `by`, and when they were born.

    Raises Missing(no-record) and DomainError(no-name, not-born-yet, born-too-long-ago).
    """
    preferred_name, pronouns = preferred_name.strip(), pronouns.strip()
    if not preferred_name:
        raise DomainError("no-name", _("Tell us what to call you."))
    if date_of_birth is not None and date_of_birth > acting.today():
        raise DomainError("not-born-yet", _("A date of birth is a day that has been."))
    if date_of_birth is not None and date_of_birth < OLDEST:
        raise DomainError("born-too-long-ago", _("Look at the year of your date of birth again."))
    person = own(by)
    person.preferred_name, person.pronouns = preferred_name, pronouns
    person.save(update_fields=["preferred_name", "pronouns"])
    AboutMe.objects.update_or_create(person=person, defaults={"date_of_birth": date_of_birth})
    audit.record("person.introduced", subject=person, by=by)
    return person


@transaction.atomic
def say_how_to_reach(
    *, channel: str, reach: str, say: str = "", never: str = "", by: User
) -> SafeContact:
    """Says how to reach `by` safely: where, in which words, and what must never be sent. All of it is sealed.

    Raises Missing(no-record) and DomainError(no-channel, no-reach).
    """
    if channel not in SafeContact.Channel:
        raise DomainError("no-channel", _("Choose how we may reach you."))
    reach = reach.strip()
    if not reach:
        raise DomainError("no-reach", _("Write where or through whom to reach you."))
    person = own(by)
    contact = SafeContact(person=person, channel=channel)
    contact.put(key_of(person), reach=reach, say=say.strip(), never=never.strip())
    contact.save()
    audit.record("contact.said", subject=person, by=by)
    return contact


@transaction.atomic
def keep_address(*, address: str, neighbourhood: Sphere | None, by: User) -> None:
    """Says where `by` lives. An empty address is forgotten; so is the neighbourhood when it is None.

    A new neighbourhood begins today, and the one before it ends. Raises Missing(no-record) and
    DomainError(not-a-neighbourhood).
    """
    if neighbourhood is not None and neighbourhood.level != Level.NEIGHBOURHOOD:
        raise DomainError("not-a-neighbourhood", _("Choose a neighbourhood."))
    person = own(by)
    if address.strip():
        kept = ProtectedAddress(person=person)
        kept.put(key_of(person), address=address.strip())
        kept.save()
    else:
        ProtectedAddress.objects.filter(person=person).delete()
    _move(person, neighbourhood)
    audit.record("address.said", subject=person, by=by)


def _move(person: Person, neighbourhood: Sphere | None) -> None:
    now = Residence.objects.current().filter(person=person).first()
    if now is not None and now.neighbourhood_id == getattr(neighbourhood, "pk", None):
        return
    today = acting.today()
    if now is not None:
        now.ends_on = max(today, now.starts_on)
        now.save(update_fields=["ends_on"])
    if neighbourhood is not None:
        Residence.objects.create(person=person, neighbourhood=neighbourhood, starts_on=today)


# --- What helps me to understand and be understood ------------------------------------------------


def _checked_review(review_on: date) -> date:
    today = acting.today()
    if not today < review_on <= today + LONGEST_UNREVIEWED:
        raise DomainError("bad-review", _("Choose a day in the next year to look at this again."))
    return review_on


@transaction.atomic
def record_need(
    *,
    kind: str,
    words: str = "",
    is_flagged: bool = True,
    met: str = CommunicationNeed.Met.NOT_SAID,
    review_on: date,
    by: User,
) -> CommunicationNeed:
    """Records one thing that helps `by`, to be looked at again on `review_on`, within a year.

    Raises Missing(no-record), DomainError(no-kind, no-words, no-met, bad-review) and Conflict(recorded-already).
    """
    if kind not in CommunicationNeed.Kind:
        raise DomainError("no-kind", _("Choose what helps you."))
    _check_words(kind, words, met)
    review_on = _checked_review(review_on)
    person = own(by)
    once = kind != CommunicationNeed.Kind.OTHER
    if once and CommunicationNeed.objects.filter(person=person, kind=kind).exists():
        raise Conflict("recorded-already", _("That is there already. You can change it."))
    need = CommunicationNeed(
        person=person,
        kind=kind,
        is_flagged=is_flagged,
        met=met,
        recorded_on=acting.today(),
        review_on=review_on,
    )
    need.put(key_of(person), words=words.strip())
    need.save(force_insert=True)
    audit.record("communication.recorded", subject=need, by=by)
    return need


@transaction.atomic
def review_need(
    *,
    need: CommunicationNeed,
    words: str,
    is_flagged: bool,
    met: str,
    review_on: date,
    by: User,
) -> CommunicationNeed:
    """Says anew how much it helps, and when to look at it again.

    Raises NotAllowed(not-yours-to-decide), Missing(no-record) and DomainError(no-words, no-met, bad-review).
    """
    rules.can_decide(by, need.person, Part.ABOUT_ME).require()
    _check_words(need.kind, words, met)
    review_on = _checked_review(review_on)
    person = own(by)
    need = CommunicationNeed.objects.select_for_update().get(pk=need.pk, person=person)
    need.is_flagged, need.met, need.review_on = is_flagged, met, review_on
    need.put(key_of(person), words=words.strip())
    need.save(update_fields=["is_flagged", "met", "review_on", "sealed"])
    audit.record("communication.reviewed", subject=need, by=by)
    return need


@transaction.atomic
def remove_need(*, need: CommunicationNeed, by: User) -> None:
    """Takes it out of the record. Raises NotAllowed(not-yours-to-decide) and Missing(no-record)."""
    rules.can_decide(by, need.person, Part.ABOUT_ME).require()
    own(by)
    audit.record("communication.removed", subject=need, by=by)
    CommunicationNeed.objects.filter(pk=need.pk).delete()


def _check_words(kind: str, words: str, met: str) -> None:
    if kind == CommunicationNeed.Kind.OTHER and not words.strip():
        raise DomainError("no-words", _("Write what helps you."))
    if met not in CommunicationNeed.Met:
        raise DomainError("no-met", _("Choose whether people do this."))
