"""Tokens: keys with which somebody's own programs use the API as them. The key itself is never stored."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from governance.models.users import User
from socialcare.kernel.public_ids import LENGTH, new_public_id

LONGEST_LIFE = timedelta(days=365)


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def working(self, on: date) -> ApiTokenQuerySet:
        """Those that open something on that day."""
        return self.filter(revoked_at=None, ends_on__gt=on, user__is_active=True)


class ApiToken(models.Model):
    class Scope(models.TextChoices):
        READ = "read", _("Read only")
        WRITE = "write", _("Read, and act for me")

    public_id = models.CharField(
        max_length=LENGTH, unique=True, default=new_public_id, editable=False
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    # What its owner calls it: "the spreadsheet at work".
    name = models.CharField(max_length=60)
    # SHA-256 of the secret. The secret has 256 random bits, so nothing slower is needed to keep it from being guessed.
    sha256 = models.CharField(max_length=64, unique=True)
    scope = models.CharField(max_length=5, choices=Scope, default=Scope.READ)
    made_on = models.DateField(default=timezone.localdate)
    # The first day on which it no longer works.
    ends_on = models.DateField()
    # A day and no more: a trace of every use would be a diary of its owner.
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="token_scope_known", condition=Q(scope__in=["read", "write"])
            ),
            models.CheckConstraint(
                name="token_lives_a_year_at_most",
                condition=Q(ends_on__gt=F("made_on")) & Q(ends_on__lte=F("made_on") + LONGEST_LIFE),
            ),
            models.CheckConstraint(
                name="token_sha256_is_hex", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return f"token {self.public_id}"

    @property
    def may_write(self) -> bool:
        return self.scope == self.Scope.WRITE

    @property
    def is_over(self) -> bool:
        """Revoked, or past its last day."""
        return self.revoked_at is not None or self.ends_on <= timezone.localdate()
