"""Lending power: every rule of it through the actions, and again as SQL by the application's own login."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
import time_machine
from django.db import IntegrityError, ProgrammingError, connection, transaction

from governance import competence
from governance.actions import loans
from governance.models import AuditEntry, Decision, LoanOfPower, Matter
from socialcare.kernel import acting
from socialcare.kernel.errors import Conflict, DomainError, NotAllowed
from socialcare.kernel.public_ids import new_public_id
from tests import worlds
from tests.worlds import Council

pytestmark = pytest.mark.django_db

DOWN = "register-providers"  # at home with the local system
UP = "fund-a-project"  # at home with the neighbourhood
START = date(2027, 3, 1)


@dataclass(frozen=True)
class Country:
    council: Council
    panel: Council
    borough: Council
    green: Council


@pytest.fixture
def country() -> Country:
    nation = worlds.nation()
    borough = worlds.local_system(under=nation)
    return Country(
        council=worlds.council(nation, members=1),
        panel=worlds.panel(nation, members=1),
        borough=worlds.council(borough, members=1),
        green=worlds.council(worlds.neighbourhood(under=borough), members=1),
    )


@contextmanager
def refused(code: str, kind: type[DomainError] = DomainError) -> Iterator[None]:
    before = (
        LoanOfPower.objects.count(),
        AuditEntry.objects.filter(verb__startswith="loan.").count(),
    )
    with pytest.raises(kind) as error:
        yield
    assert error.value.code == code
    assert (
        LoanOfPower.objects.count(),
        AuditEntry.objects.filter(verb__startswith="loan.").count(),
    ) == before


# --- Devolution -----------------------------------------------------------------------------------


def offer(country: Country, *, power: str = DOWN, borrower: Council | None = None) -> dict:
    """What a devolution from the borough needs, all of it in order."""
    borrower = borrower or country.green
    names = {"power": power, "home": country.borough.sphere, "borrower": borrower.sphere}
    return {
        **names,
        "reasons": "It is decided better nearby.",
        "consent": worlds.agreed("lend", country.borough, **names),
        "acceptance": worlds.agreed("accept", borrower, **names),
        "by": country.borough.chair,
    }


def test_a_power_is_lent_down(country: Country) -> None:
    loan = loans.devolve(**offer(country))
    assert (loan.kind, loan.starts_on, loan.ends_on) == ("devolution", acting.today(), None)
    entry = AuditEntry.objects.get(verb="loan.devolved")
    assert entry.detail == {"power": DOWN, "borrower": country.green.sphere.public_id}
    assert entry.sphere_id == country.borough.sphere.pk


def test_both_sides_must_have_carried_it(country: Country) -> None:
    names = {"power": DOWN, "home": country.borough.sphere, "borrower": country.green.sphere}
    rejected = worlds.agreed("accept", country.green, choice="against", **names)
    with refused("no-such-decision", NotAllowed):
        loans.devolve(**{**offer(country), "acceptance": rejected})


def test_a_decision_about_another_loan_does_not_carry_this_one(country: Country) -> None:
    other = worlds.council(worlds.neighbourhood(under=country.borough.sphere), members=1)
    elsewhere = offer(country, borrower=other)
    good = offer(country)
    for part in ("consent", "acceptance"):
        with refused("no-such-decision", NotAllowed):
            loans.devolve(**{**good, part: elsewhere[part]})
    with refused("no-such-decision", NotAllowed):
        loans.devolve(**{**good, "consent": good["acceptance"]})
    plain = worlds.decided(country.borough, power=DOWN)
    with refused("no-such-decision", NotAllowed):
        loans.devolve(**{**good, "consent": plain})


def test_only_those_in_office_at_home_lend(country: Country) -> None:
    good = offer(country)
    worker = worlds.holder("social-worker", country.green.sphere)
    for outsider in (worlds.user(), country.green.chair, worker):
        with refused("may-not-carry-out", NotAllowed):
            loans.devolve(**{**good, "by": outsider})


def test_a_power_is_lent_from_its_home_only(country: Country) -> None:
    names = {
        "power": DOWN,
        "home": country.council.sphere,
        "borrower": country.green.sphere,
    }
    # The nation has no say about it: the question comes before the local system's council.
    with pytest.raises(DomainError) as error:
        worlds.agreed("lend", country.council, **names)
    assert error.value.code == "below-home"


def test_reasons_are_given(country: Country) -> None:
    with refused("no-reasons"):
        loans.devolve(**{**offer(country), "reasons": "  "})


def test_a_decision_carries_one_loan(country: Country) -> None:
    good = offer(country)
    loan = loans.devolve(**good)
    loans.end(loan=loan, by=country.borough.chair)
    with refused("loan-refused", Conflict):
        loans.devolve(**{**good, "starts_on": acting.today() + timedelta(days=40)})


def test_one_loan_of_a_power_at_a_time(country: Country) -> None:
    worlds.devolution(power=DOWN, lender=country.borough, borrower=country.green)
    other = worlds.council(worlds.neighbourhood(under=country.borough.sphere), members=1)
    names = {"power": DOWN, "home": country.borough.sphere, "borrower": other.sphere}
    acceptance = worlds.agreed("accept", other, **names)
    # The power sits with the green now, so the borough cannot even be asked.
    with pytest.raises(NotAllowed):
        worlds.agreed("lend", country.borough, **names)
    assert acceptance.carried
    assert LoanOfPower.objects.count() == 1


# --- Reservation ----------------------------------------------------------------------------------


def claim(country: Country, **changes: object) -> dict:
    """What a reservation by the borough needs, with the green's consent."""
    names = {"power": UP, "home": country.green.sphere, "borrower": country.borough.sphere}
    return {
        **names,
        "ground": "too-large",
        "reasons": "It is larger than one place.",
        "starts_on": START,
        "ends_on": date(2028, 3, 1),
        "consent": worlds.agreed("lend", country.green, **names),
        "by": country.borough.chair,
        **changes,
    }


def emergency(country: Country, **changes: object) -> dict:
    """What a reservation without consent needs: broken rights, the panel's assent, three months."""
    names = {"power": UP, "home": country.green.sphere, "borrower": country.borough.sphere}
    return {
        **names,
        "ground": "breach-of-rights",
        "reasons": "Nobody there may vote.",
        "starts_on": START,
        "ends_on": date(2027, 6, 1),
        "assent": worlds.agreed("assent", country.panel, **names),
        "by": country.borough.chair,
        **changes,
    }


def test_a_power_is_lent_up_for_at_most_a_year(country: Country) -> None:
    good = claim(country)
    with refused("loan-refused", Conflict):
        loans.reserve(**{**good, "ends_on": date(2028, 3, 2)})
    loan = loans.reserve(**good)
    assert (loan.kind, loan.ends_on) == ("reservation", date(2028, 3, 1))
    assert AuditEntry.objects.get(verb="loan.reserved").detail["power"] == UP


def test_without_consent_for_broken_rights_and_three_months(country: Country) -> None:
    good = emergency(country)
    for changes in (
        {"ends_on": date(2027, 6, 2)},
        {"ground": "too-large"},
        {"assent": None},
    ):
        with refused("loan-refused", Conflict):
            loans.reserve(**{**good, **changes})
    assert loans.reserve(**good).consent is None


def test_the_assent_is_the_national_panels(country: Country) -> None:
    names = {"power": UP, "home": country.green.sphere, "borrower": country.borough.sphere}
    by_the_council = worlds.agreed("assent", country.council, **names)
    with refused("no-such-decision", NotAllowed):
        loans.reserve(**emergency(country, assent=by_the_council))
    refusal = worlds.agreed("assent", country.panel, choice="against", **names)
    with refused("no-such-decision", NotAllowed):
        loans.reserve(**emergency(country, assent=refusal))


def test_not_again_without_consent_for_two_years(country: Country) -> None:
    loans.reserve(**emergency(country))
    again = emergency(country)
    for starts_on in (date(2027, 6, 1), date(2029, 5, 31)):
        with refused("loan-refused", Conflict):
            loans.reserve(
                **{**again, "starts_on": starts_on, "ends_on": starts_on + timedelta(days=30)}
            )
    loans.reserve(**{**again, "starts_on": date(2029, 6, 1), "ends_on": date(2029, 7, 1)})
    assert LoanOfPower.objects.count() == 2


def test_with_consent_it_may_come_again_at_once(country: Country) -> None:
    loans.reserve(**emergency(country))
    loans.reserve(**claim(country, starts_on=date(2027, 6, 1), ends_on=date(2028, 6, 1)))
    assert LoanOfPower.objects.count() == 2


def test_only_those_who_take_it_up_carry_it_out(country: Country) -> None:
    with refused("may-not-carry-out", NotAllowed):
        loans.reserve(**{**claim(country), "by": country.green.chair})


def test_a_core_power_is_not_even_asked_for(country: Country) -> None:
    with pytest.raises(DomainError) as error:
        worlds.agreed(
            "lend",
            country.green,
            power="spend-my-budget",
            home=country.green.sphere,
            borrower=country.borough.sphere,
        )
    assert error.value.code == "core-power"
    assert not Matter.objects.exists()


def test_a_reservation_lapses_by_itself(country: Country) -> None:
    today = acting.today()
    loans.reserve(**claim(country, starts_on=today, ends_on=today + timedelta(days=90)))
    assert competence.seat(UP, country.green.sphere).sphere == country.borough.sphere
    with time_machine.travel(worlds.noon(today + timedelta(days=90))):
        assert competence.seat(UP, country.green.sphere).is_at_home


# --- Ending ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", ["green", "borough"])
def test_either_end_brings_a_power_home_at_once(country: Country, end: str) -> None:
    today = acting.today()
    loan = loans.reserve(**claim(country, starts_on=today, ends_on=today + timedelta(days=90)))
    loans.end(loan=loan, by=getattr(country, end).chair)
    assert competence.seat(UP, country.green.sphere).is_at_home
    assert AuditEntry.objects.filter(verb="loan.ended", subject_id=loan.public_id).exists()
    with refused("ended-already", Conflict):
        loans.end(loan=loan, by=getattr(country, end).chair)


def test_nobody_else_ends_it(country: Country) -> None:
    loan = loans.reserve(**claim(country))
    worker = worlds.holder("social-worker", country.green.sphere)
    for outsider in (worlds.user(), worker, country.council.chair):
        with refused("may-not-end", NotAllowed):
            loans.end(loan=loan, by=outsider)
    loan.refresh_from_db()
    assert loan.ends_on == date(2028, 3, 1)


def test_who_broke_rights_does_not_take_the_power_back(country: Country) -> None:
    loan = loans.reserve(**emergency(country))
    with refused("may-not-end", NotAllowed):
        loans.end(loan=loan, by=country.green.chair)
    assert loans.end(loan=loan, by=country.borough.chair).ends_on == START


# --- The same rules, against SQL ------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A loan as the application's login would write it, past every rule in Python."""

    kind: str
    power: str
    home_id: int
    borrower_id: int
    ground: str
    reasons: str
    consent_id: int | None
    assent_id: int | None
    starts_on: str
    ends_on: str | None

    def insert(self) -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO governance_loanofpower (public_id, kind, power, home_id, borrower_id, ground, reasons, "
                "consent_id, assent_id, starts_on, ends_on) "
                "VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id",
                [new_public_id(), *self.__dict__.values()],
            )
            return int(cursor.fetchone()[0])


def lends(country: Country) -> Decision:
    return worlds.agreed(
        "lend",
        country.green,
        power=UP,
        home=country.green.sphere,
        borrower=country.borough.sphere,
    )


def assents(country: Country) -> Decision:
    return worlds.agreed(
        "assent",
        country.panel,
        power=UP,
        home=country.green.sphere,
        borrower=country.borough.sphere,
    )


@pytest.fixture
def reservation(country: Country) -> Row:
    return Row(
        kind="reservation",
        power=UP,
        home_id=country.green.sphere.pk,
        borrower_id=country.borough.sphere.pk,
        ground="too-large",
        reasons="Because.",
        consent_id=lends(country).pk,
        assent_id=None,
        starts_on="2027-03-01",
        ends_on="2028-03-01",
    )


def test_sql_accepts_what_the_rules_allow(country: Country, reservation: Row) -> None:
    assert reservation.insert()
    without = replace(
        reservation,
        ground="breach-of-rights",
        consent_id=None,
        assent_id=assents(country).pk,
        starts_on="2028-03-01",
        ends_on="2028-06-01",
    )
    assert without.insert()


def test_sql_refuses(reservation: Row) -> None:
    refusals: list[tuple[str, dict]] = [
        ("loan_never_of_a_core_power", {"power": "agree-my-plan", "consent_id": None}),
        ("reservation_at_most_a_year", {"ends_on": "2028-03-02"}),
        ("reservation_has_a_ground_and_an_end", {"ends_on": None}),
        ("reservation_has_a_ground_and_an_end", {"ground": ""}),
        ("loan_ends_after_it_starts", {"ends_on": "2027-02-28"}),
        ("loan_has_reasons", {"reasons": ""}),
        (
            "reservation_without_consent_for_rights_with_assent",
            {"ground": "breach-of-rights", "consent_id": None, "ends_on": "2027-06-01"},
        ),
        ("a devolution goes to a sphere below home", {"kind": "devolution"}),
    ]
    for constraint, changes in refusals:
        with pytest.raises(IntegrityError, match=constraint):
            replace(reservation, **changes).insert()
    assert not LoanOfPower.objects.exists()


def test_sql_refuses_a_reservation_without_consent_past_three_months(
    country: Country, reservation: Row
) -> None:
    row = replace(
        reservation, ground="breach-of-rights", consent_id=None, assent_id=assents(country).pk
    )
    with pytest.raises(IntegrityError, match="at_most_three_months"):
        replace(row, ends_on="2027-06-02").insert()
    with pytest.raises(IntegrityError, match="without_consent_for_rights_with_assent"):
        replace(row, ground="shared-risk", ends_on="2027-06-01").insert()
    replace(row, ends_on="2027-06-01").insert()
    again = replace(
        row, assent_id=assents(country).pk, starts_on="2029-05-31", ends_on="2029-06-30"
    )
    with pytest.raises(IntegrityError, match="not_again_for_two_years"):
        again.insert()
    assert replace(again, starts_on="2029-06-01").insert()


def test_sql_refuses_two_loans_of_a_power_at_a_time(country: Country, reservation: Row) -> None:
    reservation.insert()
    with pytest.raises(IntegrityError, match="loan_consent_used_once"):
        replace(reservation, starts_on="2028-03-01", ends_on="2028-04-01").insert()
    second = replace(reservation, consent_id=lends(country).pk)
    with pytest.raises(IntegrityError, match="loan_one_a_power_and_home_at_a_time"):
        replace(second, starts_on="2028-02-29", ends_on="2028-04-01").insert()
    assert replace(second, starts_on="2028-03-01", ends_on="2028-04-01").insert()


def test_sql_refuses_a_loan_sideways_or_to_oneself(country: Country, reservation: Row) -> None:
    beside = worlds.neighbourhood(under=country.borough.sphere)
    for borrower in (beside.pk, country.green.sphere.pk, worlds.local_system().pk):
        with pytest.raises(IntegrityError, match="a reservation goes to a sphere above home"):
            replace(reservation, borrower_id=borrower).insert()


def test_sql_refuses_consent_that_was_not_given(country: Country, reservation: Row) -> None:
    names = {"power": UP, "home": country.green.sphere, "borrower": country.borough.sphere}
    lost = worlds.agreed("lend", country.green, choice="against", **names)
    elsewhere = worlds.decided(country.borough, power=DOWN)
    for decision in (lost, elsewhere):
        with pytest.raises(IntegrityError, match="the body at home did not consent"):
            replace(reservation, consent_id=decision.pk).insert()
    by_the_council = worlds.agreed("assent", country.council, **names)
    row = replace(
        reservation,
        ground="breach-of-rights",
        consent_id=None,
        assent_id=by_the_council.pk,
        ends_on="2027-06-01",
    )
    with pytest.raises(IntegrityError, match="the panel did not assent"):
        row.insert()


def test_sql_refuses_a_devolution_that_was_not_accepted(country: Country) -> None:
    good = offer(country)
    row = Row(
        kind="devolution",
        power=DOWN,
        home_id=country.borough.sphere.pk,
        borrower_id=country.green.sphere.pk,
        ground="",
        reasons="Nearby.",
        consent_id=good["consent"].pk,
        assent_id=good["acceptance"].pk,
        starts_on="2027-03-01",
        ends_on=None,
    )
    with pytest.raises(IntegrityError, match="devolution_is_offered_and_accepted"):
        replace(row, assent_id=None).insert()
    with pytest.raises(IntegrityError, match="did not accept"):
        replace(row, assent_id=good["consent"].pk).insert()
    with pytest.raises(IntegrityError, match="a devolution goes to a sphere below home"):
        replace(row, borrower_id=country.council.sphere.pk).insert()
    assert row.insert()


def test_sql_changes_nothing_of_a_loan_but_a_sooner_end(reservation: Row) -> None:
    loan = reservation.insert()
    update = "UPDATE governance_loanofpower SET {} WHERE id = %s"
    for change in (
        "ends_on = '2028-03-02'",
        "ends_on = NULL",
        "starts_on = '2027-02-01'",
        "power = 'hold-a-ballot'",
        "reasons = 'Another reason.'",
        "ground = 'no-body'",
        "borrower_id = home_id",
        "consent_id = NULL",
    ):
        with (
            pytest.raises(IntegrityError),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(update.format(change), [loan])
    with connection.cursor() as cursor:
        cursor.execute(update.format("ends_on = '2027-12-31'"), [loan])
        assert cursor.rowcount == 1


def test_sql_never_deletes_a_loan(reservation: Row) -> None:
    loan = reservation.insert()
    for sql in ("DELETE FROM governance_loanofpower", "TRUNCATE governance_loanofpower"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
    assert LoanOfPower.objects.filter(pk=loan).exists()
