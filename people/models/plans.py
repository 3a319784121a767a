"""The support plan: one, in the person's words, in versions that are all kept. Part “plan”.

What others say stands beside it and never in it. Nursing, mental-health and end-of-life support are arrangements in
this one plan.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models.persons import Person
from people.models.sealed import Sealed
from socialcare.kernel.public_ids import LENGTH, new_public_id


class SupportPlan(models.Model):
    """One version of somebody's plan: being written, agreed by them, or followed by a newer one."""

    class State(models.TextChoices):
        DRAFT = "draft", _("I am writing it")
        AGREED = "agreed", _("This is my plan")
        SUPERSEDED = "superseded", _("A newer one counts")

    TRANSITIONS = {
        State.DRAFT: {State.AGREED},
        State.AGREED: {State.SUPERSEDED},
        State.SUPERSEDED: set(),
    }

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="plans")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State, default=State.DRAFT)
    begun_at = models.DateTimeField(default=timezone.now)
    agreed_at = models.DateTimeField(null=True)
    superseded_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="plan_state_known", condition=Q(state__in=["draft", "agreed", "superseded"])
            ),
            models.CheckConstraint(
                name="plan_agreed_has_its_time",
                condition=Q(state="draft", agreed_at=None)
                | (~Q(state="draft") & Q(agreed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="plan_superseded_has_its_time",
                condition=Q(state="superseded", superseded_at__isnull=False)
                | (~Q(state="superseded") & Q(superseded_at=None)),
            ),
            models.UniqueConstraint(name="plan_number_once", fields=["person", "number"]),
            models.UniqueConstraint(
                name="plan_one_draft", fields=["person"], condition=Q(state="draft")
            ),
            models.UniqueConstraint(
                name="plan_one_agreed", fields=["person"], condition=Q(state="agreed")
            ),
        ]

    def __str__(self) -> str:
        return f"plan {self.public_id}"


class PlanSection(Sealed):
    """One part of the letter. Sealed: `words`."""

    class Kind(models.TextChoices):
        MATTERS = "matters", _("What matters to me")
        GIFTS = "gifts", _("My gifts, and what I can offer")
        NOT_WORKING = "not-working", _("What is not working")
        RISK = "risk", _("Risk, in my own words")
        IF_WRONG = "if-wrong", _("What happens if things go wrong")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    plan = models.ForeignKey(SupportPlan, on_delete=models.PROTECT, related_name="sections")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=15, choices=Kind)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="section_once_a_plan", fields=["plan", "kind"]),
            models.CheckConstraint(
                name="section_kind_known",
                condition=Q(kind__in=["matters", "gifts", "not-working", "risk", "if-wrong"]),
            ),
        ]

    def __str__(self) -> str:
        return f"section {self.public_id}"


class Goal(Sealed):
    """Something the person wants to happen. Sealed: `words`. It may name a right (people/data/rights.yaml)."""

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    plan = models.ForeignKey(SupportPlan, on_delete=models.PROTECT, related_name="goals")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # The public id that this goal had in the version in which it was first written.
    first_id = models.CharField(max_length=LENGTH)
    right = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="goal_once_a_plan", fields=["plan", "first_id"]),
        ]

    def __str__(self) -> str:
        return f"goal {self.public_id}"


class Arrangement(Sealed):
    """Some support: a friend's, a club's, or paid. Sealed: `what_for`, `who`."""

    class Kind(models.TextChoices):
        NATURAL = "natural", _("People around me")
        COMMUNITY = "community", _("Things in my community")
        PAID = "paid", _("Support that is paid for")

    class Tag(models.TextChoices):
        NONE = "", _("None of these")
        NURSING = "nursing", _("Nursing")
        MENTAL_HEALTH = "mental-health", _("Support with mental health")
        END_OF_LIFE = "end-of-life", _("Support at the end of life")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    plan = models.ForeignKey(SupportPlan, on_delete=models.PROTECT, related_name="arrangements")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # The public id that this arrangement had in the version in which it was first written.
    first_id = models.CharField(max_length=LENGTH)
    kind = models.CharField(max_length=10, choices=Kind)
    tag = models.CharField(max_length=15, choices=Tag, blank=True, default="")
    minutes_a_week = models.PositiveIntegerField(null=True)
    # In the smallest unit of money; only what is paid for has it.
    weekly_pence = models.PositiveBigIntegerField(null=True)
    starts_on = models.DateField(null=True)
    # The first day without it.
    ends_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="arrangement_kind_known",
                condition=Q(kind__in=["natural", "community", "paid"]),
            ),
            models.CheckConstraint(
                name="arrangement_tag_known",
                condition=Q(tag__in=["", "nursing", "mental-health", "end-of-life"]),
            ),
            models.CheckConstraint(
                name="arrangement_paid_has_pence_and_a_day",
                condition=Q(kind="paid", weekly_pence__isnull=False, starts_on__isnull=False)
                | (~Q(kind="paid") & Q(weekly_pence=None)),
            ),
            models.CheckConstraint(
                name="arrangement_fits_a_week",
                condition=Q(minutes_a_week=None) | Q(minutes_a_week__lte=3 * 7 * 24 * 60),
            ),
            models.CheckConstraint(
                name="arrangement_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
            ),
            models.UniqueConstraint(name="arrangement_once_a_plan", fields=["plan", "first_id"]),
        ]

    def __str__(self) -> str:
        return f"arrangement {self.public_id}"

    @property
    def last_on(self) -> date | None:
        """The last day with it, as people say it."""
        return self.ends_on - timedelta(days=1) if self.ends_on is not None else None


class PlanComment(Sealed):
    """What a supporter or a worker says about the plan. Sealed: `words`. It changes nothing in it and stops nothing."""

    class Kind(models.TextChoices):
        COMMENT = "comment", _("A comment")
        SUGGESTION = "suggestion", _("A suggestion")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    plan = models.ForeignKey(SupportPlan, on_delete=models.PROTECT, related_name="comments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    # Said by somebody who held an office, or was a registered assessor, on that day.
    is_professional = models.BooleanField()
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="comment_kind_known", condition=Q(kind__in=["comment", "suggestion"])
            ),
        ]

    def __str__(self) -> str:
        return f"comment {self.public_id}"


class CommentReply(Sealed):
    """The person's right of reply: what they say to a comment, beside it, for whoever reads it. Sealed: `words`."""

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    comment = models.OneToOneField(PlanComment, on_delete=models.PROTECT, related_name="reply")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "comment replies"

    def __str__(self) -> str:
        return f"reply {self.public_id}"
