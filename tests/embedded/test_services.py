"""The embedded database and broker: they start, stop, recover, and keep strangers out."""

import os
import signal
import stat
import sys
import time

import psycopg
import pytest
import redis

from socialcare.embedded import servers
from socialcare.embedded.children import command_of

from .conftest import Start, Supervised, are_gone

pytestmark = pytest.mark.services


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_every_child_and_removes_the_pointer(start: Start, number: int) -> None:
    supervised = start("services")
    supervised.wait_for("Ctrl-C stops everything")
    pids = supervised.pids()
    assert set(pids) == {"database", "broker"}
    assert all(command_of(pid) for pid in pids.values())
    assert supervised.instance.pointer.exists()

    assert supervised.stop(number) == 0

    assert are_gone(pids, seconds=0)
    assert supervised.pids() == {}
    assert not supervised.instance.pointer.exists()


def test_committed_rows_outlive_a_killed_supervisor(start: Start, services: Supervised) -> None:
    with services.connect() as connection:
        connection.execute("CREATE TABLE kept (word text)")
        connection.execute("INSERT INTO kept VALUES ('still here')")
    services.stop(signal.SIGKILL)

    again = start("services", name=services.instance.name)
    again.wait_for("Ctrl-C stops everything")

    with again.connect() as connection:
        assert connection.execute("SELECT word FROM kept").fetchall() == [("still here",)]
    assert again.stop(signal.SIGTERM) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_no_child_outlives_a_killed_supervisor(services: Supervised) -> None:
    pids = services.pids()
    services.stop(signal.SIGKILL)
    assert are_gone(pids)


def test_a_broker_that_dies_is_started_again(services: Supervised) -> None:
    broker = redis.from_url(servers.redis_url(services.instance))
    broker.set("word", "kept")
    time.sleep(1.1)  # the append-only file is written to disk every second
    broker.close()
    os.kill(services.pids()["broker"], signal.SIGKILL)

    services.wait_for("broker stopped by itself")
    deadline = time.monotonic() + 20
    while not _answers(services):
        assert time.monotonic() < deadline, "the broker did not come back"
        time.sleep(0.05)

    broker = redis.from_url(servers.redis_url(services.instance))
    assert broker.get("word") == b"kept"
    broker.close()


def test_a_database_that_dies_is_started_again(services: Supervised) -> None:
    with services.connect() as connection:
        connection.execute("CREATE TABLE kept (word text)")
    os.kill(services.pids()["database"], signal.SIGKILL)

    services.wait_for("database stopped by itself")
    deadline = time.monotonic() + 60
    while True:
        assert services.process.poll() is None
        assert time.monotonic() < deadline, "the database did not come back"
        try:
            connection = services.connect()
        except psycopg.OperationalError:
            time.sleep(0.1)
        else:
            break
    with connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def _answers(supervised: Supervised) -> bool:
    broker = redis.from_url(servers.redis_url(supervised.instance))
    try:
        return bool(broker.ping())
    except redis.ConnectionError:
        return False
    finally:
        broker.close()


def test_two_instances_run_at_once_and_share_nothing(start: Start) -> None:
    one, other = start("services"), start("services")
    one.wait_for("Ctrl-C stops everything")
    other.wait_for("Ctrl-C stops everything")
    with one.connect() as connection:
        connection.execute("CREATE TABLE mine (id int)")
    with other.connect() as connection:
        found = connection.execute("SELECT to_regclass('public.mine')").fetchone()
    assert found == (None,)


def test_a_second_supervisor_of_the_same_instance_is_refused(
    start: Start, services: Supervised
) -> None:
    second = start("services", name=services.instance.name)
    second.wait_for("already running")
    assert second.process.wait(10) == 2
    with services.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_state_folder_may_have_spaces_in_its_path(start: Start) -> None:
    folder = f"/var/tmp/care {os.getpid()}"
    supervised = start("services", SOCIALCARE_STATE=folder)
    supervised.wait_for("Ctrl-C stops everything")
    with supervised.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)
    assert _answers(supervised)
    assert supervised.stop(signal.SIGTERM) == 0


def test_every_file_is_private(running: Supervised) -> None:
    state, pointer = running.instance.state, running.instance.pointer
    for folder in (state, running.instance.services, pointer.parent):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in [pointer, *(path for path in state.rglob("*") if path.is_file())]:
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_the_database_listens_on_no_network_and_speaks_utf8(running: Supervised) -> None:
    with running.connect() as connection:
        settings = {
            name: connection.execute(f"SHOW {name}").fetchone()[0]
            for name in ("listen_addresses", "server_encoding", "data_checksums", "fsync")
        }
        locale = connection.execute(
            "SELECT datlocprovider::text, datlocale FROM pg_database WHERE datname = 'socialcare'"
        ).fetchone()
    assert settings == {
        "listen_addresses": "",
        "server_encoding": "UTF8",
        "data_checksums": "on",
        "fsync": "on",
    }
    assert locale == ("b", "C.UTF-8")


def test_the_application_login_owns_nothing_and_can_make_nothing(running: Supervised) -> None:
    with running.connect() as connection:
        connection.execute("CREATE TABLE secret (word text)")
    with running.connect(servers.APP) as connection:
        rights = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert rights == (False,) * 5
        owned = connection.execute(
            "SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole"
        ).fetchone()
        assert owned == (0,)
        for statement in (
            "CREATE TABLE mine (id int)",
            "CREATE TEMPORARY TABLE mine (id int)",
            "CREATE SCHEMA mine",
            "SELECT * FROM secret",
            f"SET ROLE {servers.OWNER}",
            f"SET ROLE {servers.ADMIN}",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_the_owner_is_no_superuser_but_may_add_trusted_extensions(running: Supervised) -> None:
    with running.connect() as connection:
        rights = connection.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls"
            " FROM pg_roles WHERE rolname = current_user"
        ).fetchone()
        assert rights == (False,) * 4
        connection.execute("CREATE EXTENSION btree_gist")


def test_a_wrong_password_is_refused(running: Supervised) -> None:
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(
            host=str(running.instance.services), user=servers.APP, dbname="socialcare", password="x"
        )


def test_a_failing_statement_is_not_written_to_the_log(running: Supervised) -> None:
    with running.connect() as connection:
        connection.execute("CREATE TABLE residents (name text UNIQUE)")
        connection.execute("INSERT INTO residents VALUES ('Ada of Mill Lane')")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO residents VALUES ('Ada of Mill Lane')")
    log = (running.instance.state / "logs" / "database.log").read_text()
    assert "duplicate key value" in log
    assert "Mill Lane" not in log
