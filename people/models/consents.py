"""What one person lets another see, what they call them, how that changed, and who looked.

Only `people.rules` reads the table of permissions, and only `people.actions.consents` writes it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from guardian.models import UserObjectPermissionBase

from people.models.authority import LegalAuthority
from people.models.persons import Person
from people.models.sealed import Sealed
from people.parts import Part, Purpose
from socialcare.kernel.public_ids import LENGTH, new_public_id

_PARTS = ["about-me", "plan", "needs", "budget", "spending", "contact", "address"]
_PURPOSES = ["everyday", "know-me", "planning", "money", "health", "speak-up"]


class State(models.TextChoices):
    """Where a consent stands at a moment."""

    COMING = "coming", _("Not yet")
    LIVE = "live", _("Now")
    OVER = "over", _("Ended")


class PersonUserObjectPermission(UserObjectPermissionBase):
    """A consent: `content_object` lets `user` see one part, for a purpose, from one moment until another.

    The permission's codename is the part. Taking it back deletes the row; giving it again after its end renews it.
    """

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    content_object = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=20, choices=Purpose)
    # Midnights where the country is: what people choose are days.
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # Who gave it for the person, by legal authority; none where the person did.
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta(UserObjectPermissionBase.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                name="consent_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))
            ),
            models.CheckConstraint(
                name="consent_purpose_known", condition=Q(purpose__in=_PURPOSES)
            ),
        ]
        indexes = [
            # "The people I support": one range of the index, whole.
            models.Index(
                name="consent_by_user",
                fields=["user", "ends_at"],
                include=["content_object", "permission", "starts_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.public_id}"

    @property
    def part(self) -> Part:
        """Which part it opens. Load it with `select_related("permission")`."""
        return Part(self.permission.codename)

    @property
    def starts_on(self) -> date:
        return timezone.localtime(self.starts_at).date()

    @property
    def ends_on(self) -> date:
        """The first day on which it no longer holds."""
        return timezone.localtime(self.ends_at).date()

    @property
    def last_on(self) -> date:
        """The last day on which it holds, as people say it."""
        return self.ends_on - timedelta(days=1)

    @property
    def state(self) -> State:
        return self.state_at(timezone.now())

    def state_at(self, moment: datetime) -> State:
        if moment < self.starts_at:
            return State.COMING
        return State.LIVE if moment < self.ends_at else State.OVER


class ConsentEntry(models.Model):
    """A line of the history of a person's consents: append-only. Seen by that person, and by who decides for them."""

    class Kind(models.TextChoices):
        GIVEN = "given", _("Let see")
        NARROWED = "narrowed", _("Ends sooner")
        EXTENDED = "extended", _("Ends later")
        CHANGED = "changed", _("Another purpose")
        WITHDRAWN = "withdrawn", _("Taken back")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="consent_entries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=20, choices=Part)
    kind = models.CharField(max_length=10, choices=Kind)
    purpose = models.CharField(max_length=20, choices=Purpose)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # Who did it for the person; none where the person did.
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "consent entries"
        constraints = [
            models.CheckConstraint(name="consent_entry_part_known", condition=Q(part__in=_PARTS)),
            models.CheckConstraint(
                name="consent_entry_purpose_known", condition=Q(purpose__in=_PURPOSES)
            ),
        ]
        indexes = [models.Index(name="consent_entry_by_person", fields=["person", "-at"])]

    def __str__(self) -> str:
        return f"consent entry {self.pk}"


class Acquaintance(Sealed):
    """What a person, or who decides for them, calls somebody who may see something. Sealed: `known_as`."""

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="acquaintances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="acquaintance_once", fields=["person", "user"]),
        ]

    def __str__(self) -> str:
        return f"acquaintance {self.public_id}"


class Look(models.Model):
    """One look by another at somebody's record: which parts, and what they were let see them for, or by what legal
    authority. Append-only."""

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="looks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    parts = ArrayField(models.CharField(max_length=20, choices=Part))
    purposes = ArrayField(models.CharField(max_length=20, choices=Purpose))
    # Kinds of legal authority; most looks have none.
    authorities = ArrayField(
        models.CharField(max_length=30, choices=LegalAuthority.Kind), default=list, db_default=[]
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="look_at_something_for_a_reason",
                condition=Q(parts__len__gt=0)
                & (Q(purposes__len__gt=0) | Q(authorities__len__gt=0)),
            ),
            models.CheckConstraint(
                name="look_parts_known", condition=Q(parts__contained_by=_PARTS)
            ),
            models.CheckConstraint(
                name="look_purposes_known", condition=Q(purposes__contained_by=_PURPOSES)
            ),
        ]
        indexes = [models.Index(name="look_by_person", fields=["person", "-at"])]

    def __str__(self) -> str:
        return f"look {self.public_id}"

    @property
    def parts_in_words(self) -> list[str]:
        return [str(Part(part).label) for part in self.parts]

    @property
    def purposes_in_words(self) -> list[str]:
        return [str(Purpose(purpose).label) for purpose in self.purposes]

    @property
    def reasons_in_words(self) -> list[str]:
        """Why they could: what they were let see it for, and by what authority."""
        authorities = [str(LegalAuthority.Kind(kind).label) for kind in self.authorities]
        return [*self.purposes_in_words, *authorities]
