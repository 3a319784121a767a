"""Challenging a decision about oneself; drawing the panel; what the panel says.

A challenge is taken at once, whatever the state of the panels: there is no action that refuses one. The parts of the
record that the person releases are consents to the three, until the answer.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from governance import audit, notices
from governance.models import User
from people import challengeable, promises, rules, rules_challenges
from people import notices as people_notices
from people.actions import consents
from people.actions.asks import LONGEST_WORDS
from people.actions.records import own
from people.models import Challenge, PanelSeat
from people.models.challenges import Opinion
from people.parts import Part, Purpose
from socialcare.kernel import acting, outbox
from socialcare.kernel.acting import acting_as
from socialcare.kernel.errors import Conflict, DomainError, Missing

# What was released ends with the answer; where that is late, so long after the day that was promised.
GRACE = timedelta(days=60)
END_RELEASE = "people.end_release"


@transaction.atomic
def make(
    *, kind: str, about: str = "", words: str, released: Collection[str] = (), by: User
) -> Challenge:
    """Challenges what was decided about `by`. It is open from now on, and the panel is drawn at once where it can be.

    Raises Missing(no-record, nothing-to-challenge), DomainError(no-words, too-long, no-parts) and
    Conflict(challenged-already).
    """
    words = words.strip()
    if not words:
        raise DomainError("no-words", _("Write what is wrong, in your own words."))
    if len(words) > LONGEST_WORDS:
        raise DomainError("too-long", _("Write a little less."))
    if not set(released) <= set(Part.values):
        raise DomainError("no-parts", _("Choose what they may see."))
    challengeable.describe(by, kind, about)
    person = own(by)
    challenge = Challenge(
        person=person,
        about_kind=kind,
        about_id=about,
        released=[part.value for part in Part if part in set(released)],
        made_at=acting.now(),
        decide_by=promises.current().due(promises.CHALLENGE, on=acting.today()),
    )
    challenge.make_key()
    challenge.put(challenge, words=words)
    try:
        with transaction.atomic():
            challenge.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("challenged-already", _("You have challenged that. It is open.")) from error
    # What somebody does for themself is kept with their record: the panel leaves its traces on the challenge.
    audit.record("challenge.made", subject=person, by=by, kind=kind)
    _draw(challenge, by)
    return challenge


def _draw(challenge: Challenge, by: User) -> list[PanelSeat]:
    """Seats three strangers, or nobody where there are not three. Done as the person, who alone sees who is none."""
    members = rules_challenges.drawn(challenge, rules_challenges.pool(challenge.person))
    if len(members) < rules_challenges.PANEL:
        return []
    seats = []
    for number, member in enumerate(members, start=1):
        seat = PanelSeat(challenge=challenge, person=challenge.person, user=member)
        seat.put(challenge, reasons="")
        seat.save(force_insert=True)
        if challenge.released:
            consents.give(
                person=challenge.person,
                to=member,
                known_as=_("Member %(number)d of the panel") % {"number": number},
                parts=challenge.released,
                purpose=Purpose.KNOW_ME,
                ends_on=challenge.decide_by + GRACE,
                by=by,
            )
        notices.tell(member, about=f"challenge:{challenge.public_id}")
        seats.append(seat)
    audit.record("challenge.panel-drawn", subject=challenge, by=None)
    return seats


@transaction.atomic
def withdraw(*, challenge: Challenge, by: User) -> None:
    """Takes it back, with everything released. Raises Missing(no-record, no-such-challenge) and Conflict(over-already)."""
    person = own(by)
    found = (
        rules_challenges.own_challenges(by).select_for_update(of=("self",)).filter(pk=challenge.pk)
    )
    challenge_now = found.first()
    if challenge_now is None:
        raise Missing("no-such-challenge")
    if not challenge_now.is_open:
        raise Conflict("over-already", _("It has been answered."))
    challenge_now.state = Challenge.State.WITHDRAWN
    challenge_now.ended_at = acting.now()
    challenge_now.save(update_fields=["state", "ended_at"])
    audit.record("challenge.withdrawn", subject=person, by=by)
    _take_back_release(challenge_now, by)


@transaction.atomic
def note_read(*, seat: PanelSeat, by: User) -> None:
    """Leaves a trace that a member of the panel read the challenge."""
    audit.record("challenge.read", subject=seat.challenge, by=by)


@transaction.atomic
def say(*, seat: PanelSeat, opinion: str, reasons: str, by: User) -> None:
    """Says what one member thinks. When all three have, the majority is the answer; without one, it is decided again.

    Raises Missing(no-such-challenge), NotAllowed(said-already) and DomainError(no-opinion, no-reasons, too-long).
    """
    reasons = reasons.strip()
    if opinion not in Opinion:
        raise DomainError("no-opinion", _("Choose what you think."))
    if not reasons:
        raise DomainError("no-reasons", _("Write your reasons. Whoever challenged reads them."))
    if len(reasons) > LONGEST_WORDS:
        raise DomainError("too-long", _("Write a little less."))
    mine = rules_challenges.seats_of(by).select_related("challenge").filter(pk=seat.pk)
    seen = mine.first()
    if seen is None:
        raise Missing("no-such-challenge")
    rules_challenges.can_say(seen).require()
    held = mine.select_for_update(of=("self",)).first()
    if held is None:
        # Said in another window since.
        raise Conflict("said-already", _("You have said what you think. It stays as it is."))
    held.opinion, held.said_at = opinion, acting.now()
    held.put(held.challenge, reasons=reasons)
    held.save(update_fields=["opinion", "said_at", "sealed"])
    audit.record("challenge.said", subject=held.challenge, by=by)
    with connection.cursor() as cursor:
        # No member sees the others': PostgreSQL counts, and says whose it is once it is answered.
        cursor.execute("SELECT settle_challenge(%s)", [held.challenge_id])
        user_id = cursor.fetchone()[0]
    if user_id is not None:
        audit.record("challenge.decided", subject=held.challenge, by=None)
        key = f"end-release:{held.challenge.public_id}"
        outbox.promise(END_RELEASE, key=key, by=None, user_id=user_id)
        people_notices.tell(user_id, about=f"challenge-decided:{held.challenge.public_id}")


@outbox.handler(END_RELEASE)
def end_release(*, user_id: int, by: int | None) -> None:
    """Takes back, as the person chose from the beginning, what panels that have answered were let see."""
    user = User.objects.get(pk=user_id)
    with acting_as(user):
        own(user)
        answered = rules_challenges.own_challenges(user).filter(state=Challenge.State.DECIDED)
        for challenge in answered.order_by("pk"):
            _take_back_release(challenge, user)


def _take_back_release(challenge: Challenge, by: User) -> None:
    if not challenge.released:
        return
    # Whoever sits over another challenge of theirs that is open goes on seeing what was released for that.
    others = PanelSeat.objects.filter(
        challenge__person__user=by, challenge__state=Challenge.State.OPEN
    )
    given = (
        rules.consents_given_by(by)
        .filter(purpose=Purpose.KNOW_ME, user__in=challenge.seats.values("user_id"))
        .exclude(user__in=others.values("user_id"))
    )
    for consent in given.order_by("pk"):
        consents.withdraw(consent=consent, by=by)


def draw_missing() -> int:
    """Draws the panels that could not be drawn at once. Returns how many were drawn now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT public_id, user_id FROM challenges_without_panel()")
        waiting = cursor.fetchall()
    drawn = 0
    for public_id, user_id in waiting:
        user = User.objects.get(pk=user_id)
        with acting_as(user):
            own(user)
            found = rules_challenges.own_challenges(user).get(public_id=public_id)
            # Another worker may have been here since.
            drawn += found.is_open and not found.seats.exists() and bool(_draw(found, user))
    return drawn
