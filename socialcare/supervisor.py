"""Starts the embedded services, and on request the whole product, and stops them all again.

    python -m socialcare.supervisor run -- CMD     a fresh, temporary database and broker for CMD
    python -m socialcare.supervisor services       the lasting ones, until Ctrl-C
    python -m socialcare.supervisor demo [--fresh] those, and web, worker and beat

It refuses to guess: what it cannot do ends with one sentence that says what to set.
Exit status: 0 stopped as asked, 1 something broke, 2 something must be set or freed first.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from socialcare.embedded import servers
from socialcare.embedded.children import EmbeddedError, die_with_parent
from socialcare.embedded.folders import CHECKOUT, Instance, sweep_temporary


class Stopped(BaseException):
    """Ctrl-C or TERM: stop everything in order."""


@contextmanager
def services(instance: Instance) -> Iterator[dict[str, str]]:
    """Run what the operator has not provided; yield the environment that reaches it."""
    with ExitStack() as stack:
        stack.enter_context(instance.held())
        instance.stop_orphans()
        env = dict(os.environ)
        env.setdefault("SECRET_KEY", instance.secrets()["secret_key"])
        env["STATE_DIR"] = str(instance.state)
        if not env.get("DATABASE_URL"):
            stack.callback(servers.start_database(instance).stop)
            env["DATABASE_URL"] = servers.database_url(instance, servers.APP)
            env["OWNER_DATABASE_URL"] = servers.database_url(instance, servers.OWNER)
        elif not env.get("OWNER_DATABASE_URL"):
            raise EmbeddedError(
                "DATABASE_URL is set: also set OWNER_DATABASE_URL to the login that owns the"
                " database, or unset both to use the embedded PostgreSQL."
            )
        if not env.get("REDIS_URL"):
            stack.callback(servers.start_broker(instance).stop)
            env["REDIS_URL"] = servers.redis_url(instance)
        yield env


def run(command: Sequence[str]) -> int:
    """Run `command` against fresh services, remove them, and return its exit status."""
    sweep_temporary()
    instance = Instance.fresh()
    try:
        with services(instance) as env:
            process = subprocess.Popen(command, env=env, preexec_fn=die_with_parent(signal.SIGTERM))
            while True:
                try:
                    return process.wait()
                except Stopped:
                    process.terminate()
    finally:
        instance.wipe()


def _stop(signal_number: int, _frame: object) -> None:
    raise Stopped


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m socialcare.supervisor")
    commands = parser.add_subparsers(dest="command", required=True)
    runner = commands.add_parser("run", help="run CMD against a fresh database and broker")
    runner.add_argument("words", nargs=argparse.REMAINDER, metavar="-- CMD")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, _stop)
    words = arguments.words[1:] if arguments.words[:1] == ["--"] else arguments.words
    try:
        return run(words)
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
