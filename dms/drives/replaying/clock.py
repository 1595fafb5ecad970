"""Times that cannot be those of one drive (a clock that restarts, milliseconds, an epoch), and what to do about them."""

from __future__ import annotations

from collections import deque
from itertools import pairwise
from statistics import median

from dms.errors import DriveError
from dms.recording.drive import Drive
from dms.recording.jsonl import JsonlDrive

BACK_S = 1.0
"""Observations that come late or twice are behind by less [D]."""
BACK_TIMES = 20
"""So many in a row that are behind are no fault of single times, but a clock that began again [D]."""
JUMP_S = 3600.0
"""A single time that runs so far ahead is a fault of its own, and must not make all others look like the past."""
STEPS = 20
"""Steps between observations that are looked at before a unit is guessed [D]."""
SLOWEST_STEP_S, FASTEST_STEP_S = 0.3, 0.003
"""Between two frames of a camera that can be judged by: 3.3 to 330 a second."""
UNITS = ((1e3, "milliseconds"), (1e6, "microseconds"), (1e9, "nanoseconds"))
YEAR_2001_S = 1e9


class ClockCheck:
    """Watches the times of a drive's observations, in the order in which they were recorded."""

    def __init__(self, drive: Drive) -> None:
        self._drive = drive
        self._last_s: float | None = None
        self._behind = 0
        self._began_again_s = 0.0
        self._first: deque[float] = deque(maxlen=STEPS + 1)
        self._looks_at_unit = True

    def take(self, t: float) -> None:
        """Take the time of the next observation.

        Raises:
            DriveError: this is not the clock of one drive in seconds; the message says what to do.
        """
        if self._looks_at_unit:
            self._look_at_unit(t)
        last_s = self._last_s
        if last_s is None or 0.0 < t - last_s <= JUMP_S:
            self._last_s, self._behind = t, 0
        elif t < last_s - BACK_S:
            self._look_back(t, last_s)

    def _look_back(self, t: float, last_s: float) -> None:
        if self._behind == 0:
            self._began_again_s = t
        self._behind += 1
        if self._behind == BACK_TIMES:
            raise DriveError(
                f"{self._drive.path}: the clock goes back from {last_s:.2f} s to {self._began_again_s:.2f} s: "
                f"these are two drives in one file{self._where_to_cut(last_s)}"
            )

    def _where_to_cut(self, last_s: float) -> str:
        if not isinstance(self._drive, JsonlDrive):
            return "; record the second as one of its own (`new_drive` begins one)"
        reached = False
        for number, record in self._drive.observations():
            reached |= record.t == last_s
            if reached and record.t < last_s - BACK_S:
                name = self._drive.path.name
                return (
                    f"; make them two: `head -n {number - 1} {name} > first.jsonl` and `tail -n +{number} {name} > second.jsonl`"
                )
        return "; make them two files"

    def _look_at_unit(self, t: float) -> None:
        self._first.append(t)
        if len(self._first) <= STEPS:
            return
        self._looks_at_unit = False
        step = median(later - earlier for earlier, later in pairwise(self._first))
        for per_second, unit in UNITS:
            if FASTEST_STEP_S < step / per_second < SLOWEST_STEP_S < step:
                raise DriveError(
                    f"{self._drive.path}: from one observation to the next the time grows by {step:g}: these look like {unit}, "
                    f"and seconds are wanted: divide every `t` and `end` by {per_second:g}"
                )
        if self._first[0] >= YEAR_2001_S:
            raise DriveError(
                f"{self._drive.path}: the drive begins at {self._first[0]:.0f} s: these look like seconds since 1970, and "
                f"seconds since the drive began are wanted: take {self._first[0]:.0f} from every `t` and `end`"
            )
