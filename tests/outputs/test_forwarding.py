"""Store and forward: what was accepted arrives, in spite of absences, kills, full stores and bad disks."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dms.outputs.forwarding import store_file
from dms.outputs.forwarding.forwarder import Forwarder
from dms.outputs.forwarding.link import Link
from dms.outputs.forwarding.message import Message, MessageMaker, Rank
from dms.outputs.forwarding.store import MOST_IN_MEMORY, Store
from dms.outputs.forwarding.store_file import StoreFile
from dms.outputs.instance_lock import AlreadyRunningError
from tests.outputs.forwarding_examples import Carried, a_message, an_alert, at_once, wait_until
from tests.outputs.output_examples import PATIENCE_S

ROOT = Path(__file__).resolve().parents[2]


def forwarder_to(other_side: Carried, folder: Path, keep_mib: float = 1.0) -> Forwarder:
    maker = MessageMaker("run", lambda: None)
    return Forwarder(
        "test", "the other side", other_side.connect, maker, path=folder / "test.store", keep_mib=keep_mib, waits_s=at_once
    )


def test_what_waited_through_an_absence_arrives_once_and_in_order(tmp_path: Path) -> None:
    other_side = Carried()
    other_side.away = True
    forwarder = forwarder_to(other_side, tmp_path)
    messages = [a_message(number) for number in range(50)]
    for message in messages:
        forwarder.accept(message)
    wait_until(lambda: forwarder.link.why_down, "the absence is noticed")
    assert not forwarder.link.is_up
    assert forwarder.problem is None, "an absence of less than a minute is no fault: the messages are safe"
    other_side.away = False
    wait_until(lambda: len(other_side.arrived) == len(messages), "all arrive")
    forwarder.close()
    assert other_side.arrived == messages
    assert forwarder.link.reconnected == 1


def test_what_waits_at_the_end_of_a_run_arrives_in_the_next_with_its_own_ids(tmp_path: Path) -> None:
    other_side = Carried()
    other_side.away = True
    before = forwarder_to(other_side, tmp_path)
    before.accept(a_message(1))
    before.close()
    other_side.away = False
    after = forwarder_to(other_side, tmp_path)
    after.accept(Message("later-1", "alert", Rank.ALERT, b"{}"))
    wait_until(lambda: len(other_side.arrived) == 2, "both arrive")
    after.close()
    assert [each.id for each in other_side.arrived] == ["run-1", "later-1"]


def test_alerts_overtake_observations_that_piled_up_and_of_the_state_only_the_newest_is_told(tmp_path: Path) -> None:
    other_side = Carried()
    other_side.away = True
    forwarder = forwarder_to(other_side, tmp_path)
    for number in range(40):
        forwarder.accept(a_message(number, Rank.OBSERVATION))
    for number in range(3):
        forwarder.show(Message(f"state-{number}", "state", Rank.NOTE, b"{}"))
    forwarder.accept(a_message(99))
    other_side.away = False
    wait_until(lambda: len(other_side.arrived) == 42, "all arrive")
    forwarder.close()
    assert other_side.arrived[0].id == "run-99"
    assert [each.id for each in other_side.arrived if each.topic == "state"] == ["state-2"]


def test_after_a_reconnection_the_state_is_shown_again(tmp_path: Path) -> None:
    """The other side may have forgotten it: a broker without a disk does."""
    other_side = Carried()
    forwarder = forwarder_to(other_side, tmp_path)
    forwarder.show(Message("state-1", "state", Rank.NOTE, b"{}"))
    wait_until(lambda: other_side.arrived, "it is shown")
    other_side.away = True
    forwarder.accept(a_message(1))
    wait_until(lambda: forwarder.link.why_down, "the absence is noticed")
    other_side.away = False
    wait_until(lambda: len(other_side.arrived) == 3, "the alert and the state arrive")
    forwarder.close()
    assert [each.id for each in other_side.arrived] == ["state-1", "run-1", "state-1"]


def test_a_full_store_lets_observations_go_before_alerts_and_says_how_many(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other_side = Carried()
    other_side.away = True
    forwarder = forwarder_to(other_side, tmp_path, keep_mib=0.01)
    for number in range(40):
        forwarder.accept(a_message(number, Rank.OBSERVATION, size=200))
        forwarder.accept(a_message(number, Rank.ALERT, size=200))
    dropped = forwarder.store.dropped()
    assert dropped[Rank.OBSERVATION] == 40
    assert forwarder.problem is not None
    assert "messages dropped for want of room" in forwarder.problem
    assert "is full" in caplog.text
    other_side.away = False
    wait_until(lambda: not forwarder.store.waiting and not forwarder.store.dropped(), "all that was kept arrives")
    forwarder.close()
    told = json.loads(other_side.arrived[0].body)
    assert (told["topic"], told["dropped"]) == ("lost", {rank.name.lower(): count for rank, count in dropped.items()})
    alerts = [each for each in other_side.arrived if each.topic == "alert"]
    assert len(alerts) == 40 - dropped.get(Rank.ALERT, 0)
    assert alerts[-1] == a_message(39, Rank.ALERT, size=200), "of the alerts, the oldest went"


@settings(max_examples=20)  # each makes a file
@given(st.lists(st.tuples(st.sampled_from(Rank), st.integers(0, 400)), min_size=5, max_size=30))
def test_nothing_is_dropped_while_something_less_important_waits(
    tmp_path_factory: pytest.TempPathFactory, coming: list[tuple[Rank, int]]
) -> None:
    """Whatever comes in whatever order, and the bound holds."""
    path = tmp_path_factory.mktemp("store") / "x.store"
    store = StoreFile(path, most_bytes=2000)
    store._file.execute("PRAGMA synchronous = OFF")  # this is about order, and the disk's time is not
    dropped = 0
    for number, (rank, size) in enumerate(coming):
        for gone, count in store.add([a_message(number, rank, size)]).items():
            left = {each.message.rank for each in store.oldest(1000)}
            assert not left or gone <= min(left), "whatever is left is at least as important as what went"
            dropped += count
        assert store.bytes <= 2000
        assert store.count == len(store.oldest(1000))
    assert store.count + dropped == len(coming)
    store.close()


def test_a_kill_takes_nothing_that_was_accepted(tmp_path: Path) -> None:
    """Each number is told only after the store has it."""
    program = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from dms.outputs.forwarding.store import Store
        from tests.outputs.forwarding_examples import a_message
        store = Store(Path(sys.argv[1]), 16.0)
        number = 0
        while True:
            store.put(a_message(number))
            print(number, flush=True)
            number += 1
        """
    )
    path = tmp_path / "x.store"
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        for _ in range(100):
            process.stdout.readline()
        process.send_signal(signal.SIGKILL)
        accepted = 100 + len(process.stdout.readlines())
    store = Store(path, 16.0)
    assert store.waiting >= accepted
    found = store.oldest(accepted)
    store.close()
    assert [each.message for each in found] == [a_message(number) for number in range(accepted)]


def test_two_services_do_not_share_a_store(tmp_path: Path) -> None:
    store = Store(tmp_path / "x.store", 1.0)
    with pytest.raises(AlreadyRunningError, match=r"the store .*x\.store is in use by another instance"):
        Store(tmp_path / "x.store", 1.0)
    store.close()
    Store(tmp_path / "x.store", 1.0).close()


def test_a_damaged_store_is_moved_aside_and_another_one_begun(tmp_path: Path) -> None:
    path = tmp_path / "x.store"
    path.write_bytes(b"this is no database, and long enough for SQLite to see that " * 100)
    store = Store(path, 1.0)
    store.put(a_message(1))
    assert store.problem is None
    assert [each.message for each in store.oldest(9)] == [a_message(1)]
    store.close()
    (moved,) = tmp_path.glob("x.store.corrupt-*-1")
    assert moved.read_bytes().startswith(b"this is no database")


def deleted(folder: Path) -> None:
    shutil.rmtree(folder)


def moved(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


@pytest.mark.parametrize("what", [deleted, moved])
def test_a_store_that_is_moved_or_deleted_while_it_is_used_is_begun_anew_and_nothing_that_waits_is_lost(
    tmp_path: Path, what: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state" / "x.store"
    other_side = Carried()
    other_side.away = True
    forwarder = Forwarder(
        "test", "the other side", other_side.connect, MessageMaker("run"), path=path, keep_mib=0.01, waits_s=at_once
    )
    forwarder.accept(a_message(0, Rank.OBSERVATION, 9_000))
    for number in (1, 2):
        forwarder.accept(a_message(number))
    forwarder.accept(a_message(3, size=9_000))  # for which the first one goes
    what(path.parent)
    forwarder.accept(a_message(4))
    assert path.exists()
    assert f"the store {path} was moved or deleted and is begun anew with the 3 messages in it" in caplog.text
    assert forwarder.problem == f"{path} was moved or deleted, and is begun anew; 1 messages dropped for want of room; 4 wait"
    with pytest.raises(AlreadyRunningError):  # the lock lies where the file is now
        Store(path, 1.0)
    other_side.away = False
    wait_until(lambda: len(other_side.arrived) == 5, "all are carried")
    assert sorted(each.id for each in other_side.arrived if each.topic == "alert") == [f"run-{number}" for number in (1, 2, 3, 4)]
    forwarder.close()


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "contacts.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE contacts (name TEXT)")
    before = path.read_bytes()
    store = Store(path, 1.0)
    store.put(a_message(1))
    assert store.problem == f"{path}: a database of another program, which is left alone; give another path"
    store.close()
    assert path.read_bytes() == before


def test_a_store_of_a_newer_dms_is_set_aside_unchanged_and_taken_up_again_by_one_that_can_read_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "x.store"
    store = Store(path, 1.0)
    store.put(a_message(1))
    store.close()
    with closing(sqlite3.connect(path)) as newer:
        newer.execute("PRAGMA user_version = 2")
    before = path.read_bytes()

    store = Store(path, 1.0)  # dms was put back
    store.put(a_message(2))
    assert store.problem is None
    assert [each.message for each in store.oldest(9)] == [a_message(2)]
    store.close()
    (aside,) = tmp_path.glob("x.store.version-2-*")
    assert aside.read_bytes() == before
    assert f"the store {path} is of a newer dms, which finds what waits in it as {aside}" in caplog.text

    monkeypatch.setattr(store_file, "_VERSION", 2)
    store = Store(path, 1.0)
    assert sorted(each.message.id for each in store.oldest(9)) == [a_message(1).id, a_message(2).id]
    store.close()
    assert not [*tmp_path.glob("x.store.version-*")]


def test_while_the_disk_takes_nothing_alerts_wait_in_memory_and_are_carried_from_there(tmp_path: Path) -> None:
    path = tmp_path / "x.store"
    store = Store(path, 1.0)
    with sqlite3.connect(path, isolation_level=None) as other:
        store._file._file.execute("PRAGMA busy_timeout = 1")
        other.execute("BEGIN IMMEDIATE")  # nobody else can write
        for number in range(MOST_IN_MEMORY + 5):
            store.put(a_message(number, Rank.ALERT if number < 10 else Rank.OBSERVATION))
        assert store.problem == f"{path}: database is locked"
        assert store.dropped() == {Rank.OBSERVATION: 5}
        first = store.oldest(3)
        assert [each.message for each in first] == [a_message(number) for number in range(3)]
        store.done(first)
        other.execute("ROLLBACK")
    other.close()
    assert store.oldest(1)[0].message == a_message(3), "on the disk by now"
    assert store.problem is None
    assert store.waiting == MOST_IN_MEMORY - 3
    store.close()


def test_a_place_that_cannot_be_written_keeps_nobody_from_starting(tmp_path: Path) -> None:
    place = tmp_path / "disk"
    place.write_text("not mounted yet")
    store = Store(place / "x.store", 1.0)
    store.put(a_message(1))
    assert "Not a directory" in (store.problem or "")
    assert [each.message for each in store.oldest(9)] == [a_message(1)]
    place.unlink()
    store.put(a_message(2))
    assert store.problem is None
    store.close()
    again = Store(place / "x.store", 1.0)
    assert [each.message for each in again.oldest(9)] == [a_message(1), a_message(2)]
    again.close()


def test_a_link_that_is_down_for_a_minute_is_told_with_the_reason() -> None:
    now_s = 0.0
    other_side = Carried()
    other_side.away = True
    link = Link("test", "the other side", other_side.connect, lambda _: None, waits_s=at_once, clock=lambda: now_s)
    wait_until(lambda: link.why_down, "the absence is noticed")
    now_s = 59.0
    assert link.problem is None
    now_s = 61.0
    assert link.problem == "the other side not reached for 61 s: Connection refused"
    other_side.away = False
    wait_until(lambda: link.is_up, "it is there")
    assert link.problem is None
    link.close()


def test_a_link_that_hangs_is_told() -> None:
    now_s, hangs, released = 0.0, threading.Event(), threading.Event()

    def work(_: Carried) -> None:
        hangs.set()
        released.wait(PATIENCE_S)

    link = Link("test", "the other side", Carried().connect, work, waits_s=at_once, clock=lambda: now_s)
    assert hangs.wait(PATIENCE_S)
    now_s = 121.0
    assert link.problem == "the other side: no progress in its work for 121 s"
    released.set()
    link.close()
    assert link.problem is None


def test_a_fault_of_the_program_in_a_link_is_told_at_once_and_it_is_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    faults = [ZeroDivisionError("a fault of the program\x1b[31m\nin two lines")]
    looked_at = threading.Event()

    def work(_: Carried) -> None:
        if faults:
            raise faults.pop()
        looked_at.wait(PATIENCE_S)

    link = Link("test", "the other side", Carried().connect, work, waits_s=at_once)
    wait_until(lambda: link.problem, "the fault is told")
    assert link.problem == "the other side: failed: ZeroDivisionError: a fault of the program [31m in two lines"
    assert "the other side: not foreseen" in caplog.text
    looked_at.set()
    wait_until(lambda: link.is_up, "it works again")
    assert link.problem is None
    link.close()


def test_a_message_is_that_of_the_bus_with_an_id_of_its_own(tmp_path: Path) -> None:
    maker = MessageMaker("abc", lambda: "2026-11-30T08:00:00.000000Z")
    first, second = maker.alert(an_alert()), maker.alert(an_alert())
    assert (first.id, second.id) == ("abc-1", "abc-2")
    told = json.loads(first.body)
    assert {key: told[key] for key in ("topic", "id", "session", "seq", "utc", "t", "kind", "level", "phase")} == {
        "topic": "alert",
        "id": "abc-1",
        "session": "abc",
        "seq": 1,
        "utc": "2026-11-30T08:00:00.000000Z",
        "t": 12.3,
        "kind": "fatigue.microsleep",
        "level": "warning",
        "phase": "raise",
    }
    assert told["cause"] == {"eyes_closed_s": 1.5}
