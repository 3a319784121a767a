"""Opening accounts, and finding them. An account is opened empty; having one entitles nobody to anything."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from budgets.models import Account
from governance import audit
from governance.models import Sphere, User
from socialcare.kernel.errors import DomainError, Missing


@transaction.atomic
def open_many(kinds_by_sphere: Mapping[int, Iterable[str]], *, by: User | int | None) -> int:
    """Opens, for each sphere id, the accounts of those kinds that it does not have yet. Returns how many.

    Bookkeeping that follows from a decision already taken: it asks no rule of its own. All spheres belong to one
    nation. Raises DomainError(wrong-level) for a kind that belongs to another level, and opens nothing.
    """
    spheres = Sphere.objects.with_ancestors().in_bulk(list(kinds_by_sphere))
    nations = {sphere.ancestors()[-1].pk for sphere in spheres.values()}
    if not nations:
        return 0
    if len(nations) > 1:
        raise DomainError("two-nations", _("Open the accounts of one nation at a time."))
    (nation_id,) = nations
    # Two at once wait for each other here.
    Sphere.objects.select_for_update(no_key=True).get(pk=nation_id)
    held = set(
        Account.objects.filter(nation_id=nation_id, sphere_id__in=spheres).values_list(
            "sphere_id", "kind"
        )
    )
    wanted = [
        Account(
            sphere_id=sphere_id,
            nation_id=nation_id,
            kind=kind,
            floor_pence=None if kind == Account.Kind.TREASURY else 0,
        )
        for sphere_id, kinds in sorted(kinds_by_sphere.items())
        for kind in sorted(set(kinds))
        if (sphere_id, kind) not in held
    ]
    if not wanted:
        return 0
    try:
        with transaction.atomic():
            Account.objects.bulk_create(wanted, batch_size=5000)
    except IntegrityError as error:
        raise DomainError(
            "wrong-level", _("That kind of account belongs to another level.")
        ) from error
    audit.record(
        "accounts.opened",
        subject=spheres.get(nation_id) or Sphere.objects.get(pk=nation_id),
        by=by,
        sphere=nation_id,
        accounts=len(wanted),
    )
    return len(wanted)


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
