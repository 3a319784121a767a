"""What a person writes for themself and nobody decides for them: who helps them decide, and what they want in a crisis.

A supported decision is the person's own (Mental Capacity Act 2005, section 1(3): help first). A written statement of
wishes is what others must consider when the person cannot say (section 4(6)(a)); it is no refusal of treatment.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from people.models.persons import Entered, Person
from people.models.sealed import OneForEachPerson, Sealed
from people.parts import Part
from socialcare.kernel.public_ids import LENGTH, new_public_id


class AdvanceStatement(OneForEachPerson, Entered):
    """The part "about me". Sealed: `signs` (how to tell), `want`, `avoid`, `call` (whom to call)."""

    written_on = models.DateField(default=timezone.localdate)


class SupportAgreement(Sealed, Entered):
    """Somebody who helps a person decide about one part, which it belongs to. Sealed: `who`, `what` and `how`.

    It gives the helper nothing: they see what the person lets them see.
    """

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="agreements")
    part = models.CharField(max_length=20, choices=Part)
    starts_on = models.DateField(default=timezone.localdate)
    # The first day without it.
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="agreement_part_known",
                condition=Q(
                    part__in=[
                        "about-me",
                        "plan",
                        "needs",
                        "budget",
                        "spending",
                        "contact",
                        "address",
                    ]
                ),
            ),
            models.CheckConstraint(
                name="agreement_ends_after_it_starts",
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
            ),
        ]
        indexes = [models.Index(name="agreement_by_person", fields=["person", "part"])]

    def __str__(self) -> str:
        return f"support agreement {self.public_id}"
