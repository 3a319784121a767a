"""Questions put to a seat, who may answer them, their votes, and the answers. Once given, an answer is not edited."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.methods import Choice, Method
from governance.models.powers import Body
from governance.models.spheres import Sphere
from governance.models.users import User
from governance.powers import CORE_POWERS
from socialcare.kernel.public_ids import LENGTH, new_public_id


class Matter(models.Model):
    """A question put to a seat."""

    class State(models.TextChoices):
        RAISED = "raised", _("Raised")
        OPEN = "open", _("Open for votes")
        DECIDED = "decided", _("Decided")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        REFERRED = "referred", _("Asked up")

    TRANSITIONS = {
        State.RAISED: {State.OPEN, State.WITHDRAWN, State.REFERRED},
        State.OPEN: {State.DECIDED},
        State.DECIDED: set(),
        State.WITHDRAWN: set(),
        State.REFERRED: set(),
    }

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    power = models.CharField(max_length=50)
    # The sphere the question is about, and the sphere that answers it.
    sphere = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="matters_about")
    seat = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="matters")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, null=True, related_name="matters")
    # What exactly is asked, as a code that the app which owns the thing can read back: "formula:england:1".
    subject = models.CharField(max_length=200)
    question = models.CharField(max_length=300)
    background = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RAISED)
    raised_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="matters_raised")
    raised_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True)
    closes_at = models.DateTimeField(null=True)
    # The matter that was asked up to make this one.
    referred_from = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="referred_to"
    )

    class Meta:
        # Lists begin with the newest; how they part what is equally new differs, and costs next to nothing.
        indexes = [models.Index(name="matter_by_time", fields=["raised_at"])]
        constraints = [
            models.CheckConstraint(
                name="matter_state_known",
                condition=Q(state__in=["raised", "open", "decided", "withdrawn", "referred"]),
            ),
            models.CheckConstraint(
                name="matter_opened_has_times_and_a_body",
                condition=Q(state__in=["raised", "withdrawn", "referred"])
                | Q(opened_at__isnull=False, closes_at__isnull=False, body__isnull=False),
            ),
            models.CheckConstraint(
                name="matter_closes_after_it_opens",
                condition=Q(closes_at=None) | Q(closes_at__gt=F("opened_at")),
            ),
            # What belongs to the person alone is never put to a vote of others, nor asked up.
            models.CheckConstraint(
                name="matter_of_a_core_power_before_no_body",
                condition=~Q(power__in=CORE_POWERS) | Q(body=None),
            ),
            # One live question about the same thing at a time.
            models.UniqueConstraint(
                name="matter_live_once_a_subject",
                fields=["power", "seat", "subject"],
                condition=Q(state__in=["raised", "open"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.public_id}"


class RollEntry(models.Model):
    """One member who may vote on a matter. The roll is fixed when voting opens."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="roll")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name_plural = "roll entries"
        constraints = [
            models.UniqueConstraint(name="roll_each_member_once", fields=["matter", "user"])
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.user_id}"


class Vote(models.Model):
    """One member's vote. Votes of a body's members are public, with their reasons."""

    matter = models.ForeignKey(Matter, on_delete=models.PROTECT, related_name="votes")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    choice = models.CharField(max_length=10, choices=Choice)
    reason = models.TextField(blank=True)
    cast_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="vote_one_a_member", fields=["matter", "user"]),
            models.CheckConstraint(
                name="vote_choice_known", condition=Q(choice__in=["for", "against", "abstain"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.choice}"


class Decision(models.Model):
    """The answer to a matter: how it was reached, and why."""

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    matter = models.OneToOneField(Matter, on_delete=models.PROTECT, related_name="decision")
    method = models.CharField(max_length=15, choices=Method)
    roll = models.PositiveIntegerField()
    votes_for = models.PositiveIntegerField()
    votes_against = models.PositiveIntegerField()
    abstentions = models.PositiveIntegerField()
    quorate = models.BooleanField()
    carried = models.BooleanField()
    reasons = models.TextField()
    dissent = models.TextField(blank=True)
    rights_considered = ArrayField(models.CharField(max_length=20), default=list)
    decided_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(name="decision_by_time", fields=["decided_at"])]
        constraints = [
            models.CheckConstraint(
                name="decision_votes_within_the_roll",
                condition=Q(roll__gte=F("votes_for") + F("votes_against") + F("abstentions")),
            ),
            models.CheckConstraint(
                name="decision_carried_only_with_a_quorum",
                condition=Q(carried=False) | Q(quorate=True),
            ),
        ]

    def __str__(self) -> str:
        return f"decision {self.public_id}"
