"""Having the needs conversation: it is begun, answered one part of life at a time, and kept at every step.

Only whoever may decide about the part “needs” writes here. Nothing has to be answered, and nothing asks about money.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from governance import audit
from governance.models import User
from people import instrument
from people.actions import records
from people.instrument import Instrument
from people.models import Conversation, ConversationAnswer, Person
from people.parts import Part
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError, Missing

LONGEST_WORDS = 4000  # characters, in each of the two answers in one's own words


@transaction.atomic
def begin(
    *, person: Person, done_with: str = Conversation.DoneWith.ALONE, by: User
) -> Conversation:
    """Begins a conversation in the instrument that is in use. One that is agreed goes on counting meanwhile.

    Raises Missing(no-record), NotAllowed(not-yours-to-decide), DomainError(no-done-with) and Conflict(begun-already).
    """
    if done_with not in Conversation.DoneWith:
        raise DomainError("no-done-with", _("Choose whom you do this with."))
    person = records.hold(person, part=Part.NEEDS, by=by)
    if Conversation.objects.filter(person=person, state__in=Conversation.OPEN).exists():
        raise Conflict("begun-already", _("You have begun already. You can go on where you were."))
    now = instrument.current()
    conversation = Conversation.objects.create(
        person=person,
        instrument_code=now.code,
        instrument_version=now.version,
        instrument_sha256=now.sha256,
        done_with=done_with,
        begun_at=acting.now(),
    )
    audit.record("conversation.begun", subject=conversation, by=by)
    return conversation


@transaction.atomic
def answer(
    *,
    conversation: Conversation,
    outcome: str,
    answer: str = "",
    what_helps: str = "",
    what_would_be_good: str = "",
    by: User,
) -> ConversationAnswer:
    """Keeps what is said about one outcome, or one cause, in place of what was said before.

    An `answer` left empty counts nothing; a cause takes words alone. Raises Missing(no-record, no-such-question),
    NotAllowed(not-yours-to-decide), DomainError(no-such-answer, cause-has-no-points, nothing-said, too-long) and
    Conflict(not-open, said-already).
    """
    words = {"what_helps": what_helps.strip(), "what_would_be_good": what_would_be_good.strip()}
    if not answer and not any(words.values()):
        raise DomainError(
            "nothing-said", _("Choose an answer or write something, or leave it out.")
        )
    if max(map(len, words.values())) > LONGEST_WORDS:
        raise DomainError("too-long", _("That is very long. Write it a little shorter."))
    conversation = _held(conversation, by)
    now = bring_up_to_date(conversation)
    is_cause = _is_cause(now, outcome)
    if is_cause and answer:
        raise DomainError("cause-has-no-points", _("Say this in your own words."))
    if answer and answer not in {each.code for each in now.answers}:
        raise DomainError("no-such-answer", _("Choose one of the answers."))
    row = ConversationAnswer.objects.filter(conversation=conversation, outcome=outcome).first()
    if row is None:
        row = ConversationAnswer(
            conversation=conversation,
            person=conversation.person,
            outcome=outcome,
            is_cause=is_cause,
        )
    row.answer = answer
    row.points = now.points({outcome: answer}) if answer else 0
    row.answered_at = acting.now()
    row.put(records.key_of(conversation.person), **words)
    row.save()
    audit.record("conversation.answered", subject=row, by=by)
    return row


@transaction.atomic
def take_out(*, conversation: Conversation, outcome: str, by: User) -> None:
    """Takes out what was said about one outcome or cause; the words are gone.

    Raises Missing(no-record, not-said), NotAllowed(not-yours-to-decide) and Conflict(not-open, said-already).
    """
    conversation = _held(conversation, by)
    row = ConversationAnswer.objects.filter(conversation=conversation, outcome=outcome).first()
    if row is None:
        raise Missing("not-said", _("You have said nothing about this."))
    audit.record("conversation.taken-out", subject=row, by=by)
    row.delete()


def _held(conversation: Conversation, by: User) -> Conversation:
    """The conversation, with its person's row locked before it, while it may still be written."""
    person = records.hold(conversation.person, part=Part.NEEDS, by=by)
    held = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
    held.person = person
    if not held.is_open:
        raise Conflict("not-open", _("This conversation is settled. You can begin a new one."))
    if held.undisputed_points is not None:
        raise Conflict(
            "said-already", _("The assessor has said theirs. Take it back first to change it.")
        )
    return held


def _is_cause(now: Instrument, code: str) -> bool:
    if code in {outcome.code for outcome in now.outcomes}:
        return False
    if code in {cause.code for cause in now.causes}:
        return True
    raise Missing("no-such-question", _("There is no such question."))


def bring_up_to_date(conversation: Conversation) -> Instrument:
    """The instrument in use. A conversation begun in an older one goes on in it, its answers counted anew.

    The caller holds the person's row. The words stay. An answer that the newer one does not know is taken out, and with
    it its points.
    """
    now = instrument.current()
    if conversation.instrument_sha256 == now.sha256:
        return now
    answers = {each.code for each in now.answers}
    outcomes = {each.code for each in now.outcomes}
    for row in ConversationAnswer.objects.filter(conversation=conversation).order_by("pk"):
        if row.answer not in answers or row.outcome not in outcomes:
            row.answer = ""
        row.points = now.points({row.outcome: row.answer}) if row.answer else 0
        row.save(update_fields=["answer", "points"])
    conversation.instrument_code = now.code
    conversation.instrument_version = now.version
    conversation.instrument_sha256 = now.sha256
    conversation.save(update_fields=["instrument_code", "instrument_version", "instrument_sha256"])
    return now
