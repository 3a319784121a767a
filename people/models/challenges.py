"""Somebody challenges a decision about themself, and three people from elsewhere look at it again.

A challenge carries a key of its own: the panel opens what was written to it, and nothing of the record. Nothing is lost
meanwhile: `people.rules_challenges.is_open` says whether a thing is under challenge.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models.persons import Person
from people.models.sealed import Sealed, Wrapped
from people.parts import Part
from socialcare.kernel.public_ids import LENGTH, new_public_id


class Opinion(models.TextChoices):
    """What a member of the panel says, and what the panel says by the majority of its members."""

    UPHOLD = "uphold", _("The decision stands")
    CHANGE = "change", _("The decision must be changed")
    AGAIN = "again", _("It must be decided again")


_OPINIONS = ["uphold", "change", "again"]


class Challenge(Sealed, Wrapped):
    """Sealed: `words`, what is wrong and what should be instead. `released` are parts of the record by consent."""

    class State(models.TextChoices):
        OPEN = "open", _("The panel is looking at it")
        DECIDED = "decided", _("The panel has answered")
        WITHDRAWN = "withdrawn", _("Taken back")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="challenges")
    # What was decided: a kind of `people.challengeable`, and the thing's public id there. No id: decided elsewhere.
    about_kind = models.CharField(max_length=30)
    about_id = models.CharField(max_length=64, blank=True)
    released = ArrayField(models.CharField(max_length=20, choices=Part), default=list)
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    made_at = models.DateTimeField()
    # The day by which the panel answers, as it was said. It does not move.
    decide_by = models.DateField()
    outcome = models.CharField(max_length=10, choices=Opinion, blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="challenge_state_known",
                condition=Q(state="open", outcome="", ended_at=None)
                | Q(state="withdrawn", outcome="", ended_at__isnull=False)
                | Q(state="decided", outcome__in=_OPINIONS, ended_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="challenge_once_at_a_time",
                fields=["person", "about_kind", "about_id"],
                condition=Q(state="open") & ~Q(about_id=""),
            ),
        ]

    def __str__(self) -> str:
        return f"challenge {self.public_id}"

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    def is_late(self, on: date) -> bool:
        return self.is_open and self.decide_by < on


class PanelSeat(Sealed):
    """One of the three who look at a challenge. Sealed with the challenge's key: `reasons`, empty until they answer."""

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="seats")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    opinion = models.CharField(max_length=10, choices=Opinion, blank=True)
    said_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="panel_seat_once", fields=["challenge", "user"]),
            models.CheckConstraint(
                name="panel_seat_opinion_known",
                condition=Q(opinion="", said_at=None)
                | Q(opinion__in=_OPINIONS, said_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"panel seat {self.public_id}"
