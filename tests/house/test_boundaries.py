"""String foreign keys obey the house's arrows too: import-linter cannot see them."""

import pytest
from django.apps import apps

# A record points at its own floor or a lower one. Families and neighbourhoods share a floor and never meet.
FLOORS = {
    "kernel": 0,
    "governance": 1,
    "people": 2,
    "families": 3,
    "neighbourhoods": 3,
    "budgets": 4,
    "socialcare": 5,
}


def may_point(source: str, target: str) -> bool:
    """Whether a model of app `source` may hold a key to one of app `target`."""
    if source == target or source not in FLOORS:
        return True
    return target not in FLOORS or FLOORS[target] < FLOORS[source]


@pytest.mark.parametrize(
    ("source", "target", "allowed"),
    [
        ("budgets", "governance", True),
        ("people", "people", True),
        ("governance", "people", False),
        ("families", "neighbourhoods", False),
        ("neighbourhoods", "families", False),
        ("kernel", "governance", False),
        ("account", "governance", True),
        ("people", "auth", True),
    ],
)
def test_the_arrows(source: str, target: str, allowed: bool) -> None:
    assert may_point(source, target) is allowed


def test_every_app_of_ours_has_a_floor() -> None:
    ours = {
        config.label for config in apps.get_app_configs() if "site-packages" not in str(config.path)
    }
    assert ours == set(FLOORS)


def test_keys_point_down() -> None:
    keys = [
        (model._meta.label, field.name, field.related_model._meta.label)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.is_relation and not field.auto_created and field.related_model is not None
    ]
    assert len(keys) > 20
    wrong = [
        key for key in keys if not may_point(key[0].partition(".")[0], key[2].partition(".")[0])
    ]
    assert wrong == []
