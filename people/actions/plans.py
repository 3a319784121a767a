"""Writing the support plan: a draft is written piece by piece, the person agrees it, and every version is kept.

Only whoever may decide about the part “plan” writes it. Others speak beside it (people.actions.comments).
"""

from __future__ import annotations

from datetime import date
from typing import TypeVar

from django.db import transaction
from django.utils.translation import gettext as _

from governance import audit
from governance.models import User
from people import rights, rules
from people.actions import records
from people.models import Arrangement, Goal, Person, PlanSection, SupportPlan
from people.models.sealed import Sealed
from people.parts import Part
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError, Missing
from socialcare.kernel.public_ids import new_public_id

State = SupportPlan.State
LONGEST_SECTION = 10_000  # characters
LONGEST_WORDS = 2000
MOST_ENTRIES = 100  # goals, and arrangements, in one plan
MOST_MINUTES = 3 * 7 * 24 * 60  # three people, day and night, all week
MOST_PENCE = 100_000_00  # a week; more is a slip of the hand

Entry = TypeVar("Entry", bound=Sealed)


@transaction.atomic
def begin(*, person: Person, by: User) -> SupportPlan:
    """Begins a draft: a copy of the agreed plan, which goes on counting, or an empty one.

    Raises Missing(no-record), NotAllowed(not-yours-to-decide) and Conflict(begun-already).
    """
    person = records.hold(person, part=Part.PLAN, by=by)
    versions = SupportPlan.objects.filter(person=person)
    if versions.filter(state=State.DRAFT).exists():
        raise Conflict("begun-already", _("You are writing your plan already."))
    newest = versions.order_by("-number").first()
    plan = SupportPlan.objects.create(
        person=person, number=newest.number + 1 if newest else 1, begun_at=acting.now()
    )
    # Made now, so that whoever is let see the plan can speak beside it.
    records.key_of(person)
    if newest is not None:
        _copy(newest, plan)
    audit.record("plan.begun", subject=plan, by=by)
    return plan


def _copy(old: SupportPlan, plan: SupportPlan) -> None:
    """Every entry of `old` into `plan`, sealed anew: a copy of a sealed text in another row does not open."""
    key = records.key_of(plan.person)
    rows: list[PlanSection | Goal | Arrangement] = [
        *old.sections.order_by("pk"),
        *old.goals.order_by("pk"),
        *old.arrangements.order_by("pk"),
    ]
    for row in rows:
        words = row.words(key)
        row.pk, row.public_id, row.plan = None, new_public_id(), plan
        row.put(key, **words)
        row.save(force_insert=True)


@transaction.atomic
def write(*, plan: SupportPlan, kind: str, words: str, by: User) -> None:
    """Writes a section of a draft; without words it is left out.

    Raises Missing(no-record, no-such-section), NotAllowed(not-yours-to-decide), DomainError(too-long) and
    Conflict(not-a-draft).
    """
    if kind not in PlanSection.Kind:
        raise Missing("no-such-section", _("There is no such part of a plan."))
    words = _checked(words, LONGEST_SECTION)
    plan = _draft(plan, by)
    section = PlanSection.objects.filter(plan=plan, kind=kind).first()
    if not words:
        if section is not None:
            section.delete()
    else:
        section = section or PlanSection(plan=plan, person=plan.person, kind=kind)
        section.put(records.key_of(plan.person), words=words)
        section.save()
    audit.record("plan.written", subject=plan, by=by)


@transaction.atomic
def add_goal(*, plan: SupportPlan, words: str, right: str = "", by: User) -> Goal:
    """Adds a goal to a draft. It may name a right, by its code.

    Raises Missing(no-record), NotAllowed(not-yours-to-decide), DomainError(no-words, too-long, no-such-right, too-many)
    and Conflict(not-a-draft).
    """
    plan = _draft(plan, by)
    goal = _new(Goal, plan)
    return _put_goal(goal, words=words, right=right, by=by)


@transaction.atomic
def change_goal(*, goal: Goal, words: str, right: str = "", by: User) -> Goal:
    """Writes a goal of a draft anew. Raises as `add_goal`, and Missing(no-such-entry)."""
    return _put_goal(_entry(goal, by), words=words, right=right, by=by)


def _put_goal(goal: Goal, *, words: str, right: str, by: User) -> Goal:
    words = _checked(words, LONGEST_WORDS)
    if not words:
        raise DomainError("no-words", _("Write what you want to happen."))
    if right and right not in rights.rights():
        raise DomainError("no-such-right", _("Choose a right from the list, or none."))
    goal.right = right
    goal.put(records.key_of(goal.person), words=words)
    goal.save()
    audit.record("goal.written", subject=goal, by=by)
    return goal


@transaction.atomic
def add_arrangement(
    *,
    plan: SupportPlan,
    kind: str,
    what_for: str,
    who: str = "",
    tag: str = "",
    minutes_a_week: int | None = None,
    weekly_pence: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    by: User,
) -> Arrangement:
    """Adds some support to a draft, from `starts_on` up to, and without, `ends_on`.

    Only what is paid for has a price, and it has a first day (today unless given). Raises Missing(no-record),
    NotAllowed(not-yours-to-decide), DomainError(no-kind, no-words, too-long, no-tag, no-price, not-paid-for,
    too-much, bad-dates, too-many) and Conflict(not-a-draft).
    """
    plan = _draft(plan, by)
    return _put_arrangement(
        _new(Arrangement, plan),
        kind=kind,
        what_for=what_for,
        who=who,
        tag=tag,
        minutes_a_week=minutes_a_week,
        weekly_pence=weekly_pence,
        starts_on=starts_on,
        ends_on=ends_on,
        by=by,
    )


@transaction.atomic
def change_arrangement(
    *,
    arrangement: Arrangement,
    kind: str,
    what_for: str,
    who: str = "",
    tag: str = "",
    minutes_a_week: int | None = None,
    weekly_pence: int | None = None,
    starts_on: date | None = None,
    ends_on: date | None = None,
    by: User,
) -> Arrangement:
    """Writes some support in a draft anew. Raises as `add_arrangement`, and Missing(no-such-entry)."""
    return _put_arrangement(
        _entry(arrangement, by),
        kind=kind,
        what_for=what_for,
        who=who,
        tag=tag,
        minutes_a_week=minutes_a_week,
        weekly_pence=weekly_pence,
        starts_on=starts_on,
        ends_on=ends_on,
        by=by,
    )


def _put_arrangement(
    row: Arrangement,
    *,
    kind: str,
    what_for: str,
    who: str,
    tag: str,
    minutes_a_week: int | None,
    weekly_pence: int | None,
    starts_on: date | None,
    ends_on: date | None,
    by: User,
) -> Arrangement:
    what_for, who = _checked(what_for, LONGEST_WORDS), _checked(who, LONGEST_WORDS)
    is_paid = kind == Arrangement.Kind.PAID
    if kind not in Arrangement.Kind:
        raise DomainError("no-kind", _("Choose where the support comes from."))
    if not what_for:
        raise DomainError("no-words", _("Write what it is for."))
    if tag not in Arrangement.Tag:
        raise DomainError("no-tag", _("Choose from the list, or none of these."))
    if is_paid and weekly_pence is None:
        raise DomainError("no-price", _("Write what it costs in a week."))
    if not is_paid and weekly_pence is not None:
        raise DomainError("not-paid-for", _("Only support that is paid for has a price."))
    if not 0 <= (weekly_pence or 0) <= MOST_PENCE or not 0 <= (minutes_a_week or 0) <= MOST_MINUTES:
        raise DomainError("too-much", _("Look at the number again. It is too large."))
    if is_paid:
        starts_on = starts_on or acting.today()
    if ends_on is not None and starts_on is not None and ends_on <= starts_on:
        raise DomainError("bad-dates", _("It must end after it starts."))
    row.kind, row.tag = kind, tag
    row.minutes_a_week, row.weekly_pence = minutes_a_week, weekly_pence
    row.starts_on, row.ends_on = starts_on, ends_on
    row.put(records.key_of(row.person), what_for=what_for, who=who)
    row.save()
    audit.record("arrangement.written", subject=row, by=by)
    return row


@transaction.atomic
def remove(*, entry: Goal | Arrangement, by: User) -> None:
    """Takes a goal or some support out of a draft. Earlier versions keep it.

    Raises Missing(no-record, no-such-entry), NotAllowed(not-yours-to-decide) and Conflict(not-a-draft).
    """
    held = _entry(entry, by)
    audit.record("plan.entry-removed", subject=held, by=by)
    held.delete()


@transaction.atomic
def agree(*, plan: SupportPlan, by: User) -> SupportPlan:
    """The person, or whoever may agree for them, agrees the draft: it is the plan from now on, in place of the one before.

    Nobody else's agreement is needed. Raises Missing(no-record), NotAllowed(not-yours-to-decide,
    not-yet-yours-to-agree), DomainError(nothing-yet) and Conflict(not-a-draft).
    """
    plan = _draft(plan, by)
    rules.can_agree(by, plan.person, Part.PLAN).require()
    if not (plan.sections.exists() or plan.goals.exists() or plan.arrangements.exists()):
        raise DomainError("nothing-yet", _("Write something in your plan first."))
    now = acting.now()
    SupportPlan.objects.filter(person=plan.person, state=State.AGREED).update(
        state=State.SUPERSEDED, superseded_at=now
    )
    plan.state, plan.agreed_at = State.AGREED, now
    plan.save(update_fields=["state", "agreed_at"])
    audit.record("plan.agreed", subject=plan, by=by)
    return plan


def _draft(plan: SupportPlan, by: User) -> SupportPlan:
    """The draft, with its person's row locked before it. Raises Conflict(not-a-draft)."""
    person = records.hold(plan.person, part=Part.PLAN, by=by)
    held = SupportPlan.objects.select_for_update(no_key=True).get(pk=plan.pk)
    held.person = person
    if held.state != State.DRAFT:
        raise Conflict("not-a-draft", _("This version is agreed. Begin a new draft to change it."))
    return held


def _entry(entry: Entry, by: User) -> Entry:
    """A goal or arrangement of a draft, as it now stands. Raises Missing(no-such-entry)."""
    plan = _draft(entry.plan, by)  # type: ignore[attr-defined]
    found = type(entry)._default_manager.filter(pk=entry.pk, plan=plan).first()
    if found is None:
        raise Missing("no-such-entry", _("That is no longer in your plan."))
    found.person = plan.person  # type: ignore[attr-defined]
    return found


def _new(table: type[Entry], plan: SupportPlan) -> Entry:
    if table._default_manager.filter(plan=plan).count() >= MOST_ENTRIES:
        raise DomainError("too-many", _("There is a great deal in your plan. Put some together."))
    row = table(plan=plan, person=plan.person)
    row.first_id = row.public_id  # type: ignore[attr-defined]
    return row


def _checked(words: str, longest: int) -> str:
    words = words.strip()
    if len(words) > longest:
        raise DomainError("too-long", _("That is very long. Write it a little shorter."))
    return words
