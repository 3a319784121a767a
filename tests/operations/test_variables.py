"""`.env.example` names every variable that is read, says what it is for, and names no other."""

import ast
import re
from collections.abc import Iterator

import yaml
from django.conf import settings

ROOT = settings.BASE_DIR
READERS = [
    ROOT / "manage.py",
    *(ROOT / "socialcare" / name for name in ("settings.py", "serving.py", "supervisor.py")),
    *sorted((ROOT / "socialcare" / "embedded").glob("*.py")),
    *sorted((ROOT / "socialcare" / "ops").glob("*.py")),
]
EXAMPLE = (ROOT / ".env.example").read_text()
COMPOSE = (ROOT / "docker-compose.yml").read_text()
# Read by libraries of ours, from the environment that we give them.
BY_LIBRARIES = {"REMAP_SIGTERM", "PROMETHEUS_MULTIPROC_DIR"}
# Ours to say, not the operator's.
SET_BY_US = {"DJANGO_SETTINGS_MODULE"}
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]+")


def read_by(path: str) -> Iterator[str]:
    """The names that a file takes from an environment: `env.str("X")`, `required("X")`, `environ["X"]`, `env.get("X")`."""
    for node in ast.walk(ast.parse(path)):
        where: ast.expr
        if isinstance(node, ast.Call) and node.args:
            where, name = node.func, node.args[0]
            if isinstance(where, ast.Attribute):
                where = where.value
        elif isinstance(node, ast.Subscript):
            where, name = node.value, node.slice
        else:
            continue
        source = ast.unparse(where)
        if (
            source in {"env", "environ", "os.environ", "required", "database"}
            and isinstance(name, ast.Constant)
            and VARIABLE.fullmatch(str(name.value))
        ):
            yield name.value


def compose_variables() -> set[str]:
    return set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", COMPOSE)) - {"COMPOSE_PROJECT_NAME"}


def scripts() -> Iterator[str]:
    for path in (ROOT / "script").iterdir():
        if path.is_file() and path.read_bytes().startswith(b"#!/bin/sh"):
            yield from re.findall(r"\$\{([A-Z_]+):[-+?]", path.read_text())


def test_the_example_has_every_variable_and_no_other() -> None:
    named = re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.M)
    assert len(named) == len(set(named))
    read = {name for path in READERS for name in read_by(path.read_text())}
    assert len(read) > 25  # the reader above reads
    assert set(named) == (read | compose_variables() | set(scripts()) | BY_LIBRARIES) - SET_BY_US


def test_each_variable_has_its_sentence() -> None:
    """A sentence stands above each, or above the few it is said of together."""
    explained = False
    for line in EXAMPLE.splitlines():
        if re.match(r"#?[A-Z][A-Z0-9_]+=", line):
            assert explained, line
        elif line.startswith("# "):
            explained = line.endswith((".", "---")) or ":" in line
        else:
            explained = False


def test_every_setting_of_a_real_service_reaches_the_containers() -> None:
    """What the settings read, the containers are given; but for what is only for a demonstration or a checkout."""
    services = yaml.safe_load(COMPOSE)["services"]
    given = set(services["web"]["environment"]) | set(services["migrate"]["environment"])
    read = set(read_by((ROOT / "socialcare/settings.py").read_text()))
    by_image = {"STATE_DIR", "STATIC_ROOT"}
    not_there = {"DEMO", "DEBUG", "PLAIN_STATIC", "SOCIALCARE_DATABASE_FREE", "AUDIT_HEAD_FILE"}
    assert read - given == by_image | not_there
