"""Writing who helps a person decide, and what they want in a crisis. Only the person does, or whom they asked to write.

Somebody who lawfully decides for a person does not write these: they would be agreeing with themself.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from governance import audit
from governance.models import User
from people import rules
from people.actions.records import entered_by, hold, key_of
from people.models import AdvanceStatement, Person, SupportAgreement
from people.parts import Part
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError

LONGEST = 2000  # characters


@transaction.atomic
def state_in_advance(
    *, person: Person, signs: str = "", want: str, avoid: str = "", call: str = "", by: User
) -> AdvanceStatement:
    """Keeps what `person` wants when they cannot say it, in place of what they wrote before. Sealed.

    Raises Missing(no-record), NotAllowed(not-yours-to-decide, theirs-to-write) and DomainError(no-words, too-long).
    """
    words = _checked({"signs": signs, "want": want, "avoid": avoid, "call": call}, wanted=["want"])
    person = _held(person, Part.ABOUT_ME, by)
    statement = AdvanceStatement(
        person=person, written_on=acting.today(), entered_by=entered_by(person, by)
    )
    statement.put(key_of(person), **words)
    statement.save()
    audit.record("statement.kept", subject=person, by=by)
    return statement


@transaction.atomic
def agree_on_support(
    *, person: Person, part: str, who: str, what: str, how: str = "", by: User
) -> SupportAgreement:
    """Keeps that somebody helps `person` to decide about `part`: who, what with, and how. Sealed.

    It gives that somebody nothing to see. Raises Missing(no-record), NotAllowed(not-yours-to-decide, theirs-to-write) and
    DomainError(no-parts, no-words, too-long).
    """
    if part not in Part:
        raise DomainError("no-parts", _("Choose what it is about."))
    words = _checked({"who": who, "what": what, "how": how}, wanted=["who", "what"])
    person = _held(person, Part(part), by)
    agreement = SupportAgreement(
        person=person, part=part, starts_on=acting.today(), entered_by=entered_by(person, by)
    )
    agreement.put(key_of(person), **words)
    agreement.save(force_insert=True)
    audit.record("support.agreed", subject=agreement, by=by, part=part)
    return agreement


@transaction.atomic
def end_support(*, agreement: SupportAgreement, by: User) -> SupportAgreement:
    """Ends it, today. Raises Missing(no-record), NotAllowed(not-yours-to-decide, theirs-to-write), Conflict(ended-already)."""
    _held(agreement.person, Part(agreement.part), by)
    agreement = SupportAgreement.objects.select_for_update().get(pk=agreement.pk)
    if agreement.ends_on is not None:
        raise Conflict("ended-already", _("That has ended."))
    agreement.ends_on = max(acting.today(), agreement.starts_on)
    agreement.save(update_fields=["ends_on"])
    audit.record("support.ended", subject=agreement, by=by)
    return agreement


def _held(person: Person, part: Part, by: User) -> Person:
    person = hold(person, part=part, by=by)
    rules.can_write_own_words(by, person, part).require()
    return person


def _checked(words: dict[str, str], *, wanted: list[str]) -> dict[str, str]:
    words = {name: text.strip() for name, text in words.items()}
    if not all(words[name] for name in wanted):
        raise DomainError("no-words", _("Write it in your own words."))
    if any(len(text) > LONGEST for text in words.values()):
        raise DomainError("too-long", _("Write it shorter."))
    return words
