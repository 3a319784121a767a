"""One assessor looks at what another said. It changes no points; it is there so that assessors learn from each other.

Only assessments that the published rule drew (people.peer_review), and only while the person lets somebody look. A
person who says no is counted as a no, and loses nothing.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from governance import audit
from governance.models import User
from people import peer_review, rules
from people.actions import records
from people.actions.assessments import let_see
from people.models import Assessment, PeerReview, Person, PersonKey, TrustedAssessor
from people.parts import Part
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError, Missing

LONGEST = 2000  # characters


@transaction.atomic
def allow(*, assessment: Assessment, reviewer: TrustedAssessor, by: User) -> PeerReview:
    """The person lets another assessor look, who sees the needs for 90 days.

    Raises Missing(no-record), NotAllowed(not-yours-to-decide and those of `rules.can_assess`) and Conflict(not-drawn,
    answered-already, not-another).
    """
    person = _drawn(assessment, by)
    mine = assessment.assessor
    if reviewer.user_id == mine.user_id or (
        reviewer.organisation and reviewer.organisation == mine.organisation
    ):
        raise Conflict("not-another", _("Choose an assessor from somewhere else."))
    rules.can_assess(reviewer, person).require()
    review = _kept(assessment, person, reviewer, PeerReview.State.ASKED, by)
    let_see(reviewer, person, by=by)
    return review


@transaction.atomic
def refuse(*, assessment: Assessment, by: User) -> PeerReview:
    """The person lets nobody look. Raises Missing(no-record), NotAllowed(not-yours-to-decide) and Conflict(not-drawn,
    answered-already)."""
    person = _drawn(assessment, by)
    return _kept(assessment, person, None, PeerReview.State.REFUSED, by)


@transaction.atomic
def find(*, review: PeerReview, finding: str, words: str = "", by: User) -> PeerReview:
    """The other assessor says what they would have said: about the same, more, or less.

    Raises Missing(no-such-review), NotAllowed(not-registered and others of `rules.can_assess`), DomainError(no-finding,
    no-reason, too-long) and Conflict(wrong-state).
    """
    words = words.strip()
    if finding not in PeerReview.Finding:
        raise DomainError("no-finding", _("Choose what you would have said."))
    if finding != PeerReview.Finding.FAIR and not words:
        raise DomainError("no-reason", _("Write why you see it differently."))
    if len(words) > LONGEST:
        raise DomainError("too-long", _("That is very long. Write it a little shorter."))
    held = (
        rules.reviews_given_to(by)
        .filter(pk=review.pk)
        .select_for_update(no_key=True, of=("self",))
        .first()
    )
    if held is None:
        raise Missing("no-such-review", _("Nobody asks you for this."))
    if held.state != PeerReview.State.ASKED or held.reviewer is None:
        raise Conflict("wrong-state", _("This has moved on. Look at it again."))
    rules.can_assess(held.reviewer, held.person).require()
    held.state, held.finding = PeerReview.State.DONE, finding
    held.put(PersonKey.objects.get(person=held.person), words=words)
    held.save(update_fields=["state", "finding", "sealed"])
    audit.record("review.done", subject=held, by=by)
    return held


def _drawn(assessment: Assessment, by: User) -> Person:
    person = records.hold(assessment.person, part=Part.NEEDS, by=by)
    said = assessment.state == Assessment.State.SAID
    if not said or not peer_review.is_drawn(assessment.public_id):
        raise Conflict("not-drawn", _("Nobody was asked to look at this again."))
    if PeerReview.objects.filter(assessment=assessment).exists():
        raise Conflict("answered-already", _("You have answered this."))
    return person


def _kept(
    assessment: Assessment,
    person: Person,
    reviewer: TrustedAssessor | None,
    state: str,
    by: User,
) -> PeerReview:
    review = PeerReview(
        assessment=assessment,
        person=person,
        reviewer=reviewer,
        state=state,
        asked_at=acting.now(),
    )
    review.put(records.key_of(person), words="")
    review.save(force_insert=True)
    audit.record(f"review.{state}", subject=review, by=by)
    return review
