"""The journal in ordinary life: drives, alerts, tickets, two instances, a newer version, retention."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import asdict
from sqlalchemy import create_engine

from dms.errors import ConfigurationError
from dms.outputs.instance_lock import AlreadyRunningError
from dms.outputs.journal import Journal, Retention
from dms.outputs.journal.retention import prune
from dms.outputs.journal.store import LONG_LOG_BYTES
from tests.outputs.journal_examples import A_DRIVE, database, open_journal, rows, wait_for
from tests.outputs.output_examples import PATIENCE_S, an_alert

UTC_NS = 1_795_253_400_000_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    journal = Journal(path, utc_ns=lambda: UTC_NS)
    yield journal
    journal.close(PATIENCE_S)


def test_a_drive_and_its_alerts_stand_in_the_journal_with_what_decided_them(journal: Journal, path: Path) -> None:
    journal.begin_drive(**A_DRIVE)
    assert journal.record_alert(an_alert(12.3, eyes_closed_s=1.5, speed_kph=None)).wait(PATIENCE_S)
    ended = journal.end_drive("shutdown")
    assert ended is not None
    assert ended.wait(PATIENCE_S)
    (drive,) = rows(path, "drives")
    assert {name: drive[name] for name in A_DRIVE} == A_DRIVE
    assert drive["started_utc_ns"] == UTC_NS
    assert drive["end_reason"] == "shutdown"
    assert drive["ended_mono_ns"] > drive["started_mono_ns"]
    assert drive["boot_id"] == Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    (alert,) = rows(path, "alerts")
    assert alert == {
        "id": 1,
        "drive_id": drive["id"],
        "utc_ns": UTC_NS,
        "t": 12.3,
        "kind": "fatigue.microsleep",
        "level": "warning",
        "phase": "raise",
        "onset": 12.3 - 1.5,
        "rule": "microsleep",
        "pack": "default",
        "cause": '{"eyes_closed_s":1.5,"speed_kph":null}',
    }


def test_an_acknowledged_alert_can_be_read_at_once_by_anyone(journal: Journal, path: Path) -> None:
    journal.begin_drive(**A_DRIVE)
    for number in range(1, 21):
        assert journal.record_alert(an_alert(float(number))).wait(PATIENCE_S)
        assert len(rows(path, "alerts")) == number


def test_alerts_keep_their_order_when_they_come_faster_than_the_disk(journal: Journal, path: Path) -> None:
    journal.begin_drive(**A_DRIVE)
    tickets = [journal.record_alert(an_alert(float(number))) for number in range(500)]
    assert all(ticket.wait(PATIENCE_S) for ticket in tickets)
    assert [alert["t"] for alert in rows(path, "alerts")] == [float(number) for number in range(500)]


def test_an_alert_before_the_first_drive_is_kept_too(journal: Journal, path: Path) -> None:
    assert journal.record_alert(an_alert()).wait(PATIENCE_S)
    assert rows(path, "alerts")[0]["drive_id"] is None


def test_a_new_drive_ends_the_one_before(journal: Journal, path: Path) -> None:
    journal.begin_drive(**A_DRIVE)
    journal.begin_drive(**A_DRIVE)
    assert journal.record_alert(an_alert()).wait(PATIENCE_S)
    first, second = rows(path, "drives")
    assert (first["end_reason"], second["end_reason"]) == ("superseded", None)
    assert rows(path, "alerts")[0]["drive_id"] == second["id"]


def test_a_summary_belongs_to_its_drive(journal: Journal, path: Path) -> None:
    with pytest.raises(ValueError, match="none has begun"):
        journal.record_summary("drive", 0.0, 10.0, {})
    journal.begin_drive(**A_DRIVE)
    assert journal.record_summary("five_minutes", 0.0, 300.0, {"eyes_on_road": 0.93}).wait(PATIENCE_S)
    (summary,) = rows(path, "summaries")
    assert (summary["kind"], summary["end"], summary["body"]) == ("five_minutes", 300.0, '{"eyes_on_road":0.93}')


def test_the_sum_of_a_drive_that_goes_on_takes_the_place_of_the_one_before(journal: Journal, path: Path) -> None:
    for session in ("first", "second"):
        journal.begin_drive(**{**A_DRIVE, "session": session})
        for end in (300.0, 600.0):
            journal.record_summary("period", end - 300.0, end, {})
            ticket = journal.record_summary("drive", 0.0, end, {"end": end}, replacing=True)
    assert ticket.wait(PATIENCE_S)
    kept = [(summary["drive_id"], summary["kind"], summary["end"]) for summary in rows(path, "summaries")]
    assert kept == [(drive, *rest) for drive in (1, 2) for rest in (("period", 300.0), ("period", 600.0), ("drive", 600.0))]


def test_an_untrusted_clock_leaves_the_time_unknown(path: Path) -> None:
    with open_journal(path, utc_ns=lambda: None) as journal:
        journal.begin_drive(**A_DRIVE)
        assert journal.record_alert(an_alert()).wait(PATIENCE_S)
    assert rows(path, "alerts")[0]["utc_ns"] is None
    assert rows(path, "drives")[0]["started_utc_ns"] is None


def test_closing_writes_everything_and_folds_the_log_into_the_file(path: Path) -> None:
    journal = Journal(path)
    journal.begin_drive(**A_DRIVE)
    for number in range(50):
        journal.record_alert(an_alert(float(number)))
    assert journal.close(PATIENCE_S)
    assert journal.close(PATIENCE_S)
    assert not Path(f"{path}-wal").exists()
    assert len(rows(path, "alerts")) == 50
    assert not any(thread.name == "dms-journal" for thread in threading.enumerate())
    assert not journal.record_alert(an_alert()).wait(0.0)


def test_every_commit_is_flushed_to_the_disk(journal: Journal, path: Path) -> None:
    """The settings that survive a power cut; those of a connection can only be asked of the writer's own."""
    from dms.outputs.journal.store import JournalStore

    with database(path) as reader:
        assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert reader.execute("PRAGMA auto_vacuum").fetchone() == (2,)
    store = JournalStore(path.with_name("other.db"), Retention(), None)
    try:
        settings = {name: store.setting(name) for name in ("synchronous", "foreign_keys", "journal_size_limit")}
    finally:
        store.close()
    assert settings == {"synchronous": 2, "foreign_keys": 1, "journal_size_limit": 4_194_304}


def test_the_state_of_the_journal_is_told_for_the_health_report(journal: Journal, path: Path) -> None:
    journal.begin_drive(**A_DRIVE).wait(PATIENCE_S)
    health = journal.health()
    assert asdict(health) | {"size_bytes": 0} == {
        "status": "ok",
        "reason": None,
        "path": str(path),
        "size_bytes": 0,
        "written": 1,
        "backlog": 0,
        "lost": 0,
        "quarantined": None,
        "sqlite": sqlite3.sqlite_version,
        "set_aside": (),
    }
    assert health.size_bytes > 0


def test_a_second_writer_is_refused(journal: Journal, path: Path) -> None:
    with pytest.raises(AlreadyRunningError, match=f"journal {path} is in use by another instance"):
        Journal(path)
    assert journal.begin_drive(**A_DRIVE).wait(PATIENCE_S)


def changed(path: Path, statement: str) -> bytes:
    """The file after `statement`."""
    with database(path) as writer:
        writer.execute(statement)
    return path.read_bytes()


def test_a_file_of_another_program_is_left_untouched(path: Path) -> None:
    with open_journal(path):
        pass
    before = changed(path, "PRAGMA application_id = 7")
    with pytest.raises(ConfigurationError, match="a SQLite database of another program") as caught:
        Journal(path)
    assert str(path) in str(caught.value)
    assert path.read_bytes() == before
    assert sorted(other.name for other in path.parent.iterdir()) == ["journal.db", "journal.db.lock"]


def test_a_database_that_does_not_say_whose_it_is_is_left_alone_as_well(path: Path) -> None:
    before = changed(path, "CREATE TABLE contacts (name TEXT)")
    with pytest.raises(ConfigurationError, match="a SQLite database of another program"):
        Journal(path)
    assert path.read_bytes() == before


def test_an_empty_file_becomes_a_journal(path: Path) -> None:
    path.touch()
    with open_journal(path) as journal:
        assert journal.begin_drive(**A_DRIVE).wait(PATIENCE_S)


def test_a_drive_cut_short_is_marked_at_the_next_start(path: Path) -> None:
    with open_journal(path) as journal:
        journal.begin_drive(**A_DRIVE)
    with open_journal(path) as journal:
        journal.begin_drive(**A_DRIVE | {"session": "next"}).wait(PATIENCE_S)
        assert [drive["end_reason"] for drive in rows(path, "drives")] == ["unclean", None]


def test_a_journal_that_someone_deletes_is_begun_again(journal: Journal, path: Path) -> None:
    journal.begin_drive(**A_DRIVE)
    assert journal.record_alert(an_alert(1.0)).wait(PATIENCE_S)
    for companion in ("", "-wal", "-shm"):
        Path(f"{path}{companion}").unlink()
    assert journal.record_alert(an_alert(2.0)).wait(PATIENCE_S)
    assert [alert["t"] for alert in rows(path, "alerts")] == [2.0]
    assert rows(path, "drives")[0]["session"] == A_DRIVE["session"]


def test_a_record_that_cannot_be_stored_does_not_hold_up_the_others(journal: Journal, path: Path) -> None:
    journal.begin_drive(**A_DRIVE)
    good, bad, good_too = (journal.record_alert(an_alert(t)) for t in (1.0, float("nan"), 3.0))
    assert (good.wait(PATIENCE_S), bad.wait(PATIENCE_S), good_too.wait(PATIENCE_S)) == (True, False, True)
    assert [alert["t"] for alert in rows(path, "alerts")] == [1.0, 3.0]
    assert wait_for(lambda: journal.health().lost == 1)
    assert journal.health().status == "ok"


def test_a_waiting_caller_is_not_kept_longer_than_it_asked(path: Path) -> None:
    """While a reader in the middle of a checkpoint holds the file, the alert goes out as not journalled, and is stored later."""
    with open_journal(path) as journal:
        journal.begin_drive(**A_DRIVE).wait(PATIENCE_S)
        with database(path) as intruder:
            intruder.execute("BEGIN IMMEDIATE")
            ticket = journal.record_alert(an_alert())
            assert not ticket.wait(0.02)
            intruder.execute("ROLLBACK")
        assert ticket.wait(PATIENCE_S)


def age_in_days(days: float) -> Any:
    return lambda: UTC_NS - int(days * 86_400e9)


def test_what_is_older_than_the_retention_goes_and_the_rest_stays(path: Path) -> None:
    for days in (400, 20, 1):
        with open_journal(path, utc_ns=age_in_days(days)) as journal:
            journal.begin_drive(**A_DRIVE | {"session": f"{days} days ago"})
            journal.record_alert(an_alert(float(days)))
            journal.record_summary("drive", 0.0, float(days), {})
            journal.end_drive("shutdown")
    with open_journal(path, Retention(max_age_days=30.0), utc_ns=age_in_days(0)) as journal:
        assert wait_for(lambda: len(rows(path, "drives")) == 2)
        journal.begin_drive(**A_DRIVE)
    assert [alert["t"] for alert in rows(path, "alerts")] == [20.0, 1.0]
    assert [summary["end"] for summary in rows(path, "summaries")] == [20.0, 1.0]


def test_alerts_of_today_stay_although_the_clock_was_a_year_behind_when_they_were_written(path: Path) -> None:
    """As without a battery, until a satellite or the network tells the time; and what came before an old alert is older still."""
    written_days_ago = (None, -365, 60, 50, 20, 365, -365, None, 0)
    for number, days in enumerate(written_days_ago):
        clock = age_in_days(days) if days is not None else lambda: None
        with open_journal(path, Retention(max_age_days=1e4), utc_ns=clock) as journal:
            journal.begin_drive(**A_DRIVE)
            journal.record_alert(an_alert(float(number)))
            journal.end_drive("shutdown")
    with open_journal(path, Retention(max_age_days=30.0), utc_ns=age_in_days(0)):
        assert wait_for(lambda: [alert["t"] for alert in rows(path, "alerts")] == [4.0, 5.0, 6.0, 7.0, 8.0])


def test_a_start_with_a_clock_that_is_years_ahead_deletes_nothing_at_once(path: Path) -> None:
    with open_journal(path, utc_ns=age_in_days(0)) as journal:
        journal.begin_drive(**A_DRIVE)
        journal.record_alert(an_alert(1.0))
        journal.end_drive("shutdown")
    with open_journal(path, Retention(max_age_days=30.0), utc_ns=age_in_days(-1500)) as journal:
        assert journal.begin_drive(**A_DRIVE).wait(PATIENCE_S)
        ticket = journal.record_alert(an_alert(2.0))  # after it there has been a look
        assert ticket.wait(PATIENCE_S)
    assert [alert["t"] for alert in rows(path, "alerts")] == [1.0, 2.0]


def test_an_untrusted_clock_deletes_nothing(path: Path) -> None:
    with open_journal(path, utc_ns=age_in_days(400)) as journal:
        journal.begin_drive(**A_DRIVE)
        journal.record_alert(an_alert())
        journal.end_drive("shutdown")
    with open_journal(path, Retention(max_age_days=30.0), utc_ns=lambda: None) as journal:
        assert journal.begin_drive(**A_DRIVE).wait(PATIENCE_S)
    assert len(rows(path, "alerts")) == 1


def page_count(path: Path) -> int:
    """Pages of 4 KiB, as a reader sees them before the log is folded into the file."""
    with database(path) as reader:
        (pages,) = reader.execute("PRAGMA page_count").fetchone()
    return int(pages)


def test_a_journal_that_grows_too_large_lets_its_oldest_alerts_go_and_shrinks(path: Path) -> None:
    long_story = "x" * 8000
    with open_journal(path, Retention(max_size_mib=64.0)) as journal:
        journal.begin_drive(**A_DRIVE)
        for number in range(400):
            ticket = journal.record_alert(an_alert(float(number), story=long_story))
            if number % 100 == 99:
                assert ticket.wait(PATIENCE_S)
        journal.end_drive("shutdown")
    assert path.stat().st_size > 2_000_000
    with open_journal(path, Retention(max_size_mib=1.0)):
        assert wait_for(lambda: page_count(path) <= 256)
    kept = [alert["t"] for alert in rows(path, "alerts")]
    assert kept == [float(number) for number in range(400 - len(kept), 400)]
    assert path.stat().st_size <= 1024 * 1024
    assert path.stat().st_size > 700_000


def test_at_its_size_limit_the_journal_makes_room_and_goes_on(path: Path) -> None:
    """Writing runs into SQLite's own limit between two rounds of housekeeping."""
    with open_journal(path, Retention(max_size_mib=1.0)) as journal:
        journal.begin_drive(**A_DRIVE)
        for number in range(900):
            ticket = journal.record_alert(an_alert(float(number), story="x" * 8000))
            if number % 100 == 99:
                assert ticket.wait(PATIENCE_S)
        assert journal.health().lost == 0
        assert path.stat().st_size <= Retention(max_size_mib=1.0).hard_limit_bytes
        assert Path(f"{path}-wal").stat().st_size <= 2 * LONG_LOG_BYTES
    assert rows(path, "alerts")[-1]["t"] == 899.0
    assert rows(path, "alerts")[0]["t"] > 0.0


@pytest.mark.parametrize("replaced", ["the folder", "the lock"])
def test_a_journal_whose_folder_or_lock_was_replaced_keeps_others_away_again(path: Path, replaced: str) -> None:
    place = path.parent / "state" / path.name
    with open_journal(place, retry_delays_s=[0.05]) as journal:
        journal.begin_drive(**A_DRIVE)
        assert journal.record_alert(an_alert(1.0)).wait(PATIENCE_S)
        if replaced == "the folder":
            place.parent.rename(place.parent.with_name("state.old"))
            place.parent.mkdir()
        else:
            place.with_name(f"{place.name}.lock").unlink()
        assert journal.record_alert(an_alert(2.0)).wait(PATIENCE_S)
        with pytest.raises(AlreadyRunningError, match="is in use by another instance"):
            Journal(place)
        assert journal.record_alert(an_alert(3.0)).wait(PATIENCE_S)
        assert journal.health().status == "ok"
    assert [alert["t"] for alert in rows(place, "alerts")][-2:] == [2.0, 3.0]


def test_a_journal_gives_way_to_another_that_took_the_place_of_its_own(path: Path) -> None:
    place = path.parent / "state" / path.name
    with open_journal(place, retry_delays_s=[0.05]) as journal:
        assert journal.record_alert(an_alert(1.0)).wait(PATIENCE_S)
        place.parent.rename(place.parent.with_name("state.old"))
        with open_journal(place) as other:
            assert not journal.record_alert(an_alert(2.0)).wait(PATIENCE_S)
            assert "in use by another instance" in str(journal.health().reason)
            assert other.record_alert(an_alert(3.0)).wait(PATIENCE_S)
        assert wait_for(lambda: journal.health().status == "ok")
    assert [alert["t"] for alert in rows(place, "alerts")] == [3.0, 2.0]


def test_housekeeping_costs_no_more_in_a_journal_of_a_hundred_thousand_alerts(path: Path) -> None:
    """An alert waits behind it: what it reads may not grow with what is kept."""
    with open_journal(path) as journal:
        assert journal.record_alert(an_alert(0.0)).wait(PATIENCE_S)
    with database(path) as connection, connection:
        copied = "drive_id, utc_ns, t, kind, level, phase, onset, rule, pack, cause"
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)"
        connection.execute(f"INSERT INTO alerts ({copied}) {numbers} SELECT {copied} FROM n, (SELECT * FROM alerts LIMIT 1)")
    engine = create_engine(f"sqlite:///{path}")
    steps: list[int] = []
    with engine.connect() as opened, opened.begin():
        driver = opened.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.set_progress_handler(lambda: steps.append(1), 100)
        assert prune(opened, Retention(max_size_mib=0.1), None, batch_rows=10)
        driver.set_progress_handler(None, 0)
    engine.dispose()
    assert len(steps) < 100, "ten thousand steps of SQLite, where reading all rows takes half a million"
