"""Trusted assessors, and what they said of somebody's conversation: the register is public, all else is personal.

An assessor writes rows of their own and never in the person's answers.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.models import Sphere
from governance.models.powers import DateRange
from people.models.conversations import Conversation
from people.models.persons import Person
from people.models.sealed import Sealed
from socialcare.kernel.public_ids import LENGTH, new_public_id


class TrustedAssessorQuerySet(models.QuerySet["TrustedAssessor"]):
    def on(self, day: date) -> TrustedAssessorQuerySet:
        return self.filter(starts_on__lte=day).filter(Q(ends_on=None) | Q(ends_on__gt=day))


class TrustedAssessor(models.Model):
    """A line of the public register of a local system: who may be asked to agree points with somebody, and until when."""

    class Kind(models.TextChoices):
        INDIVIDUAL = "individual", _("Somebody on their own")
        PROVIDER = "provider", _("From an organisation that gives support")
        VOLUNTARY = "voluntary", _("From a voluntary organisation")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=15, choices=Kind)
    organisation = models.CharField(max_length=120, blank=True)
    # The local system that registered them.
    scope = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="+")
    # What might sway them, in their own words, for everybody to read.
    interests = models.CharField(max_length=1000, blank=True)
    starts_on = models.DateField()
    # The first day on which they are no longer registered.
    ends_on = models.DateField(null=True, blank=True)

    objects = TrustedAssessorQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="assessor_kind_known",
                condition=Q(kind__in=["individual", "provider", "voluntary"]),
            ),
            models.CheckConstraint(
                name="assessor_names_the_organisation",
                condition=Q(kind="individual", organisation="")
                | (~Q(kind="individual") & ~Q(organisation="")),
            ),
            models.CheckConstraint(
                name="assessor_ends_after_they_start",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            ExclusionConstraint(
                name="assessor_registered_once_at_a_time",
                expressions=[
                    ("user", RangeOperators.EQUAL),
                    ("scope", RangeOperators.EQUAL),
                    (DateRange("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Assessment(models.Model):
    """One assessor asked about one conversation: first, or for a second opinion. Part “needs”."""

    class Kind(models.TextChoices):
        FIRST = "first", _("First")
        SECOND = "second", _("Second opinion")

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        ACCEPTED = "accepted", _("Has nothing to gain, and is looking")
        SAID = "said", _("Has said their points")
        DECLINED = "declined", _("Said no")
        TAKEN_BACK = "taken-back", _("Taken back")

    TRANSITIONS = {
        State.ASKED: {State.ACCEPTED, State.DECLINED, State.TAKEN_BACK},
        State.ACCEPTED: {State.SAID, State.DECLINED, State.TAKEN_BACK},
        State.SAID: {State.TAKEN_BACK},
        State.DECLINED: set(),
        State.TAKEN_BACK: set(),
    }
    LIVE = (State.ASKED, State.ACCEPTED, State.SAID)

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="assessments"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    assessor = models.ForeignKey(
        TrustedAssessor, on_delete=models.PROTECT, related_name="assessments"
    )
    kind = models.CharField(max_length=10, choices=Kind)
    state = models.CharField(max_length=12, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    # A second opinion is given by the end of this day.
    due_on = models.DateField(null=True)
    # When they declared that they have nothing to gain.
    accepted_at = models.DateTimeField(null=True)
    said_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="assessment_state_known",
                condition=Q(state__in=["asked", "accepted", "said", "declined", "taken-back"]),
            ),
            models.CheckConstraint(
                name="assessment_second_has_its_day",
                condition=Q(kind="first", due_on=None) | Q(kind="second", due_on__isnull=False),
            ),
            models.CheckConstraint(
                name="assessment_said_only_after_declaring",
                condition=~Q(state__in=["accepted", "said"]) | Q(accepted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="assessment_said_has_its_time",
                condition=(~Q(state="said") | Q(said_at__isnull=False))
                & (Q(said_at=None) | Q(state__in=["said", "taken-back"])),
            ),
            models.CheckConstraint(
                name="assessment_ended_has_its_time",
                condition=Q(state__in=["declined", "taken-back"], ended_at__isnull=False)
                | (~Q(state__in=["declined", "taken-back"]) & Q(ended_at=None)),
            ),
            models.UniqueConstraint(
                name="assessment_one_of_a_kind",
                fields=["conversation", "kind"],
                condition=Q(state__in=["asked", "accepted", "said"]),
            ),
        ]

    def __str__(self) -> str:
        return f"assessment {self.public_id}"


class AssessedAnswer(Sealed):
    """What an assessor says about one outcome. Part “needs”. Sealed: `reason`, written where they see it otherwise."""

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="answers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=40)
    answer = models.CharField(max_length=20)
    points = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="assessed_once_an_outcome", fields=["assessment", "outcome"]
            ),
        ]

    def __str__(self) -> str:
        return f"assessed answer {self.public_id}"


class PeerReview(Sealed):
    """Another assessor looks at what one said, if the person lets them. Part “needs”. Sealed: `words`.

    Which assessments are drawn is worked out, not chosen (people.peer_review). A person who says no is counted as a no.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Another assessor was asked to look")
        DONE = "done", _("Another assessor has looked")
        REFUSED = "refused", _("I said no")

    TRANSITIONS = {
        State.ASKED: {State.DONE, State.REFUSED},
        State.DONE: set(),
        State.REFUSED: set(),
    }

    class Finding(models.TextChoices):
        FAIR = "fair", _("I would have said about the same")
        TOO_LOW = "too-low", _("I would have said more")
        TOO_HIGH = "too-high", _("I would have said less")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    assessment = models.OneToOneField(
        Assessment, on_delete=models.PROTECT, related_name="peer_review"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    reviewer = models.ForeignKey(
        TrustedAssessor, on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State)
    finding = models.CharField(max_length=10, choices=Finding, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="review_state_known", condition=Q(state__in=["asked", "done", "refused"])
            ),
            models.CheckConstraint(
                name="review_done_finds_something",
                condition=Q(state="done", finding__in=["fair", "too-low", "too-high"])
                | (~Q(state="done") & Q(finding="")),
            ),
            models.CheckConstraint(
                name="review_has_a_reviewer_unless_refused",
                condition=Q(state="refused") | Q(reviewer__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"review {self.public_id}"
