"""An older dms is put back, and the newer one comes back later: each writes what it knows, and nothing is lost on the way."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from dms.outputs.journal import Retention
from dms.outputs.journal.migrations import MIGRATIONS
from dms.outputs.journal.set_aside import journals_set_aside
from tests.outputs.journal_examples import A_DRIVE, database, open_journal, rows
from tests.outputs.output_examples import PATIENCE_S, an_alert

DAY_NS = 86_400 * 10**9
NOW_NS = 1_795_000_000 * 10**9


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


def a_drive(path: Path, session: str, *times: float) -> None:
    with open_journal(path) as journal:
        journal.begin_drive(**A_DRIVE | {"session": session})
        for t in times:
            journal.record_alert(an_alert(t))
        journal.record_summary("drive", 0.0, 9.0, {"of": session})
        journal.end_drive("shutdown")


def changed(path: Path, statement: str) -> bytes:
    """The file after `statement`."""
    with database(path) as writer:
        writer.execute(statement)
    return path.read_bytes()


def of_a_newer_dms(path: Path) -> bytes:
    return changed(path, "PRAGMA user_version = 99")


def set_aside_by_an_older_dms(path: Path, number: int = 1) -> Path:
    """As a dms that did not know this version would have left the journal."""
    aside = path.with_name(f"{path.name}.version-{len(MIGRATIONS)}-20261130T101112Z-{number}")
    return path.rename(aside)


def test_a_dms_that_was_put_back_sets_the_newer_journal_aside_whole_and_writes_one_of_its_own(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    a_drive(path, "newer", 1.0)
    before = of_a_newer_dms(path)
    with caplog.at_level(logging.INFO), open_journal(path) as journal:
        journal.begin_drive(**A_DRIVE)
        assert journal.record_alert(an_alert(2.0)).wait(PATIENCE_S)
        (aside,) = journals_set_aside(path)
        assert (aside.version, aside.path.read_bytes()) == (99, before)
        assert (journal.health().status, journal.health().set_aside) == ("ok", (str(aside.path),))
    told = [record.getMessage() for record in caplog.records]
    assert told == [f"{path} is of a newer dms (journal version 99): it is now {aside.path}, and one of this dms is begun"]
    assert [alert["t"] for alert in rows(path, "alerts")] == [2.0]
    with open_journal(path) as journal:
        assert journal.health().set_aside == (str(aside.path),)
    assert aside.path.read_bytes() == before


def test_a_journal_whose_version_stands_in_its_log_alone_takes_the_log_with_it(path: Path) -> None:
    """The newer dms was killed, and an older SQLite sees its version only once the log is read."""
    a_drive(path, "newer", 1.0)
    with closing(sqlite3.connect(path, isolation_level=None)) as killed:
        killed.execute("PRAGMA user_version = 99")
        content = [Path(f"{path}{companion}").read_bytes() for companion in ("", "-wal")]
    for companion, bytes_ in zip(("", "-wal"), content, strict=True):
        Path(f"{path}{companion}").write_bytes(bytes_)
    with open_journal(path) as journal:
        assert journal.record_alert(an_alert(2.0)).wait(PATIENCE_S)
    (aside,) = journals_set_aside(path)
    assert [drive["session"] for drive in rows(aside.path, "drives")] == ["newer"]
    assert [alert["t"] for alert in rows(path, "alerts")] == [2.0]


def test_the_newer_dms_makes_one_journal_of_what_it_wrote_and_what_the_older_one_wrote_meanwhile(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Twice an older one was put back. The order of ids is the order of events."""
    a_drive(path, "first", 1.0, 2.0)
    first = set_aside_by_an_older_dms(path)
    a_drive(path, "second", 3.0)
    second = set_aside_by_an_older_dms(path, 2)
    a_drive(path, "third", 4.0, 5.0)
    with open_journal(path) as journal:
        assert journal.record_alert(an_alert(6.0)).wait(PATIENCE_S)
        assert journal.health().set_aside == ()
    assert not first.exists()
    assert not second.exists()
    sessions = {drive["id"]: drive["session"] for drive in rows(path, "drives")}
    alerts = [(alert["t"], sessions.get(alert["drive_id"])) for alert in rows(path, "alerts")]
    assert alerts == [(1.0, "first"), (2.0, "first"), (3.0, "second"), (4.0, "third"), (5.0, "third"), (6.0, None)]
    assert [sessions[summary["drive_id"]] for summary in rows(path, "summaries")] == ["first", "second", "third"]
    assert sorted(other.name for other in path.parent.iterdir()) == ["journal.db", "journal.db.lock"]


def test_a_start_that_was_killed_between_the_two_names_goes_on_from_there(path: Path) -> None:
    a_drive(path, "first", 1.0)
    set_aside_by_an_older_dms(path)
    with open_journal(path):
        pass
    assert [alert["t"] for alert in rows(path, "alerts")] == [1.0]


def damaged(aside: Path) -> None:
    aside.write_bytes(b"no database " * 1000)


def being_read(aside: Path) -> None:
    reader = sqlite3.connect(aside, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM drives").fetchone()
    _readers.append(reader)


_readers: list[sqlite3.Connection] = []


@pytest.mark.parametrize(("trouble", "why"), [(damaged, "file is not a database"), (being_read, "it is being read by another")])
def test_what_cannot_be_joined_stays_where_it_is_and_is_told(
    path: Path, trouble: Callable[[Path], None], why: str, caplog: pytest.LogCaptureFixture
) -> None:
    a_drive(path, "first", 1.0)
    aside = set_aside_by_an_older_dms(path)
    a_drive(aside.with_name("journal.db"), "second", 2.0) if trouble is damaged else None
    trouble(aside)
    with open_journal(path) as journal:
        assert journal.record_alert(an_alert(3.0)).wait(PATIENCE_S)
        assert journal.health().set_aside == (str(aside),)
    assert f"{aside} cannot be joined with {path} and stays where it is: {why}" in caplog.text
    while _readers:
        _readers.pop().close()


def test_once_nothing_in_it_is_young_enough_any_more_it_goes_as_its_rows_would_have(path: Path) -> None:
    """One of them was set aside by a clock that was never set: of that one nobody can say how old it is."""
    aside, undated = (path.with_name(f"{path.name}.version-99-{stamp}") for stamp in ("20261118T110640Z-1", "19700101T000000Z-2"))
    undated.write_bytes(b"of a newer dms")
    aside.write_bytes(b"of a newer dms")  # NOW_NS
    now_ns = [NOW_NS + 364 * DAY_NS]
    with open_journal(path, Retention(max_age_days=365), utc_ns=lambda: now_ns[0]) as journal:
        assert journal.record_alert(an_alert(1.0)).wait(PATIENCE_S)
    assert aside.exists()
    now_ns[0] = NOW_NS + 366 * DAY_NS
    with open_journal(path, Retention(max_age_days=365), utc_ns=lambda: now_ns[0]) as journal:
        assert journal.record_alert(an_alert(3.0)).wait(PATIENCE_S)
    assert not aside.exists()
    assert undated.exists()
