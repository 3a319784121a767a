"""A matter's life: raised at its seat, opened for votes, voted on, closed into a decision; or withdrawn, or asked up.

What a decision changes is the business of the app that owns the thing: closing promises `decided:<power>` to
whichever app handles it.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from governance import audit, competence, powers, rules
from governance.actions import loans
from governance.levels import Level
from governance.methods import Choice, Method, count
from governance.models import DECIDING_KIND, Body, Decision, Matter, RollEntry, Sphere, User, Vote
from socialcare.kernel import outbox
from socialcare.kernel.errors import Conflict, DomainError

SHORTEST_VOTE = timedelta(minutes=1)
LONGEST_VOTE = timedelta(days=60)


def _locked(matter: Matter, *states: str) -> Matter:
    """The matter, locked and in one of `states`. Raises Conflict(wrong-state)."""
    rows = Matter.objects.select_for_update(of=("self",)).select_related("seat")
    locked = rows.get(pk=matter.pk)
    if locked.state not in states:
        raise Conflict("wrong-state", _("This matter has moved on. Look at it again."))
    return locked


def _move(matter: Matter, state: str, *fields: str) -> None:
    if state not in Matter.TRANSITIONS[Matter.State(matter.state)]:
        raise Conflict("wrong-state", _("This matter has moved on. Look at it again."))
    matter.state = state
    matter.save(update_fields=["state", *fields])


def _deciding_body(seat: Sphere) -> Body | None:
    kind = DECIDING_KIND.get(Level(seat.level))
    return Body.objects.filter(sphere=seat, kind=kind).first()


@transaction.atomic
def raise_matter(
    *,
    power: str,
    sphere: Sphere,
    subject: str,
    question: str,
    background: str = "",
    to: Body | None = None,
    by: User,
) -> Matter:
    """Puts a question to the seat of `power` for `sphere`; or to the body `to`, where another must agree to a loan
    of the power (its borrower, the national panel). No other question passes the seat by.

    Raises NotAllowed(may-not-raise), DomainError(core-power, not-the-seat, no-question) and
    Conflict(asked-already) while the same subject is before the same seat.
    """
    if powers.get(power).core:
        raise DomainError("core-power", _("This decision belongs to the person and stays there."))
    if to is not None and not loans.is_about_a_loan(subject, loans.ACCEPT, loans.ASSENT):
        raise DomainError("not-the-seat", _("This is decided somewhere else. Ask there."))
    seat = to.sphere if to is not None else competence.seat(power, sphere).sphere
    rules.can_raise(by, power, seat, to=to).require()
    if not question.strip():
        raise DomainError("no-question", _("Write the question that the body should answer."))
    body = to or _deciding_body(seat)
    try:
        with transaction.atomic():
            matter = Matter.objects.create(
                power=power,
                sphere=sphere,
                seat=seat,
                body=body,
                subject=subject,
                question=question.strip(),
                background=background.strip(),
                raised_by=by,
            )
    except IntegrityError as error:
        raise Conflict("asked-already", _("This question is already before the body.")) from error
    audit.record("matter.raised", subject=matter, by=by, sphere=seat, power=power)
    return matter


@transaction.atomic
def open_vote(*, matter: Matter, closes_at: datetime, by: User) -> Matter:
    """Opens the vote until `closes_at` and fixes the roll to today's members.

    Raises NotAllowed(may-not-steer), DomainError(bad-closing-time), Conflict(nobody-to-vote).
    """
    rules.can_steer(by, matter).require()
    matter = _locked(matter, Matter.State.RAISED)
    now = timezone.now()
    if not SHORTEST_VOTE <= closes_at - now <= LONGEST_VOTE:
        raise DomainError("bad-closing-time", _("A vote lasts between a minute and sixty days."))
    members = [] if matter.body is None else list(rules.members_of(matter.body))
    if not members:
        raise Conflict("nobody-to-vote", _("Nobody holds a seat in the body that decides this."))
    RollEntry.objects.bulk_create([RollEntry(matter=matter, user=member) for member in members])
    matter.opened_at, matter.closes_at = now, closes_at
    _move(matter, Matter.State.OPEN, "opened_at", "closes_at")
    outbox.promise(
        "governance.close_vote",
        key=f"close_vote:{matter.pk}",
        by=None,
        not_before=closes_at,
        matter_id=matter.pk,
    )
    audit.record("matter.opened", subject=matter, by=by, sphere=matter.seat, roll=len(members))
    return matter


@transaction.atomic
def cast(*, matter: Matter, choice: str, reason: str = "", by: User) -> Vote:
    """Casts the member's one vote. An objection under consent needs its reason.

    Raises NotAllowed(not-on-the-roll, not-open, voted-already), DomainError(no-choice, no-reason).
    """
    # The lock keeps a count from closing the matter between the rule and the vote.
    matter = Matter.objects.select_for_update(no_key=True).get(pk=matter.pk)
    rules.can_vote(by, matter).require()
    if choice not in Choice:
        raise DomainError("no-choice", _("Choose for, against or abstain."))
    method = powers.get(matter.power).method
    if method == Method.CONSENT and choice == Choice.AGAINST and not reason.strip():
        raise DomainError("no-reason", _("Say why you object, so that it can be worked on."))
    if matter.closes_at is not None and timezone.now() >= matter.closes_at:
        raise Conflict("closed", _("The time for voting is over."))
    vote = Vote.objects.create(matter=matter, user=by, choice=choice, reason=reason.strip())
    audit.record("vote.cast", subject=matter, by=by, sphere=matter.seat_id)
    return vote


def is_ripe(matter: Matter) -> bool:
    """A vote can be closed when its time is over or everybody on the roll has voted."""
    if matter.closes_at is not None and timezone.now() >= matter.closes_at:
        return True
    return matter.votes.count() >= matter.roll.count()


@transaction.atomic
def close(*, matter: Matter, reasons: str = "", by: User | None) -> Decision:
    """Counts the votes and writes the decision. `by` is None when the clock closes it.

    The reasons are those the closer gives, or the background of the question; dissent is gathered from the votes
    against. Raises NotAllowed(may-not-steer), Conflict(still-open, wrong-state).
    """
    if by is not None:
        rules.can_steer(by, matter).require()
    matter = _locked(matter, Matter.State.OPEN)
    if not is_ripe(matter):
        raise Conflict("still-open", _("Some members have not voted and there is still time."))
    votes = list(matter.votes.order_by("pk"))
    power = powers.get(matter.power)
    result = count(
        power.method,
        roll=matter.roll.count(),
        votes=Counter(Choice(vote.choice) for vote in votes),
    )
    decision = Decision.objects.create(
        matter=matter,
        method=power.method,
        roll=result.roll,
        votes_for=result.votes_for,
        votes_against=result.votes_against,
        abstentions=result.abstentions,
        quorate=result.quorate,
        carried=result.carried,
        reasons=reasons.strip() or matter.background or matter.question,
        dissent="\n\n".join(
            vote.reason for vote in votes if vote.choice == Choice.AGAINST and vote.reason
        ),
        rights_considered=list(power.rights),
    )
    _move(matter, Matter.State.DECIDED)
    audit.record(
        "matter.decided",
        subject=decision,
        by=by,
        sphere=matter.seat,
        matter=matter.public_id,
        carried=decision.carried,
    )
    topic = f"decided:{power.slug}"
    # A decision about lending the power is not a use of it: the loan's own action looks for it.
    is_use = not loans.is_about_a_loan(matter.subject)
    if is_use and outbox.is_handled(topic):
        outbox.promise(
            topic,
            key=f"{topic}:{decision.pk}",
            by=by.pk if by is not None else None,
            decision_id=decision.pk,
        )
    return decision


@outbox.handler("governance.close_vote")
def close_when_time_is_over(*, by: int | None, matter_id: int, **payload: Any) -> None:
    matter = Matter.objects.get(pk=matter_id)
    if matter.state == Matter.State.OPEN:
        close(matter=matter, by=None)


@transaction.atomic
def withdraw(*, matter: Matter, by: User) -> Matter:
    """Takes a question back before its vote opens. Raises NotAllowed(may-not-steer), Conflict(wrong-state)."""
    rules.can_steer(by, matter).require()
    matter = _locked(matter, Matter.State.RAISED)
    _move(matter, Matter.State.WITHDRAWN)
    audit.record("matter.withdrawn", subject=matter, by=by, sphere=matter.seat)
    return matter


@transaction.atomic
def ask_up(*, matter: Matter, by: User) -> Matter:
    """The seat asks the sphere above to decide this one matter. Returns the new matter there.

    Nothing is taken up without being asked. A core power is never here to be asked up: it comes before no body.
    Raises NotAllowed(may-not-steer), Conflict(wrong-state, nobody-above, asked-already).
    """
    rules.can_steer(by, matter).require()
    matter = _locked(matter, Matter.State.RAISED)
    above = matter.seat.parent
    if above is None:
        raise Conflict("nobody-above", _("There is nobody above to ask."))
    _move(matter, Matter.State.REFERRED)
    try:
        with transaction.atomic():
            asked = Matter.objects.create(
                power=matter.power,
                sphere=matter.sphere,
                seat=above,
                body=_deciding_body(above),
                subject=matter.subject,
                question=matter.question,
                background=matter.background,
                raised_by=matter.raised_by,
                referred_from=matter,
            )
    except IntegrityError as error:
        raise Conflict("asked-already", _("This question is already before the body.")) from error
    audit.record(
        "matter.asked-up", subject=matter, by=by, sphere=matter.seat, asked=asked.public_id
    )
    return asked
