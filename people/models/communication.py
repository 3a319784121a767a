"""What helps a person to understand and to be understood (NHS England, Accessible Information Standard, DAPB1605).

The standard's six steps are kept: identified (the row), recorded (its kind and the person's words), flagged (shown
first to everybody who may see it), shared (the part "about me", by consent), met (as the person says), reviewed (by a
date).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from people.models.persons import Entered, Person
from people.models.sealed import Sealed
from socialcare.kernel.public_ids import LENGTH, new_public_id


class CommunicationNeed(Sealed, Entered):
    """One thing that helps. Sealed: `words`, the person's own, perhaps none."""

    class Kind(models.TextChoices):
        PLAIN_WORDS = "plain-words", _("Plain words and short sentences")
        EASY_READ = "easy-read", _("Easy Read, with pictures")
        LARGE_PRINT = "large-print", _("Large print")
        AUDIO = "audio", _("Recorded sound")
        BRAILLE = "braille", _("Braille")
        BSL = "bsl", _("British Sign Language")
        DEAFBLIND_MANUAL = "deafblind-manual", _("Deafblind manual")
        LIP_READING = "lip-reading", _("A face I can lip-read")
        HEARING_LOOP = "hearing-loop", _("A hearing loop")
        INTERPRETER = "interpreter", _("An interpreter for my language")
        COMMUNICATION_AID = "communication-aid", _("Time for my communication aid")
        SUPPORTER = "supporter", _("Somebody with me who knows how I speak")
        MORE_TIME = "more-time", _("More time, without hurry")
        OTHER = "other", _("Something else")

    class Met(models.TextChoices):
        NOT_SAID = "not-said", _("Not said yet")
        YES = "yes", _("Yes, people do this")
        SOMETIMES = "sometimes", _("Sometimes")
        NO = "no", _("No, people forget it")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="communication_needs")
    kind = models.CharField(max_length=20, choices=Kind)
    is_flagged = models.BooleanField(default=True)
    met = models.CharField(max_length=10, choices=Met, default=Met.NOT_SAID)
    recorded_on = models.DateField(default=timezone.localdate)
    review_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="communication_met_known",
                condition=Q(met__in=["not-said", "yes", "sometimes", "no"]),
            ),
            models.UniqueConstraint(
                name="communication_kind_once",
                fields=["person", "kind"],
                condition=~Q(kind="other"),
            ),
        ]

    def __str__(self) -> str:
        return f"communication need {self.public_id}"

    @property
    def is_due(self) -> bool:
        """Is it time to ask whether this still helps?"""
        return self.review_on <= timezone.localdate()
