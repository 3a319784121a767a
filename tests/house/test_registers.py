"""The registers of roles and powers: whole, used rightly everywhere, known to PostgreSQL, and fresh in docs/."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from governance import registers
from governance.levels import PUBLIC_LEVELS, Level
from governance.methods import NEEDS, Method
from governance.models import DECIDING_KIND, Body
from governance.powers import CORE_POWERS, POWERS
from governance.roles import ROLES
from socialcare.kernel import outbox

ROOT = Path(settings.BASE_DIR)
APPS = ("governance", "people", "families", "neighbourhoods", "budgets", "socialcare")


# --- In docs/ -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["roles.md", "powers.md"])
def test_the_pages_are_fresh(name: str) -> None:
    assert (ROOT / "docs" / name).read_text() == registers.pages()[name], (
        "run manage.py write_registers"
    )


def test_the_command_writes_them(tmp_path: Path) -> None:
    call_command("write_registers", to=tmp_path, verbosity=0)
    assert {path.name for path in tmp_path.iterdir()} == set(registers.pages())


def test_every_role_and_power_is_on_its_page() -> None:
    pages = registers.pages()
    assert all(f"`{slug}`" in pages["powers.md"] for slug in POWERS)
    assert all(f"`{slug}`" in pages["roles.md"] for slug in ROLES)


# --- Whole ----------------------------------------------------------------------------------------


def test_every_power_can_be_decided() -> None:
    for power in POWERS.values():
        assert power.method in NEEDS, power.slug
        assert (power.method == Method.OWN) == (power.home == Level.PERSON), power.slug
        assert (power.home in DECIDING_KIND) == (power.home in PUBLIC_LEVELS)


def test_what_belongs_to_the_person_alone() -> None:
    assert set(CORE_POWERS) == {
        "agree-my-plan",
        "spend-my-budget",
        "choose-how-my-budget-is-held",
        "choose-who-sees-my-record",
    }
    assert all(POWERS[slug].home == Level.PERSON and POWERS[slug].rights for slug in CORE_POWERS)


def test_every_level_decides_something() -> None:
    assert {power.home for power in POWERS.values()} == set(Level)


def test_entrenched_rules_need_two_thirds() -> None:
    assert POWERS["amend-the-constitution"].method == Method.SUPERMAJORITY


def test_roles_speak_of_powers_and_bodies_that_exist() -> None:
    for role in ROLES.values():
        assert role.raises | role.carries_out <= set(POWERS), role.slug
        # A role raises and carries out what is at home at its own level.
        assert {POWERS[slug].home for slug in role.raises | role.carries_out} <= {role.level}
        if role.votes_in is not None:
            assert role.votes_in in Body.Kind
            assert role.votes_in in (DECIDING_KIND[role.level], Body.Kind.PANEL)
    assert {role.votes_in for role in ROLES.values()} - {None} == set(Body.Kind)


# --- In code --------------------------------------------------------------------------------------


def literals() -> Iterator[tuple[str, str, str]]:
    """(file, keyword, text) for each literal given as `power=` or `role=`, or named POWER."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.keyword) and node.arg in ("power", "role"):
                    name, value = node.arg, node.value
                elif isinstance(node, ast.Assign) and [
                    target.id for target in node.targets if isinstance(target, ast.Name)
                ] == ["POWER"]:
                    name, value = "power", node.value
                else:
                    continue
                if isinstance(value, ast.Constant) and isinstance(value.value, str):
                    yield str(path.relative_to(ROOT)), name, value.value


def test_code_names_only_powers_and_roles_in_the_registers() -> None:
    found = list(literals())
    assert {"set-the-pot", "adopt-a-formula"} <= {text for _, _, text in found}
    registered = {"power": set(POWERS), "role": set(ROLES)}
    assert [use for use in found if use[2] not in registered[use[1]]] == []


def test_effects_are_of_powers_in_the_register() -> None:
    topics = [topic for topic in outbox._handlers if topic.startswith("decided:")]
    assert topics
    assert {topic.removeprefix("decided:") for topic in topics} <= set(POWERS)


# --- In PostgreSQL --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    "constraint", ["loan_never_of_a_core_power", "matter_of_a_core_power_before_no_body"]
)
def test_postgresql_knows_the_same_core_powers(constraint: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [constraint]
        )
        [(definition,)] = cursor.fetchall()
    assert set(re.findall(r"'([a-z-]+)'", definition)) == set(CORE_POWERS)


@pytest.mark.django_db
def test_postgresql_knows_the_same_levels() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT level_height(level) FROM unnest(%s::text[]) WITH ORDINALITY AS l(level, n) ORDER BY n",
            [[level.value for level in Level]],
        )
        heights = [height for (height,) in cursor.fetchall()]
    assert heights == [level.height + 1 for level in Level]
