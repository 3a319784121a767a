"""Somebody asked for help: for themself or their family, with or without an account. And invitations to ask.

An ask is no referral and nobody is screened out of it: it has no threshold, no proof and no state that means "refused".
It carries a key of its own, because whoever asks without an account has no record and no key yet. An invitation says
nothing about whom it is for.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.models import Sphere
from people.models.persons import Person
from people.models.sealed import SafeContact, Sealed, Wrapped
from socialcare.kernel.public_ids import LENGTH, new_public_id

INVITATION_LASTS = timedelta(days=28)
HASH_LENGTH = 64  # SHA-256 in hexadecimal


class AskQuerySet(models.QuerySet["Ask"]):
    def open(self) -> AskQuerySet:
        """Those that somebody has yet to answer, or to bring to an end."""
        return self.filter(state__in=Ask.OPEN)

    def overdue(self, on: date) -> AskQuerySet:
        """Those with whom nobody has talked, though the day that was promised is over."""
        return self.open().filter(talked_at=None, answer_by__lt=on)


class Ask(Sealed, Wrapped):
    """Sealed: `name`, `reach`, `say`, `never`, `words` of whoever asks; once it is closed, `answer` too.

    The public id is the primary key: whoever asks without an account may not read the row back, not even its number.
    """

    class ForWhom(models.TextChoices):
        ME = "me", _("For me")
        FAMILY = "family", _("For somebody I love, or for my family")

    class Talk(models.TextChoices):
        """How the asker wants to talk."""

        PHONE = "phone", _("By phone")
        IN_PERSON = "in-person", _("Face to face, where I feel safe")
        WRITING = "writing", _("In writing")
        INTERPRETER = "interpreter", _("With an interpreter for my language")
        BSL = "bsl", _("In British Sign Language")
        SUPPORTER = "supporter", _("With somebody I trust beside me")

    class How(models.TextChoices):
        """How it came in. All but the first were written down by a helper, in the asker's words."""

        ONLINE = "online", _("Online, by themself")
        PHONE = "phone", _("By phone")
        PAPER = "paper", _("On paper")
        INTERPRETER = "interpreter", _("Through an interpreter")
        BSL = "bsl", _("In British Sign Language")
        IN_PERSON = "in-person", _("In person")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting for somebody to take it")
        TAKEN = "taken", _("Somebody has taken it")
        TALKED = "talked", _("You have talked")
        CLOSED = "closed", _("Answered")
        WITHDRAWN = "withdrawn", _("Taken back by whoever asked")

    TRANSITIONS: dict[str, set[str]] = {
        State.WAITING: {State.TAKEN, State.WITHDRAWN},
        State.TAKEN: {State.TALKED, State.WITHDRAWN},
        State.TALKED: {State.CLOSED, State.WITHDRAWN},
        State.CLOSED: set(),
        State.WITHDRAWN: set(),
    }
    OPEN = (State.WAITING, State.TAKEN, State.TALKED)

    public_id = models.CharField(
        max_length=LENGTH, primary_key=True, default=new_public_id, editable=False
    )
    # Nobody, until somebody who asked without an account makes it theirs with the code.
    person = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="asks")
    neighbourhood = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="+")
    for_whom = models.CharField(max_length=10, choices=ForWhom)
    talk = models.CharField(max_length=15, choices=Talk)
    channel = models.CharField(max_length=20, choices=SafeContact.Channel)
    how = models.CharField(max_length=15, choices=How, default=How.ONLINE)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Of the code that the asker comes back with; none for somebody who asked signed in.
    code_hash = models.CharField(max_length=HASH_LENGTH, null=True, unique=True)  # noqa: DJ001 -- many have none
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_at = models.DateTimeField()
    # The day that was said to the asker. It does not move.
    answer_by = models.DateField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    talked_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = AskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="ask_state_known",
                condition=Q(state__in=["waiting", "taken", "talked", "closed", "withdrawn"]),
            ),
            models.CheckConstraint(
                name="ask_is_taken_by_somebody",
                condition=Q(state="withdrawn")
                | Q(state="waiting", taken_by=None)
                | Q(state__in=["taken", "talked", "closed"], taken_by__isnull=False),
            ),
            models.CheckConstraint(
                name="ask_ends_at_a_moment",
                condition=Q(state__in=["waiting", "taken", "talked"], closed_at=None)
                | Q(state__in=["closed", "withdrawn"], closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ask_closes_after_talking",
                condition=~Q(state__in=["talked", "closed"]) | Q(talked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="ask_helper_is_marked",
                condition=Q(how="online", entered_by=None)
                | (~Q(how="online") & Q(entered_by__isnull=False)),
            ),
            models.CheckConstraint(
                name="ask_is_somebodys_or_has_a_code",
                condition=Q(person__isnull=False) | Q(code_hash__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                name="ask_open_by_place",
                fields=["neighbourhood", "answer_by"],
                condition=Q(state__in=["waiting", "taken", "talked"]),
            ),
            models.Index(name="ask_by_promise", fields=["answer_by"]),
        ]

    def __str__(self) -> str:
        return f"ask {self.public_id}"

    def is_overdue(self, on: date) -> bool:
        """Has nobody talked with the asker by the day that was said?"""
        return self.state in self.OPEN and self.talked_at is None and self.answer_by < on

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def live(self, at: datetime) -> InvitationQuerySet:
        return self.filter(expires_at__gt=at)


class Invitation(models.Model):
    """A code to hand to a neighbour. It says who invites and where, and nothing at all about the neighbour.

    Using it leaves no mark, so that whoever invited does not learn whether the neighbour asked.
    """

    public_id = models.CharField(
        max_length=LENGTH, primary_key=True, default=new_public_id, editable=False
    )
    # Whoever invites; nobody, when they were not signed in.
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, related_name="invitations"
    )
    neighbourhood = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="+")
    code_hash = models.CharField(max_length=HASH_LENGTH, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invitation_expires_within_28_days",
                condition=Q(expires_at__gt=F("made_at"))
                & Q(expires_at__lte=F("made_at") + timedelta(days=28)),
            ),
        ]
        indexes = [models.Index(name="invitation_by_end", fields=["expires_at"])]

    def __str__(self) -> str:
        return f"invitation {self.public_id}"

    @property
    def last_on(self) -> date:
        """The day on which it ends."""
        return timezone.localtime(self.expires_at).date()
