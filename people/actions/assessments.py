"""Agreeing points with a trusted assessor: the person asks, the assessor says theirs, the person agrees or asks another.

The person's answers and words are never touched. From the moment the first assessor has said theirs, what both say
counts, whatever comes after. Rows are locked in this order: person, assessment, conversation.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from governance import audit
from governance.models import User
from people import conflicts, instrument, plan_queries, queries, rules, working_days
from people.actions import consents, conversations, records
from people.models import (
    AssessedAnswer,
    Assessment,
    Conversation,
    ConversationAnswer,
    Person,
    PersonKey,
    PersonUserObjectPermission,
    TrustedAssessor,
)
from people.parts import Part, Purpose
from socialcare.kernel import acting, outbox
from socialcare.kernel.errors import Conflict, DomainError, Missing

State = Assessment.State
# So long an assessor may read what they were asked about, unless the person says another day.
USUAL_SIGHT = timedelta(days=90)
SECOND_OPINION_WITHIN = 10  # working days
LONGEST_REASON = 2000  # characters

# What is paid for points is known further up: whoever pays does this work, with the id of the conversation.
POINTS_KNOWN = "people.points-known"


@dataclass(frozen=True)
class Said:
    """What an assessor says about one outcome. The reason is needed where it differs from what the person says."""

    answer: str
    reason: str = ""


# --- The person -----------------------------------------------------------------------------------


@transaction.atomic
def ask(*, conversation: Conversation, assessor: TrustedAssessor, by: User) -> Assessment:
    """Asks an assessor to agree points, and lets them see the needs for 90 days, to plan with the person.

    One who said no before sees them no more. Raises Missing(no-record), NotAllowed(not-yours-to-decide and those of `rules.can_assess`), DomainError(nothing-yet)
    and Conflict(wrong-state).
    """
    person = records.hold(conversation.person, part=Part.NEEDS, by=by)
    earlier = _lock_assessments(conversation)
    conversation = _locked(conversation, *Conversation.OPEN)
    if earlier:
        raise Conflict("wrong-state", _("An assessor has been asked already."))
    conversations.bring_up_to_date(conversation)
    if not ConversationAnswer.objects.filter(conversation=conversation, is_cause=False).exists():
        raise DomainError("nothing-yet", _("Say something about one part of your life first."))
    rules.can_assess(assessor, person, named=_is_named(assessor, person)).require()
    for said_no in _declined(conversation):
        _stop_seeing(said_no, by)
    if conversation.state != Conversation.State.SHARED:
        _move_conversation(conversation, Conversation.State.SHARED)
    return _ask(conversation, person, assessor, kind=Assessment.Kind.FIRST, by=by)


@transaction.atomic
def ask_again(*, conversation: Conversation, assessor: TrustedAssessor, by: User) -> Assessment:
    """Asks another assessor about what is disputed, due in ten working days. What is undisputed counts meanwhile.

    One who said no before sees it no more. Raises as `ask`, and Conflict(nothing-disputed, not-another).
    """
    person = records.hold(conversation.person, part=Part.NEEDS, by=by)
    first = _first_said(conversation)
    conversation = _locked(conversation, Conversation.State.SHARED)
    if not disputed(conversation):
        raise Conflict("nothing-disputed", _("You and the assessor say the same."))
    if _second(conversation):
        raise Conflict("wrong-state", _("A second assessor has been asked already."))
    if assessor.user_id == first.assessor.user_id or (
        assessor.organisation and assessor.organisation == first.assessor.organisation
    ):
        raise Conflict("not-another", _("Choose an assessor from somewhere else."))
    rules.can_assess(assessor, person, named=_is_named(assessor, person)).require()
    for said_no in _declined(conversation):
        _stop_seeing(said_no, by)
    return _ask(conversation, person, assessor, kind=Assessment.Kind.SECOND, by=by)


@transaction.atomic
def agree(*, conversation: Conversation, by: User) -> Conversation:
    """The person, or whoever may agree for them, agrees with what the first assessor said: those points count now.

    A second opinion that was asked for is taken back. Raises Missing(no-record), NotAllowed(not-yours-to-decide,
    not-yet-yours-to-agree, organisation-in-the-plan) and Conflict(wrong-state).
    """
    person = records.hold(conversation.person, part=Part.NEEDS, by=by)
    rules.can_agree(by, person, Part.NEEDS).require()
    first = _first_said(conversation)
    conversation = _locked(conversation, Conversation.State.SHARED)
    if _is_named(first.assessor, person):
        # The plan may have come to name them since they were asked.
        rules.can_assess(first.assessor, person, named=True).require()
    for second in _second(conversation):
        _end(second, State.TAKEN_BACK, by=by)
        _stop_seeing(second, by)
    _call("settle_points", first)
    _promise_what_follows(conversation.pk, f"agreed:{conversation.public_id}")
    audit.record("conversation.agreed", subject=conversation, by=by)
    return Conversation.objects.get(pk=conversation.pk)


@transaction.atomic
def take_back(*, conversation: Conversation, by: User) -> Conversation:
    """Takes the conversation away from the assessors, at once: they see it no more, and it can be written again.

    What they said counts no longer, not even what was undisputed. Raises Missing(no-record),
    NotAllowed(not-yours-to-decide) and Conflict(wrong-state).
    """
    records.hold(conversation.person, part=Part.NEEDS, by=by)
    asked = list(_lock_assessments(conversation))
    conversation = _locked(conversation, Conversation.State.SHARED)
    for assessment in _declined(conversation):
        _stop_seeing(assessment, by)
    for assessment in asked:
        _end(assessment, State.TAKEN_BACK, by=by)
        _stop_seeing(assessment, by)
    _reopen(conversation)
    audit.record("conversation.taken-back", subject=conversation, by=by)
    return conversation


# --- The assessor ---------------------------------------------------------------------------------


@transaction.atomic
def accept(
    *,
    assessment: Assessment,
    gives_no_support: bool,
    is_no_relative: bool,
    is_not_paid_by_them: bool,
    by: User,
) -> Assessment:
    """The assessor declares that they have nothing to gain: they give this person no support, are no relative of
    theirs, and are paid nothing by them. Somebody who cannot say all three has to decline.

    Raises Missing(no-such-assessment), NotAllowed(not-registered and others of `rules.can_assess`),
    DomainError(conflict-of-interest) and Conflict(wrong-state).
    """
    assessment = _given(assessment, by, State.ASKED)
    if not (gives_no_support and is_no_relative and is_not_paid_by_them):
        raise DomainError(
            "conflict-of-interest",
            _("Somebody who has something to gain cannot do this. Please say no."),
        )
    rules.can_assess(assessment.assessor, assessment.person).require()
    assessment.accepted_at = acting.now()
    _move(assessment, State.ACCEPTED, "accepted_at")
    audit.record("assessment.accepted", subject=assessment, by=by)
    return assessment


@transaction.atomic
def decline(*, assessment: Assessment, by: User) -> Assessment:
    """The assessor says no, without giving a reason. The person can ask another.

    Raises Missing(no-such-assessment) and Conflict(wrong-state).
    """
    assessment = _given(assessment, by, State.ASKED, State.ACCEPTED)
    _end(assessment, State.DECLINED, by=by)
    return assessment


@transaction.atomic
def say(*, assessment: Assessment, said: Mapping[str, Said], by: User) -> Assessment:
    """The assessor says theirs: of every outcome that was answered, or, for a second opinion, of every disputed one.

    A first assessor writes a reason where they differ from the person; a second one always, and never goes below what
    is undisputed. Theirs then settles the points. Raises Missing(no-such-assessment), NotAllowed(not-registered and
    others of `rules.can_assess`), DomainError(not-every-outcome, no-such-answer, no-reason, too-long,
    below-the-undisputed) and Conflict(wrong-state, questions-changed).
    """
    assessment = _given(assessment, by, State.ACCEPTED)
    rules.can_assess(assessment.assessor, assessment.person).require()
    _call("hold_assessed_conversation", assessment)
    conversation = Conversation.objects.get(pk=assessment.conversation_id)
    if conversation.instrument_sha256 != instrument.current().sha256:
        raise Conflict(
            "questions-changed",
            _("The questions have changed meanwhile. The person has to take it back and ask anew."),
        )
    is_second = assessment.kind == Assessment.Kind.SECOND
    asked = disputed(conversation) if is_second else _answered(conversation)
    if set(said) != set(asked):
        raise DomainError("not-every-outcome", _("Say something about each part of life."))
    key = PersonKey.objects.get(person=assessment.person)
    rows = [_assessed(assessment, mine, said[code], key, is_second) for code, mine in asked.items()]
    for row in rows:
        row.save(force_insert=True)
    assessment.said_at = acting.now()
    _move(assessment, State.SAID, "said_at")
    _call("settle_points" if is_second else "keep_undisputed_points", assessment)
    _promise_what_follows(assessment.conversation_id, f"said:{assessment.public_id}")
    audit.record("assessment.said", subject=assessment, by=by)
    if is_second:
        audit.record("conversation.settled", subject=conversation, by=by)
    return assessment


def _assessed(
    assessment: Assessment,
    mine: ConversationAnswer,
    said: Said,
    key: PersonKey,
    is_second: bool,
) -> AssessedAnswer:
    now, reason = instrument.current(), said.reason.strip()
    if said.answer not in {each.code for each in now.answers}:
        raise DomainError("no-such-answer", _("Choose one of the answers."))
    if not reason and (is_second or said.answer != mine.answer):
        raise DomainError("no-reason", _("Write why you see it differently."))
    if len(reason) > LONGEST_REASON:
        raise DomainError("too-long", _("That is very long. Write it a little shorter."))
    points = now.points({mine.outcome: said.answer})
    if is_second and points < (mine.undisputed_points or 0):
        raise DomainError(
            "below-the-undisputed", _("What both agreed on already cannot become less.")
        )
    row = AssessedAnswer(
        assessment=assessment,
        person=assessment.person,
        outcome=mine.outcome,
        answer=said.answer,
        points=points,
    )
    row.put(key, reason=reason)
    return row


# --- What is said about what ----------------------------------------------------------------------


def _answered(conversation: Conversation) -> dict[str, ConversationAnswer]:
    rows = ConversationAnswer.objects.filter(conversation=conversation, is_cause=False)
    return {row.outcome: row for row in rows.order_by("pk")}


def disputed(conversation: Conversation) -> dict[str, ConversationAnswer]:
    """The answers of which the first assessor says something else, by outcome. Empty before they have said theirs."""
    mine = _answered(conversation)
    theirs = AssessedAnswer.objects.filter(
        assessment__conversation=conversation,
        assessment__kind=Assessment.Kind.FIRST,
        assessment__state=State.SAID,
    )
    return {
        row.outcome: mine[row.outcome] for row in theirs if row.points != mine[row.outcome].points
    }


def _is_named(assessor: TrustedAssessor, person: Person) -> bool:
    """Does the person's plan name the assessor's organisation? Asked while the person is acting, who sees the plan."""
    return conflicts.is_named(assessor.organisation, plan_queries.who_supports(person))


# --- Moving on ------------------------------------------------------------------------------------


def _ask(
    conversation: Conversation,
    person: Person,
    assessor: TrustedAssessor,
    *,
    kind: str,
    by: User,
) -> Assessment:
    due_on = None
    if kind == Assessment.Kind.SECOND:
        nation = assessor.scope.parent.code if assessor.scope.parent else ""
        due_on = working_days.after(acting.today(), days=SECOND_OPINION_WITHIN, nation=nation)
    assessment = Assessment.objects.create(
        conversation=conversation,
        person=person,
        assessor=assessor,
        kind=kind,
        asked_at=acting.now(),
        due_on=due_on,
    )
    let_see(assessor, person, by=by)
    audit.record("assessment.asked", subject=assessment, by=by)
    return assessment


def let_see(assessor: TrustedAssessor, person: Person, *, by: User) -> None:
    """A consent to the needs for `USUAL_SIGHT`, unless one that lasts as long is there.

    Given by the person, or by whoever may agree for them. Raises as `consents.give`.
    """
    ends_on = acting.today() + USUAL_SIGHT
    held = _sight_of(assessor, person)
    if held is not None and held.ends_at > acting.now():
        if held.ends_on < ends_on:
            consents.change(consent=held, purpose=held.purpose, ends_on=ends_on, by=by)
        return
    consents.give(
        person=person,
        to=assessor.user,
        known_as=queries.names_given_by(by, of=person).get(assessor.user_id)
        or _short(assessor.name),
        parts=[Part.NEEDS],
        purpose=Purpose.PLANNING,
        ends_on=ends_on,
        by=by,
    )


def _short(name: str) -> str:
    return name[: consents.LONGEST_NAME]


def _sight_of(assessor: TrustedAssessor, person: Person) -> PersonUserObjectPermission | None:
    given = rules.consents_given_of(person, to=assessor.user)
    return given.filter(permission__codename=Part.NEEDS.value).first()


def _stop_seeing(assessment: Assessment, by: User) -> None:
    """Takes back what was given for planning; what they see as a friend, for another purpose, stays."""
    held = _sight_of(assessment.assessor, assessment.person)
    if held is not None and held.purpose == Purpose.PLANNING:
        consents.withdraw(consent=held, by=by)


def _given(assessment: Assessment, by: User, *states: str) -> Assessment:
    """The assessment, locked for the assessor who was asked and may still see. Raises Missing and Conflict."""
    found = (
        rules.assessments_given_to(by)
        .filter(pk=assessment.pk)
        .select_for_update(no_key=True, of=("self",))
        .first()
    )
    if found is None:
        raise Missing("no-such-assessment", _("Nobody asks you for this."))
    if found.state not in states:
        raise Conflict("wrong-state", _("This has moved on. Look at it again."))
    return found


def _lock_assessments(conversation: Conversation) -> list[Assessment]:
    rows = Assessment.objects.select_for_update(no_key=True, of=("self",))
    live = rows.filter(conversation=conversation, state__in=Assessment.LIVE).order_by("pk")
    return list(live.select_related("assessor__user", "person"))


def _declined(conversation: Conversation) -> list[Assessment]:
    said_no = Assessment.objects.filter(conversation=conversation, state=State.DECLINED)
    return list(said_no.select_related("assessor__user", "person"))


def _first_said(conversation: Conversation) -> Assessment:
    for assessment in _lock_assessments(conversation):
        if (assessment.kind, assessment.state) == (Assessment.Kind.FIRST, State.SAID):
            return assessment
    raise Conflict("wrong-state", _("The assessor has not said theirs yet."))


def _second(conversation: Conversation) -> list[Assessment]:
    return [each for each in _lock_assessments(conversation) if each.kind == Assessment.Kind.SECOND]


def _locked(conversation: Conversation, *states: str) -> Conversation:
    held = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
    if held.state not in states:
        raise Conflict("wrong-state", _("This has moved on. Look at it again."))
    return held


def _move(assessment: Assessment, state: str, *fields: str) -> None:
    if state not in Assessment.TRANSITIONS[State(assessment.state)]:
        raise Conflict("wrong-state", _("This has moved on. Look at it again."))
    assessment.state = state
    assessment.save(update_fields=["state", *fields])


def _end(assessment: Assessment, state: str, *, by: User) -> None:
    assessment.ended_at = acting.now()
    _move(assessment, state, "ended_at")
    audit.record(f"assessment.{state}", subject=assessment, by=by)


def _move_conversation(conversation: Conversation, state: str, *fields: str) -> None:
    if state not in Conversation.TRANSITIONS[Conversation.State(conversation.state)]:
        raise Conflict("wrong-state", _("This has moved on. Look at it again."))
    conversation.state = state
    conversation.save(update_fields=["state", *fields])


def _reopen(conversation: Conversation) -> None:
    ConversationAnswer.objects.filter(conversation=conversation).update(undisputed_points=None)
    conversation.undisputed_points = None
    _move_conversation(conversation, Conversation.State.BEGUN, "undisputed_points")


def _promise_what_follows(conversation_id: int, why: str) -> None:
    """The points, or what nobody doubts of them, are known: what is paid for them follows by itself."""
    outbox.promise(
        POINTS_KNOWN, key=f"points-known:{why}", by=None, conversation_id=conversation_id
    )


def _call(function: str, assessment: Assessment) -> None:
    """One of migration 0009's functions, which write in the person's rows what both sides' rows add up to."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [assessment.pk])
