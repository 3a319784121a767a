"""Opening accounts: once each, at their level, empty, and on the record."""

from __future__ import annotations

import pytest

from budgets.actions import accounts
from budgets.models import Account
from governance.models import AuditEntry
from socialcare.kernel.errors import DomainError, Missing
from tests import worlds
from tests.ledger.worlds import Kind

pytestmark = pytest.mark.django_db


def test_a_sphere_gets_the_accounts_it_lacks_and_no_second_one() -> None:
    place = worlds.neighbourhood()
    steward = worlds.user("steward")
    first = accounts.open_for(place, kinds=[Kind.ENTITLEMENTS], by=steward)
    both = accounts.open_for(place, kinds=[Kind.ENTITLEMENTS, Kind.NEIGHBOURHOOD_FUND], by=steward)
    assert both[Kind.ENTITLEMENTS] == first[Kind.ENTITLEMENTS]
    assert accounts.open_many({place.pk: list(both)}, by=steward) == 0
    entries = AuditEntry.objects.filter(verb="accounts.opened").order_by("pk")
    assert [entry.detail["accounts"] for entry in entries] == [1, 1]
    assert {(entry.actor_id, entry.sphere_id) for entry in entries} == {
        (steward.pk, place.parent.parent.pk)
    }


@pytest.mark.parametrize("kind", Kind.values)
def test_each_kind_is_opened_at_its_own_level_only(kind: str) -> None:
    place = worlds.neighbourhood()
    for sphere in place.ancestors():
        if Account.LEVELS[Kind(kind)] == sphere.level:
            account = Account.objects.get(pk=accounts.open_for(sphere, kinds=[kind], by=None)[kind])
            assert account.nation == place.parent.parent
            assert account.balance_pence == 0
            assert account.floor_pence == (None if kind == Kind.TREASURY else 0)
        else:
            with pytest.raises(DomainError) as refusal:
                accounts.open_for(sphere, kinds=[kind], by=None)
            assert refusal.value.code == "wrong-level"
    # Somebody's own is opened by an award alone.
    assert Account.objects.count() == (kind != Kind.PERSON_BUDGET)


def test_one_wrong_account_opens_none() -> None:
    place = worlds.neighbourhood()
    with pytest.raises(DomainError):
        accounts.open_many(
            {place.pk: [Kind.ENTITLEMENTS], place.parent.pk: [Kind.TREASURY]}, by=None
        )
    assert not Account.objects.exists()


def test_a_whole_nation_is_opened_with_few_queries(
    django_assert_max_num_queries: object,
) -> None:
    local = worlds.local_system()
    places = [worlds.neighbourhood(under=local) for _ in range(5)]
    wanted = {place.pk: [Kind.ENTITLEMENTS, Kind.NEIGHBOURHOOD_FUND] for place in places}
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        assert accounts.open_many(wanted, by=None) == 10


def test_opening_nothing_is_nothing() -> None:
    assert accounts.open_many({}, by=None) == 0
    assert not AuditEntry.objects.exists()


def test_an_account_that_is_not_there_is_missing() -> None:
    place = worlds.neighbourhood()
    with pytest.raises(Missing) as refusal:
        accounts.held(place.pk, Kind.ENTITLEMENTS)
    assert refusal.value.code == "no-such-account"
    opened = accounts.open_for(place, kinds=[Kind.ENTITLEMENTS], by=None)
    assert accounts.held(place.pk, Kind.ENTITLEMENTS) == opened[Kind.ENTITLEMENTS]
