"""Who drives: where this driver's straight ahead lies, how far the eyes open, how the head joins a shift of gaze."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Person:
    """A driver. Angles in degrees with the project's signs; a time is in seconds.

    `forward_yaw_deg` and `forward_pitch_deg` are the straight ahead as the camera sees it. Shifts of gaze up to `eye_only_deg`
    are made by the eyes alone; beyond that the head makes `head_gain` of the rest: people range from eye movers to head movers
    (Fuller 1992; Stahl 1999). `openness` is what perception reads of the open eye.
    """

    forward_yaw_deg: float = 3.0
    forward_pitch_deg: float = -3.0
    forward_roll_deg: float = 0.5
    openness: float = 0.92
    eye_only_deg: float = 14.0
    head_gain: float = 0.75
    blinks_per_min: float = 15.0
    blink_s: float = 0.15

    def head_yaw_deg(self, gaze_yaw_deg: float) -> float:
        """The head's share of a gaze so far to the side."""
        return float(np.sign(gaze_yaw_deg) * max(0.0, abs(gaze_yaw_deg) - self.eye_only_deg) * self.head_gain)

    def head_pitch_deg(self, gaze_pitch_deg: float) -> float:
        """The head's share of a gaze so far up or down; necks bow less readily than they turn."""
        return float(np.sign(gaze_pitch_deg) * max(0.0, abs(gaze_pitch_deg) - 0.7 * self.eye_only_deg) * 0.7 * self.head_gain)


PLAIN = Person()


def some_person(rng: np.random.Generator) -> Person:
    """A driver drawn from the range of ordinary ones."""
    return Person(
        forward_yaw_deg=float(rng.normal(2.0, 4.0)),
        forward_pitch_deg=float(rng.normal(-3.0, 3.0)),
        forward_roll_deg=float(rng.normal(0.0, 1.5)),
        openness=float(np.clip(rng.normal(0.9, 0.07), 0.7, 1.0)),
        eye_only_deg=float(rng.uniform(8.0, 20.0)),
        head_gain=float(rng.uniform(0.5, 0.95)),
        blinks_per_min=float(np.clip(rng.normal(15.0, 4.0), 8.0, 25.0)),
        blink_s=float(rng.uniform(0.10, 0.20)),
    )


@dataclass(frozen=True)
class Camera:
    """How well perception reads a driver: standard deviations in degrees and openness, and how often a frame yields nothing.

    Half of the variance is new in each frame, half drifts over `drift_s`: networks err alike on pictures that are alike.
    """

    head_sigma_deg: float = 2.0
    gaze_sigma_deg: float = 4.0
    openness_sigma: float = 0.05
    dropouts_per_min: float = 1.0
    drift_s: float = 0.5

    def noise(self, sigma: float, count: int, fps: float, rng: np.random.Generator) -> Floats:
        """`count` errors of that standard deviation, at `fps`."""
        fresh = rng.normal(0.0, sigma * np.sqrt(0.5), count)
        keep = np.exp(-1.0 / (fps * self.drift_s))
        steps = rng.normal(0.0, sigma * np.sqrt(0.5) * np.sqrt(1 - keep**2), count)
        steps[:1] = rng.normal(0.0, sigma * np.sqrt(0.5), min(1, count))
        drifting = np.empty(count)
        value = 0.0
        for at, step in enumerate(steps.tolist()):
            value = value * keep + step
            drifting[at] = value
        return fresh + drifting


HOURLY = Camera()
STEADY = Camera(head_sigma_deg=1.0, gaze_sigma_deg=2.0, openness_sigma=0.02, dropouts_per_min=0.0)
"""For cases, in which what happens must not hang on chance."""
