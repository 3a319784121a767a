"""PostgreSQL and Valkey as this product needs them: unix sockets only, and three separate logins.

`socialcare_admin` (superuser) exists only to make the other two and never reaches the product;
`socialcare_owner` owns the database and migrates it; `socialcare_app` is what web and worker connect
as, and owns nothing. Neither writes a person's words to a log: statements and details are left out.
"""

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow

from socialcare.embedded.children import Child, PartFailedError
from socialcare.embedded.folders import Instance

DATABASE = "socialcare"
ADMIN, OWNER, APP = "socialcare_admin", "socialcare_owner", "socialcare_app"

# A failing statement or its details may hold a person's own words, so neither is logged.
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "128MB",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "timezone": "UTC",
}
# A temporary database need not survive a power cut.
TEMPORARY_SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def start_database(instance: Instance) -> Child:
    """Start PostgreSQL (made first if need be) with its two roles; return once it answers.

    Raises PartFailedError, with the end of its log, when it does not start within a minute.
    """
    programs, _ = instance.programs()
    data = instance.services / "database"
    if not data.exists():
        _make_cluster(instance, programs, data)
    settings = {
        **SETTINGS,
        **(TEMPORARY_SETTINGS if instance.temporary else {}),
        "unix_socket_directories": str(instance.services),
    }
    child = Child.start(
        "database",
        [
            programs / "postgres",
            "-D",
            data,
            *(f"--{key}={value}" for key, value in settings.items()),
        ],
        state=instance.state,
        env=_bare_environment(),
        cwd=instance.services,
        account=instance.account,
        stop_signal=signal.SIGINT,  # "fast": ends connections, finishes writing
        grace=30,
    )
    with child.or_stop():
        child.wait_until(lambda: _is_accepting(data, child.process.pid), seconds=60)
        _make_roles(instance)
    return child


def start_broker(instance: Instance) -> Child:
    """Start Valkey, its append-only file on; return once it answers (raises as above)."""
    _, valkey = instance.programs()
    data = instance.services / "broker"
    _as_service(instance, ["mkdir", "-p", "-m", "700", str(data)])
    address = instance.services / "broker.sock"
    options = {
        "port": "0",
        "unixsocket": str(address),
        "unixsocketperm": "700",
        "dir": str(data),
        "appendonly": "no" if instance.temporary else "yes",
        "save": "",
        "set-proc-title": "no",
    }
    child = Child.start(
        "broker",
        [valkey, *(word for key, value in options.items() for word in (f"--{key}", value))],
        state=instance.state,
        env=_bare_environment(),
        cwd=instance.services,
        account=instance.account,
    )
    with child.or_stop():
        child.wait_until(lambda: _answers_ping(address), seconds=60)
    return child


def database_url(instance: Instance, role: str) -> str:
    """The address of the embedded database for OWNER or APP (libpq and Django both read it)."""
    return f"postgres://{role}:{_password(instance, role)}@{quote(str(instance.services), safe='')}/{DATABASE}"


def redis_url(instance: Instance) -> str:
    """The address of the embedded broker."""
    return f"unix://{quote(str(instance.services / 'broker.sock'))}"


def _make_cluster(instance: Instance, programs: Path, data: Path) -> None:
    """Run initdb beside `data` and move it there when whole, so that half a cluster is never used."""
    partial, password_file = data.with_suffix(".partial"), data.with_suffix(".password")
    shutil.rmtree(partial, ignore_errors=True)
    password_file.unlink(missing_ok=True)
    password_file.touch(mode=0o600)
    password_file.write_text(instance.secrets()["admin_password"])
    if instance.account.uid is not None:
        shutil.chown(password_file, instance.account.uid)
    try:
        _as_service(
            instance,
            [
                str(programs / "initdb"),
                f"--pgdata={partial}",
                f"--username={ADMIN}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
                "--no-instructions",
                *(["--no-sync"] if instance.temporary else []),
            ],
        )
    finally:
        password_file.unlink()
    partial.rename(data)


def _make_roles(instance: Instance) -> None:
    """Make the owner, the application role and the database, or put back their rights."""
    database, owner, app = (sql.Identifier(name) for name in (DATABASE, OWNER, APP))
    # Only tests make databases of their own.
    create_db = sql.SQL("CREATEDB" if instance.temporary else "NOCREATEDB")
    with _as_admin(instance, "template1") as cursor:
        for role, rights in ((OWNER, create_db), (APP, sql.SQL("NOCREATEDB"))):
            name, password = sql.Identifier(role), sql.Literal(_password(instance, role))
            if not cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                cursor.execute(sql.SQL("CREATE ROLE {}").format(name))
            cursor.execute(
                sql.SQL(
                    "ALTER ROLE {} LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS NOREPLICATION {} PASSWORD {}"
                ).format(name, rights, password)
            )
        # In the template, so that test databases have the same rights as the real one.
        cursor.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(app))
        if not cursor.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]
        ).fetchone():
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(database, owner))
        cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
        cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, app))


@contextmanager
def _as_admin(instance: Instance, database: str) -> Iterator[psycopg.Cursor[TupleRow]]:
    with (
        psycopg.connect(
            host=str(instance.services),
            dbname=database,
            user=ADMIN,
            password=_password(instance, ADMIN),
            autocommit=True,
        ) as connection,
        connection.cursor() as cursor,
    ):
        yield cursor


def _password(instance: Instance, role: str) -> str:
    return instance.secrets()[f"{role.removeprefix('socialcare_')}_password"]


def _as_service(instance: Instance, command: list[str]) -> None:
    """Run a short command as the account the servers run as; raise PartFailedError if it fails."""
    done = subprocess.run(  # noqa: S603 -- every command is written in this module
        command,
        cwd=instance.services,
        env=_bare_environment(),
        capture_output=True,
        text=True,
        **instance.account.popen_options,  # type: ignore[call-overload]
    )
    if done.returncode:
        raise PartFailedError(
            f"{Path(command[0]).name} failed:\n{done.stdout}{done.stderr}".rstrip()
        )


def _bare_environment() -> dict[str, str]:
    """Nothing of the operator's: a stray PGDATA or LD_PRELOAD must not steer the servers."""
    return {"PATH": os.defpath, "LC_ALL": "C"}


def _is_accepting(data: Path, pid: int) -> bool:
    """Whether the server `pid` says so in its pid file's eighth line (a killed one's file stays)."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _answers_ping(address: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        try:
            connection.connect(str(address))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False
