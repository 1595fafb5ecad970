"""Knows which stage the pipeline is in, and since when. The watchdog is fed only while no stage exceeds its deadline.

The pipeline reports each stage that it begins. Waiting for a camera that is away is a stage too, which ends several times a
second. A thread that only fed the watchdog would hide a hung pipeline, so nothing else feeds it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Literal

from dms.health import BusHealth, JournalHealth

StageName = Literal["capture", "perception", "decision", "publishing", "journal", "bus"]

DEADLINES_S: Mapping[StageName, float] = {
    "capture": 5.0,  # a V4L2 read gives up after 1 s, opening a stream after 3 s
    "perception": 3.0,
    "decision": 3.0,
    "publishing": 3.0,
    "journal": 10.0,
    "bus": 5.0,
}


class Supervisor:
    """Reporting is one assignment, safe from any thread. Journal and bus have their own threads: they are watched separately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pipeline: tuple[StageName, float] = ("capture", clock())
        self._journal_s = clock()
        self._journal_written = 0
        self._bus_lag_s = 0.0

    def begin(self, stage: StageName) -> None:
        """Note that the pipeline begins this stage, and has left the one before."""
        self._pipeline = (stage, self._clock())

    def watch_journal(self, journal: JournalHealth) -> None:
        """Note whether the journal moves on: it has written something since the last call, or has nothing to write."""
        if journal.backlog == 0 or journal.written > self._journal_written:
            self._journal_s = self._clock()
        self._journal_written = journal.written

    def watch_bus(self, bus: BusHealth) -> None:
        """Note for how long the bus has kept its oldest message waiting."""
        self._bus_lag_s = bus.lag_s

    def overdue(self) -> Mapping[StageName, float]:
        """Return the stages past their deadlines, with the seconds they have taken so far."""
        now = self._clock()
        stage, since_s = self._pipeline
        taken: dict[StageName, float] = {stage: now - since_s, "journal": now - self._journal_s, "bus": self._bus_lag_s}
        return {name: taken_s for name, taken_s in taken.items() if taken_s > DEADLINES_S[name]}

    def hung(self) -> str | None:
        """Return why the watchdog must not be fed, or None while all is well.

        The journal is never the reason: alerts go out without it, and a restart would not mend a full disk.
        """
        stopped = [f"{name} for {taken_s:.1f} s" for name, taken_s in self.overdue().items() if name != "journal"]
        return f"no progress in {stopped[0]}" if stopped else None
