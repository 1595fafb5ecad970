"""What is said of a drive, or of five minutes of it, when it is over: values only, made by `dms.trip.trip`.

`msgspec.to_builtins` of a `TripSummary` is plain JSON. A figure is None where nothing was known to make it from. Times are
seconds, those called `t` and `end` count from the start of the drive as everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

TripKind = Literal["drive", "period"]


class Attention(msgspec.Struct, frozen=True):
    """Where the driver looked while the vehicle moved, or may have moved: a speed below 5 km/h counts as standing.

    `known_s`: for so long it was known whether the eyes were on the road, `off_road_s` of it they were not, `eyes_on_road` is the
    share that they were. Glances are those away from the road that ended in this time (ISO 15007): how many, their mean, 85th
    percentile (to 0.05 s) and longest duration, all of them together, and the share of them that lasted over 2 s (NHTSA's limit
    of a single glance).
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
    """How tired the driver seemed: means over time and highest values of the cues, and counts of what ended in this time.

    `eyes_readable_s`: for so long the eyes could be read. `perclos`, 0 to 1, is at each moment that of the minute before. `kss`
    is an estimate on the Karolinska Sleepiness Scale, 1 to 9, not a measurement, and `kss_sigma` its standard error, on average.
    `blinks_per_min` is withheld where fewer than 15 pictures a second would miss too many, and with less than 30 s of eyes.
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
    """A minute of the drive; several minutes on drives that are long, so that a summary stays small.

    `usable`: the share of it in which the driver could be judged in full; the others are the means of these minutes.
    """

    t: float
    end: float
    usable: float | None
    eyes_on_road: float | None
    perclos: float | None
    kss: float | None


class TripSummary(msgspec.Struct, frozen=True):
    """From `t` to `end` of a drive.

    `kind`: `drive` (from its beginning) or `period` (a few minutes of it). `complete` is false for a drive that still goes on.

    `usable_s`: for so long the driver could be judged in full. `degraded_s`: for so long not, by reason (`no_observation`:
    nothing came for longer than 0.3 s). `paused_s`: monitoring was off. Together they make up the time from `t` to `end`.
    `availability` is the usable share of the time that was not paused.

    `moving_s`: at 5 km/h and above. `distance_km` is what the speed adds up to, None if it was never known.

    `alerts`: how often the driver was told of each kind at each level. An alert that escalates counts at both levels, one that
    was held back at none.
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
