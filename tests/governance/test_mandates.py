"""Mandates are dated, held once at a time, and give rights on their days only."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from governance import roles, rules
from governance.actions import mandates
from governance.models import AuditEntry, Mandate, Sphere
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError, Missing
from tests import worlds

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def green() -> Sphere:
    return worlds.neighbourhood()


def test_a_mandate_gives_its_role_and_leaves_a_trace(green: Sphere) -> None:
    somebody = worlds.user()
    mandate = mandates.give(user=somebody, role="councillor", sphere=green, by=None)
    assert rules.roles_in(somebody, green) == [roles.get("councillor")]
    assert mandate.starts_on == acting.today()
    entry = AuditEntry.objects.get(verb="mandate.given", subject_id=mandate.public_id)
    assert entry.detail == {"role": "councillor", "user": somebody.pk}
    assert entry.sphere_id == green.pk


def test_a_mandate_holds_in_its_own_sphere_only(green: Sphere) -> None:
    somebody = worlds.holder("councillor", green)
    assert green.parent is not None
    for elsewhere in (green.parent, worlds.neighbourhood(under=green.parent)):
        assert rules.roles_in(somebody, elsewhere) == []


@pytest.mark.parametrize(
    ("role", "code"), [("national-steward", "wrong-level"), ("king", "no-such-role")]
)
def test_refused_roles_change_nothing(green: Sphere, role: str, code: str) -> None:
    somebody = worlds.user()
    with pytest.raises(DomainError) as refused:
        mandates.give(user=somebody, role=role, sphere=green, by=None)
    assert refused.value.code == code
    assert isinstance(refused.value, Missing) == (code == "no-such-role")
    assert not Mandate.objects.filter(user=somebody).exists()


def test_a_mandate_that_ends_before_it_starts_is_refused(green: Sphere) -> None:
    somebody = worlds.user()
    today = acting.today()
    for ends_on in (today, today - DAY):
        with pytest.raises(DomainError) as refused:
            mandates.give(user=somebody, role="councillor", sphere=green, ends_on=ends_on, by=None)
        assert refused.value.code == "bad-dates"
    assert not Mandate.objects.filter(user=somebody).exists()


def test_the_same_role_twice_at_a_time_is_refused(green: Sphere) -> None:
    today = acting.today()
    somebody = worlds.holder("councillor", green, starts_on=today, ends_on=today + 10 * DAY)
    with pytest.raises(Conflict) as refused:
        mandates.give(
            user=somebody, role="councillor", sphere=green, starts_on=today + 9 * DAY, by=None
        )
    assert refused.value.code == "held-already"
    # The next term starts on the day the first has ended.
    mandates.give(
        user=somebody, role="councillor", sphere=green, starts_on=today + 10 * DAY, by=None
    )
    assert somebody.mandates.count() == 2


def test_the_database_refuses_overlapping_and_backward_terms(green: Sphere) -> None:
    somebody = worlds.holder("councillor", green)
    with connection.cursor() as cursor:
        for starts_on, ends_on in [("2024-01-01", None), ("2030-01-02", "2030-01-01")]:
            with pytest.raises(IntegrityError), transaction.atomic():
                cursor.execute(
                    "INSERT INTO governance_mandate (public_id, user_id, role, sphere_id, starts_on, ends_on) "
                    "VALUES ('x', %s, 'councillor', %s, %s, %s)",
                    [somebody.pk, green.pk, starts_on, ends_on],
                )


def test_an_ended_mandate_gives_nothing_from_that_day(green: Sphere) -> None:
    somebody = worlds.holder("councillor", green)
    mandate = somebody.mandates.get()
    mandates.end(mandate=mandate, by=None)
    assert rules.roles_in(somebody, green) == []
    assert rules.roles_in(somebody, green, on=acting.today() - DAY)
    assert AuditEntry.objects.filter(verb="mandate.ended", subject_id=mandate.public_id).exists()
    with pytest.raises(Conflict) as refused:
        mandates.end(mandate=mandate, by=None)
    assert refused.value.code == "ended-already"


def test_a_mandate_that_never_began_is_never_held(green: Sphere) -> None:
    start = acting.today() + 30 * DAY
    somebody = worlds.holder("councillor", green, starts_on=start)
    mandates.end(mandate=somebody.mandates.get(), by=None)
    assert rules.roles_in(somebody, green, on=start) == []


def test_rights_are_gone_the_day_a_mandate_expires(green: Sphere) -> None:
    today = acting.today()
    assembly = worlds.council(green, members=2)
    leaving = worlds.holder("councillor", green, ends_on=today + DAY)
    assert rules.can_raise(leaving, "fund-a-project", green)
    assert leaving in rules.members_of(assembly.body)
    with time_machine.travel(worlds.noon(today + DAY)):
        verdict = rules.can_raise(leaving, "fund-a-project", green)
        assert not verdict
        assert verdict.code == "may-not-raise"
        assert leaving not in rules.members_of(assembly.body)
        assert rules.members_of(assembly.body).count() == 2


def test_an_account_that_is_closed_is_no_member(green: Sphere) -> None:
    assembly = worlds.council(green, members=2)
    gone = assembly.members[0]
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    assert list(rules.members_of(assembly.body)) == assembly.members[1:]


def test_only_stewards_carry_out() -> None:
    country = worlds.nation()
    steward = worlds.holder("national-steward", country)
    councillor = worlds.holder("national-councillor", country)
    assert rules.can_carry_out(steward, "set-the-pot", country)
    assert not rules.can_carry_out(steward, "amend-the-constitution", country)
    assert not rules.can_carry_out(councillor, "set-the-pot", country)
    assert not rules.can_carry_out(steward, "set-the-pot", worlds.nation())


def test_a_panel_member_does_not_raise_or_steer_the_councils_business() -> None:
    country = worlds.nation()
    council = worlds.council(country)
    panel = worlds.panel(country)
    assert not rules.can_raise(panel.chair, "set-the-pot", country)
    matter = worlds.raised(council, power="set-the-pot")
    assert not rules.can_steer(panel.chair, matter)
    assert rules.can_steer(council.members[1], matter)
