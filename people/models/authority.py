"""Who may lawfully decide for a person, about what, on a date; the evidence for it; and the law's ages, as data.

A row opens nothing until the registrar of a local system has confirmed the evidence. What it then opens, and on
which day it stops by itself, PostgreSQL works out from the person's date of birth and the law (migration 0006).
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.models import Sphere
from people.models.persons import Person
from people.models.sealed import Sealed
from people.parts import Part
from socialcare.kernel.public_ids import LENGTH, new_public_id

_PARTS = ["about-me", "plan", "needs", "budget", "spending", "contact", "address"]
# What is for one decision, or rests on the person's asking, is looked at again after so long.
LONGEST = timedelta(days=366)


# --- The law --------------------------------------------------------------------------------------


class Law(models.Model):
    """A nation's law about who decides for whom: where its midnight is, and how it counts birthdays."""

    nation = models.OneToOneField(Sphere, on_delete=models.PROTECT, related_name="+")
    # The text of the file that it came from, by its SHA-256: bringing in the same again changes nothing.
    sha256 = models.CharField(max_length=64)
    time_zone = models.CharField(max_length=50)
    # Somebody born on 29 February comes of age on 1 March of a common year (true), or on 28 February (false).
    leap_births_count_in_march = models.BooleanField()

    def __str__(self) -> str:
        return f"law of {self.nation_id}"


class LawAge(models.Model):
    """An age that the law names, from a day. The newest row that has begun is in force."""

    class What(models.TextChoices):
        PARENTAL_ENDS = "parental-responsibility-ends", _("Parental responsibility ends")
        YOUNG_PERSON_DECIDES = "young-person-decides", _("A young person decides for themself")
        CAPACITY_PRESUMED = "capacity-presumed", _("Everybody is taken to be able to decide")
        ATTORNEY_FROM = "attorney-from", _("Somebody may name an attorney")

    law = models.ForeignKey(Law, on_delete=models.PROTECT, related_name="ages")
    what = models.CharField(max_length=40, choices=What)
    starts_on = models.DateField()
    years = models.PositiveSmallIntegerField()
    # Act and section, or judgment.
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="law_age_known",
                condition=Q(
                    what__in=[
                        "parental-responsibility-ends",
                        "young-person-decides",
                        "capacity-presumed",
                        "attorney-from",
                    ]
                ),
            ),
            models.CheckConstraint(name="law_age_of_a_person", condition=Q(years__lte=30)),
            models.UniqueConstraint(name="law_age_once_a_day", fields=["law", "what", "starts_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.what}: {self.years}"


# --- Authority ------------------------------------------------------------------------------------


class LegalAuthority(models.Model):
    """`holder` may lawfully decide for `person` about some parts of their record, from a day until a day."""

    class Kind(models.TextChoices):
        # Children Act 1989 s.2–3: shared, and limited by nothing but an order.
        PARENTAL = "parental-responsibility", _("Parental responsibility")
        # Children Act 1989 s.33: the council's, held by a named worker.
        CARE_ORDER = "care-order", _("A care order, for the council")
        # Gillick v West Norfolk [1985] UKHL 7: the child's own, part by part; the holder is the child.
        OWN_DECISION = "own-decision", _("A child’s own decision")
        # Mental Capacity Act 2005 s.9, s.16, s.4–5.
        ATTORNEY = "attorney", _("Attorney")
        DEPUTY = "deputy", _("Deputy of the court")
        BEST_INTERESTS = "best-interests", _("Decides one thing in the person’s best interests")
        # No legal power at all: somebody whom a person without an account asked to write their words down.
        ASKED = "asked", _("Writes for somebody who asked")

    class State(models.TextChoices):
        RECORDED = "recorded", _("Waiting for the registrar")
        REFUSED = "refused", _("Not confirmed")
        CONFIRMED = "confirmed", _("Confirmed")
        DISPUTED = "disputed", _("Confirmed, and disputed")
        LIMITED = "limited", _("Limited")
        ENDED = "ended", _("Ended")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="authorities")
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="authorities"
    )
    kind = models.CharField(max_length=30, choices=Kind)
    parts = ArrayField(models.CharField(max_length=20, choices=Part))
    starts_on = models.DateField()
    # The first day without it; none where only an age, an order or the person ends it.
    ends_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State, default=State.RECORDED)
    # The local system whose registrar the evidence is put to; its nation's law counts.
    put_to = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="+")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name_plural = "legal authorities"
        constraints = [
            models.CheckConstraint(
                name="authority_kind_known",
                condition=Q(
                    kind__in=[
                        "parental-responsibility",
                        "care-order",
                        "own-decision",
                        "attorney",
                        "deputy",
                        "best-interests",
                        "asked",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="authority_state_known",
                condition=Q(
                    state__in=[
                        "recorded",
                        "refused",
                        "confirmed",
                        "disputed",
                        "limited",
                        "ended",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="authority_over_known_parts",
                condition=Q(parts__len__gt=0) & Q(parts__contained_by=_PARTS),
            ),
            models.CheckConstraint(
                name="authority_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
            # One decision needs one part; it and a request are for a time, not for good.
            models.CheckConstraint(
                name="authority_best_interests_one_part",
                condition=~Q(kind="best-interests") | Q(parts__len=1),
            ),
            models.CheckConstraint(
                name="authority_for_a_time_ends",
                condition=~Q(kind__in=["best-interests", "asked"])
                | Q(ends_on__isnull=False, ends_on__lte=F("starts_on") + LONGEST),
            ),
            # Nobody confirms their own.
            models.CheckConstraint(
                name="authority_confirmed_by_another", condition=~Q(confirmed_by=F("holder"))
            ),
            models.CheckConstraint(
                name="authority_confirmed_by_somebody",
                condition=Q(state__in=["recorded", "refused", "ended"])
                | Q(confirmed_by__isnull=False),
            ),
            models.UniqueConstraint(
                name="authority_once",
                fields=["person", "holder", "kind"],
                condition=Q(state__in=["recorded", "confirmed", "disputed", "limited"])
                & ~Q(kind="best-interests"),
            ),
        ]
        indexes = [
            models.Index(name="authority_by_holder", fields=["holder", "state"]),
            models.Index(name="authority_by_place", fields=["put_to", "state"]),
        ]

    def __str__(self) -> str:
        return f"authority {self.public_id}"

    @property
    def parts_in_words(self) -> list[str]:
        return [str(part.label) for part in Part if part in self.parts]

    @property
    def last_on(self) -> object:
        """The last day on which it holds, as people say it; None without an end."""
        return self.ends_on - timedelta(days=1) if self.ends_on is not None else None

    @property
    def is_disputed(self) -> bool:
        return self.state == self.State.DISPUTED


_STATES = LegalAuthority.State
# In which states it opens anything, on the days and at the ages that it holds.
HOLDING = frozenset({_STATES.CONFIRMED, _STATES.DISPUTED, _STATES.LIMITED})
# PostgreSQL refuses any other step (migration 0006).
TRANSITIONS: dict[str, frozenset[str]] = {
    _STATES.RECORDED: frozenset({_STATES.CONFIRMED, _STATES.REFUSED, _STATES.ENDED}),
    _STATES.CONFIRMED: frozenset({_STATES.DISPUTED, _STATES.LIMITED, _STATES.ENDED}),
    _STATES.DISPUTED: frozenset({_STATES.CONFIRMED, _STATES.LIMITED, _STATES.ENDED}),
    _STATES.LIMITED: frozenset({_STATES.LIMITED, _STATES.ENDED}),
    _STATES.REFUSED: frozenset(),
    _STATES.ENDED: frozenset(),
}


class AuthorityEntry(Sealed):
    """A step in the life of an authority and the evidence for it. Append-only. Sealed: `words`, and for a decision in
    somebody's best interests `decision`, `support`, `consulted` and `reasons`.

    Seen by the person, by the registrar it was put to, and by whoever wrote it.
    """

    class Evidence(models.TextChoices):
        BIRTH = "birth-certificate", _("A birth certificate")
        ADOPTION = "adoption-certificate", _("An adoption certificate")
        AGREEMENT = "responsibility-agreement", _("A parental responsibility agreement")
        ORDER = "court-order", _("An order of a court")
        LASTING_POWER = "lasting-power", _("A registered lasting power of attorney")
        CAPACITY = "capacity-assessment", _("A written record about being able to decide this")
        TALKED = "talked-with", _("The person was asked, alone")
        NONE = "none", _("None")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    authority = models.ForeignKey(LegalAuthority, on_delete=models.PROTECT, related_name="entries")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    # The state that the step led to.
    state = models.CharField(max_length=10, choices=LegalAuthority.State)
    evidence = models.CharField(max_length=30, choices=Evidence)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "authority entries"
        constraints = [
            models.CheckConstraint(
                name="authority_evidence_known",
                condition=Q(
                    evidence__in=[
                        "birth-certificate",
                        "adoption-certificate",
                        "responsibility-agreement",
                        "court-order",
                        "lasting-power",
                        "capacity-assessment",
                        "talked-with",
                        "none",
                    ]
                ),
            ),
        ]
        indexes = [models.Index(name="authority_entry_by_person", fields=["person", "-at"])]

    def __str__(self) -> str:
        return f"authority entry {self.public_id}"
