"""What attentive drivers look at, where it is, and for how long: mirrors, dials, screen, passenger, the world beside the road."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.traffic.story import Story

SHORTEST_S, LONGEST_S = 0.3, 2.8
"""Attentive drivers' glances end within this: naturalistic studies put all but a few per mille of them below three seconds."""


@dataclass(frozen=True)
class Target:
    """Something to glance at. Degrees from straight ahead; `mean_s` and `sd_s` of its glances; `weight` how often it is chosen.

    Places are those of a left-hand drive (`regulation.md`, geometry of a passenger car).
    """

    name: str
    yaw_deg: float
    pitch_deg: float
    mean_s: float
    sd_s: float
    weight: float


# Mirrors, speedometer and radio (for the screen): Taoka 1990; passenger and scenery near the overall mean of 0.9 s.
TARGETS = (
    Target("driver mirror", 39.0, -11.0, 1.10, 0.30, 2.0),
    Target("passenger mirror", -46.0, -6.0, 0.75, 0.36, 1.0),
    Target("interior mirror", -29.0, 15.0, 0.75, 0.36, 2.5),
    Target("speedometer", 0.0, -24.0, 0.62, 0.48, 4.0),
    Target("centre screen", -33.0, -20.0, 1.44, 0.50, 1.5),
    Target("passenger", -78.0, -3.0, 0.90, 0.40, 0.5),
    Target("scenery left", 45.0, -2.0, 0.80, 0.40, 1.0),
    Target("scenery right", -40.0, -2.0, 0.80, 0.40, 1.0),
)
_WEIGHTS = np.array([target.weight for target in TARGETS])


def lognormal_s(rng: np.random.Generator, mean_s: float, sd_s: float) -> float:
    """A duration in seconds of that mean and standard deviation, skewed as glances are, within the bounds of attention."""
    variance = np.log(1 + (sd_s / mean_s) ** 2)
    return float(np.clip(rng.lognormal(np.log(mean_s) - variance / 2, np.sqrt(variance)), SHORTEST_S, LONGEST_S))


def glance(story: Story, target: Target | None = None) -> float:
    """One glance, at something chosen at random unless told. Returns the time at which it began."""
    chosen = target or TARGETS[int(story.rng.choice(len(TARGETS), p=_WEIGHTS / _WEIGHTS.sum()))]
    yaw, pitch = story.rng.normal((chosen.yaw_deg, chosen.pitch_deg), 2.5)
    return story.look(float(yaw), float(pitch), lognormal_s(story.rng, chosen.mean_s, chosen.sd_s))


def attentively(story: Story, for_s: float, every_s: float = 7.0) -> None:
    """Eyes on the road for so long, a glance every now and then (some 12 % of the time, as drivers on their way to work)."""
    end = story.t + for_s
    while story.t < end:
        story.ahead(min(end - story.t + 0.1, max(1.2, float(story.rng.gamma(2.0, every_s / 2)))))
        if story.t + LONGEST_S < end:
            glance(story)


def mirror(story: Story, side: float) -> None:
    """A glance at the outside mirror of that side (> 0: left)."""
    glance(story, TARGETS[0 if side > 0 else 1])
