"""The state folder is ours alone: another's, a symlink or a folder of other files is refused."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from socialcare.embedded import children
from socialcare.embedded.children import Child, EmbeddedError, PartFailedError
from socialcare.embedded.folders import HOME, Instance, sweep_temporary
from socialcare.supervisor import RESTARTS, Part

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_symlink_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.mkdir()
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(EmbeddedError, match="symlink"), _held(tmp_path / "link"):
        pass
    assert list(target.iterdir()) == []


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_user_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    with pytest.raises(EmbeddedError, match="another user"), _held(folder):
        pass
    assert list(folder.iterdir()) == []


def test_a_folder_of_other_files_is_neither_used_nor_wiped(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("mine")
    with pytest.raises(EmbeddedError, match="other files"), _held(tmp_path):
        pass
    with pytest.raises(EmbeddedError, match="other files"):
        Instance.named("x", state=tmp_path).wipe()
    assert letter.read_text() == "mine"


def test_a_path_too_long_for_a_socket_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("socialcare.embedded.folders.HOME", Path("/var/tmp", "long" * 25))
    with pytest.raises(EmbeddedError, match="shorter"), Instance.named("x").held():
        pass


def test_an_open_folder_is_closed_to_others(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    with _held(folder) as instance:
        assert folder.stat().st_mode & 0o777 == 0o700
        assert len(set(instance.secrets().values())) == 4
    instance.wipe()
    assert not folder.exists()


def test_passwords_are_made_once(tmp_path: Path) -> None:
    with _held(tmp_path / "state") as instance:
        first = instance.secrets()
    with _held(tmp_path / "state") as instance:
        assert instance.secrets() == first
    instance.wipe()


def test_names_and_checkouts_get_folders_of_their_own() -> None:
    one, other = Instance.named("demo-8000"), Instance.named("demo-8001")
    assert one == Instance.named("demo-8000")
    assert len({one.state, other.state, Instance.fresh().state, Instance.fresh().state}) == 4
    assert one.state.parent == HOME
    assert one.state.name.startswith(f"socialcare-{os.getuid()}-")


def test_what_a_killed_test_run_left_is_swept_up_but_not_one_that_runs() -> None:
    dead, alive = Instance.fresh(), Instance.fresh()
    with dead.held():
        pass
    with alive.held():
        sweep_temporary()
        assert not dead.state.exists()
        assert not dead.services.exists()
        assert alive.state.exists()
    alive.wipe()


def test_an_orphan_is_stopped_and_a_stranger_with_a_reused_number_is_not(tmp_path: Path) -> None:
    ours = subprocess.Popen([*SLEEP, str(tmp_path)])
    stranger = subprocess.Popen(SLEEP)
    for name, process in (("ours", ours), ("stranger", stranger)):
        (tmp_path / f"{name}.pid").write_text(f"{process.pid} 15 5")
    (tmp_path / "cut-off.pid").write_text("")
    try:
        # The dead stay listed until their parent, here this test, has read their status.
        assert children.stop_orphans(tmp_path, ours=[tmp_path]) == ["ours"]
        assert ours.wait(5) == -15
        assert stranger.poll() is None
        assert list(tmp_path.iterdir()) == []
    finally:
        for process in (ours, stranger):
            process.kill()
            process.wait()


def test_a_child_that_keeps_dying_ends_with_its_log(tmp_path: Path) -> None:
    for name in ("logs", "run"):
        (tmp_path / name).mkdir()
    child = Child.start(
        "web", ["/bin/sh", "-c", "echo no room; exit 3"], state=tmp_path, env={}, cwd=tmp_path
    )
    child.process.wait(10)
    with pytest.raises(PartFailedError, match=r"(?s)web stopped 4 times.*no room"):
        Part(lambda: child, child, failures=RESTARTS).watch(print)
    with pytest.raises(PartFailedError, match=r"(?s)stopped while starting.*no room"):
        child.wait_until(lambda: False, seconds=5)
    child.stop()


@contextmanager
def _held(state: Path) -> Iterator[Instance]:
    instance = Instance.named("x", state=state)
    with instance.held():
        yield instance
