"""Where a power sits: at home, lent down, lent up, and home again; always in two queries."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance import competence, powers
from governance.levels import Level
from governance.models import LoanOfPower, Sphere
from socialcare.kernel import acting
from socialcare.kernel.errors import DomainError, Missing
from tests import worlds

pytestmark = pytest.mark.django_db

LOCAL_POWER = "register-providers"
NEIGHBOURHOOD_POWER = "fund-a-project"


def days(number: int) -> date:
    return acting.today() + timedelta(days=number)


@pytest.fixture
def green() -> Sphere:
    return worlds.neighbourhood()


def test_an_unmoved_power_sits_at_its_home_level(green: Sphere) -> None:
    borough = green.parent
    assert borough is not None
    for power, home in [
        (NEIGHBOURHOOD_POWER, green),
        (LOCAL_POWER, borough),
        ("adopt-a-formula", borough.parent),
    ]:
        seat = competence.seat(power, green)
        assert seat.sphere == seat.home == home
        assert seat.is_at_home
        assert seat.loan is None


def test_a_neighbour_place_has_its_own_seat(green: Sphere) -> None:
    other = worlds.neighbourhood(under=green.parent)
    assert competence.seat(NEIGHBOURHOOD_POWER, other).sphere == other


def test_a_devolved_power_sits_with_the_borrower(green: Sphere) -> None:
    assert green.parent is not None
    loan = worlds.devolution(
        power=LOCAL_POWER, lender=worlds.council(green.parent), borrower=worlds.council(green)
    )
    seat = competence.seat(LOCAL_POWER, green)
    assert seat.sphere == green
    assert seat.home == green.parent
    assert seat.loan == loan
    assert not seat.is_at_home


def test_a_reserved_power_sits_above(green: Sphere) -> None:
    assert green.parent is not None
    worlds.reservation(
        power=NEIGHBOURHOOD_POWER,
        lender=worlds.council(green),
        borrower=worlds.council(green.parent),
        ends_on=days(100),
    )
    assert competence.seat(NEIGHBOURHOOD_POWER, green).sphere == green.parent
    # The neighbour that lost nothing still decides for itself.
    other = worlds.neighbourhood(under=green.parent)
    assert competence.seat(NEIGHBOURHOOD_POWER, other).sphere == other


def test_a_loan_counts_from_its_first_day_to_the_day_before_its_last(green: Sphere) -> None:
    assert green.parent is not None
    worlds.reservation(
        power=NEIGHBOURHOOD_POWER,
        lender=worlds.council(green),
        borrower=worlds.council(green.parent),
        starts_on=days(10),
        ends_on=days(20),
    )
    found = {
        number: competence.seat(NEIGHBOURHOOD_POWER, green, on=days(number)).sphere
        for number in (0, 9, 10, 19, 20, 400)
    }
    assert found == {
        0: green,
        9: green,
        10: green.parent,
        19: green.parent,
        20: green,
        400: green,
    }


def test_a_place_above_home_must_say_which_home(green: Sphere) -> None:
    assert green.parent is not None
    with pytest.raises(DomainError) as refused:
        competence.seat(NEIGHBOURHOOD_POWER, green.parent)
    assert refused.value.code == "below-home"


def test_a_persons_power_has_no_seat_in_a_place(green: Sphere) -> None:
    with pytest.raises(DomainError) as refused:
        competence.seat("agree-my-plan", green)
    assert refused.value.code == "below-home"


def test_a_power_nobody_wrote_down_has_no_seat(green: Sphere) -> None:
    with pytest.raises(Missing) as refused:
        competence.seat("rule-the-waves", green)
    assert refused.value.code == "no-such-power"


def test_two_queries_at_any_depth_and_with_any_number_of_loans(green: Sphere) -> None:
    borough = green.parent
    assert borough is not None
    assert borough.parent is not None
    home, above = worlds.council(green, members=1), worlds.council(borough, members=1)
    consents = [
        worlds.agreed("lend", home, power=NEIGHBOURHOOD_POWER, home=green, borrower=borough)
        for _ in range(4)
    ]
    LoanOfPower.objects.bulk_create(
        LoanOfPower(
            kind="reservation",
            power=NEIGHBOURHOOD_POWER,
            home=green,
            borrower=borough,
            ground="too-large",
            reasons="Once a year.",
            consent=consent,
            starts_on=days(-1 + 400 * number),
            ends_on=days(100 + 400 * number),
        )
        for number, consent in enumerate(consents)
    )
    assert above.body.sphere == borough
    for power, sphere in [
        (NEIGHBOURHOOD_POWER, green),
        (LOCAL_POWER, green),
        (LOCAL_POWER, borough),
        ("set-the-pot", green),
        ("set-the-pot", borough.parent),
    ]:
        unread = Sphere.objects.get(pk=sphere.pk)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            competence.seat(power, unread)
        assert len(queries) == 2, (power, sphere.level)


def test_every_power_finds_its_home_from_the_lowest_place(green: Sphere) -> None:
    for power in powers.POWERS.values():
        if power.home in (Level.PERSON, Level.FAMILY):
            continue
        assert competence.seat(power.slug, green).sphere.level == power.home
