"""Where the pipeline is, and since when: the watchdog is fed only while it moves on and no stage takes longer than it may.

The pipeline says which stage it begins; waiting for a camera that is away is such a stage too, and ends several times a second
with word that it is away. A thread that only fed the watchdog would hide a hung pipeline, so nothing else does.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Literal

from dms.health import JournalHealth

StageName = Literal["capture", "perception", "decision", "publishing", "journal"]

DEADLINES_S: Mapping[StageName, float] = {
    "capture": 5.0,  # a V4L2 read gives up after 1 s, opening a stream after 3 s
    "perception": 3.0,
    "decision": 3.0,
    "publishing": 3.0,
    "journal": 10.0,
}


class Supervisor:
    """Reporting is one assignment, safe from any thread. The journal works beside the pipeline, on a thread of its own."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._pipeline: tuple[StageName, float] = ("capture", clock())
        self._journal_s = clock()
        self._journal_written = 0

    def begin(self, stage: StageName) -> None:
        """The pipeline has left the stage before and begins this one."""
        self._pipeline = (stage, self._clock())

    def watch_journal(self, journal: JournalHealth) -> None:
        """Note whether the journal moves on: it has written something since the last call, or has nothing to write."""
        if journal.backlog == 0 or journal.written > self._journal_written:
            self._journal_s = self._clock()
        self._journal_written = journal.written

    def overdue(self) -> Mapping[StageName, float]:
        """The stages that take longer than they may, with the seconds they have taken so far."""
        now = self._clock()
        stage, since_s = self._pipeline
        taken: dict[StageName, float] = {stage: now - since_s, "journal": now - self._journal_s}
        return {name: taken_s for name, taken_s in taken.items() if taken_s > DEADLINES_S[name]}

    def hung(self) -> str | None:
        """Why the watchdog must not be fed; None while all is well.

        Never because of the journal: alerts go out without it, and a restart would not mend a full disk.
        """
        stopped = [f"{name} for {taken_s:.1f} s" for name, taken_s in self.overdue().items() if name != "journal"]
        return f"no progress in {stopped[0]}" if stopped else None
