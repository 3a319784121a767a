"""How long what is kept about people is kept, by dated rules; public, so that everybody can read them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from governance.models import Sphere


class RetentionRule(models.Model):
    """One kind of thing that is kept: why, from when it counts, for how many years, and whether it holds an erasure."""

    nation = models.ForeignKey(Sphere, on_delete=models.PROTECT, related_name="+")
    code = models.SlugField(max_length=30)
    starts_on = models.DateField()
    title = models.CharField(max_length=200)
    basis = models.CharField(max_length=300)
    # What the years are counted from, in words. Without years: for as long as the record is used.
    after = models.CharField(max_length=100)
    years = models.PositiveSmallIntegerField(null=True)
    is_hold = models.BooleanField()
    # Act, regulation or code.
    source = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="retention_once_a_day", fields=["nation", "code", "starts_on"]
            ),
            models.CheckConstraint(
                name="retention_hold_has_an_end",
                condition=Q(is_hold=False) | Q(years__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"retention {self.code}"
