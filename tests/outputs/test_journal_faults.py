"""The journal when things go wrong: killed, full, read-only, damaged. Each with the real thing, none with a stand-in."""

from __future__ import annotations

import errno
import json
import random
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dms.outputs.journal import Journal
from dms.outputs.journal.backlog import BACKLOG_LIMIT
from dms.outputs.journal.recovery import KEPT_QUARANTINES, Trouble, classify, look_closer
from dms.outputs.journal.store import JournalStore
from tests.outputs.journal_examples import A_DRIVE, database, open_journal, rows, wait_for, without_root_privileges
from tests.outputs.output_examples import PATIENCE_S, an_alert

QUICKLY = (0.05,)
PAGE = 4096


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def filled(path: Path, alerts: int = 200) -> None:
    """A sound journal that was closed properly."""
    with open_journal(path) as journal:
        journal.begin_drive(**A_DRIVE)
        for number in range(alerts):
            journal.record_alert(an_alert(float(number)))
        journal.end_drive("shutdown")


def times(path: Path) -> list[float]:
    return [alert["t"] for alert in rows(path, "alerts")]


def verdict(path: Path) -> str:
    with database(path) as reader:
        return str(reader.execute("PRAGMA quick_check").fetchone()[0])


def process(story: str, *arguments: object) -> list[str]:
    """The command that plays a story of `journal_processes`."""
    return [sys.executable, "-m", "tests.outputs.journal_processes", story, *map(str, arguments)]


def report_of(command: list[str], **options: Any) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


# Killed


def test_no_acknowledged_alert_is_lost_when_the_service_is_killed(path: Path) -> None:
    """Three runs on the same file, each killed in the middle of writing."""
    chance = random.Random(2026)
    for session in ("first", "second", "third"):
        with subprocess.Popen(process("to_be_killed", path, session), stdout=subprocess.PIPE, text=True) as service:
            assert service.stdout is not None
            said = [service.stdout.readline() for _ in range(chance.randint(20, 200))]
            service.kill()
            said += service.stdout.read().splitlines(keepends=True)
            assert service.wait() == -signal.SIGKILL
        acknowledged = [float(line) for line in said if line.endswith("\n")]
        with database(path) as reader:
            query = "SELECT t FROM alerts JOIN drives ON drives.id = drive_id WHERE session = ? ORDER BY alerts.id"
            stored = [t for (t,) in reader.execute(query, (session,))]
        assert stored[: len(acknowledged)] == acknowledged
        assert len(stored) <= len(acknowledged) + 2  # one on its way to the disk, one whose number was not read
        assert verdict(path) == "ok"
    with open_journal(path):
        assert [drive["end_reason"] for drive in rows(path, "drives")] == ["unclean"] * 3
    assert not list(path.parent.glob("*.corrupt-*"))


# Full

MOUNT = ("unshare", "--map-root-user", "--mount", "sh", "-c", 'mount -t tmpfs -o size=2m tmpfs "$0" && exec "$@"')


def may_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*MOUNT, str(folder), "true"], capture_output=True, check=False).returncode == 0


def check_that_nothing_was_lost(report: dict[str, Any]) -> None:
    assert report["acknowledged"][0] is True
    assert report["acknowledged"][-1] is False
    assert report["during"]["status"] == "degraded"
    assert report["during"]["reason"] in ("database or disk is full", "disk I/O error", "File too large")
    assert report["during"]["backlog"] > 0
    assert report["recovered"]
    assert report["stored"] == [float(number) for number in range(60)]
    assert report["after"]["lost"] == 0
    assert report["after"]["quarantined"] is None


def test_a_full_disk_delays_the_journal_and_loses_nothing(tmp_path: Path) -> None:
    """On a file system of 2 MiB that only this process sees."""
    if not may_mount(tmp_path):
        pytest.skip("this user may not mount a file system of its own")
    check_that_nothing_was_lost(report_of([*MOUNT, str(tmp_path), *process("disk_full", tmp_path)]))


def test_a_disk_that_is_full_at_the_start_delays_the_journal_and_loses_nothing(tmp_path: Path) -> None:
    if not may_mount(tmp_path):
        pytest.skip("this user may not mount a file system of its own")
    report = report_of([*MOUNT, str(tmp_path), *process("disk_full_at_start", tmp_path)])
    assert report["acknowledged"] is False
    assert report["during"]["status"] == "degraded"
    assert "another instance" not in report["during"]["reason"]
    assert report["recovered"]
    assert report["stored"] == [7.0]


def test_a_file_that_may_not_grow_delays_the_journal_and_loses_nothing(tmp_path: Path) -> None:
    check_that_nothing_was_lost(report_of(process("file_may_not_grow", tmp_path)))


# Not writable


@pytest.mark.parametrize("what", ["the file", "the directory"])
def test_a_read_only_journal_is_a_degraded_state_that_passes(path: Path, what: str) -> None:
    filled(path, 3)
    target = path if what == "the file" else path.parent
    if what == "the directory":
        Path(f"{path}.lock").unlink()
    target.chmod(0o500)
    try:
        report = report_of(process("read_only", path, target), preexec_fn=without_root_privileges)
    finally:
        target.chmod(0o700)
    assert report["acknowledged"] is False
    assert report["during"]["status"] == "degraded"
    assert re.search(r"journal\.db: may not be written to|journal\.db\.lock: Permission denied", report["during"]["reason"])
    assert report["recovered"]
    assert times(path) == [0.0, 1.0, 2.0, 100.0]
    assert not list(path.parent.glob("*.corrupt-*"))


def test_a_directory_in_place_of_the_journal_holds_nobody_up(path: Path) -> None:
    path.mkdir()
    with open_journal(path, retry_delays_s=QUICKLY) as journal:
        journal.begin_drive(**A_DRIVE)
        assert not journal.record_alert(an_alert(1.0)).wait(60.0)
        assert journal.health().status == "degraded"
        reason = str(journal.health().reason)
        assert str(path) in reason or "unable to open" in reason
        path.rmdir()
        assert wait_for(lambda: journal.health().backlog == 0)
    assert times(path) == [1.0]


def test_a_journal_that_never_comes_back_forgets_the_oldest_alerts_and_counts_them(path: Path) -> None:
    path.mkdir()
    journal = Journal(path, retry_delays_s=(3600.0,))
    journal.begin_drive(**A_DRIVE)
    for number in range(BACKLOG_LIMIT + 50):
        journal.record_alert(an_alert(float(number)))
    assert journal.health().backlog == BACKLOG_LIMIT
    assert journal.health().lost == 51  # the start of the drive is kept, so one alert more had to go
    path.rmdir()
    assert journal.close(PATIENCE_S)
    assert times(path) == [float(number) for number in range(51, BACKLOG_LIMIT + 50)]
    assert rows(path, "drives")[0]["session"] == A_DRIVE["session"]


def test_what_cannot_be_written_even_at_the_end_is_counted_as_lost(path: Path) -> None:
    path.mkdir()
    journal = Journal(path, retry_delays_s=(3600.0,))
    ticket = journal.record_alert(an_alert())
    assert journal.close(PATIENCE_S)
    assert not ticket.acknowledged
    assert journal.health().lost == 1


def test_another_program_that_holds_the_file_is_waited_for(path: Path) -> None:
    filled(path, 1)
    with open_journal(path, retry_delays_s=QUICKLY) as journal, database(path) as intruder:
        intruder.execute("BEGIN IMMEDIATE")
        late = journal.record_alert(an_alert(1.0))
        assert not late.wait(0.02)
        intruder.execute("ROLLBACK")
        assert late.wait(PATIENCE_S)
    assert times(path) == [0.0, 1.0]


# Damaged


def overwrite_page(path: Path, number: int) -> None:
    """Page `number`, from 1, becomes noise."""
    with path.open("r+b") as file:
        file.seek((number - 1) * PAGE)
        file.write(random.Random(number).randbytes(PAGE))


def root_page(path: Path, table: str) -> int:
    with database(path) as reader:
        (page,) = reader.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
    return int(page)


def set_aside(path: Path) -> list[Path]:
    return sorted(other for other in path.parent.glob("journal.db.corrupt-*") if not other.name.endswith(("-wal", "-shm")))


def no_database(path: Path) -> None:
    path.write_bytes(b"This is not a database. " * 1000)


def a_destroyed_header(path: Path) -> None:
    filled(path)
    overwrite_page(path, 1)


def a_header_destroyed_behind_its_name(path: Path) -> None:
    """Its first bytes say that it is a database, and the number that says whose is noise: no other program's for all that."""
    filled(path)
    with path.open("r+b") as file:
        file.seek(16)
        file.write(random.Random(1).randbytes(PAGE - 16))


def a_destroyed_table(path: Path) -> None:
    filled(path)
    overwrite_page(path, root_page(path, "alerts"))


def a_page_destroyed_when_the_power_failed(path: Path) -> None:
    """The file is damaged where nothing looks by chance, and the drive in it has no end."""
    with open_journal(path) as journal:
        journal.begin_drive(**A_DRIVE)
        for number in range(200):
            journal.record_alert(an_alert(float(number)))
    overwrite_page(path, path.stat().st_size // PAGE - 1)


@pytest.mark.parametrize(
    "damage",
    [
        no_database,
        a_destroyed_header,
        a_header_destroyed_behind_its_name,
        a_destroyed_table,
        a_page_destroyed_when_the_power_failed,
    ],
)
def test_a_damaged_journal_is_set_aside_and_a_new_one_begun(path: Path, damage: Callable[[Path], None]) -> None:
    damage(path)
    content = path.read_bytes()
    with open_journal(path) as journal:
        journal.begin_drive(**A_DRIVE)
        assert journal.record_alert(an_alert(1000.0)).wait(PATIENCE_S)
        (aside,) = set_aside(path)
        assert journal.health().status == "ok"
        assert journal.health().quarantined == str(aside)
    assert len(aside.read_bytes()) == len(content)
    assert times(path) == [1000.0]
    assert verdict(path) == "ok"
    assert rows(path, "drives")[0]["session"] == A_DRIVE["session"]


def test_only_the_newest_damaged_files_are_kept(path: Path) -> None:
    for number in range(KEPT_QUARANTINES + 2):
        path.write_bytes(b"damaged %d " % number * 1000)
        with open_journal(path):
            pass
    assert len(set_aside(path)) == KEPT_QUARANTINES
    contents = sorted(aside.read_bytes()[:9] for aside in set_aside(path))
    assert contents == [b"damaged 2", b"damaged 3", b"damaged 4"]


def test_the_log_goes_with_the_file_it_belongs_to(path: Path) -> None:
    no_database(path)
    Path(f"{path}-wal").write_bytes(b"a log")
    with open_journal(path):
        (aside,) = set_aside(path)
        assert Path(f"{aside}-wal").read_bytes() == b"a log"


@pytest.mark.parametrize(
    ("code", "trouble"),
    [
        (sqlite3.SQLITE_CORRUPT, Trouble.DAMAGED),
        (sqlite3.SQLITE_CORRUPT_VTAB, Trouble.DAMAGED),
        (sqlite3.SQLITE_NOTADB, Trouble.DAMAGED),
        (sqlite3.SQLITE_FULL, Trouble.FULL),
        (sqlite3.SQLITE_READONLY, Trouble.UNAVAILABLE),
        (sqlite3.SQLITE_READONLY_DBMOVED, Trouble.UNAVAILABLE),
        (sqlite3.SQLITE_IOERR_FSYNC, Trouble.UNAVAILABLE),
        (sqlite3.SQLITE_CANTOPEN, Trouble.UNAVAILABLE),
        (sqlite3.SQLITE_BUSY, Trouble.UNAVAILABLE),
        (sqlite3.SQLITE_LOCKED, Trouble.UNAVAILABLE),
        (sqlite3.SQLITE_CONSTRAINT_NOTNULL, Trouble.REJECTED),
    ],
)
def test_only_damage_moves_a_file_away(code: int, trouble: Trouble) -> None:
    error = sqlite3.DatabaseError("of SQLite")
    error.sqlite_errorcode = code
    assert classify(error) is trouble


def test_a_limit_that_sqlite_takes_for_a_broken_disk_is_told_as_what_it_is(path: Path) -> None:
    """As of quotas: SQLite says "disk I/O error" of both. In a process of its own, whose files may have no more than 64 KiB."""
    program = (
        "import resource, sqlite3, sys\nfrom pathlib import Path\n"
        "from dms.outputs.journal.recovery import classify, look_closer\n"
        "path = Path(sys.argv[1])\ndatabase = sqlite3.connect(path, isolation_level=None)\n"
        "database.execute('PRAGMA journal_mode = WAL')\ndatabase.execute('CREATE TABLE t (body BLOB)')\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))\n"
        "try:\n    database.execute('INSERT INTO t VALUES (zeroblob(200000))')\n"
        "except sqlite3.Error as error:\n    seen = look_closer(error, path)\n"
        "    print(error, '|', seen.strerror, '|', classify(seen))"
    )
    said = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True).stdout
    assert said == "disk I/O error | File too large | Trouble.FULL\n"
    assert not [*path.parent.glob("*.trial")]


def test_an_error_of_the_disk_itself_stays_one(path: Path) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_WRITE
    assert look_closer(error, path) is error


def test_no_thread_is_left_behind_by_a_journal_that_was_never_well(path: Path) -> None:
    path.mkdir()
    assert Journal(path).close(PATIENCE_S)
    assert not any(thread.name == "dms-journal" for thread in threading.enumerate())


def test_what_seems_damaged_and_is_sound_stays_where_it_is(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a read that failed: SQLite takes what it did not get for damage."""
    error = sqlite3.DatabaseError("database disk image is malformed")
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT

    def fail(store: JournalStore, records: object) -> None:
        raise error

    journal = Journal(path, retry_delays_s=(0.05,))
    journal.begin_drive(**A_DRIVE).wait(PATIENCE_S)
    with monkeypatch.context() as failing:
        failing.setattr(JournalStore, "write", fail)
        assert not journal.record_alert(an_alert(1.0)).wait(PATIENCE_S)
        assert journal.health().reason == "database disk image is malformed"
    assert wait_for(lambda: journal.health().backlog == 0 and journal.health().status == "ok")
    assert journal.health().quarantined is None
    journal.close()
    assert [alert["t"] for alert in rows(path, "alerts")] == [1.0]
    assert list(path.parent.glob("*.corrupt-*")) == []


def test_a_file_system_that_does_not_answer_a_look_ends_no_thread(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(store: JournalStore) -> bool:
        raise OSError(errno.EIO, "Input/output error", str(path))

    journal = Journal(path, retry_delays_s=(0.05,))
    journal.begin_drive(**A_DRIVE).wait(PATIENCE_S)
    with monkeypatch.context() as failing:
        failing.setattr(JournalStore, "is_still_there", fail)
        assert not journal.record_alert(an_alert(1.0)).wait(PATIENCE_S)
    assert wait_for(lambda: journal.health().backlog == 0 and journal.health().status == "ok")
    assert journal.thread.failure is None
    assert journal.close()
