"""Where the driver looked when an alert was decided: the cues that say so, for rules that are about directions."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from dms.fusion.vehicle import is_reverse
from dms.types import Cues

_OF_GAZE = ("gaze_zone", "gaze_source", "gaze_away_deg", "gaze_yaw_deg", "gaze_pitch_deg")
_OF_HEAD = ("head_away_deg", "head_yaw_deg", "head_pitch_deg", "gaze_zone", "gaze_source")
_SHOWS_GAZE = ("off_road", "gaze_zone", "gaze_area", *_OF_GAZE)
_SHOWS_HEAD = ("head_away_deg", "head_yaw_deg", "head_pitch_deg")
_STRAIGHT_DEG = 1.0
"""A road that goes no farther aside than this is straight ahead [D]: the wheel is never quite still."""


def direction_cues(named: Collection[str]) -> tuple[str, ...]:
    """Returns the cues that say where the driver looked, for a rule that rests on these; none if it is not about directions."""
    by_gaze = any(name in named for name in _SHOWS_GAZE)
    by_head = any(name in named for name in _SHOWS_HEAD)
    return tuple(dict.fromkeys([*(_OF_GAZE if by_gaze else ()), *(_OF_HEAD if by_head else ())]))


def road_cues(cues: Cues) -> Iterator[str]:
    """Yields the cues that say where the road is, while it is not straight ahead."""
    if cues.road_yaw_deg is not None and abs(cues.road_yaw_deg) >= _STRAIGHT_DEG:
        yield "road_yaw_deg"
        yield "steering_deg"
    if is_reverse(cues.gear):
        yield "gear"
