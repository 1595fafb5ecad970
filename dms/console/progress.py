"""Progress of a long replay, for whoever is waiting at a terminal."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

from dms.console.drive_text import duration_text
from dms.counted import counted
from dms.drives.replaying.replay import Watch
from dms.monitor.monitor import Monitor
from dms.recording.drive import Drive
from dms.types import Alert, DriveRecord

_CLOCK_EVERY = 256
_WRITE_EVERY_S = 0.3
_ENOUGH_TO_TELL = 0.02


class _Line:
    """One line on standard error that is rewritten, and erased at the end."""

    def __init__(self, *, shown: bool) -> None:
        self._shown = shown
        self._width = 0
        self.started = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.clear()

    def write(self, text: str) -> None:
        if self._shown:
            sys.stderr.write("\r" + text.ljust(self._width))
            sys.stderr.flush()
            self._width = len(text)

    def clear(self) -> None:
        """Erase the line, so that other text can be printed."""
        if self._width:
            self.write("")
            sys.stderr.write("\r")
            sys.stderr.flush()


class DriveProgress(_Line):
    """The line of one drive; `of` makes the `Watch` that writes it."""

    def __init__(self) -> None:
        super().__init__(shown=True)
        self._written = self.started

    def of(self, drive: Drive) -> Watch:
        """Follow the replay of `drive`."""
        records = 0

        def watch(record: DriveRecord, raised: tuple[Alert, ...], monitor: Monitor) -> None:
            nonlocal records
            records += 1
            if records % _CLOCK_EVERY == 0:
                self._show(drive, record.t)

        return watch

    def _show(self, drive: Drive, t: float) -> None:
        now = time.monotonic()
        if now - self._written < _WRITE_EVERY_S:
            return
        self._written = now
        share = drive.share_read
        if share > _ENOUGH_TO_TELL:
            self.write(f"{drive.path.name}: {share:4.0%}, {duration_text((now - self.started) / share * (1 - share))} left")
        else:
            self.write(f"{drive.path.name}: {duration_text(t)} of drive")


class BatchProgress(_Line):
    """How many drives, or whatever the noun says, are done, and how long the rest will take. `begun_at` were done earlier."""

    def __init__(self, total: int, *, shown: bool, noun: str = "drive", begun_at: int = 0) -> None:
        super().__init__(shown=shown)
        self._total, self._noun = total, noun
        self._done = self._begun_at = begun_at

    def done_one(self) -> None:
        """Count one more as done."""
        self.done(self._done + 1)

    def done(self, number: int) -> None:
        """Set how many are done."""
        self._done = number
        left_s = (time.monotonic() - self.started) / max(number - self._begun_at, 1) * (self._total - number)
        self.write(f"{number} of {counted(self._total, self._noun)}, {duration_text(left_s)} left")
