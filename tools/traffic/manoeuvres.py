"""What traffic asks of a driver: bends, lane changes, junctions, roundabouts, red lights, queues, parking."""

from __future__ import annotations

import numpy as np

from tools.traffic.glances import attentively, lognormal_s, mirror
from tools.traffic.story import Story
from tools.traffic.timeline import curvature_per_m, steering_for

COMFORT_M_S2 = 3.5
"""Lateral acceleration that drivers accept in a bend."""


def bend(story: Story, radius_m: float, side: float, turn_deg: float) -> None:
    """A bend of that radius through that angle; gaze goes in about a second before the hands do (Land & Lee 1994)."""
    kph = min(story.kph, float(np.sqrt(COMFORT_M_S2 * radius_m)) * 3.6)
    before = story.kph
    if kph < story.kph - 1:
        story.speed(kph, over_s=(story.kph - kph) / 3.6 / 2.5)
        story.ahead(max(0.5, (before - kph) / 3.6 / 2.5))
    steering = side * steering_for(radius_m)
    into_deg = np.degrees(kph / 3.6 * 1.5 * abs(float(curvature_per_m(steering))) / 2)
    story.look(side * float(min(50.0, into_deg)), -1.0, float(story.rng.uniform(0.7, 1.1)))
    story.steer(steering, over_s=min(2.0, 0.5 + radius_m / 100))
    story.ahead(float(np.radians(turn_deg) * radius_m / (kph / 3.6)))
    story.steer(0.0, over_s=min(2.0, 0.5 + radius_m / 100))
    story.ahead(1.5)
    story.speed(before, over_s=max(0.1, (before - kph) / 3.6 / 1.5))


def lane_change(story: Story, side: float) -> None:
    """Indicator, mirror, shoulder, over, and a mirror again; in dense traffic the mirror is consulted several times."""
    story.indicate("left" if side > 0 else "right", for_s=float(story.rng.uniform(5, 8)))
    for _ in range(int(story.rng.integers(1, 4))):
        mirror(story, side)
        story.ahead(float(story.rng.uniform(0.5, 1.5)))
    story.look(side * float(story.rng.uniform(65, 85)), -5, lognormal_s(story.rng, 0.9, 0.25))
    story.ahead(0.8)
    story.steer(side * 3, over_s=1.0)
    story.ahead(1.5)
    story.steer(0.0, over_s=1.0)
    mirror(story, side)


def _brake(story: Story, kph: float) -> None:
    for_s = max(0.5, (story.kph - kph) / 3.6 / 2.0)
    story.speed(kph, over_s=for_s)
    story.ahead(for_s)


def pull_off(story: Story, kph: float) -> None:
    """Up to that speed with 1.8 m/s²; eyes on the road for a second or three, the mirrors are due before the speed is reached."""
    story.speed(kph, over_s=max(0.5, (kph - story.kph) / 3.6 / 1.8))
    story.ahead(float(story.rng.uniform(1.0, 3.0)))


def red_light(story: Story) -> None:
    """Brake, wait looking wherever one likes, pull off a moment after looking up, check a mirror."""
    before = story.kph
    _brake(story, 0.0)
    end = story.t + float(story.rng.uniform(8, 45))
    while story.t < end:
        story.look(float(story.rng.uniform(-85, 75)), float(story.rng.uniform(-45, 5)), float(story.rng.uniform(1.5, 14)))
        story.ahead(float(story.rng.uniform(0.6, 4)))
    story.ahead(float(story.rng.uniform(0.2, 1.0)))
    pull_off(story, before)
    mirror(story, 1)


def queue(story: Story) -> None:
    """Stop and go at walking pace, looking about."""
    before = story.kph
    _brake(story, 0.0)
    for _ in range(int(story.rng.integers(2, 6))):
        story.look(float(story.rng.uniform(-80, 70)), float(story.rng.uniform(-40, 0)), float(story.rng.uniform(2, 9)))
        story.ahead(0.8)
        story.speed(float(story.rng.uniform(5, 12)), over_s=2)
        story.ahead(float(story.rng.uniform(3, 7)))
        story.speed(0.0, over_s=2)
        story.ahead(2)
    pull_off(story, before)


def turn(story: Story, side: float) -> None:
    """Into a side street: cross-traffic on the far side and the near one, the shoulder for cyclists, then into the street."""
    before = story.kph
    story.indicate("left" if side > 0 else "right", for_s=12)
    mirror(story, side)
    _brake(story, float(story.rng.uniform(15, 26)))
    story.look(-side * float(story.rng.uniform(45, 70)), -4, lognormal_s(story.rng, 1.2, 0.4))
    story.ahead(float(story.rng.uniform(0.4, 1.0)))
    if story.rng.random() < 0.5:
        story.look(side * float(story.rng.uniform(70, 90)), -5, lognormal_s(story.rng, 0.8, 0.2))
        story.ahead(0.4)
    radius_m = float(story.rng.uniform(8, 14))
    story.steer(side * steering_for(radius_m), over_s=1.2)
    story.look(side * float(story.rng.uniform(40, 65)), -3, float(story.rng.uniform(1.0, 2.4)))
    story.ahead(max(0.3, np.radians(70) * radius_m / (story.kph / 3.6) - 2.0))
    story.steer(0.0, over_s=1.2)
    pull_off(story, before)


def roundabout(story: Story) -> None:
    """Look left, in, round with the eyes on the exit, out."""
    before = story.kph
    _brake(story, float(story.rng.uniform(16, 24)))
    for _ in range(int(story.rng.integers(1, 3))):
        story.look(float(story.rng.uniform(45, 70)), -4, lognormal_s(story.rng, 1.1, 0.35))
        story.ahead(float(story.rng.uniform(0.4, 1.2)))
    story.steer(-100, over_s=0.9)
    story.ahead(0.8)
    radius_m = float(story.rng.uniform(12, 22))
    story.speed(min(28.0, float(np.sqrt(COMFORT_M_S2 * radius_m)) * 3.6), over_s=1.5)
    story.steer(steering_for(radius_m), over_s=1.2)
    end = story.t + float(story.rng.uniform(2.0, 6.0))
    while story.t < end:
        story.look(float(story.rng.uniform(30, 55)), -3, float(story.rng.uniform(0.8, 2.6)))
        story.ahead(0.5)
    story.indicate("right", for_s=3)
    story.steer(-70, over_s=1.2)
    story.look(-30, -3, 0.7)
    story.steer(0.0, over_s=1.0)
    pull_off(story, before)


def crossing(story: Story) -> None:
    """A crossing with priority to the right, or a zebra: slower, a look to both sides, on."""
    before = story.kph
    _brake(story, max(20.0, before - 15))
    for side in (1.0, -1.0):
        story.look(side * float(story.rng.uniform(25, 60)), -4, lognormal_s(story.rng, 0.8, 0.3))
        story.ahead(float(story.rng.uniform(0.4, 1.0)))
    pull_off(story, before)


def park(story: Story) -> None:
    """Backwards into a space, looking over the shoulder and into the mirrors, a while in P, and off again."""
    before = story.kph
    _brake(story, 0.0)
    story.ahead(2)
    story.gear("R")
    story.speed(4.0, over_s=2)
    for side in (-1.0, 1.0, -1.0):
        story.look(side * float(story.rng.uniform(70, 120)), -5, float(story.rng.uniform(2, 6)))
        story.steer(side * 300, over_s=2)
        story.look(39 if side > 0 else -46, -9, 1.2)
        story.ahead(0.8)
    story.speed(0.0, over_s=1)
    story.steer(0.0, over_s=2)
    story.gear("P")
    story.look(-30, -45, 20)
    story.ahead(10)
    story.look(70, -5, 3)
    story.gear("D")
    pull_off(story, before)
    attentively(story, 20)
