"""The two commands, and manage.py, as somebody at a terminal meets them."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from manage import needs_database
from socialcare.embedded import pointer
from socialcare.embedded.folders import CHECKOUT, HOME

from .conftest import Start, Supervised, are_gone, clean_environment

RUN = [sys.executable, "-m", "socialcare.supervisor", "run", "--"]
pytestmark = pytest.mark.services


def call(*command: str | Path, cwd: Path = CHECKOUT, **environment: str):
    return subprocess.run(
        command, cwd=cwd, env=clean_environment(**environment), capture_output=True, text=True
    )


# --- run --------------------------------------------------------------------------------------------


def test_run_passes_the_status_on_and_leaves_nothing_behind() -> None:
    done = call(*RUN, "/bin/sh", "-c", 'echo "$STATE_DIR $DATABASE_URL"; exit 7')
    assert done.returncode == 7, done.stderr
    state, url = done.stdout.split()
    assert "socialcare_app:" in url
    assert state.startswith(str(HOME))
    assert not list(HOME.glob(f"socialcare-*-{Path(state).name.rsplit('-')[-1]}"))


def test_run_works_for_an_ordinary_user_without_a_home() -> None:
    """The supervisor becomes `nobody` before it starts (as root; otherwise it already is one)."""
    program = (
        "import os, sys; from socialcare import supervisor\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "sys.argv[1:] = ['run', '--', '/bin/sh', '-c', 'id -u; echo $STATE_DIR; exit 3']\n"
        "sys.exit(supervisor.main())"
    )
    done = call(sys.executable, "-c", program, HOME="/nonexistent")
    assert done.returncode == 3, done.stderr
    uid, state = done.stdout.split()
    assert uid != "0"
    assert state.startswith(f"{HOME}/socialcare-{uid}-")
    assert not Path(state).exists()


def test_run_stops_its_command_and_itself_on_term() -> None:
    process = subprocess.Popen(
        [*RUN, "/bin/sh", "-c", 'trap "exit 9" TERM; echo $STATE_DIR; while :; do sleep 0.1; done'],
        cwd=CHECKOUT,
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout
        state = Path(process.stdout.readline().strip())
        assert state.exists()
        process.terminate()
        assert process.wait(30) == 9
    assert not state.exists()


def test_run_says_when_the_owners_address_is_missing() -> None:
    done = call(*RUN, "true", DATABASE_URL="postgres://app@db.example/socialcare")
    assert done.returncode == 2
    assert "OWNER_DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr


def test_run_uses_the_operators_own_services() -> None:
    given = {
        "DATABASE_URL": "postgres://app@db.example/socialcare",
        "OWNER_DATABASE_URL": "postgres://owner@db.example/socialcare",
        "REDIS_URL": "redis://broker.example/0",
    }
    done = call(*RUN, "/bin/sh", "-c", "echo $DATABASE_URL $OWNER_DATABASE_URL $REDIS_URL", **given)
    assert done.stdout.split() == list(given.values())


def test_run_names_a_command_that_is_not_there() -> None:
    done = call(*RUN, "no-such-command")
    assert (done.returncode, "no-such-command" in done.stderr) == (2, True)


# --- demo -------------------------------------------------------------------------------------------


def test_a_busy_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = call(sys.executable, "-m", "socialcare.supervisor", "demo", PORT=str(port))
    assert done.returncode == 2
    assert f"Port {port} is in use" in done.stderr


def test_a_port_that_is_no_number_is_refused() -> None:
    done = call(sys.executable, "-m", "socialcare.supervisor", "demo", PORT="http")
    assert (done.returncode, "PORT" in done.stderr) == (2, True)


def test_fresh_leaves_the_operators_own_database_alone() -> None:
    done = call(
        *(sys.executable, "-m", "socialcare.supervisor", "services", "--fresh"),
        DATABASE_URL="postgres://app@db.example/socialcare",
    )
    assert (done.returncode, "unset DATABASE_URL" in done.stderr) == (2, True)


def test_the_demo_is_reached_and_stops_on_term(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    demo = start("demo", PORT=str(port))
    demo.wait_for("Ctrl-C stops everything", seconds=300)
    assert any(f"http://localhost:{port}" in line for line in demo.said)
    pids = demo.pids()
    assert set(pids) == {"database", "broker", "web", "worker", "beat"}
    for name in ("web", "worker", "beat"):
        environment = Path(f"/proc/{pids[name]}/environ")
        if environment.exists():
            assert b"OWNER_DATABASE_URL" not in environment.read_bytes()

    began = time.monotonic()
    assert demo.stop(signal.SIGTERM) == 0
    assert time.monotonic() - began < 45
    assert are_gone(pids, seconds=0)


# --- manage.py --------------------------------------------------------------------------------------


def manage(*words: str, **environment: str):
    return call(sys.executable, CHECKOUT / "manage.py", *words, **environment)


def test_manage_says_what_to_do_when_nothing_is_running() -> None:
    done = manage("showmigrations", SOCIALCARE_INSTANCE="not-running")
    assert done.returncode == 2
    assert done.stderr == (
        "Nothing is running. Start script/demo in another window, or set DATABASE_URL.\n"
    )


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("", False),
        ("help migrate", False),
        ("migrate --help", False),
        ("formula run F --pot 1", False),
        ("allocate --formula england --pot 1 --dry-run", False),
        ("allocate --formula england --pot 1", True),
        ("migrate", True),
        ("import_areas formula", True),
    ],
)
def test_manage_knows_which_commands_need_a_database(words: str, expected: bool) -> None:
    assert needs_database(words.split()) is expected


@pytest.mark.parametrize(
    ("running", "environ", "expected"),
    [
        ([], {}, None),
        (["demo-8000"], {}, "demo-8000"),
        (["demo-9000"], {}, "demo-9000"),
        (["demo-8000", "demo-9000"], {}, "demo-8000"),
        (["demo-8500", "demo-9000"], {}, None),
        (["demo-8000", "demo-9000"], {"PORT": "9000"}, "demo-9000"),
        (["demo-8000"], {"PORT": "9000"}, None),
        (["demo-8000", "mine"], {"SOCIALCARE_INSTANCE": "mine", "PORT": "8000"}, "mine"),
    ],
)
def test_manage_chooses_among_running_instances(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    running: list[str],
    environ: dict[str, str],
    expected: str | None,
) -> None:
    (tmp_path / ".local").mkdir()
    for name in [*running, "stopped"]:
        note = tmp_path / ".local" / f"{name}.json"
        note.write_text(json.dumps({"pid": 1, "DATABASE_URL": f"postgres://x/{name}"}))
    monkeypatch.setattr(pointer, "_answers", lambda url: url.endswith(tuple(running)))
    found = pointer.find(environ, checkout=tmp_path)
    assert found == ({"DATABASE_URL": f"postgres://x/{expected}"} if expected else None)


def test_manage_needs_no_database_for_help() -> None:
    done = manage("migrate", "--help", SOCIALCARE_INSTANCE="not-running")
    assert (done.returncode, "usage: manage.py migrate" in done.stdout) == (0, True)


def test_manage_finds_the_running_instance(services: Supervised) -> None:
    code = (
        "from django.db import connections; "
        "print(*(connections[a].cursor().execute('SELECT current_user').fetchone()[0]"
        " for a in ('default', 'owner')))"
    )
    done = manage("shell", "--no-imports", "-c", code, SOCIALCARE_INSTANCE=services.instance.name)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["socialcare_app", "socialcare_owner"]


def test_manage_does_not_trust_a_stale_pointer(services: Supervised) -> None:
    pointer = services.instance.pointer
    note = json.loads(pointer.read_text())
    assert note["pid"] == services.process.pid
    services.stop(signal.SIGKILL)
    assert are_gone(services.pids())
    assert pointer.exists()
    done = manage("showmigrations", SOCIALCARE_INSTANCE=services.instance.name)
    assert (done.returncode, "Nothing is running" in done.stderr) == (2, True)


def test_fresh_starts_with_an_empty_database(start: Start, services: Supervised) -> None:
    with services.connect() as connection:
        connection.execute("CREATE TABLE old (id int)")
    assert services.stop(signal.SIGTERM) == 0
    again = start("services", "--fresh", name=services.instance.name)
    again.wait_for("Ctrl-C stops everything")
    with again.connect() as connection:
        assert connection.execute("SELECT to_regclass('public.old')").fetchone() == (None,)


# --- set-up -----------------------------------------------------------------------------------------


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A bare checkout, in a path with spaces, whose lock files name no packages."""
    checkout = tmp_path / "a bare clone"
    (checkout / "script").mkdir(parents=True)
    for name in ("_setup", "_install.py"):
        target = checkout / "script" / name
        target.write_bytes((CHECKOUT / "script" / name).read_bytes())
        target.chmod(0o755)
    for name in ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock"):
        (checkout / name).write_text("")
    return checkout


def test_set_up_makes_the_environment_once_even_when_two_ask(bare: Path) -> None:
    environment = {k: v for k, v in clean_environment(PYTHON=sys.executable).items() if k != "HOME"}
    both = [
        subprocess.Popen(
            [bare / "script" / "_setup", "dev"], env=environment, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = "".join(process.communicate()[0] for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert said.count("Installing") == 1
    assert os.access(bare / ".venv" / "bin" / "python", os.X_OK)

    began = time.monotonic()
    again = call(bare / "script" / "_setup", "demo", cwd=bare, PYTHON="/nonexistent")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert time.monotonic() - began < 1


def test_set_up_says_which_python_it_needs(bare: Path) -> None:
    done = call(bare / "script" / "_setup", "demo", cwd=bare, PYTHON="/nonexistent")
    assert done.returncode == 2
    assert "Python 3.11 or newer" in done.stderr
    assert not (bare / ".venv").exists()


def test_set_up_reports_what_pip_said_when_it_fails(bare: Path) -> None:
    (bare / "requirements.lock").write_text("no-hash-for-this==1.0\n")
    done = call(bare / "script" / "_setup", "demo", cwd=bare, PYTHON=sys.executable)
    assert done.returncode != 0
    assert "hash" in done.stderr.lower()
    assert not (bare / ".venv" / "installed-requirements.lock").exists()


def test_a_missing_browser_is_named_and_stops_nothing() -> None:
    done = call(CHECKOUT / "script" / "_chromium", CHROMIUM="/nonexistent/chromium")
    assert done.returncode == 0
    assert "/nonexistent/chromium" in done.stderr
    assert "SOCIALCARE_SKIP_BROWSER" in done.stderr
