"""The watchdog is fed only while what is vital moves on; a hang is told by its place; what may be started anew is."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from dms.service.supervisor import DEADLINES_S, HEALTH_DEADLINE_S, MOST_LEFT_BEHIND, RESTART_EVERY_S, StageName, Supervisor, Watch
from dms.watched_thread import WatchedThread

PIPELINE: tuple[StageName, ...] = ("capture", "perception", "decision", "publishing")
PATIENCE_S = 60.0


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Worker:
    """A thread that begins something, and ends or goes on when the test says so."""

    def __init__(self, clock: Clock, name: str = "journal") -> None:
        self.lag_s = 0.0
        self.fails = False
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.thread = WatchedThread(name, self._work, lambda: self.lag_s, clock)
        self.thread.start()
        assert self.begun.wait(PATIENCE_S)

    def _work(self) -> None:
        self.thread.begins("writing")
        self.begun.set()
        self.go_on.wait(PATIENCE_S)
        if self.fails:
            raise OSError("no more")

    def fail(self) -> None:
        self.fails = True
        self.go_on.set()
        assert self.thread.join(PATIENCE_S)
        self.fails = False
        self.go_on.clear()
        self.begun.clear()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(clock: Clock) -> Iterator[Worker]:
    worker = Worker(clock)
    yield worker
    worker.go_on.set()
    worker.thread.join(PATIENCE_S)


@pytest.fixture
def supervisor(clock: Clock) -> Supervisor:
    return Supervisor(clock)


def test_a_pipeline_that_moves_on_is_well(supervisor: Supervisor, clock: Clock) -> None:
    for _ in range(60):
        for stage in PIPELINE:
            supervisor.begin(stage)
            clock.now += 0.4
            assert supervisor.hung() is None
        supervisor.health_told()
    assert list(supervisor.problems()) == []
    assert supervisor.threads()["pipeline"].state == "ok"


def test_waiting_for_a_camera_that_is_away_is_no_hang(supervisor: Supervisor, clock: Clock) -> None:
    for _ in range(1000):
        for stage in ("capture", "decision", "publishing"):
            supervisor.begin(stage)
            clock.now += 0.1
        supervisor.health_told()
        assert supervisor.hung() is None


@pytest.mark.parametrize("stuck", PIPELINE)
def test_a_hang_is_told_by_its_stage(supervisor: Supervisor, clock: Clock, stuck: StageName) -> None:
    supervisor.begin(stuck)
    clock.now += DEADLINES_S[stuck]
    assert supervisor.hung() is None
    clock.now += 0.5
    supervisor.health_told()
    assert supervisor.hung() == f"no progress in {stuck} for {DEADLINES_S[stuck] + 0.5:.1f} s"
    assert supervisor.threads()["pipeline"].state == "stalled"
    assert supervisor.threads()["pipeline"].doing == stuck


def test_a_service_that_cannot_tell_its_health_is_hung(supervisor: Supervisor, clock: Clock) -> None:
    clock.now += HEALTH_DEADLINE_S + 1.0
    supervisor.begin("capture")
    assert supervisor.hung() == f"no progress in health for {HEALTH_DEADLINE_S + 1.0:.1f} s"


def test_a_journal_that_hangs_is_named_and_no_reason_to_be_killed(supervisor: Supervisor, clock: Clock, worker: Worker) -> None:
    supervisor.watch(Watch(thread=worker.thread, deadline_s=10.0))
    clock.now += 11.0
    supervisor.begin("capture")
    supervisor.health_told()
    supervisor.look_after_threads()
    assert supervisor.hung() is None
    assert list(supervisor.problems()) == ["no progress in journal for 11 s"]
    told = supervisor.threads()["journal"]
    assert (told.state, told.doing, told.busy_s, told.restarts) == ("stalled", "writing", 11.0, 0)


def test_a_bus_that_keeps_its_messages_waiting_is_named_and_ends_the_feeding(
    supervisor: Supervisor, clock: Clock, worker: Worker
) -> None:
    """The pipeline goes on, and nobody hears of it: only a new start helps."""
    supervisor.watch(Watch(thread=worker.thread, deadline_s=1000.0, lag_deadline_s=5.0, vital=True))
    worker.lag_s = 5.0
    assert supervisor.hung() is None
    worker.lag_s = 6.0
    assert supervisor.hung() == "no progress in journal for 6.0 s"
    worker.lag_s = 0.0
    assert supervisor.hung() is None


def test_a_thread_that_ended_is_told_and_started_anew(supervisor: Supervisor, clock: Clock, worker: Worker) -> None:
    supervisor.watch(Watch(thread=worker.thread, deadline_s=10.0))
    worker.fail()
    assert list(supervisor.problems()) == ["the thread journal ended: OSError: no more"]
    assert supervisor.threads()["journal"].state == "ended"
    supervisor.look_after_threads()
    assert worker.begun.wait(PATIENCE_S)
    told = supervisor.threads()["journal"]
    assert (told.state, told.restarts, told.failure) == ("ok", 1, "OSError: no more")
    assert list(supervisor.problems()) == []


def test_a_thread_that_ends_over_and_over_is_not_started_over_and_over(
    supervisor: Supervisor, clock: Clock, worker: Worker
) -> None:
    supervisor.watch(Watch(thread=worker.thread, deadline_s=10.0))
    worker.fail()
    supervisor.look_after_threads()
    assert worker.begun.wait(PATIENCE_S)
    worker.fail()
    supervisor.look_after_threads()
    assert worker.thread.restarts == 1
    clock.now += RESTART_EVERY_S
    supervisor.look_after_threads()
    assert worker.thread.restarts == 2


def test_a_thread_that_may_be_replaced_is_and_what_it_still_says_counts_for_nothing(
    supervisor: Supervisor, clock: Clock, worker: Worker
) -> None:
    supervisor.watch(Watch(thread=worker.thread, deadline_s=10.0, replace=worker.thread.restart))
    for _ in range(10):
        worker.begun.clear()
        clock.now += 11.0
        supervisor.look_after_threads()
        worker.begun.wait(0.5)
    assert worker.thread.left_behind == MOST_LEFT_BEHIND, "a dead device does not take one thread after the other"
    assert supervisor.threads()["journal"].restarts == MOST_LEFT_BEHIND
    assert not worker.thread.is_current


def test_a_thread_whose_work_is_done_is_well_and_may_be_started_again(clock: Clock, worker: Worker) -> None:
    watch = Watch(thread=worker.thread, deadline_s=1.0)
    worker.go_on.set()
    assert worker.thread.join(PATIENCE_S)
    clock.now += 100.0
    assert watch.health().state == "ok"
    worker.begun.clear()
    worker.go_on.clear()
    worker.thread.start()
    assert worker.begun.wait(PATIENCE_S)
    assert worker.thread.restarts == 0
