"""What can be tested of the containers without an engine: what the files promise, and that their commands run."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from django.conf import settings

from socialcare.embedded import servers
from socialcare.embedded.folders import Instance
from tests.operations.conftest import Place

ROOT = settings.BASE_DIR
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = ("web", "worker", "beat", "migrate", "backup")
LASTING = ("web", "worker", "beat", "database", "broker")
DOCKERFILE = (ROOT / "Dockerfile").read_text()


# --- What the files promise -----------------------------------------------------------------------


@pytest.mark.parametrize("name", SERVICES)
def test_no_container_can_write_to_itself_or_gain_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert int(str(service["user"]).split(":")[0]) > 0
    assert "privileged" not in service
    assert service["image"].partition(":")[2] not in {"", "latest"}


@pytest.mark.parametrize("name", LASTING)
def test_what_lasts_is_watched_and_started_again(name: str) -> None:
    assert SERVICES[name]["restart"] == "unless-stopped"
    assert SERVICES[name]["healthcheck"]["test"][0] == "CMD"
    assert SERVICES[name]["logging"]["options"]["max-size"]


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_nothing_starts_before_the_tables_are_ready(name: str) -> None:
    conditions = {k: v["condition"] for k, v in SERVICES[name]["depends_on"].items()}
    assert conditions == {
        "migrate": "service_completed_successfully",
        "database": "service_healthy",
        "broker": "service_healthy",
    }


def test_only_migration_and_backup_know_the_owner() -> None:
    knows = {
        name
        for name, service in SERVICES.items()
        if name in OURS and "OWNER_DATABASE_URL" in service["environment"]
    }
    assert knows == {"migrate", "backup"}


def test_workers_can_be_many_and_beat_cannot() -> None:
    assert "container_name" not in SERVICES["worker"]
    assert "ports" not in SERVICES["worker"]
    assert SERVICES["beat"]["container_name"]


def test_only_the_web_is_reached_and_only_from_this_computer() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"web"}
    assert all(port.startswith("127.0.0.1:") for port in SERVICES["web"]["ports"])
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name in ("database", "broker", "migrate", "backup", "beat"):
        assert SERVICES[name]["networks"] == ["inside"]


def test_a_stop_waits_longer_than_the_process_needs() -> None:
    seconds = int(SERVICES["web"]["stop_grace_period"].rstrip("s"))
    assert seconds > int(SERVICES["web"]["environment"]["GRACEFUL_SECONDS"])
    seconds = int(SERVICES["worker"]["stop_grace_period"].rstrip("s"))
    assert seconds > settings.CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT
    assert SERVICES["worker"]["environment"]["REMAP_SIGTERM"] == "SIGQUIT"


def test_no_file_holds_a_secret() -> None:
    for service in SERVICES.values():
        for name, value in (service.get("environment") or {}).items():
            if re.search("PASSWORD|SECRET|TOKEN", name):
                assert value is None or value.startswith("${"), name
    assert not re.search(r"PASSWORD|SECRET_KEY|^ARG ", DOCKERFILE, re.M)
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignored  # nothing comes in that is not named
    assert not {"!.env", "!.git", "!.local", "!tests"} & set(ignored)


def test_the_image_is_locked_and_runs_as_nobody_in_particular() -> None:
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    assert set(stages) == {"python:3.12-slim-bookworm"}
    assert "--no-deps --require-hashes --requirement /build/requirements.lock" in DOCKERFILE
    last = DOCKERFILE.split("FROM ")[-1]
    assert re.search(r"^USER 10001:10001$", last, re.M)
    assert SERVICES["web"]["user"] == "10001:10001"
    # The image starts what Compose starts.
    command = re.search(r"^CMD (\[.*\])$", last, re.M)
    assert command
    assert yaml.safe_load(command[1]) == SERVICES["web"]["command"]


def test_the_image_has_every_package_and_file_the_product_needs() -> None:
    kept = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    apps = {
        app.split(".")[0] for app in settings.INSTALLED_APPS if (ROOT / app.split(".")[0]).is_dir()
    }
    assert apps | {"static", "templates", "locale", "manage.py", "requirements.lock"} <= kept
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    there = {path.split("/")[0] for path in files.stdout.splitlines()} | {"locale"}
    assert kept <= there


# --- Its commands, run on the embedded services ---------------------------------------------------


def command(part: str, *, check: bool = False, **paths: str) -> list[str]:
    """A service's own command, or its health check, for this machine: our Python and our paths."""
    service = SERVICES[part]
    words = service["healthcheck"]["test"][1:] if check else service["command"]
    module = words[1:] if words[0] == "python" else ["-m", *words]
    theirs = {"port": "8000", "tmp": "/tmp"}
    for name, ours in paths.items():
        module = [word.replace(theirs[name], ours) for word in module]
    return [sys.executable, *module]


@contextmanager
def started(words: list[str], env: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            words, cwd=ROOT, env=env, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def until(is_so: Callable[[], bool], log: Path, *, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.3)


@pytest.fixture
def env(place: Place, tmp_path: Path) -> dict[str, str]:
    """What Compose gives its containers, with the embedded services' addresses."""
    given = {name: value for name, value in place.env.items() if name not in {"DEMO", "DEBUG"}}
    changes = {
        "ALLOWED_HOSTS": "care.example.org",
        "PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics"),
        "STATIC_ROOT": settings.STATIC_ROOT,
        "REMAP_SIGTERM": "SIGQUIT",
        "WEB_WORKERS": "1",
        "METRICS_TOKEN": "t",
    }
    return given | changes


@pytest.mark.services
def test_each_containers_command_runs_and_its_health_check_knows(
    env: dict[str, str], tmp_path: Path, free_port: int
) -> None:
    subprocess.run(command("migrate"), cwd=ROOT, env=env, check=True, capture_output=True)
    as_app = {name: value for name, value in env.items() if name != "OWNER_DATABASE_URL"}
    own = {"tmp": str(tmp_path)}
    words = {
        "web": command("web", port=str(free_port), **own),
        "worker": command("worker", **own),
        "beat": command("beat", **own),
    }
    checks = {
        "web": command("web", check=True, port=str(free_port)),
        "worker": command("worker", check=True),
        "beat": command("beat", check=True, **own),
    }

    def is_well(name: str) -> bool:
        done = subprocess.run(checks[name], cwd=ROOT, env=as_app, capture_output=True, text=True)
        assert done.stderr == ""
        return done.returncode == 0

    assert not any(is_well(name) for name in checks)
    with ExitStack() as stack:
        logs = {name: tmp_path / f"log-of-{name}" for name in words}
        running = {
            name: stack.enter_context(started(words[name], as_app, logs[name])) for name in words
        }
        for name, process in running.items():
            until(lambda name=name: is_well(name), logs[name])  # type: ignore[misc]
            process.send_signal(signal.SIGTERM)
        for name, process in running.items():
            assert process.wait(60) == 0, logs[name].read_text()[-3000:]


@pytest.mark.services
def test_the_database_containers_logins_are_like_the_embedded_ones() -> None:
    """deploy/roles.sql, run by PostgreSQL's own client under other names."""
    secrets_file = Path(os.environ["STATE_DIR"], "secrets.json")
    if not secrets_file.exists():
        pytest.skip("needs the embedded database's administrator")
    owner = psycopg.conninfo.conninfo_to_dict(os.environ["OWNER_DATABASE_URL"])
    token = f"check{secrets.token_hex(3)}"
    script = (ROOT / "deploy/roles.sql").read_text().replace("socialcare", token)
    admin = {
        **os.environ,
        "PGHOST": str(owner["host"]),
        "PGUSER": servers.ADMIN,
        "PGPASSWORD": yaml.safe_load(secrets_file.read_text())["admin_password"],
        "PGDATABASE": "postgres",
        "OWNER_PASSWORD": "it's one",
        "APP_PASSWORD": "another",
    }
    psql = shutil.which("psql") or str(Instance.fresh().programs()[0] / "psql")
    run = [psql, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]
    try:
        subprocess.run(run, input=script, env=admin, text=True, check=True, capture_output=True)
        attributes = (
            "SELECT rolsuper, rolcreaterole, rolbypassrls, rolreplication, rolcanlogin FROM pg_roles"
            " WHERE rolname = current_user"
        )
        for role, password in (("owner", "it's one"), ("app", "another")):
            with psycopg.connect(
                host=str(owner["host"]), user=f"{token}_{role}", password=password, dbname=token
            ) as connection:
                assert connection.execute(attributes).fetchone() == (False,) * 4 + (True,)
                may_make = connection.execute(
                    "SELECT has_schema_privilege('public', 'CREATE')"
                ).fetchone()
                assert may_make == (role == "owner",)
    finally:
        undo = f"DROP DATABASE IF EXISTS {token}; DROP ROLE IF EXISTS {token}_app, {token}_owner;"
        for statement in undo.split(";")[:-1]:
            subprocess.run([*run, "--command", statement], env=admin, check=True)
