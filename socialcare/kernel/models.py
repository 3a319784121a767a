"""The kernel's two tables: work promised, and requests to the API that must not be done twice.

The outbox holds work promised inside a transaction and done after it, at least once. A row is written by the action
that promises the work, in the action's own transaction. Rows hold ids and codes, never names or words.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class OutboxMessageQuerySet(models.QuerySet["OutboxMessage"]):
    def due(self) -> "OutboxMessageQuerySet":
        return self.filter(done_at=None, given_up_at=None, next_attempt_at__lte=timezone.now())


class OutboxMessage(models.Model):
    topic = models.CharField(max_length=100)
    # One promise a key: an action that runs twice promises its work once.
    key = models.CharField(max_length=200, unique=True)
    payload = models.JSONField(default=dict)
    # Not a foreign key: the kernel knows no users. Null is the system itself.
    acting_user_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=100, blank=True)
    done_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    objects = OutboxMessageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="outbox_done_or_given_up",
                condition=Q(done_at=None) | Q(given_up_at=None),
            ),
        ]
        indexes = [
            models.Index(
                name="outbox_due",
                fields=["next_attempt_at"],
                condition=Q(done_at=None, given_up_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.key}"


class IdempotentRequest(models.Model):
    """A request that was done, and what was answered, so that the same request again is answered and not done again.

    Kept for a day (`kernel.api.idempotency`). The answers are what the API shows to everybody.
    """

    # Not a foreign key: the kernel knows no users.
    user_id = models.BigIntegerField()
    key = models.CharField(max_length=200)
    # SHA-256 over method, address and body.
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    location = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="idempotent_key_once_a_user", fields=["user_id", "key"]),
        ]
        indexes = [models.Index(name="idempotent_by_age", fields=["created_at"])]

    def __str__(self) -> str:
        return f"request {self.pk}"
