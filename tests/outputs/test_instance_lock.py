"""One instance: the lock is held by the living, never by a file that someone left."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dms.fusion.calibration import Calibration
from dms.outputs.instance_lock import AlreadyRunningError, InstanceLock
from dms.service.calibration_file import Seat
from dms.service.calibration_store import CalibrationFileError, CalibrationStore
from tests.outputs.journal_examples import open_journal


def test_a_second_instance_is_told_who_is_first(tmp_path: Path) -> None:
    first = InstanceLock(tmp_path / "lock", "the bus")
    with pytest.raises(AlreadyRunningError, match=rf"the bus is in use by another instance, process {os.getpid()} "):
        InstanceLock(tmp_path / "lock", "the bus")
    first.release()
    InstanceLock(tmp_path / "lock", "the bus").release()


def test_another_process_holds_it_until_it_is_killed(tmp_path: Path) -> None:
    program = f"""
import sys
from pathlib import Path
from dms.outputs.instance_lock import InstanceLock
lock = InstanceLock(Path({str(tmp_path / "lock")!r}), "the bus")
sys.stdout.write("held" + chr(10)); sys.stdout.flush(); sys.stdin.read()
"""
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", program], text=True, stdin=pipe, stdout=pipe) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunningError, match=str(holder.pid)):
            InstanceLock(tmp_path / "lock", "the bus")
        holder.kill()
        holder.wait()
    InstanceLock(tmp_path / "lock", "the bus").release()


def test_releasing_twice_does_not_release_what_the_next_one_holds(tmp_path: Path) -> None:
    first = InstanceLock(tmp_path / "lock", "the bus")
    first.release()
    second = InstanceLock(tmp_path / "lock", "the bus")
    first.release()
    with pytest.raises(AlreadyRunningError):
        InstanceLock(tmp_path / "lock", "the bus")
    second.release()


def test_a_lock_that_cannot_be_written_is_not_held(tmp_path: Path) -> None:
    """A process that may not make any file grow stands for a full disk: the file is there, and nothing goes into it."""
    program = f"""
import resource, signal
from pathlib import Path
from dms.outputs.instance_lock import InstanceLock
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
lock = Path({str(tmp_path / "lock")!r})
resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
try:
    InstanceLock(lock, "the bus")
except OSError as error:
    print(error.strerror, error.filename == str(lock))
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
InstanceLock(lock, "the bus")
print("held")
"""
    done = subprocess.run([sys.executable, "-c", program], text=True, capture_output=True, check=False)
    assert done.stdout.splitlines() == ["File too large True", "held"], done.stderr


def test_a_link_in_place_of_the_lock_file_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("keep me")
    (tmp_path / "lock").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic link"):
        InstanceLock(tmp_path / "lock", "the bus")
    assert (tmp_path / "precious").read_text() == "keep me"


def test_nobody_else_can_hold_it_and_so_keep_the_service_from_starting(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        InstanceLock(tmp_path / "lock", "the bus").release()
    finally:
        os.umask(before)
    assert (tmp_path / "lock").stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write for others")
def test_what_root_locks_can_be_locked_by_the_service_afterwards(tmp_path: Path) -> None:
    os.chown(tmp_path, 1234, 1235)
    InstanceLock(tmp_path / "lock", "the bus").release()
    assert ((tmp_path / "lock").stat().st_uid, (tmp_path / "lock").stat().st_gid) == (1234, 1235)


def test_a_lock_knows_whether_it_still_keeps_others_away(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir()
    lock = InstanceLock(folder / "lock", "the bus")
    assert lock.in_place
    folder.rename(tmp_path / "state.old")
    assert not lock.in_place
    folder.mkdir()
    assert not lock.in_place
    another = InstanceLock(folder / "lock", "the bus")
    assert (lock.in_place, another.in_place) == (False, True)
    lock.release()
    another.release()
    assert not another.in_place


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_named_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """As network file systems answer whose lock service does not run; nothing stays open."""

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    before = os.listdir("/proc/self/fd")
    monkeypatch.setattr("fcntl.flock", refuse)
    with pytest.raises(OSError, match="its file system has no locks; give another path") as refused:
        InstanceLock(tmp_path / "lock", "the bus")
    assert (refused.value.errno, refused.value.filename) == (number, str(tmp_path / "lock"))
    assert os.listdir("/proc/self/fd") == before
    with open_journal(tmp_path / "journal.db") as journal:
        reason = f"{tmp_path}/journal.db.lock: {os.strerror(number)}: its file system has no locks; give another path"
        assert (journal.health().status, journal.health().reason) == ("degraded", reason)
    with pytest.raises(CalibrationFileError, match="cannot be locked: "):
        CalibrationStore(tmp_path / "calibration.json").keep(
            Seat("/dev/dms-cam", "left_hand_drive", ""), Calibration(1.0, 1.0, 0.8, 0.0, 0.0, 0.9), None
        )
