"""What people can challenge about their budget: the award. An open challenge keeps it from falling (migration 0011)."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from budgets.models import Entitlement
from governance.models import User
from people.challengeable import Kind, register

AWARD = "award"


def _award(user: User, public_id: str) -> str | None:
    is_theirs = Entitlement.objects.filter(public_id=public_id, person__user=user).exists()
    return _("How much my budget is") if is_theirs else None


register(Kind(AWARD, gettext_lazy("How much my budget is"), _award))
