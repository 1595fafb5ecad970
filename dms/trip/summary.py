"""The summary of a drive, or of five minutes of it: values only, made by `dms.trip.trip`.

`msgspec.to_builtins` of a `TripSummary` is plain JSON. A figure is None if there was nothing to compute it from. Times are
in seconds; `t` and `end` count from the start of the drive, as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

TripKind = Literal["drive", "period"]


class Attention(msgspec.Struct, frozen=True):
    """Where the driver looked while the vehicle moved, or may have moved: a speed below 5 km/h counts as standing.

    `known_s`: the time for which it was known whether the eyes were on the road. `off_road_s`: the part of it in which they were
    not. `eyes_on_road`: the share of it in which they were. Glances are those away from the road that ended in this time (ISO
    15007): their number, total, mean, 85th percentile (to 0.05 s) and longest duration, and the share of them that lasted over
    2 s (NHTSA's limit for a single glance).
    """

    known_s: float
    off_road_s: float
    eyes_on_road: float | None
    glances: int
    glance_total_s: float
    glance_mean_s: float | None
    glance_p85_s: float | None
    glance_longest_s: float | None
    glances_over_2_s: float | None


class Drowsiness(msgspec.Struct, frozen=True):
    """How tired the driver seemed: means over time and maxima of the cues, and counts of the events that ended in this time.

    `eyes_readable_s`: the time for which the eyes could be read. `perclos`, 0 to 1, is that of the minute before each moment.
    `kss` is an estimate on the Karolinska Sleepiness Scale, 1 to 9, not a measurement, and `kss_sigma` its mean standard error.
    `blinks_per_min` is withheld below 15 pictures a second, which would miss too many, and with less than 30 s of eyes.
    """

    eyes_readable_s: float
    perclos_mean: float | None
    perclos_max: float | None
    kss_mean: float | None
    kss_max: float | None
    kss_sigma: float | None
    blinks: int
    blinks_per_min: float | None
    long_blinks: int
    closures: int
    closure_longest_s: float | None
    nods: int
    yawns: int


class CourseEntry(msgspec.Struct, frozen=True):
    """A minute of the drive, or several minutes of a long drive, so that a summary stays small.

    `usable`: the share of it in which the driver could be fully judged. The other figures are means over this time.
    """

    t: float
    end: float
    usable: float | None
    eyes_on_road: float | None
    perclos: float | None
    kss: float | None


class TripSummary(msgspec.Struct, frozen=True):
    """From `t` to `end` of a drive.

    `kind`: `drive` (from its beginning) or `period` (a few minutes of it). `complete` is false while the drive goes on.

    `usable_s`: the time in which the driver could be fully judged. `degraded_s`: the time in which not, by reason
    (`no_observation`: nothing came for longer than 0.3 s; `learning`, `relearning`: the driver was being learned, or learned
    again, and nothing was known yet). `paused_s`: the time in which monitoring was off. Together they make up the time from `t`
    to `end`. `availability` is the usable share of the time that was not paused.

    `moving_s`: the time at 5 km/h and above. `distance_km` is what the speed adds up to, None if it was never known.

    `alerts`: how often the driver was alerted, by kind and level. An alert that escalates counts at both levels, one that was
    held back at none.
    """

    kind: TripKind
    complete: bool
    t: float
    end: float
    usable_s: float
    degraded_s: Mapping[str, float]
    paused_s: float
    availability: float | None
    moving_s: float
    distance_km: float | None
    attention: Attention
    drowsiness: Drowsiness
    alerts: Mapping[str, Mapping[str, int]]
    course: tuple[CourseEntry, ...]
