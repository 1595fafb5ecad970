"""Reading the journal: beside the service, without its permissions, and what is not a journal."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from dms.errors import DmsError
from dms.outputs.journal.reader import JournalReader
from dms.types import AlertKind
from dms.wall_clock import utc_from_text
from tests.outputs.journal_examples import A_DRIVE, database, open_journal, without_root_privileges
from tests.outputs.output_examples import PATIENCE_S, an_alert


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def test_reading_works_while_the_service_writes(path: Path) -> None:
    with open_journal(path) as journal:
        journal.begin_drive(**A_DRIVE)
        for number in range(10):
            assert journal.record_alert(an_alert(float(number))).wait(PATIENCE_S)
            with JournalReader(path) as reader:
                assert [alert["t"] for alert in reader.alerts()] == [float(t) for t in range(number + 1)]


def test_a_reader_that_is_slow_does_not_hold_up_the_service(path: Path) -> None:
    with open_journal(path) as journal:
        journal.begin_drive(**A_DRIVE)
        for number in range(600):
            journal.record_alert(an_alert(float(number)))
        assert journal.record_alert(an_alert(600.0)).wait(PATIENCE_S)
        with JournalReader(path) as reader:
            slow = reader.alerts()
            assert next(slow)["t"] == 0.0
            assert journal.record_alert(an_alert(601.0)).wait(PATIENCE_S)
            assert [alert["t"] for alert in slow][-1] == 600.0


def test_entries_are_objects_of_the_wire_format_with_time_and_session(path: Path) -> None:
    utc = "2026-11-21T09:30:00.000000Z"
    with open_journal(path, utc_ns=lambda: utc_from_text(utc)) as journal:
        journal.record_alert(an_alert(0.5, AlertKind.SYSTEM_FAULT, reason="no camera"))
        journal.begin_drive(**A_DRIVE)
        journal.record_alert(an_alert(12.0))
    with JournalReader(path) as reader:
        fault, microsleep = reader.alerts()
        (drive,) = reader.drives()
    assert fault["session"] is None
    assert microsleep == {
        "topic": "alert",
        "t": 12.0,
        "kind": "fatigue.microsleep",
        "level": "warning",
        "phase": "raise",
        "onset": 10.5,
        "rule": "microsleep",
        "pack": "default",
        "cause": {"eyes_closed_s": 1.5},
        "utc": utc,
        "session": A_DRIVE["session"],
        "id": 2,
        "drive_id": 1,
    }
    assert drive["started_utc"] == utc
    assert (drive["ended_utc"], drive["end_reason"]) == (None, None)


def read_without_write_permission(path: Path) -> str:
    """What a user reads who may write neither to the journal nor beside it."""
    program = "import sys; from pathlib import Path; from dms.outputs.journal.reader import JournalReader; "
    program += "print([alert['t'] for alert in JournalReader(Path(sys.argv[1])).alerts()])"
    files = [path, *path.parent.glob("journal.db-*")]
    for file in files:
        file.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        command = [sys.executable, "-c", program, str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False, preexec_fn=without_root_privileges)
    finally:
        path.parent.chmod(0o755)
        for file in files:
            file.chmod(0o644)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_user_who_may_only_read_reads_a_journal_at_rest(path: Path) -> None:
    """Without a write-ahead log there is no index file to make, which this user would not be allowed to."""
    with open_journal(path) as journal:
        journal.record_alert(an_alert(3.0))
    assert read_without_write_permission(path) == "[3.0]"


def test_a_user_who_may_only_read_reads_along_while_the_service_writes(path: Path) -> None:
    with open_journal(path) as journal:
        assert journal.record_alert(an_alert(3.0)).wait(PATIENCE_S)
        assert read_without_write_permission(path) == "[3.0]"


def no_file(path: Path) -> None:
    return None


def a_directory(path: Path) -> None:
    path.mkdir()


def a_text(path: Path) -> None:
    path.write_text("hello, this is no database " * 100)


def an_empty_file(path: Path) -> None:
    path.touch()


def another_programs_database(path: Path) -> None:
    with database(path) as writer:
        writer.execute("CREATE TABLE contacts (name TEXT)")


def a_newer_journal(path: Path) -> None:
    with open_journal(path):
        pass
    with database(path) as writer:
        writer.execute("PRAGMA user_version = 42")


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (no_file, "no such journal"),
        (a_directory, "Is a directory"),
        (a_text, "cannot be read as a journal: file is not a database"),
        (an_empty_file, "not a dms journal yet"),
        (another_programs_database, "a SQLite database of another program"),
        (a_newer_journal, r"written by a newer dms \(journal version 42"),
    ],
)
def test_what_is_no_journal_is_one_clear_error(path: Path, make: object, complaint: str) -> None:
    assert callable(make)
    make(path)
    with pytest.raises(DmsError, match=complaint) as caught:
        JournalReader(path)
    assert str(caught.value).startswith(str(path))


def test_damage_met_while_reading_is_one_clear_error(path: Path) -> None:
    with open_journal(path) as journal:
        for number in range(900):
            journal.record_alert(an_alert(float(number)))
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(b"\xff" * 65536)
    with JournalReader(path) as reader, pytest.raises(DmsError, match="cannot be read as a journal"):
        list(reader.alerts())
