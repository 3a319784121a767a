"""The audit trail: who did what, when, to which row. Ids and codes only, so that a lawful erasure leaves it whole."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now


class AuditEntry(models.Model):
    """One act. Append-only; written by `governance.audit.record` in the transaction of the act itself."""

    # Both are set by a trigger, whatever the application says: the clock, and a number for the transaction.
    at = models.DateTimeField(db_default=Now())
    batch = models.BigIntegerField(db_default=0)
    # Plain numbers, not foreign keys: the trail outlives what it speaks of. No actor is the system itself.
    actor_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=64)
    sphere_id = models.BigIntegerField(null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "audit entries"
        indexes = [
            models.Index(name="audit_by_subject", fields=["subject_kind", "subject_id"]),
            models.Index(name="audit_by_actor", fields=["actor_id"]),
            models.Index(name="audit_by_batch", fields=["batch"]),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.verb}"


class AuditSeal(models.Model):
    """A link of a hash chain: the entries of one transaction, sealed at its commit by a trigger, never by the app.

    Numbers count up within a lane. There are several lanes so that commits need not wait for each other's; where few
    write, all seals are in lane 0 (docs/adr/0013-seal-lanes.md).
    """

    batch = models.BigIntegerField(primary_key=True)
    lane = models.SmallIntegerField(db_default=0)
    number = models.BigIntegerField()
    entries = ArrayField(models.BigIntegerField())
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="audit_seal_lane_counts_up", condition=models.Q(lane__gte=0)
            ),
            models.UniqueConstraint(
                name="audit_seal_number_once_a_lane", fields=["lane", "number"]
            ),
        ]

    def __str__(self) -> str:
        return f"seal {seal_name(self.lane, self.number)}"


def seal_name(lane: int, number: int) -> str:
    """What a seal's hash calls it: "7", or "3/7" for the seventh of lane 3. Lane 0 is not
    named, so that seals from before there were lanes keep their hash."""
    return f"{lane}/{number}" if lane else str(number)
