"""Questions about the formula: what if the pot were shared otherwise? They move no money and are never edited."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from budgets.models.allocation import AllocationRun, FormulaVersion
from governance.models import Sphere, User
from neighbourhoods.models import Dataset
from socialcare.kernel.public_ids import LENGTH, new_public_id


class WhatIf(models.Model):
    """One question: this document and pot, beside a version and its pot, over these figures. Its answer is worked out
    each time. It may hold a document that can never be adopted; no run can use it.
    """

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    nation = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="what_ifs")
    text = models.TextField()
    # What the formula shares, in pence: the pot without the reserve and the national functions.
    pot_pence = models.BigIntegerField()
    dataset = models.ForeignKey(Dataset, on_delete=models.PROTECT, related_name="+")
    compared_with = models.ForeignKey(FormulaVersion, on_delete=models.PROTECT, related_name="+")
    compared_pot_pence = models.BigIntegerField()
    # The run that shared that pot by that version, where there was one.
    compared_run = models.ForeignKey(
        AllocationRun, on_delete=models.PROTECT, null=True, related_name="+"
    )
    # Over all of the above: the same question is the same row.
    sha256 = models.CharField(max_length=64, unique=True)
    # Null for a visitor. Shown to nobody.
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="what_if_pots_not_negative",
                condition=Q(pot_pence__gte=0, compared_pot_pence__gte=0),
            ),
            models.CheckConstraint(
                name="what_if_sha256_is_hex", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return f"what-if {self.public_id}"
