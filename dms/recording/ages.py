"""How old recordings are, whatever became of the clock that dated them.

A file is dated twice: by its name, when its drive began, and by its last writing. Names never go back, so a file that was written
with a clock that was behind is no older than its name; and when the clock jumps while the recorder runs, the dates of the files
jump with it, so that a right time does not make old what was written a minute ago.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

S_PER_DAY = 86_400
_EARLIEST_S = 1_577_836_800
"""2020: a clock that says less was never set."""
_JUST_WRITTEN_S = 60.0


@dataclass(frozen=True, slots=True)
class Recording:
    """One file: its size, when it was last written and its drive began (Unix time; None if its name is no date), and whether it
    is protected."""

    path: Path
    bytes: int
    written_at: float
    protected: bool
    began_at: float | None = None

    def dated_at(self, now_s: float) -> float | None:
        """When it was last written as far as that can be told, None if no clock that was set has dated it."""
        dates = (self.written_at, self.began_at)
        return max((date for date in dates if date is not None and _EARLIEST_S <= date <= now_s + S_PER_DAY), default=None)


def outdated(recordings: Sequence[Recording], now_s: float, keep_days: float) -> set[Path]:
    """Those of the recordings, oldest first, that are older than `keep_days`.

    One that nothing dates goes with the next that is too old. What comes after a recording that is young enough is not old.
    """
    oldest_s, number = now_s - keep_days * S_PER_DAY, 0
    for place, each in enumerate(recordings, start=1):
        dated_at = each.dated_at(now_s)
        if dated_at is not None and dated_at >= oldest_s:
            break
        if dated_at is not None:
            number = place
    return {each.path for each in recordings[:number]}


def newest_date(recordings: Sequence[Recording], now_s: float) -> float | None:
    """The latest time that a recording bears, None if none bears any."""
    return max((date for each in recordings if (date := each.dated_at(now_s)) is not None), default=None)


def date_anew(recordings: Sequence[Recording], jump_s: float, now_s: float, in_progress: Path | None) -> None:
    """Let the dates of the files go along with a clock that has just jumped by `jump_s`; `now_s` is what it says by now."""
    for each in recordings:
        if each.path != in_progress and abs(each.written_at - now_s) > _JUST_WRITTEN_S:  # that one is dated by the new time
            with suppress(OSError):  # gone, or on a disk that takes nothing: then its date is as wrong as it was
                os.utime(each.path, (now_s, each.written_at + jump_s))
