"""The product itself on running services: what must be prepared, and which processes it is.

Web and worker are not told the owner's login: only migration and set-up connect as the role that
owns the tables. Refuses to hide a failing step: the end of its log is the error.
"""

import hashlib
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping

from socialcare.embedded.children import Child, PartFailedError, die_with_parent, last_lines
from socialcare.embedded.folders import CHECKOUT, Instance

Say = Callable[[str], None]


def prepare(instance: Instance, env: Mapping[str, str], *, say: Say) -> None:
    """Migrate, collect static files when they changed, and load the demo's own world.

    Each line that `setup_demo` prints is said as progress. Raises PartFailedError if a step fails.
    """
    _manage(instance, env, "migrate", "--noinput")
    say("tables up to date")
    stamp, fingerprint = instance.state / "static.stamp", _static_fingerprint()
    if not stamp.exists() or stamp.read_text() != fingerprint:
        _manage(instance, env, "collectstatic", "--noinput", "--clear")
        stamp.write_text(fingerprint)
        say("styles and scripts collected")
    for line in _output(instance, env, "setup_demo"):
        say(line)


def sign_ins(instance: Instance, env: Mapping[str, str]) -> str:
    """The demo's sign-ins, as `setup_demo` lists them."""
    return "\n".join(_output(instance, env, "setup_demo", "--sign-ins")) + "\n"


def processes(
    instance: Instance, env: Mapping[str, str], *, host: str, port: int
) -> list[Callable[[], Child]]:
    """How to start worker, beat and web, in that order: what is started last is stopped first.

    Each command names the state folder, by which a later start knows its orphans.
    """
    as_app = {name: value for name, value in env.items() if name != "OWNER_DATABASE_URL"}
    # TERM ends a worker within the settings' soft shutdown; unfinished work goes back to the broker.
    as_app["REMAP_SIGTERM"] = "SIGQUIT"
    run = instance.state / "run"
    address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    commands = {
        "worker": (
            *("celery", "-A", "socialcare", "worker", "--concurrency", "2", "--loglevel", "INFO"),
            *("--without-gossip", "--without-mingle", "--without-heartbeat"),
            *("--statedb", str(run / "worker")),
        ),
        "beat": (
            *("celery", "-A", "socialcare", "beat", "--loglevel", "INFO"),
            *("--schedule", str(run / "beat"), "--pidfile="),
        ),
        "web": (
            *("gunicorn", "--config", "python:socialcare.serving", "socialcare.wsgi"),
            *("--bind", address, "--graceful-timeout", "5", "--worker-tmp-dir", str(run)),
        ),
    }

    def starter(name: str) -> Callable[[], Child]:
        command = [sys.executable, "-m", *commands[name]]
        return lambda: Child.start(name, command, state=instance.state, env=as_app, cwd=CHECKOUT)

    return [starter(name) for name in commands]


def wait_until_ready(web: Child, *, host: str, port: int) -> None:
    """Return once the web server answers its liveness page; raise PartFailedError when it does not."""
    own = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 -- reads, binds nothing
    address = f"[{own}]" if ":" in own else own
    request = urllib.request.Request(
        f"http://{address}:{port}/livez", headers={"Host": f"localhost:{port}"}
    )
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def answers() -> bool:
        try:
            return bool(direct.open(request, timeout=5).status == 200)
        except (urllib.error.URLError, OSError):
            return False

    web.wait_until(answers, seconds=60)


def _manage(instance: Instance, env: Mapping[str, str], *words: str) -> None:
    for _line in _output(instance, env, *words):
        pass  # the log has it


def _output(instance: Instance, env: Mapping[str, str], *words: str) -> Iterator[str]:
    """Run a manage.py command; log what it says, and yield its lines as they come."""
    log = instance.state / "logs" / f"{words[0]}.log"
    with log.open("a", buffering=1) as record:
        process = subprocess.Popen(  # noqa: S603 -- our own command
            [sys.executable, str(CHECKOUT / "manage.py"), *words],
            cwd=CHECKOUT,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=record,
            text=True,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        with process:
            try:
                for line in process.stdout or ():
                    record.write(line)
                    yield line.rstrip()
            except BaseException:
                process.terminate()
                raise
    if process.returncode:
        raise PartFailedError(f"manage.py {words[0]} failed.\n{last_lines(log)}")


def _static_fingerprint() -> str:
    """Changes when a static file of ours, or a package that brings some, does."""
    digest = hashlib.sha256((CHECKOUT / "requirements.lock").read_bytes())
    for folder in sorted({CHECKOUT / "static", *CHECKOUT.glob("*/static")}):
        for path in sorted(folder.rglob("*")):
            status = path.stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode())
    return digest.hexdigest()
