"""Who is acting, as PostgreSQL sees it: named inside a transaction, restored after a nested one, gone at its end."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from governance.models import User
from socialcare.kernel import acting
from socialcare.kernel.acting import act_as, acting_as
from tests import worlds

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


def actor() -> int | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT acting_user()")
        found: int | None = cursor.fetchone()[0]
    return found


def moment() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT acting_now()")
        found: datetime = cursor.fetchone()[0]
    return found


def test_nobody_acts_until_somebody_is_named() -> None:
    assert actor() is None


def test_a_user_or_an_id_or_the_system_itself_acts() -> None:
    somebody = worlds.user()
    with acting_as(somebody):
        assert actor() == somebody.pk
    with acting_as(somebody.pk):
        assert actor() == somebody.pk
    with acting_as(None):
        assert actor() is None


def test_the_name_ends_with_the_transaction() -> None:
    with acting_as(7):
        assert connection.in_atomic_block
    assert actor() is None
    assert not connection.in_atomic_block


def test_a_nested_actor_gives_way_to_the_outer_one() -> None:
    then = datetime(2020, 1, 1, tzinfo=UTC)
    with acting_as(7, at=then):
        with acting_as(8):
            assert actor() == 8
            assert moment() > then
            with acting_as(None):
                assert actor() is None
            assert actor() == 8
        assert actor() == 7
        assert moment() == then


def test_the_outer_actor_returns_after_an_error_too() -> None:
    with acting_as(7):
        with pytest.raises(ValueError, match="ours"), acting_as(8):
            raise ValueError("ours")
        assert actor() == 7
        with pytest.raises(IntegrityError), acting_as(8), connection.cursor() as cursor:
            cursor.execute("INSERT INTO governance_user (email) VALUES (NULL)")
        assert actor() == 7
        with acting_as(8):
            transaction.set_rollback(True)
        assert actor() == 7
    assert actor() is None


def test_an_error_from_the_database_keeps_its_own_type() -> None:
    """Restoring the actor in a transaction that is already lost would hide what went wrong."""
    with pytest.raises(IntegrityError), acting_as(8), connection.cursor() as cursor:
        cursor.execute("INSERT INTO governance_user (email) VALUES (NULL)")
    assert actor() is None


def test_an_error_undoes_what_was_written() -> None:
    somebody = worlds.user()

    def change() -> None:
        with acting_as(somebody):
            User.objects.filter(pk=somebody.pk).update(public_name="Changed")
            raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        change()
    somebody.refresh_from_db()
    assert somebody.public_name == "User"


def test_sql_reads_the_applications_clock() -> None:
    with time_machine.travel(datetime(2031, 5, 6, 12, tzinfo=UTC), tick=False), acting_as(7):
        assert moment() == datetime(2031, 5, 6, 12, tzinfo=UTC)
    with acting_as(7, at=datetime(1999, 1, 1, tzinfo=UTC)):
        assert moment().year == 1999


def test_actions_read_the_same_moment_as_sql() -> None:
    then = datetime(1999, 12, 31, 23, 30, tzinfo=UTC)
    before = acting.now()
    with acting_as(7, at=then):
        assert (acting.now(), acting.today()) == (then, date(1999, 12, 31))
        with acting_as(8):
            assert acting.now() >= before
        assert acting.now() == then
    with pytest.raises(ZeroDivisionError), acting_as(7, at=then):
        raise ZeroDivisionError
    assert acting.now() >= before


def test_somebody_is_named_within_a_transaction_already_open() -> None:
    somebody = worlds.user()
    with acting_as(None):
        act_as(somebody)
        assert actor() == somebody.pk
        act_as(None)
        assert actor() is None
    assert actor() is None


def test_today_is_the_countrys_date() -> None:
    # Half past eleven at night in Greenwich is already tomorrow in a British summer.
    with time_machine.travel(datetime(2027, 6, 30, 23, 30, tzinfo=UTC)):
        assert acting.today() == date(2027, 7, 1)
