"""Whether the machine slept: a vehicle that is parked may suspend it, and the clock of the drive stands still meanwhile.

To everything that goes by that clock, the driver of the evening before has never left: open alerts, the last minutes' closed
eyes, a speed of a second ago.
"""

from __future__ import annotations

import time

LONG_S = 60.0
"""A sleep that parts two journeys. Nobody suspends a machine that is driven, and the clocks are not read at the same moment."""


def asleep_s() -> float:
    """For how long the machine has slept since it was booted, in seconds."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)


class SleepWatch:
    """Tells of each long sleep once."""

    def __init__(self) -> None:
        self._before_s = asleep_s()

    def slept_s(self) -> float:
        """For how long the machine has just slept, in seconds; 0 if not, or not for long."""
        slept_s = asleep_s() - self._before_s
        if slept_s < LONG_S:
            return 0.0
        self._before_s += slept_s
        return slept_s
