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
    """A link of the hash chain: the entries of one transaction, sealed at its commit by a trigger, never by the app."""

    number = models.BigIntegerField(primary_key=True)
    batch = models.BigIntegerField(unique=True)
    entries = ArrayField(models.BigIntegerField())
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"seal {self.number}"
