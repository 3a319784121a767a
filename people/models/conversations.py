"""The needs conversation on somebody's record: their answers and words, and the points that came out of it.

The words are the person's. The points are agreed with a trusted assessor; until then only the undisputed part counts.
There is no place here for what anybody has or earns.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models.persons import Person
from people.models.sealed import Sealed
from socialcare.kernel.public_ids import LENGTH, new_public_id


class Conversation(models.Model):
    """One conversation, in one version of the instrument. Part “needs”.

    `points` is what counts once it is agreed. `undisputed_points` is there from the moment an assessor has said theirs:
    the sum over the outcomes of the lower of the two, which nobody doubts.
    """

    class State(models.TextChoices):
        BEGUN = "begun", _("I am writing it")
        SHARED = "shared", _("An assessor is looking at it")
        AGREED = "points-agreed", _("The points are settled")
        SUPERSEDED = "superseded", _("A newer one counts")

    class DoneWith(models.TextChoices):
        ALONE = "alone", _("By myself")
        FAMILY = "family", _("With my family or friends")
        ASSESSOR = "assessor", _("With a trusted assessor")
        SUPPORTER = "supporter", _("With somebody who supports me")

    class SettledBy(models.TextChoices):
        NOBODY = "", _("Not settled yet")
        AGREEMENT = "agreement", _("I agreed with the assessor")
        SECOND_OPINION = "second-opinion", _("A second assessor said so")

    TRANSITIONS = {
        State.BEGUN: {State.SHARED},
        # Back: the person took it away from the assessor.
        State.SHARED: {State.BEGUN, State.AGREED},
        State.AGREED: {State.SUPERSEDED},
        State.SUPERSEDED: set(),
    }
    OPEN = (State.BEGUN, State.SHARED)

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="conversations")
    # Which questions were asked and what they count for: the document, its version and its very bytes.
    instrument_code = models.CharField(max_length=40)
    instrument_version = models.CharField(max_length=20)
    instrument_sha256 = models.CharField(max_length=64)
    done_with = models.CharField(max_length=10, choices=DoneWith, default=DoneWith.ALONE)
    state = models.CharField(max_length=15, choices=State, default=State.BEGUN)
    begun_at = models.DateTimeField(default=timezone.now)
    points = models.PositiveIntegerField(null=True)
    undisputed_points = models.PositiveIntegerField(null=True)
    settled_by = models.CharField(max_length=15, choices=SettledBy, blank=True, default="")
    agreed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="conversation_state_known",
                condition=Q(state__in=["begun", "shared", "points-agreed", "superseded"]),
            ),
            models.CheckConstraint(
                name="conversation_done_with_known",
                condition=Q(done_with__in=["alone", "family", "assessor", "supporter"]),
            ),
            models.CheckConstraint(
                name="conversation_open_has_no_points",
                condition=~Q(state__in=["begun", "shared"])
                | Q(points=None, agreed_at=None, settled_by=""),
            ),
            models.CheckConstraint(
                name="conversation_settled_has_points",
                condition=Q(state__in=["begun", "shared"])
                | Q(
                    points__isnull=False,
                    undisputed_points__isnull=False,
                    agreed_at__isnull=False,
                    settled_by__in=["agreement", "second-opinion"],
                ),
            ),
            models.CheckConstraint(
                name="conversation_begun_has_nothing_undisputed",
                condition=~Q(state="begun") | Q(undisputed_points=None),
            ),
            # What nobody disputed is final.
            models.CheckConstraint(
                name="conversation_never_below_the_undisputed",
                condition=Q(points=None) | Q(points__gte=F("undisputed_points")),
            ),
            models.UniqueConstraint(
                name="conversation_one_open",
                fields=["person"],
                condition=Q(state__in=["begun", "shared"]),
            ),
            models.UniqueConstraint(
                name="conversation_one_agreed",
                fields=["person"],
                condition=Q(state="points-agreed"),
            ),
        ]

    def __str__(self) -> str:
        return f"conversation {self.public_id}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class ConversationAnswer(Sealed):
    """What the person said about one part of life. Part “needs”. Sealed: `what-helps`, `what-would-be-good`.

    An answer without a code counts nothing: words alone are welcome. `undisputed_points` and `settled_points` are kept
    when an assessor has said theirs, and when the points are settled: together they say why the whole is what it is.
    """

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="answers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=40)
    answer = models.CharField(max_length=20, blank=True)
    # As the instrument counted it on that day.
    points = models.PositiveIntegerField(default=0)
    # What makes life harder from outside gives no points to anybody.
    is_cause = models.BooleanField(default=False)
    undisputed_points = models.PositiveIntegerField(null=True)
    settled_points = models.PositiveIntegerField(null=True)
    answered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="answer_once_an_outcome", fields=["conversation", "outcome"]
            ),
            models.CheckConstraint(
                name="answer_left_out_counts_nothing", condition=~Q(answer="") | Q(points=0)
            ),
            models.CheckConstraint(
                name="answer_cause_has_no_points",
                condition=Q(is_cause=False) | Q(answer="", settled_points=None),
            ),
            models.CheckConstraint(
                name="answer_undisputed_is_at_most_mine",
                condition=Q(undisputed_points=None) | Q(undisputed_points__lte=F("points")),
            ),
            models.CheckConstraint(
                name="answer_settled_is_at_least_the_undisputed",
                condition=Q(settled_points=None) | Q(settled_points__gte=F("undisputed_points")),
            ),
        ]

    def __str__(self) -> str:
        return f"answer {self.public_id}"
