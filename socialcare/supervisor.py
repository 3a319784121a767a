"""Starts the embedded services, and on request the whole product, and stops them all again.

    python -m socialcare.supervisor run -- CMD     a fresh, temporary database and broker for CMD
    python -m socialcare.supervisor services       the lasting ones, until Ctrl-C
    python -m socialcare.supervisor demo [--fresh] those, and web, worker and beat

It refuses to guess: what it cannot do ends with one sentence that says what to set.
Exit status: 0 stopped as asked, 1 something broke, 2 something must be set or freed first
(`run` passes on the status of CMD).
"""

import argparse
import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from socialcare.embedded import pointer, product, servers
from socialcare.embedded.children import (
    Child,
    EmbeddedError,
    PartFailedError,
    die_with_parent,
    last_lines,
)
from socialcare.embedded.folders import Instance, sweep_temporary

RESTARTS = 3
CALM = 60  # seconds that a child must run before its earlier failures are forgotten


class Stopped(BaseException):
    """Ctrl-C, TERM or a closed terminal: stop everything, in order."""


@dataclass
class Part:
    """One process of the product, started again when it dies: after 1, 2 and 4 s, then never."""

    start: Callable[[], Child]
    child: Child
    started_at: float = 0
    failures: int = 0

    def watch(self, say: Callable[[str], None]) -> None:
        """Start the child again if it died; raise PartFailedError when it keeps dying."""
        if self.child.is_running:
            if time.monotonic() - self.started_at > CALM:
                self.failures = 0
            return
        name = self.child.name
        if self.failures == RESTARTS:
            raise PartFailedError(
                f"{name} stopped {RESTARTS + 1} times.\n{last_lines(self.child.log)}"
            )
        say(f"{name} stopped by itself (status {self.child.process.returncode}): starting it again")
        time.sleep(2**self.failures)
        self.failures += 1
        self.child.stop()
        self.child = self.start()
        self.started_at = time.monotonic()


class Supervisor:
    """The parts that run now, stopped last started first, and the progress log on the terminal."""

    def __init__(self) -> None:
        self.began_at = time.monotonic()
        self.parts: list[Part] = []

    def say(self, words: str) -> None:
        print(f"{time.monotonic() - self.began_at:7.1f} s  {words}", flush=True)

    def start(self, start: Callable[[], Child]) -> Child:
        part = Part(start, start(), time.monotonic())
        self.parts.append(part)
        return part.child

    def watch(self) -> None:
        """Keep every part running until a signal comes; raise PartFailedError when one cannot be kept."""
        while True:
            for part in self.parts:
                part.watch(self.say)
            time.sleep(0.2)

    def stop(self) -> None:
        _ignore_signals()  # nothing may interrupt the stopping
        while self.parts:
            self.parts.pop().child.stop()


@contextmanager
def services(instance: Instance, supervisor: Supervisor) -> Iterator[dict[str, str]]:
    """Run what the operator has not provided; yield the environment that reaches it all."""
    with ExitStack() as stack:
        stack.enter_context(instance.held())
        instance.stop_orphans()
        stack.callback(supervisor.stop)
        env = {name: value for name, value in os.environ.items() if name != "DEBUG"}
        env["SECRET_KEY"] = env.get("SECRET_KEY") or instance.secrets()["secret_key"]
        env |= {"STATE_DIR": str(instance.state), "DJANGO_SETTINGS_MODULE": "socialcare.settings"}
        if not env.get("DATABASE_URL"):
            supervisor.start(lambda: servers.start_database(instance))
            env["DATABASE_URL"] = servers.database_url(instance, servers.APP)
            env["OWNER_DATABASE_URL"] = servers.database_url(instance, servers.OWNER)
        elif not env.get("OWNER_DATABASE_URL"):
            raise EmbeddedError(
                "DATABASE_URL is set: also set OWNER_DATABASE_URL to the login that owns the"
                " database, or unset both to use the embedded PostgreSQL."
            )
        if not env.get("REDIS_URL"):
            supervisor.start(lambda: servers.start_broker(instance))
            env["REDIS_URL"] = servers.redis_url(instance)
        yield env


def run(command: Sequence[str], *, umask: int) -> int:
    """Run `command` against fresh services, remove them, and return its exit status."""
    sweep_temporary()
    instance = Instance.fresh()
    try:
        with services(instance, Supervisor()) as env:
            relay = _Relay()
            try:
                process = subprocess.Popen(  # noqa: S603 -- running CMD is what we are for
                    command, env=env, umask=umask, preexec_fn=die_with_parent(signal.SIGTERM)
                )
            except OSError as error:
                raise EmbeddedError(f"Cannot run {command[0]}: {error.strerror}") from error
            relay.to(process)
            status = process.wait()
            return status if status >= 0 else 128 - status
    finally:
        instance.wipe()


def serve(instance: Instance, *, is_demo: bool, is_fresh: bool) -> int:
    """Run the lasting services, and the product on them when `is_demo`, until a signal comes."""
    supervisor = Supervisor()
    host, port = os.environ.get("HOST") or "127.0.0.1", _port()
    if is_demo:
        _refuse_busy_port(host, port)
    if is_fresh:
        if os.environ.get("DATABASE_URL"):
            raise EmbeddedError("--fresh empties only the embedded database: unset DATABASE_URL.")
        with instance.held():
            instance.stop_orphans()
        instance.wipe()
    try:
        with ExitStack() as stack:
            print(f"Socialcare ({instance.name}). Logs: {instance.state / 'logs'}", flush=True)
            env = stack.enter_context(services(instance, supervisor))
            stack.callback(supervisor.say, "stopping")
            stack.callback(instance.pointer.unlink, missing_ok=True)
            env["PORT"] = str(port)
            supervisor.say("database and broker ready")
            if is_demo:
                env["DEMO"] = "1"
                env.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
                product.prepare(instance, env, say=supervisor.say)
                for start in product.processes(instance, env, host=host, port=port):
                    supervisor.start(start)
                product.wait_until_ready(supervisor.parts[-1].child, host=host, port=port)
                supervisor.say("web, worker and beat ready")
            pointer.write(instance, env)
            if is_demo:
                print(f"\nOpen http://localhost:{port}\n\n{product.sign_ins(instance, env)}")
            print("Ctrl-C stops everything.", flush=True)
            supervisor.watch()
    except Stopped:
        supervisor.say("stopped")
    return 0


def _port() -> int:
    words = os.environ.get("PORT") or "8000"
    if not words.isdecimal() or not 0 < int(words) < 65536:
        raise EmbeddedError(f"PORT must be a number from 1 to 65535, not {words!r}.")
    return int(words)


def _refuse_busy_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = (
                "in use" if error.errno == errno.EADDRINUSE else f"closed to us ({error.strerror})"
            )
            raise EmbeddedError(
                f"Port {port} is {why}. Choose another, say PORT={port + 1}."
            ) from error


STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def _stop(_number: int, _frame: object) -> None:
    _ignore_signals()  # a second Ctrl-C must not interrupt the stopping
    raise Stopped


class _Relay:
    """Passes our signals on to a command, those that come just before it starts too."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.early: list[int] = []
        for number in STOP_SIGNALS:
            signal.signal(number, self.pass_on)

    def to(self, process: subprocess.Popen[bytes]) -> None:
        self.process = process
        for number in self.early:
            process.send_signal(number)

    def pass_on(self, number: int, _frame: object) -> None:
        if self.process is None:
            self.early.append(number)
        # A terminal sends Ctrl-C to the command as well as to us; anybody else sends it only to us.
        elif number != signal.SIGINT or not os.isatty(0):
            self.process.send_signal(number)


def _ignore_signals() -> None:
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m socialcare.supervisor", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    runner = commands.add_parser("run", help="run CMD against a fresh database and broker")
    runner.add_argument("words", nargs=argparse.REMAINDER, metavar="-- CMD")
    for name, words in (("services", "the database and broker"), ("demo", "the whole product")):
        server = commands.add_parser(name, help=f"run {words} until Ctrl-C")
        server.add_argument("--fresh", action="store_true", help="start with an empty database")
    arguments = parser.parse_args()
    umask = os.umask(0o077)  # every file of ours is private
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    try:
        if arguments.command == "run":
            words = arguments.words[1:] if arguments.words[:1] == ["--"] else arguments.words
            if not words:
                parser.error("run needs a command: run -- CMD")
            return run(words, umask=umask)
        name = os.environ.get("SOCIALCARE_INSTANCE") or f"demo-{_port()}"
        state = os.environ.get("SOCIALCARE_STATE")
        instance = Instance.named(name, state=Path(state) if state else None)
        return serve(instance, is_demo=arguments.command == "demo", is_fresh=arguments.fresh)
    except (EmbeddedError, PartFailedError) as error:
        print(error, file=sys.stderr)
        return 2 if isinstance(error, EmbeddedError) else 1
    except Stopped:
        return 130


if __name__ == "__main__":
    sys.exit(main())
