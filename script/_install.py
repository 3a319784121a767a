"""Installs a lock file into .venv: exactly what it names, each file checked against its hash.

Runs before anything is installed, so it uses only the standard library. Two runs at once take
turns; an interrupted one is finished by the next, because the stamp is written last.
"""

import fcntl
import shutil
import subprocess
import sys
import time
import venv
from pathlib import Path
from typing import IO

VENV = Path(".venv")
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock")
PIP = (
    *("-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check", "install"),
    *("--require-hashes", "--no-deps", "--no-user", "--root-user-action=ignore"),
)


def stamp_of(lock: str) -> Path:
    """The copy of `lock` that says its packages are all there."""
    return VENV / f"installed-{lock}"


def is_installed(lock: str) -> bool:
    stamp = stamp_of(lock)
    return stamp.exists() and stamp.read_bytes() == Path(lock).read_bytes()


def pins(lock: str) -> set[str]:
    """The `name==version` of every package in `lock`."""
    return {line.split()[0] for line in Path(lock).read_text().splitlines() if "==" in line}


def install(lock: str) -> int:
    """Install `lock`, retrying once, since indexes and networks hiccup; return pip's exit status."""
    python = VENV / "bin" / "python"
    if not python.exists() or _run([python, "-m", "pip", "--version"], subprocess.DEVNULL):
        venv.create(VENV, clear=True, symlinks=True, with_pip=True)
    for other in LOCKS:
        stamp_of(other).unlink(missing_ok=True)
    log = VENV / "install.log"
    for attempt in (1, 2):
        with log.open("w") as output:
            status = _run([python, *PIP, "-r", lock], output)
        if status == 0:
            break
        print("failed" if attempt == 2 else "trying again ...", end=" ", flush=True)
    else:
        print(f"\n{log.read_text()}", file=sys.stderr)
        return status
    for other in LOCKS:
        if pins(other) <= pins(lock):
            shutil.copyfile(other, stamp_of(other))
    return 0


def _run(command: list[str | Path], output: IO[str] | int) -> int:
    """Run one of this file's own commands and return its exit status."""
    return subprocess.run(command, stdout=output, stderr=subprocess.STDOUT).returncode  # noqa: S603


def main() -> int:
    lock = sys.argv[1]
    state = Path(".local")
    state.mkdir(mode=0o700, exist_ok=True)
    with (state / "install.lock").open("w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if is_installed(lock):
            return 0
        started = time.monotonic()
        print(f"Installing {len(pins(lock))} packages into .venv (once) ...", end=" ", flush=True)
        status = install(lock)
        if status == 0:
            print(f"done in {time.monotonic() - started:.0f} s")
        return status


if __name__ == "__main__":
    sys.exit(main())
