"""Opening accounts, and finding them. An account is opened empty; having one entitles nobody to anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as _

from budgets.models import Account
from governance import audit
from governance.models import Sphere, User
from socialcare.kernel.errors import DomainError, Missing

# One statement for a whole nation: through model instances the same took several seconds.
_OPEN = """
INSERT INTO budgets_account (public_id, sphere_id, nation_id, kind, floor_pence, balance_pence)
SELECT substr(replace(gen_random_uuid()::text, '-', ''), 1, 12), s.id,
       COALESCE(up.parent_id, s.parent_id, s.id), wanted.kind,
       CASE WHEN wanted.kind <> 'treasury' THEN 0 END, 0
  FROM unnest(%s::bigint[], %s::text[]) AS wanted(sphere_id, kind)
  JOIN governance_sphere s ON s.id = wanted.sphere_id
  LEFT JOIN governance_sphere up ON up.id = s.parent_id
 ORDER BY s.id, wanted.kind
ON CONFLICT (sphere_id, kind) DO NOTHING
"""


@transaction.atomic
def open_many(kinds_by_sphere: Mapping[int, Iterable[str]], *, by: User | int | None) -> int:
    """Opens, for each sphere id, the accounts of those kinds that it does not have yet. Returns how many.

    Bookkeeping that follows from a decision already taken: it asks no rule of its own. Raises
    DomainError(wrong-level) for a kind that belongs to spheres of another level, and opens nothing.
    """
    wanted = [(sphere, kind) for sphere, kinds in kinds_by_sphere.items() for kind in kinds]
    if any(kind == Account.Kind.PERSON_BUDGET for _sphere, kind in wanted):
        # Somebody's own is opened by the award that fills it, and by nothing else.
        raise DomainError("wrong-level", _("That kind of account belongs to another level."))
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                _OPEN, [[sphere for sphere, _kind in wanted], [kind for _sphere, kind in wanted]]
            )
            opened = cursor.rowcount
    except IntegrityError as error:
        raise DomainError(
            "wrong-level", _("That kind of account belongs to another level.")
        ) from error
    if opened:
        nation = Sphere.objects.get(
            accounts_of_nation__sphere_id=wanted[0][0], accounts_of_nation__kind=wanted[0][1]
        )
        audit.record("accounts.opened", subject=nation, by=by, sphere=nation, accounts=opened)
    return opened


def open_for(sphere: Sphere, *, kinds: Iterable[str], by: User | int | None) -> dict[str, int]:
    """Opens the accounts of these kinds that `sphere` lacks. Returns kind → account id, of these kinds.

    Raises DomainError(wrong-level).
    """
    kinds = list(kinds)
    open_many({sphere.pk: kinds}, by=by)
    return dict(Account.objects.filter(sphere=sphere, kind__in=kinds).values_list("kind", "pk"))


def held(sphere_id: int, kind: str) -> int:
    """The id of the sphere's account of that kind. Raises Missing(no-such-account)."""
    account_id = (
        Account.objects.filter(sphere_id=sphere_id, kind=kind).values_list("pk", flat=True).first()
    )
    if account_id is None:
        raise Missing("no-such-account", _("There is no such account."))
    return account_id
