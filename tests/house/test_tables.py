"""Every table is public, account or personal; personal ones are guarded by PostgreSQL; none can hold anybody's means."""

import re

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from socialcare.data_classes import DATA_CLASSES, PERSONAL, DataClass

MODELS = {
    model._meta.label: model
    for model in apps.get_models(include_auto_created=True)
    if model._meta.managed and not model._meta.proxy
}
PERSONAL_TABLES = sorted(
    MODELS[label]._meta.db_table
    for label, (data_class, _) in DATA_CLASSES.items()
    if data_class == PERSONAL and label in MODELS
)


def rows(sql: str, *values: object) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def test_every_table_is_classed_and_none_is_stale() -> None:
    assert sorted(DATA_CLASSES) == sorted(MODELS)


@pytest.mark.django_db
def test_the_database_holds_no_table_behind_the_models_backs() -> None:
    found = {
        name
        for (name,) in rows(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'm')"
        )
    }
    assert found - {model._meta.db_table for model in MODELS.values()} == {"django_migrations"}


def test_every_class_has_its_reason() -> None:
    for label, (data_class, why) in DATA_CLASSES.items():
        assert data_class in DataClass
        assert len(why) > 5, label


@pytest.mark.django_db
@pytest.mark.parametrize("table", PERSONAL_TABLES)
def test_personal_tables_are_guarded(table: str) -> None:
    [(secured,)] = rows("SELECT relrowsecurity FROM pg_class WHERE oid = %s::regclass", table)
    assert secured
    policies = dict(
        rows(
            "SELECT policyname, coalesce(qual, with_check) FROM pg_policies WHERE tablename = %s",
            table,
        )
    )
    assert policies
    # A policy that lets everybody through is none.
    assert not {condition for condition in policies.values() if condition.strip("()") == "true"}


@pytest.mark.django_db
def test_no_view_looks_round_the_guards() -> None:
    """A view reads as its owner, whom no policy stops: over a personal table it would show everybody to everybody."""
    read = rows(
        "SELECT DISTINCT v.relname, t.relname FROM pg_rewrite r "
        "JOIN pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm') "
        "JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid "
        "JOIN pg_class t ON d.refclassid = 'pg_class'::regclass AND t.oid = d.refobjid AND t.oid <> v.oid "
        "WHERE v.relnamespace = 'public'::regnamespace "
        "AND NOT coalesce(v.reloptions::text, '') LIKE '%%security_invoker=true%%'"
    )
    assert [(view, table) for view, table in read if table in PERSONAL_TABLES] == []


@pytest.mark.django_db
def test_a_record_and_its_spheres_are_personal() -> None:
    assert {"people_person", "governance_sphere"} <= set(PERSONAL_TABLES)


@pytest.mark.django_db
def test_the_applications_login_owns_nothing_and_passes_no_guard() -> None:
    role = settings.DATABASES["default"]["USER"]
    assert rows("SELECT current_user, session_user") == [(role, role)]
    assert rows(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = %s",
        role,
    ) == [(False, False, False, False)]
    assert rows("SELECT count(*) FROM pg_class WHERE relowner = %s::regrole", role) == [(0,)]
    assert rows("SELECT count(*) FROM pg_proc WHERE proowner = %s::regrole", role) == [(0,)]
    # Nor may it become somebody who does.
    assert rows("SELECT count(*) FROM pg_auth_members WHERE member = %s::regrole", role) == [(0,)]


@pytest.mark.django_db
def test_functions_that_run_as_the_owner_say_where_they_look() -> None:
    """Without a fixed search_path a caller's own table could stand in for ours."""
    loose = rows(
        "SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace "
        "AND NOT EXISTS (SELECT FROM unnest(coalesce(proconfig, '{}')) AS c WHERE c LIKE 'search_path=%%pg_temp')"
    )
    assert loose == []


# --- No means test --------------------------------------------------------------------------------

# What somebody has or earns, and where they come from: no column is named so, in any table.
MEANS = frozenset(
    [
        "income",
        "incomes",
        "salary",
        "salaries",
        "earning",
        "earnings",
        "saving",
        "savings",
        "property",
        "properties",
        "wealth",
        "mortgage",
        "rent",
        "tenure",
        "dividend",
        "dividends",
        "pension",
        "pensions",
        "immigration",
        "nationality",
        "visa",
        "asylum",
    ]
)


def words_of_means(name: str) -> set[str]:
    return set(re.split(r"[^a-z]+", name.lower())) & MEANS


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("weekly_income_pence", {"income"}),
        ("has_savings", {"savings"}),
        ("immigration_status", {"immigration"}),
        ("parent_id", set()),
        ("current_rent", {"rent"}),
    ],
)
def test_means_are_recognised(name: str, found: set[str]) -> None:
    assert words_of_means(name) == found


@pytest.mark.django_db
def test_nothing_can_hold_anybodys_means() -> None:
    names = rows(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    )
    assert len(names) > 100
    assert [name for name in names if words_of_means("_".join(name))] == []
