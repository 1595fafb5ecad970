"""Knows how every thread gets on.

What stalls is named, started anew where that is safe, and ends the feeding of the watchdog where only a new process helps.

The pipeline reports each stage that it begins. Waiting for a camera that is away is a stage too, which ends several times a
second. A thread that only fed the watchdog would hide a hung pipeline, so nothing else feeds it.

A disk that hangs is never a reason to end the process: alerts go out without it, while a process in the hands of a dead disk
cannot even be killed, and another one would find its locks taken.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from dms.health import ThreadHealth
from dms.watched_thread import WatchedThread

LOG = logging.getLogger(__name__)

StageName = Literal["capture", "perception", "decision", "publishing"]

DEADLINES_S: Mapping[StageName, float] = {
    "capture": 5.0,  # a V4L2 read gives up after 1 s, opening a stream after 3 s
    "perception": 3.0,
    "decision": 3.0,
    "publishing": 3.0,
}
PIPELINE, HEALTH = "pipeline", "health"
HEALTH_DEADLINE_S = 5.0
"""Subscribers take the monitor for lost after 3 s without a health message; if none can be made at all, a new start may help."""
RESTART_EVERY_S = 5.0
MOST_LEFT_BEHIND = 3
"""A device or disk that lets one thread hang lets others hang as well: more than so many are not given to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A thread, and what becomes of it.

    It stalls when it has been at one thing for more than `deadline_s`, or has kept the next thing waiting for more than
    `lag_deadline_s`. One that has ended is started anew. `replace` starts another in place of one that stalls; None where that is
    not safe. While one that is `vital` stalls, the watchdog is not fed.
    """

    thread: WatchedThread
    deadline_s: float
    lag_deadline_s: float | None = None
    replace: Callable[[], None] | None = None
    vital: bool = False

    @property
    def overdue_s(self) -> float | None:
        """For how long it has stalled or kept waiting, None if neither for too long."""
        busy_s, lag_s = self.thread.busy_s, self.thread.lag_s()
        if busy_s > self.deadline_s:
            return busy_s
        return lag_s if self.lag_deadline_s is not None and lag_s > self.lag_deadline_s else None

    def health(self) -> ThreadHealth:
        """The thread's entry in the health message."""
        thread, overdue_s = self.thread, self.overdue_s
        return ThreadHealth(
            state="ended" if thread.has_failed else "ok" if overdue_s is None else "stalled",
            doing=thread.doing or None,
            busy_s=round(thread.busy_s, 3),
            lag_s=round(thread.lag_s(), 3),
            restarts=thread.restarts,
            failure=thread.failure,
        )


class Supervisor:
    """Reporting is one assignment, safe from any thread; everything else is done on the heartbeat's."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pipeline: tuple[StageName, float] = ("capture", clock())
        self._health_s = clock()
        self._watches: list[Watch] = []
        self._restarted_s: dict[str, float] = {}

    def begin(self, stage: StageName) -> None:
        """Note that the pipeline begins this stage, and has left the one before."""
        self._pipeline = (stage, self._clock())

    def health_told(self) -> None:
        """Note that a health message was published."""
        self._health_s = self._clock()

    def watch(self, watch: Watch) -> None:
        """Watch this thread, too."""
        self._watches.append(watch)

    def look_after_threads(self) -> None:
        """Start anew what has ended or stalls, where that is safe."""
        for watch in self._watches:
            thread = watch.thread
            if not (thread.has_failed or (watch.replace and watch.overdue_s is not None)):
                continue
            if self._clock() - self._restarted_s.get(thread.name, float("-inf")) < RESTART_EVERY_S:
                continue
            self._restarted_s[thread.name] = self._clock()
            if thread.has_failed:
                LOG.warning("the thread '%s' is started anew", thread.name)
                thread.restart()
            elif watch.replace and thread.left_behind < MOST_LEFT_BEHIND:
                LOG.warning("the thread '%s' stalls in %s and is replaced", thread.name, thread.doing or "its work")
                watch.replace()

    def threads(self) -> Mapping[str, ThreadHealth]:
        """How each thread gets on, by name."""
        stage, since_s = self._pipeline
        taken_s = self._clock() - since_s
        state: Literal["ok", "stalled"] = "stalled" if taken_s > DEADLINES_S[stage] else "ok"
        return {
            PIPELINE: ThreadHealth(state, stage, round(taken_s, 3)),
            **{watch.thread.name: watch.health() for watch in self._watches},
        }

    def problems(self) -> Iterator[str]:
        """Every thread that does not get on, in words."""
        yield from self._overdue_in_pipeline()
        for watch in self._watches:
            if watch.thread.has_failed:
                yield f"the thread {watch.thread.name} ended: {watch.thread.failure}"
            elif (overdue_s := watch.overdue_s) is not None:
                yield f"no progress in {watch.thread.name} for {overdue_s:.0f} s"

    def hung(self) -> str | None:
        """Return why the watchdog must not be fed, or None while all is well."""
        if (stalled := next(self._overdue_in_pipeline(), None)) is not None:
            return stalled
        for watch in self._watches:
            if watch.vital and (overdue_s := watch.overdue_s) is not None:
                return f"no progress in {watch.thread.name} for {overdue_s:.1f} s"
        silent_s = self._clock() - self._health_s
        return f"no progress in {HEALTH} for {silent_s:.1f} s" if silent_s > HEALTH_DEADLINE_S else None

    def _overdue_in_pipeline(self) -> Iterator[str]:
        stage, since_s = self._pipeline
        taken_s = self._clock() - since_s
        if taken_s > DEADLINES_S[stage]:
            yield f"no progress in {stage} for {taken_s:.1f} s"
