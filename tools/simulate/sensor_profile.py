"""One camera and the driver's face in front of it: how large perception's errors are, drawn from measurements on videos.

A driver's noise lies anywhere between that of two of the measured videos. What no video shows is a design choice [D]: how long
faces and eyes are lost, how often the light blinds the camera, sunglasses, and the camera's own timing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from tools.simulate.noise import (
    Angles,
    Drift,
    Jitter,
    PerceptionNoise,
    between,
    between_values,
    draw_between,
    load_noise,
)

NO_JITTER = Jitter(0.0, 1.0, 0.0, 0.0, 1.0)
NO_DRIFT = Drift(0.0, 1.0, 0.0, 0.0, 1.0)
SIGMA_AT_DEG = 20.0

SUNGLASSES_SHARE = 0.05  # [D] of drivers by day; opaque to a colour camera [S1]
GLARE_PER_HOUR = 6.0  # [D] at most, by day
FRAME_JITTER_S = 0.002  # [D] standard deviation of the capture time, at most
FRAMES_LOST = 0.01  # [D] share, at most


@dataclass(frozen=True)
class DirectionNoise:
    """Head or gaze. `sigma_deg` is reported 20 degrees off the camera and grows with the angle."""

    sigma_deg: float
    sigma_growth_per_deg: float
    yaw: Jitter = NO_JITTER
    pitch: Jitter = NO_JITTER
    yaw_drift: Drift = NO_DRIFT
    pitch_drift: Drift = NO_DRIFT


@dataclass(frozen=True)
class SensorProfile:
    """What perception makes of one driver before one camera. `phone_reader`: whether anything looks for phones."""

    head: DirectionNoise
    gaze: DirectionNoise
    openness: Jitter = NO_JITTER
    mouth: Jitter = NO_JITTER
    open_eye: float = 0.95
    closed_mouth: float = 0.03
    visible: float = 1.0
    sigma_factor_lowered_lids: float = 1.0
    gaze_needs_openness: float = 0.15
    far_eye_unreadable: tuple[tuple[float, float], ...] = ((0.0, 0.0),)
    dropouts_per_min: float = 0.0
    glare_per_hour: float = 0.0
    sunglasses: bool = False
    night: bool = False
    frame_jitter_s: float = 0.0
    frames_lost: float = 0.0
    phone_reader: bool = False


FAITHFUL = SensorProfile(DirectionNoise(3.0, 0.0), DirectionNoise(4.5, 0.0))
"""Reads everything as it is."""


@cache
def measured() -> PerceptionNoise:
    """The measurement that comes with the simulator."""
    return load_noise()


def draw_sensor(rng: np.random.Generator, *, night: bool) -> SensorProfile:
    """A camera and face like those measured. At night one of the two videos is the infrared one."""
    noise = measured()
    pooled = noise.pooled
    candidates = noise.of("day", "car", "webcam")
    first, second = rng.choice(len(candidates), 2, replace=False).tolist()
    one, other = candidates[first], (noise.of("night")[0] if night else candidates[second])
    share = float(rng.random())
    head = _direction("head", one.head, other.head, share, pooled.head_sigma_growth_per_deg)
    gaze = _direction("gaze", one.gaze, other.gaze, share, pooled.gaze_sigma_growth_per_deg)
    return SensorProfile(
        head=_with_drift("head", head, rng),
        gaze=_with_drift("gaze", gaze, rng),
        openness=between(one.openness, other.openness, share),
        mouth=between(one.mouth, other.mouth, share),
        open_eye=between_values(one.open_eye, other.open_eye, share),
        closed_mouth=between_values(one.closed_mouth, other.closed_mouth, share),
        visible=pooled.visible,
        sigma_factor_lowered_lids=pooled.gaze_sigma_factor_lowered_lids,
        gaze_needs_openness=pooled.gaze_needs_openness,
        far_eye_unreadable=pooled.far_eye_unreadable,
        # No face was lost in the videos: anything up to what that leaves possible.
        dropouts_per_min=float(rng.uniform(0.0, pooled.face_lost_per_min_at_most)),
        glare_per_hour=0.0 if night else float(rng.uniform(0.0, GLARE_PER_HOUR)),
        sunglasses=bool(rng.random() < SUNGLASSES_SHARE) and not night,
        night=night,
        frame_jitter_s=float(rng.uniform(0.0, FRAME_JITTER_S)),
        frames_lost=float(rng.uniform(0.0, FRAMES_LOST)),
    )


def _direction(name: str, one: Angles, other: Angles, share: float, growth_per_deg: float) -> DirectionNoise:
    sigma_deg = between_values(one.sigma_deg, other.sigma_deg, share)
    return DirectionNoise(sigma_deg, growth_per_deg, between(one.yaw, other.yaw, share), between(one.pitch, other.pitch, share))


def _with_drift(name: str, noise: DirectionNoise, rng: np.random.Generator) -> DirectionNoise:
    return replace(noise, yaw_drift=_draw_drift(name, "yaw", rng), pitch_drift=_draw_drift(name, "pitch", rng))


def _draw_drift(name: str, axis: str, rng: np.random.Generator) -> Drift:
    """Errors as great as those of the rendered drivers, in units of the standard error that this driver's face gets."""
    known = measured().drifts(name, axis)
    bias = float(np.sqrt(np.mean([drift.bias**2 for drift in known])))
    return Drift(
        bias=float(rng.normal(0.0, bias)),
        gain=draw_between([drift.gain for drift in known], rng),
        lag_s=draw_between([drift.lag_s for drift in known], rng),
        slow_sd=draw_between([drift.slow_sd for drift in known], rng),
        slow_memory_s=draw_between([drift.slow_memory_s for drift in known], rng),
    )
