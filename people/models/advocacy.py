"""Advocates: who may call themself one here, for which organisation; and somebody asks one to speak up with them.

An organisation that gives paid support, or pays for it, has no advocates: PostgreSQL refuses it. Being asked opens
nothing of a record: what an advocate sees, the person lets them see, as anybody else.
"""

from __future__ import annotations

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from governance.models import Mandate, Sphere
from people.models.persons import Person
from people.models.sealed import Sealed, Wrapped
from socialcare.kernel.public_ids import LENGTH, new_public_id


class AdvocacyOrganisation(models.Model):
    """Public: whom advocates work for, that it declared its independence, and when somebody checked that."""

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    name = models.CharField(max_length=120, unique=True)
    gives_support = models.BooleanField()
    pays_for_support = models.BooleanField()
    declared_on = models.DateField()
    checked_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="advocacy_is_independent",
                condition=Q(gives_support=False, pays_for_support=False),
            ),
            models.CheckConstraint(
                name="advocacy_checked_after_it_was_declared",
                condition=Q(checked_on__gte=F("declared_on")),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class AdvocateQuerySet(models.QuerySet["Advocate"]):
    def on(self, day: date) -> AdvocateQuerySet:
        """Those who hold the office that day."""
        live = Mandate.objects.on(day)
        return self.filter(mandate__in=live, mandate__user__is_active=True)


class Advocate(models.Model):
    """Public: an advocate's mandate in a local system, and the organisation they work for."""

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    mandate = models.OneToOneField(Mandate, on_delete=models.PROTECT, related_name="advocate")
    organisation = models.ForeignKey(
        AdvocacyOrganisation, on_delete=models.PROTECT, related_name="advocates"
    )

    objects = AdvocateQuerySet.as_manager()

    def __str__(self) -> str:
        return f"advocate {self.public_id}"


class AdvocacyRequest(Sealed, Wrapped):
    """Somebody asks for an advocate. Sealed with a key of its own: `name` and `words`, as the person wants to be known."""

    class State(models.TextChoices):
        ASKED = "asked", _("Asked")
        ACCEPTED = "accepted", _("They speak up with me")
        DECLINED = "declined", _("They cannot")
        ENDED = "ended", _("Ended")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="advocacy_requests")
    local_system = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="+")
    # Nobody: whoever is free in that local system.
    advocate = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField()
    # The first day on which it is over, whatever has been said meanwhile.
    ends_on = models.DateField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="advocacy_state_known",
                condition=Q(state__in=["asked", "ended"])
                | Q(state__in=["accepted", "declined"], advocate__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"advocacy request {self.public_id}"

    def is_live(self, on: date) -> bool:
        """Is it asked or accepted, and not over?"""
        return self.state in {self.State.ASKED, self.State.ACCEPTED} and on < self.ends_on
