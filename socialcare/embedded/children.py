"""Child processes that are started, watched and stopped, and never outlive their supervisor.

Each child writes to a log file of its own, leads its own process group and leaves a pid file, so
that the next start finds what a killed supervisor left behind. A pid alone proves nothing (numbers
are reused): a process is ours only when its command line names our folder.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1  # linux/prctl.h: the signal a process gets when its parent dies
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class EmbeddedError(Exception):
    """Something must be set or freed before we can start; its text says what."""


class PartFailedError(Exception):
    """A part failed and could not be put right; its text says which, and ends with its log."""


def die_with_parent(stop_signal: int) -> Callable[[], None] | None:
    """Return a `preexec_fn` that ties a child's life to ours, or None where only Linux could."""
    libc = _libc
    if libc is None:
        return None
    return lambda: libc.prctl(PR_SET_PDEATHSIG, stop_signal) and None


@dataclass(frozen=True)
class Account:
    """The unprivileged system account that the servers run as; no ids means "as ourselves"."""

    uid: int | None = None
    gid: int | None = None

    @property
    def popen_options(self) -> dict[str, object]:
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass
class Child:
    """One running process with its log and pid file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path
    pid_file: Path
    stop_signal: int
    grace: float  # seconds between the polite signal and SIGKILL

    @classmethod
    def start(
        cls,
        name: str,
        command: Sequence[str | Path],
        *,
        state: Path,
        env: Mapping[str, str],
        cwd: Path,
        account: Account | None = None,
        stop_signal: int = signal.SIGTERM,
        grace: float = 10,
    ) -> "Child":
        """Start `command` with its output in `state/logs/<name>.log`."""
        log = state / "logs" / f"{name}.log"
        with log.open("ab") as output:
            process = subprocess.Popen(  # noqa: S603 -- every command is written in this package
                [str(word) for word in command],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                preexec_fn=die_with_parent(stop_signal),
                **(account or Account()).popen_options,  # type: ignore[call-overload]
            )
        pid_file = state / "run" / f"{name}.pid"
        pid_file.write_text(f"{process.pid} {int(stop_signal)} {grace}")
        return cls(name, process, log, pid_file, stop_signal, grace)

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def wait_until(self, is_ready: Callable[[], bool], *, seconds: float) -> None:
        """Return once `is_ready()`; raise PartFailedError when the child dies or time runs out."""
        deadline = time.monotonic() + seconds
        while not is_ready():
            if not self.is_running:
                raise PartFailedError(
                    f"{self.name} stopped while starting.\n{last_lines(self.log)}"
                )
            if time.monotonic() > deadline:
                raise PartFailedError(
                    f"{self.name} took over {seconds:.0f} s.\n{last_lines(self.log)}"
                )
            time.sleep(0.02)

    @contextmanager
    def or_stop(self) -> Iterator[None]:
        """Stop the child when what follows its start fails, or is interrupted."""
        try:
            yield
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Ask politely, wait `grace` seconds, then end the whole process group."""
        if self.is_running:
            self.process.send_signal(self.stop_signal)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(self.grace)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.pid_file.unlink(missing_ok=True)


def last_lines(log: Path, count: int = 20) -> str:
    """The end of a log, indented, for the one moment when somebody needs it."""
    lines = log.read_text(errors="replace").splitlines()[-count:]
    return "\n".join(f"    {line}" for line in [*lines, f"(all of it: {log})"])


def command_of(pid: int) -> str:
    """The command line of a process, or '' when there is none (or we may not see it)."""
    cmdline = Path(f"/proc/{pid}/cmdline")
    if Path("/proc/self/cmdline").exists():
        with suppress(OSError):
            return cmdline.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    ps = subprocess.run(  # noqa: S603 -- pid is a number
        ["/bin/ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True
    )
    return ps.stdout.strip()


def stop_orphans(run_folder: Path, *, ours: Sequence[Path]) -> list[str]:
    """Stop what a killed supervisor left running, last started first; return their names.

    A pid whose command line names none of the folders in `ours` belongs to somebody else by now
    and is left alone; only its stale pid file goes.
    """
    stopped = []
    newest_first = sorted(run_folder.glob("*.pid"), key=lambda f: f.stat().st_mtime, reverse=True)
    for pid_file in newest_first:
        fields = pid_file.read_text().split()
        if len(fields) == 3:
            pid, stop_signal, grace = int(fields[0]), int(fields[1]), float(fields[2])
            is_ours = _is_ours(pid, ours)
            if is_ours:
                stopped.append(pid_file.stem)
                _end(pid, stop_signal, grace, ours)
        pid_file.unlink(missing_ok=True)
    return stopped


def _is_ours(pid: int, ours: Sequence[Path]) -> bool:
    command = command_of(pid)
    return any(str(folder) in command for folder in ours)


def _end(pid: int, stop_signal: int, grace: float, ours: Sequence[Path]) -> None:
    deadline = time.monotonic() + grace
    with suppress(ProcessLookupError):
        os.kill(pid, stop_signal)
        while time.monotonic() < deadline:
            if not _is_ours(pid, ours):
                return
            time.sleep(0.05)
        os.killpg(pid, signal.SIGKILL)
