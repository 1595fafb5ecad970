"""How the surroundings of a case are made up: things beside the road, traffic that passes, a cabin like most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.random import Generator

from tools.outside.cabin import Cabin
from tools.outside.cases import DURATION_S
from tools.outside.textures import Painted
from tools.outside.trace import Trace
from tools.outside.world import Thing

BEYOND_M = 60.0
"""The road is furnished from so far behind its start to so far beyond its end."""

Paint = Callable[[Generator], Painted]


def along_the_road(
    generator: Generator, trace: Trace, paint: Paint, every_m: float, aside_m: tuple[float, float],
    foot_m: float = 0.0, glows: bool = False,
) -> tuple[Thing, ...]:  # fmt: skip
    """Things on both sides of the way that the car takes."""
    things = []
    times = np.linspace(0, DURATION_S, 600)
    driven_m = [trace.pose(float(t)).driven_m for t in times]
    for at_m in np.arange(driven_m[0] - BEYOND_M, driven_m[-1] + BEYOND_M, every_m):
        pose = trace.pose(float(np.interp(at_m, driven_m, times)))
        aside = float(generator.uniform(*aside_m)) * float(generator.choice((-1.0, 1.0)))
        along = at_m - pose.driven_m + float(generator.uniform(0, every_m / 2))
        c, s = np.cos(pose.heading_rad), np.sin(pose.heading_rad)
        x_m, y_m = pose.x_m + c * along - s * aside, pose.y_m + s * along + c * aside
        things.append(standing(paint(generator), x_m, y_m, foot_m, glows))
    return tuple(things)


def standing(painted: Painted, x_m: float, y_m: float, foot_m: float = 0.0, glows: bool = False) -> Thing:
    """A thing that stays where it is."""
    return Thing(painted, lambda _: x_m, lambda _: y_m, foot_m, glows)


def passing(
    generator: Generator, paint: Paint, every_s: float, kph: float, aside_m: float, foot_m: float = 0.0, glows: bool = False
) -> tuple[Thing, ...]:
    """Things that drive or walk past a car that has stopped, one after another, forwards (or backwards if kph < 0)."""
    pace_m_s = kph / 3.6

    def one(start_s: float) -> Thing:
        beside_s = start_s + float(generator.uniform(0, 0.5)) * every_s
        return Thing(paint(generator), lambda t: pace_m_s * (t - beside_s), lambda _: aside_m, foot_m, glows)

    return tuple(one(float(start_s)) for start_s in np.arange(-5.0, DURATION_S + 5.0, every_s))


def cabin(generator: Generator, **changes: Any) -> Cabin:
    """A cabin like most: one of the layouts with a fair view, daylight, ordinary shake; but for the changes."""
    layout = "dash" if generator.random() < 0.6 else "mirror"
    ordinary = Cabin(layout, ambient=float(generator.uniform(0.5, 1.0)), sun=float(generator.uniform(0.1, 0.5)))
    return replace(ordinary, **changes)
