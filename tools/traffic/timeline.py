"""What happens in a drive, as records on a line of time: where the driver looks, what lids and mouth do, what the car does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from tools.traffic.person import Floats

Signal = Literal["off", "left", "right", "hazard"]


@dataclass(frozen=True)
class Aim:
    """From `t` on the driver looks there, degrees from straight ahead (`on_road`: from where the road goes).

    A head direction that is None is the driver's usual share of such a gaze.
    """

    t: float
    yaw_deg: float
    pitch_deg: float
    on_road: bool = True
    head_yaw_deg: float | None = None
    head_pitch_deg: float | None = None
    roll_deg: float = 0.0


@dataclass(frozen=True)
class Closure:
    """Both lids are down: below a fifth of open for `duration_s` from `t`. A blink's duration is that at half amplitude."""

    t: float
    duration_s: float
    blink: bool = False


@dataclass(frozen=True)
class MouthOpening:
    """The mouth opens to `openness` (inner-lip height over width) and shuts again within `duration_s`."""

    t: float
    duration_s: float
    openness: float


@dataclass(frozen=True)
class Knot:
    """A value that a quantity passes at `t`; between two of them it changes evenly."""

    t: float
    value: float


@dataclass(frozen=True)
class Span:
    """From `t` to `end` something holds; `value` says how much or what, depending on the list it stands in."""

    t: float
    end: float
    value: float = 1.0
    word: str = ""


WHEELBASE_M = 2.7
STEERING_RATIO = 16.0
"""Steering wheel over road wheel: 14 to 18 in passenger cars."""
PREVIEW_S = 1.5
"""Drivers look 1 to 2 s ahead of the car in a bend, near the tangent point (Land & Lee 1994; Lehtonen et al. 2014)."""


def curvature_per_m(steering_deg: Floats | float) -> Floats:
    """The curvature of the car's path (1/m, left positive) at a steering-wheel angle, of the bicycle model without slip."""
    return np.asarray(np.tan(np.radians(np.asarray(steering_deg) / STEERING_RATIO)) / WHEELBASE_M)


def steering_for(radius_m: float) -> float:
    """The steering-wheel angle (degrees, > 0) that holds a bend of that radius."""
    return float(np.degrees(np.arctan(WHEELBASE_M / radius_m)) * STEERING_RATIO)


def road_yaw_deg(speed_kph: Floats, steering_deg: Floats, preview_s: float = PREVIEW_S) -> Floats:
    """Where the road is that the car reaches in `preview_s`: the angle of the chord of its arc, at most 60 degrees."""
    along_m = speed_kph / 3.6 * preview_s
    return np.clip(np.degrees(along_m * curvature_per_m(steering_deg) / 2), -60.0, 60.0)


def interpolated(knots: list[Knot], at: Floats) -> Floats:
    """The value of a quantity at those times; it holds before its first and after its last knot."""
    ordered = sorted(knots, key=lambda knot: knot.t)
    return np.interp(at, [knot.t for knot in ordered], [knot.value for knot in ordered])


def inside(spans: list[Span], at: Floats) -> Floats:
    """The value of the last span that holds at each of those times, NaN where none does."""
    found = np.full(len(at), np.nan)
    for span in spans:
        found[(at >= span.t) & (at < span.end)] = span.value
    return found


def words(spans: list[Span], at: Floats, otherwise: str) -> list[str]:
    """The word of the last span that holds at each of those times, `otherwise` where none does."""
    found = np.full(len(at), -1)
    for index, span in enumerate(spans):
        found[(at >= span.t) & (at < span.end)] = index
    return [spans[index].word if index >= 0 else otherwise for index in found]
