"""Nobody edits the ledger: not the application's login, and not the owner by a slip."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import DatabaseError, connections

from budgets.models import Account, Movement
from socialcare.kernel.database import app_role
from tests import worlds
from tests.ledger.worlds import Country, Purpose, country

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])


@pytest.fixture
def england() -> Country:
    made = country(neighbourhoods=1)
    made.post(made.spec("treasury", "pot", 100, Purpose.SET_POT), made.spec("pot", "fund0", 60))
    return made


@pytest.fixture
def unchanged(england: Country) -> Iterator[None]:
    """Whatever the test tries, every row of the ledger is the same after it."""

    def rows() -> list[object]:
        return [list(model.objects.order_by("pk").values()) for model in (Account, Movement)]

    before = rows()
    yield
    assert rows() == before


EDITS = [
    "UPDATE budgets_movement SET amount_pence = 1",
    "UPDATE budgets_movement SET reason = 'wrong-amount' WHERE false",
    "DELETE FROM budgets_movement",
    "UPDATE budgets_account SET balance_pence = 10",
    "UPDATE budgets_account SET floor_pence = -1000000",
    "DELETE FROM budgets_account",
    "INSERT INTO budgets_account SELECT * FROM budgets_account"
    " ON CONFLICT (id) DO UPDATE SET balance_pence = 5",
]
# What the owner may do in a migration and the application may not do at all.
POWERS = [
    "INSERT INTO budgets_movement (source_id, destination_id, amount_pence, purpose, decision_id,"
    " idempotency_key, reason, posting, posted_at)"
    " SELECT source_id, destination_id, 1, purpose, decision_id, 'mine', '', 1, now()"
    " FROM budgets_movement LIMIT 1",
    "TRUNCATE budgets_movement CASCADE",
    "TRUNCATE budgets_account CASCADE",
    "ALTER TABLE budgets_movement DISABLE TRIGGER ALL",
    "ALTER TABLE budgets_account DROP CONSTRAINT account_keeps_its_floor",
    "DROP TABLE budgets_movement CASCADE",
    "CREATE OR REPLACE FUNCTION movement_may_go(purpose text, source text, destination text)"
    " RETURNS boolean LANGUAGE sql AS 'SELECT true'",
    "DROP VIEW ledger_movement_fault",
    "SELECT nextval('budgets_movement_id_seq')",
    "SELECT setval('budgets_posting_seq', 1)",
    "SELECT post_movements('[]', NULL)",
    "SET session_replication_role = replica",
    "CREATE TRIGGER t BEFORE INSERT ON budgets_movement EXECUTE FUNCTION refuse_change()",
]


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("attempt", EDITS + POWERS)
def test_the_application_changes_nothing_directly(attempt: str) -> None:
    with pytest.raises(DatabaseError), connections["default"].cursor() as cursor:
        cursor.execute(attempt)


@pytest.mark.usefixtures("unchanged")
@pytest.mark.parametrize("attempt", EDITS)
def test_the_owner_edits_nothing_by_a_slip(attempt: str) -> None:
    with pytest.raises(DatabaseError), connections["owner"].cursor() as cursor:
        cursor.execute(attempt)


@pytest.mark.usefixtures("unchanged")
def test_a_grant_of_the_application_reaches_nobody(england: Country) -> None:
    """PostgreSQL answers an idle GRANT with a warning only: look at what it gave."""
    with connections["default"].cursor() as cursor:
        cursor.execute("GRANT INSERT ON budgets_movement TO PUBLIC")
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT grantee, table_name, privilege_type FROM information_schema.role_table_grants"
            " WHERE table_name IN ('budgets_account', 'budgets_movement', 'ledger_movement_fault')"
            " AND grantee <> current_user ORDER BY 2, 3"
        )
        assert cursor.fetchall() == [
            (app_role(), "budgets_account", "INSERT"),
            (app_role(), "budgets_account", "SELECT"),
            (app_role(), "budgets_movement", "SELECT"),
            (app_role(), "ledger_movement_fault", "SELECT"),
        ]
        cursor.execute(
            "SELECT grantee, routine_name FROM information_schema.role_routine_grants"
            " WHERE routine_name IN ('post_movements', 'try_post_movements') AND grantee <> current_user ORDER BY 2"
        )
        assert cursor.fetchall() == [(app_role(), "try_post_movements")]


def test_a_new_account_is_empty_whatever_it_says(england: Country) -> None:
    place = worlds.neighbourhood(under=england.local)
    account = Account.objects.create(
        sphere=place,
        nation=england.nation,
        kind=Account.Kind.NEIGHBOURHOOD_FUND,
        balance_pence=1_000_000,
    )
    account.refresh_from_db()
    assert account.balance_pence == 0


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"kind": "bank"}, None),
        ({"kind": "treasury", "floor_pence": None}, "account_at_its_level"),
        ({"floor_pence": None}, "account_only_a_treasury_has_no_floor"),
        ({"floor_pence": -1}, "account_only_a_treasury_has_no_floor"),
        ({"floor_pence": 1}, "account_keeps_its_floor"),
        ({"kind": "local-budget"}, "account_at_its_level"),
    ],
    ids=str,
)
def test_an_account_that_breaks_a_rule_is_not_opened(
    england: Country, changes: dict[str, object], constraint: str | None
) -> None:
    place = worlds.neighbourhood(under=england.local)
    before = Account.objects.count()
    with pytest.raises(DatabaseError) as refusal:
        Account.objects.create(
            **{"sphere": place, "nation": england.nation, "kind": "neighbourhood-fund", **changes}
        )
    if constraint:
        assert refusal.value.__cause__.diag.constraint_name == constraint
    assert Account.objects.count() == before


def test_an_account_belongs_to_the_nation_above_its_sphere(england: Country) -> None:
    place = worlds.neighbourhood(under=england.local)
    for nation in (worlds.nation(), england.local):
        with pytest.raises(DatabaseError) as refusal:
            Account.objects.create(sphere=place, nation=nation, kind="neighbourhood-fund")
        assert refusal.value.__cause__.diag.constraint_name == "account_in_its_nation"


def test_a_persons_sphere_has_no_public_account(england: Country) -> None:
    """Its balance would be there for everybody to read."""
    person = worlds.person()
    for login in ("default", "owner"):
        with pytest.raises(DatabaseError) as refusal:
            Account.objects.using(login).create(
                sphere_id=person.sphere_id,
                nation=england.nation,
                kind="entitlements",
            )
        assert refusal.value.__cause__.diag.constraint_name == "account_at_its_level"
