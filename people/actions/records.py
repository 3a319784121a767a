"""Writing a record: the person themself, or somebody who may for them. Each change leaves a trace without its words.

What somebody else wrote says so in its row (`entered_by`), for as long as it stands.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection, transaction
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


def hold(person: Person, *, part: Part, by: User) -> Person:
    """The row of `person`, held until the end of the transaction, for a change in `part` of their record by `by`.

    Raises Missing(no-record) where `by` may not even see that there is a record, and NotAllowed(not-yours-to-decide).
    """
    seen = rules.people_visible_to(by).filter(pk=person.pk)
    if not seen.exists():
        raise Missing("no-record", _("There is no such record."))
    rules.can_decide(by, person, part).require()
    return Person.objects.select_for_update(no_key=True).get(pk=person.pk)


def entered_by(person: Person, by: User) -> User | None:
    """Who wrote it, where that is not the person themself."""
    return None if person.user_id == by.pk else by


def key_of(person: Person) -> PersonKey:
    """The person's key, made when it is first needed. The caller holds the person's row."""
    key = PersonKey.objects.filter(person=person).first()
    if key is None:
        key = PersonKey.made_for(person)
        key.save(force_insert=True)
    return key


@transaction.atomic
def introduce(
    *,
    person: Person,
    preferred_name: str,
    pronouns: str = "",
    date_of_birth: date | None = None,
    by: User,
) -> Person:
    """Says what to call `person`, and when they were born.

    Raises Missing(no-record), NotAllowed(not-yours-to-decide), DomainError(no-name, not-born-yet, born-too-long-ago) and
    Conflict(birthday-is-evidence) where somebody's authority rests on the date of birth.
    """
    preferred_name, pronouns = preferred_name.strip(), pronouns.strip()
    if not preferred_name:
        raise DomainError("no-name", _("Tell us what to call you."))
    if date_of_birth is not None and date_of_birth > acting.today():
        raise DomainError("not-born-yet", _("A date of birth is a day that has been."))
    if date_of_birth is not None and date_of_birth < OLDEST:
        raise DomainError("born-too-long-ago", _("Look at the year of your date of birth again."))
    person = hold(person, part=Part.ABOUT_ME, by=by)
    _check_birthday(person, date_of_birth)
    person.preferred_name, person.pronouns = preferred_name, pronouns
    person.save(update_fields=["preferred_name", "pronouns"])
    written = {"date_of_birth": date_of_birth, "entered_by": entered_by(person, by)}
    AboutMe.objects.update_or_create(person=person, defaults=written)
    audit.record("person.introduced", subject=person, by=by)
    return person


def _check_birthday(person: Person, date_of_birth: date | None) -> None:
    """Refuses another date of birth where a registrar has it from evidence: it says until when somebody decides."""
    kept = AboutMe.objects.filter(person=person).values_list("date_of_birth", flat=True).first()
    if kept == date_of_birth:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT birthday_is_evidence(%s)", [person.pk])
        [is_evidence] = cursor.fetchone()
    if is_evidence:
        raise Conflict(
            "birthday-is-evidence",
            _("This birthday was checked by the registrar. Ask the registrar to change it."),
        )


@transaction.atomic
def say_how_to_reach(
    *, person: Person, channel: str, reach: str, say: str = "", never: str = "", by: User
) -> SafeContact:
    """Says how to reach `person` safely: where, in which words, and what must never be sent. All of it is sealed.

    Raises Missing(no-record), NotAllowed(not-yours-to-decide) and DomainError(no-channel, no-reach).
    """
    if channel not in SafeContact.Channel:
        raise DomainError("no-channel", _("Choose how we may reach you."))
    reach = reach.strip()
    if not reach:
        raise DomainError("no-reach", _("Write where or through whom to reach you."))
    person = hold(person, part=Part.CONTACT, by=by)
    contact = SafeContact(person=person, channel=channel, entered_by=entered_by(person, by))
    contact.put(key_of(person), reach=reach, say=say.strip(), never=never.strip())
    contact.save()
    audit.record("contact.said", subject=person, by=by)
    return contact


@transaction.atomic
def keep_address(*, person: Person, address: str, neighbourhood: Sphere | None, by: User) -> None:
    """Says where `person` lives. An empty address is forgotten; so is the neighbourhood when it is None.

    A new neighbourhood begins today, and the one before it ends. Raises Missing(no-record),
    NotAllowed(not-yours-to-decide) and DomainError(not-a-neighbourhood).
    """
    if neighbourhood is not None and neighbourhood.level != Level.NEIGHBOURHOOD:
        raise DomainError("not-a-neighbourhood", _("Choose a neighbourhood."))
    person = hold(person, part=Part.ADDRESS, by=by)
    if address.strip():
        kept = ProtectedAddress(person=person, entered_by=entered_by(person, by))
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
    person: Person,
    kind: str,
    words: str = "",
    is_flagged: bool = True,
    met: str = CommunicationNeed.Met.NOT_SAID,
    review_on: date,
    by: User,
) -> CommunicationNeed:
    """Records one thing that helps `person`, to be looked at again on `review_on`, within a year.

    Raises Missing(no-record), NotAllowed(not-yours-to-decide), DomainError(no-kind, no-words, no-met, bad-review) and Conflict(recorded-already).
    """
    if kind not in CommunicationNeed.Kind:
        raise DomainError("no-kind", _("Choose what helps you."))
    _check_words(kind, words, met)
    review_on = _checked_review(review_on)
    person = hold(person, part=Part.ABOUT_ME, by=by)
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
        entered_by=entered_by(person, by),
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
    _check_words(need.kind, words, met)
    review_on = _checked_review(review_on)
    person = hold(need.person, part=Part.ABOUT_ME, by=by)
    need = CommunicationNeed.objects.select_for_update().get(pk=need.pk, person=person)
    need.is_flagged, need.met, need.review_on = is_flagged, met, review_on
    need.entered_by = entered_by(person, by)
    need.put(key_of(person), words=words.strip())
    need.save(update_fields=["is_flagged", "met", "review_on", "sealed", "entered_by"])
    audit.record("communication.reviewed", subject=need, by=by)
    return need


@transaction.atomic
def remove_need(*, need: CommunicationNeed, by: User) -> None:
    """Takes it out of the record. Raises NotAllowed(not-yours-to-decide) and Missing(no-record)."""
    hold(need.person, part=Part.ABOUT_ME, by=by)
    audit.record("communication.removed", subject=need, by=by)
    CommunicationNeed.objects.filter(pk=need.pk).delete()


def _check_words(kind: str, words: str, met: str) -> None:
    if kind == CommunicationNeed.Kind.OTHER and not words.strip():
        raise DomainError("no-words", _("Write what helps you."))
    if met not in CommunicationNeed.Met:
        raise DomainError("no-met", _("Choose whether people do this."))
