"""Who gives and ends offices, and who sets up bodies: the body right above, and nobody by default."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pytest
import time_machine

from governance.actions import bodies, mandates
from governance.models import AuditEntry, Body, Mandate, Sphere, User
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, NotAllowed
from tests import worlds

pytestmark = pytest.mark.django_db


@dataclass
class Country:
    """Two local systems with councils under a national council; in each a neighbourhood with an assembly."""

    nation: Sphere
    local: Sphere
    green: Sphere
    people: dict[str, User]


@pytest.fixture
def country() -> Country:
    nation = worlds.nation()
    local, other = worlds.local_system(under=nation), worlds.local_system(under=nation)
    green = worlds.neighbourhood(under=local)
    people = {
        "national": worlds.council(nation, members=1).chair,
        "panel": worlds.panel(nation, members=1).chair,
        "steward": worlds.holder("national-steward", nation),
        "local": worlds.council(local, members=1).chair,
        "other": worlds.council(other, members=1).chair,
        "assembly": worlds.council(green, members=1).chair,
        "worker": worlds.holder("social-worker", green),
        "citizen": worlds.user("citizen"),
    }
    return Country(nation, local, green, people)


# Role → who may give it and end it.
APPOINTS = {
    "social-worker": {"local"},
    "coordinator": {"local"},
    "councillor": {"local"},
    "local-councillor": {"national"},
    "registrar": {"national"},
    "national-steward": {"national"},
    "national-councillor": set(),
    "panel-member": set(),
}
WHO = ("national", "panel", "steward", "local", "other", "assembly", "worker", "citizen")


def place_of(country: Country, role: str) -> Sphere:
    if role in {"social-worker", "coordinator", "councillor"}:
        return country.green
    return country.local if role in {"local-councillor", "registrar"} else country.nation


def trace() -> tuple[int, int, int]:
    """What a refused act must leave as it was."""
    return Mandate.objects.count(), Body.objects.count(), AuditEntry.objects.count()


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("role", APPOINTS)
def test_an_office_is_given_and_ended_by_the_body_right_above(
    country: Country, role: str, who: str
) -> None:
    by, somebody, place = country.people[who], worlds.user("somebody"), place_of(country, role)
    if who in APPOINTS[role]:
        mandate = mandates.give(user=somebody, role=role, sphere=place, by=by)
        assert AuditEntry.objects.latest("pk").actor_id == by.pk
        mandates.end(mandate=mandate, by=by)
        return
    held = mandates.give(user=worlds.user("holder"), role=role, sphere=place, by=None)
    before = trace()
    with pytest.raises(NotAllowed) as refused:
        mandates.give(user=somebody, role=role, sphere=place, by=by)
    assert refused.value.code == "may-not-appoint"
    with pytest.raises(NotAllowed) as refused:
        mandates.end(mandate=held, by=by)
    assert refused.value.code == "may-not-appoint"
    held.refresh_from_db()
    assert held.ends_on is None
    assert trace() == before


def test_nobody_appoints_themself(country: Country) -> None:
    before = trace()
    for who, role in (("national", "national-steward"), ("local", "councillor")):
        by = country.people[who]
        with pytest.raises(NotAllowed) as refused:
            mandates.give(user=by, role=role, sphere=place_of(country, role), by=by)
        assert refused.value.code == "not-to-yourself"
    assert trace() == before


def test_an_office_can_be_laid_down(country: Country) -> None:
    for who in ("worker", "national", "panel"):
        holder = country.people[who]
        mandates.end(mandate=holder.mandates.get(), by=holder)
        assert holder.mandates.get().ends_on == acting.today()
    with pytest.raises(Conflict):
        mandates.end(mandate=holder.mandates.get(), by=holder)


def test_those_who_appoint_have_a_live_mandate_in_a_body_that_is_there(country: Country) -> None:
    member = country.people["local"]
    today = acting.today()
    mandates.end(mandate=member.mandates.get(), on=today + timedelta(days=2), by=None)
    with time_machine.travel(worlds.noon(today + timedelta(days=1))):
        mandates.give(user=worlds.user("a"), role="councillor", sphere=country.green, by=member)
    with time_machine.travel(worlds.noon(today + timedelta(days=2))), pytest.raises(NotAllowed):
        mandates.give(user=worlds.user("b"), role="councillor", sphere=country.green, by=member)
    # A seat in a system whose council was never set up decides nothing.
    bare = worlds.local_system(under=country.nation)
    place = worlds.neighbourhood(under=bare)
    lonely = worlds.holder("local-councillor", bare)
    with pytest.raises(NotAllowed):
        mandates.give(user=worlds.user("c"), role="councillor", sphere=place, by=lonely)


@pytest.mark.parametrize("who", WHO)
def test_a_body_is_set_up_by_the_body_right_above(country: Country, who: str) -> None:
    place = worlds.neighbourhood(under=country.local)
    system = worlds.local_system(under=country.nation)
    kind = Body.Kind
    by = country.people[who]
    wanted = [
        (place, kind.ASSEMBLY, "local"),
        (system, kind.COUNCIL, "national"),
        (worlds.nation(), kind.NATIONAL_COUNCIL, "nobody"),
        (worlds.nation(), kind.PANEL, "nobody"),
    ]
    for sphere, kind_of_body, right in wanted:
        before = trace()
        if who == right:
            assert bodies.set_up(sphere=sphere, kind=kind_of_body, name="New", by=by).pk
            continue
        with pytest.raises(NotAllowed) as refused:
            bodies.set_up(sphere=sphere, kind=kind_of_body, name="New", by=by)
        assert refused.value.code == "may-not-set-up"
        assert trace() == before
