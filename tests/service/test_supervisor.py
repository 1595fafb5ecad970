"""The watchdog is fed only while the pipeline moves on; what is told of a hang is where it hangs."""

from __future__ import annotations

import pytest

from dms.health import BusHealth, JournalHealth
from dms.service.supervisor import DEADLINES_S, StageName, Supervisor

PIPELINE: tuple[StageName, ...] = ("capture", "perception", "decision", "publishing")


def journal(written: int, backlog: int) -> JournalHealth:
    return JournalHealth("ok", None, "journal.db", 4096, written, backlog, 0, None, "3.45")


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_pipeline_that_moves_on_is_well() -> None:
    clock = Clock()
    supervisor = Supervisor(clock)
    for _ in range(60):
        for stage in PIPELINE:
            supervisor.begin(stage)
            clock.now += 0.4
            assert supervisor.hung() is None
        supervisor.watch_journal(journal(written=0, backlog=0))
    assert supervisor.overdue() == {}


def test_waiting_for_a_camera_that_is_away_is_no_hang() -> None:
    clock = Clock()
    supervisor = Supervisor(clock)
    for _ in range(1000):
        for stage in ("capture", "decision", "publishing"):
            supervisor.begin(stage)
            clock.now += 0.1
        assert supervisor.hung() is None


@pytest.mark.parametrize("stuck", PIPELINE)
def test_a_hang_is_told_by_its_stage(stuck: StageName) -> None:
    clock = Clock()
    supervisor = Supervisor(clock)
    supervisor.begin(stuck)
    clock.now += DEADLINES_S[stuck]
    assert supervisor.hung() is None
    clock.now += 0.5
    assert supervisor.hung() == f"no progress in {stuck} for {DEADLINES_S[stuck] + 0.5:.1f} s"


def test_a_journal_that_hangs_is_reported_and_no_reason_to_be_killed() -> None:
    clock = Clock()
    supervisor = Supervisor(clock)
    clock.now += 11.0
    supervisor.begin("capture")
    assert supervisor.hung() is None
    assert supervisor.overdue() == {"journal": 11.0}


def test_a_journal_that_writes_slowly_is_not_one_that_hangs() -> None:
    clock = Clock()
    supervisor = Supervisor(clock)
    for written in range(1, 9):
        supervisor.watch_journal(journal(written, backlog=50))
        clock.now += 9.0
        supervisor.begin("capture")
    assert supervisor.overdue() == {}
    supervisor.watch_journal(journal(8, backlog=50))
    clock.now += 2.0
    assert supervisor.overdue() == {"journal": 11.0}


def test_a_bus_that_keeps_its_messages_waiting_is_named_and_ends_the_feeding() -> None:
    """The pipeline goes on, and nobody hears of it: only a new start helps."""
    supervisor = Supervisor(Clock())
    supervisor.watch_bus(BusHealth(lag_s=DEADLINES_S["bus"]))
    assert supervisor.hung() is None
    supervisor.watch_bus(BusHealth(lag_s=DEADLINES_S["bus"] + 1.0))
    assert supervisor.hung() == "no progress in bus for 6.0 s"
    supervisor.watch_bus(BusHealth())
    assert supervisor.hung() is None
