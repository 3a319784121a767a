"""A program and the second step: a token that may act for an office works only for somebody who has one."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from governance.actions import mandates
from governance.models import ApiToken, AuditEntry, Mandate, User
from socialcare.kernel import acting
from tests import worlds
from tests.api.worlds import post, program_of

pytestmark = pytest.mark.django_db
SPHERES = "/api/v1/spheres/"
MATTERS = "/api/v1/matters/"


@pytest.fixture
def member(office_asks_for_more: None) -> User:
    """Somebody whose mandate in a council begins in ten days and ends ten days later."""
    nation = worlds.nation()
    worlds.council(nation, members=1)
    user = worlds.user("member")
    first = acting.today() + timedelta(days=10)
    mandates.give(
        user=user,
        role="national-councillor",
        sphere=nation,
        starts_on=first,
        ends_on=first + timedelta(days=10),
        by=None,
    )
    return user


def question(nation_code: str) -> dict[str, str]:
    return {
        "power": "publish-national-figures",
        "sphere": nation_code,
        "subject": "figures:1",
        "question": "Shall we?",
    }


def status_on(day: date, client: Client) -> int:
    with time_machine.travel(worlds.noon(day)):
        return client.get(SPHERES).status_code


def test_it_is_refused_from_the_first_day_of_the_office_to_its_last(member: User) -> None:
    program = program_of(member)
    mandate = Mandate.objects.get(user=member)
    assert mandate.ends_on is not None
    one = timedelta(days=1)
    assert status_on(mandate.starts_on - one, program) == 200
    assert status_on(mandate.starts_on, program) == 403
    assert status_on(mandate.ends_on - one, program) == 403
    assert status_on(mandate.ends_on, program) == 200


def test_it_says_what_to_do_and_does_nothing(member: User) -> None:
    program = program_of(member)
    mandate = Mandate.objects.get(user=member)
    with time_machine.travel(worlds.noon(mandate.starts_on)):
        before = AuditEntry.objects.count()
        answer = post(program, MATTERS, question(mandate.sphere.code))
        assert answer["Content-Type"] == "application/problem+json"
        assert (answer.status_code, answer.json()["code"]) == (403, "second-step-needed")
        assert "/home/security/" in answer.json()["detail"]
        assert AuditEntry.objects.count() == before
        assert ApiToken.objects.get().last_used_on is None
        Authenticator.objects.create(user=member, type="webauthn", data={"name": "Mine"})
        assert post(program, MATTERS, question(mandate.sphere.code)).status_code == 201


def test_recovery_codes_alone_are_no_second_step(member: User) -> None:
    Authenticator.objects.create(user=member, type="recovery_codes", data={})
    assert status_on(Mandate.objects.get(user=member).starts_on, program_of(member)) == 403


def test_a_token_that_only_reads_goes_on_reading(member: User) -> None:
    reading = program_of(member, scope="read")
    assert status_on(Mandate.objects.get(user=member).starts_on, reading) == 200


def test_a_mandate_that_is_ended_today_asks_for_nothing_any_more(member: User) -> None:
    program = program_of(member)
    mandate = Mandate.objects.get(user=member)
    with time_machine.travel(worlds.noon(mandate.starts_on + timedelta(days=2))):
        assert program.get(SPHERES).status_code == 403
        mandates.end(mandate=mandate, by=None)
        assert program.get(SPHERES).status_code == 200


def test_the_demonstration_asks_no_program_and_no_query(councillor: User) -> None:
    assert settings.SECOND_FACTOR_FOR_OFFICE is False
    program = program_of(councillor)
    assert program.get(SPHERES).status_code == 200
    with CaptureQueriesContext(connection) as queries:
        assert program.get(SPHERES).status_code == 200
    assert not [each for each in queries if "mandate" in each["sql"] or "mfa_" in each["sql"]]
