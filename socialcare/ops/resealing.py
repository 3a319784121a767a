"""Sealing anew, with today's SECRET_KEY, what an earlier one sealed, so that the earlier one can be thrown away.

It works as the owner, because no role of the service may see everybody's keys, and it never opens what a person's key
seals: only the key itself is sealed again. It goes on while people work.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import models, transaction

from people.models import AdvocacyRequest, Ask, Challenge, PersonKey
from people.models.sealed import Wrapped
from socialcare.kernel.sealing import seal, unseal
from socialcare.kernel.second_factor import PURPOSE
from socialcare.ops.backup import OWNER

# Tables whose rows carry a key of their own.
WITH_A_KEY: tuple[type[Wrapped], ...] = (PersonKey, Ask, Challenge, AdvocacyRequest)
AT_ONCE = 1000  # rows locked together


@dataclass(frozen=True)
class Resealed:
    """How many rows were sealed anew."""

    keys: int
    second_steps: int


def reseal() -> Resealed:
    """Seals every key that a row carries and every secret of a second step with the present SECRET_KEY.

    Each thousand rows is a transaction of its own: stopped half-way, it is simply run again. Raises SealBroken at the
    first row that neither SECRET_KEY nor its fallbacks open; what came before it stays sealed anew.
    """
    return Resealed(
        keys=sum(_every(model, "wrapped", model.wrap_again) for model in WITH_A_KEY),
        second_steps=_every(Authenticator, "data", _seal_step_anew),
    )


def _every(model: type[models.Model], field: str, change: Callable[[Any], None]) -> int:
    """Changes one field of every row, in the order of ids, so many at once. Returns how many rows."""
    last: Any = None
    count = 0
    rows = model._default_manager.using(OWNER)
    while True:
        with transaction.atomic(using=OWNER):
            after = rows if last is None else rows.filter(pk__gt=last)
            found = list(after.select_for_update().order_by("pk")[:AT_ONCE])
            if not found:
                return count
            for row in found:
                change(row)
            rows.bulk_update(found, [field])
        last, count = found[-1].pk, count + len(found)


def _seal_step_anew(step: Authenticator) -> None:
    """Seals again what django-allauth had sealed in a second step. In a passkey there is nothing."""

    def anew(text: str) -> str:
        return seal(unseal(text, purpose=PURPOSE), purpose=PURPOSE)

    for name in ("secret", "seed"):
        if name in step.data:
            step.data[name] = anew(step.data[name])
    if "migrated_codes" in step.data:
        step.data["migrated_codes"] = [anew(code) for code in step.data["migrated_codes"]]
