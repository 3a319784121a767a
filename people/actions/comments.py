"""Speaking beside somebody's plan, and answering. A comment changes nothing in the plan and stops nothing in it.

Whoever the person lets see the plan may comment. What was said is never edited: its author takes it back while it is not
answered, and the person takes it out when they like.
"""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from governance import audit
from governance import rules as governance
from governance.models import User
from people import rules
from people.actions import records
from people.models import CommentReply, PersonKey, PlanComment, SupportPlan, TrustedAssessor
from people.parts import Part
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError, Missing

LONGEST = 2000  # characters


@transaction.atomic
def say(*, plan: SupportPlan, kind: str, words: str, by: User) -> PlanComment:
    """Says something beside a version of a plan that `by` may see, in their own name.

    It is marked as a professional's where they hold an office or are a registered assessor today. Raises
    Missing(no-such-plan), NotAllowed(your-own-plan), DomainError(no-kind, no-words, too-long) and
    Conflict(superseded).
    """
    if kind not in PlanComment.Kind:
        raise DomainError("no-kind", _("Choose whether you comment or suggest."))
    words = _checked(words, _("Write what you want to say."))
    seen = rules.visible_to(by, SupportPlan.objects.all(), part=Part.PLAN)
    found = seen.filter(pk=plan.pk).select_related("person").first()
    if found is None:
        raise Missing("no-such-plan", _("There is no such plan."))
    rules.can_comment(by, found.person).require()
    if found.state == SupportPlan.State.SUPERSEDED:
        raise Conflict("superseded", _("There is a newer plan. Comment on that one."))
    comment = PlanComment(
        plan=found,
        person=found.person,
        author=by,
        kind=kind,
        is_professional=is_professional(by),
        said_at=acting.now(),
    )
    comment.put(PersonKey.objects.get(person=found.person), words=words)
    comment.save(force_insert=True)
    audit.record("plan.commented", subject=comment, by=by)
    return comment


@transaction.atomic
def reply(*, comment: PlanComment, words: str, by: User) -> CommentReply:
    """The person's answer, which stands beside the comment wherever it is read; a new one takes its place.

    Raises Missing(no-record), NotAllowed(not-yours-to-decide) and DomainError(no-words, too-long).
    """
    words = _checked(words, _("Write your answer."))
    person = records.hold(comment.person, part=Part.PLAN, by=by)
    answer = CommentReply.objects.filter(comment=comment).first()
    answer = answer or CommentReply(comment=comment, person=person)
    answer.said_at = acting.now()
    answer.put(records.key_of(person), words=words)
    answer.save()
    audit.record("plan.replied", subject=answer, by=by)
    return answer


@transaction.atomic
def take_out(*, comment: PlanComment, by: User) -> None:
    """Takes a comment away for good: its author while nobody has answered, the person whenever they like.

    Raises Missing(no-such-comment), NotAllowed(not-yours-to-decide) and Conflict(answered-already).
    """
    seen = rules.visible_to(by, PlanComment.objects.all(), part=Part.PLAN)
    found = seen.filter(pk=comment.pk).select_related("person").first()
    if found is None:
        raise Missing("no-such-comment", _("There is no such comment."))
    if found.author_id == by.pk:
        if CommentReply.objects.filter(comment=found).exists():
            raise Conflict("answered-already", _("It has been answered, so it stays."))
    else:
        records.hold(found.person, part=Part.PLAN, by=by)
        CommentReply.objects.filter(comment=found).delete()
    audit.record("plan.comment-taken-out", subject=found, by=by)
    found.delete()


def is_professional(user: User) -> bool:
    """Does the user hold an office, or stand in a register of assessors, today?"""
    registered = TrustedAssessor.objects.on(acting.today()).filter(user=user)
    return governance.live_mandates(user).exists() or registered.exists()


def _checked(words: str, missing: str) -> str:
    words = words.strip()
    if not words:
        raise DomainError("no-words", missing)
    if len(words) > LONGEST:
        raise DomainError("too-long", _("That is very long. Write it a little shorter."))
    return words
