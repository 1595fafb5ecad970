"""The drives on which the idea is judged: what the car does, what is outside, and how nasty that is. The trace is the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tools.outside import textures
from tools.outside.cabin import HEIGHT, WIDTH, WINDOW_ROWS, Cabin, Film, Shake
from tools.outside.camera import Camera
from tools.outside.driver_layer import DriverLayer
from tools.outside.trace import Knots, Trace
from tools.outside.world import Lens, Thing, Wall, World

DURATION_S = 60.0
STILL: Knots = ((0.0, 0.0),)
STOPS: Knots = ((0.0, 40.0), (11.0, 40.0), (16.0, 0.0))
"""A car that comes to a stand, and stays."""
SMOOTH = Shake(idle_px=0.02, road_px=0.08, body_px=0.3)
SHAKEN = Shake(idle_px=0.5, road_px=0.8, body_px=1.0)
NIGHT = Camera(noise=5.0)
INFRARED = Camera(noise=3.0, infrared=True)


@dataclass(frozen=True, slots=True)
class Outside:
    """What stands and moves about the car, and how its windows and cabin are."""

    cabin: Cabin
    walls: tuple[Wall, ...] = ()
    things: tuple[Thing, ...] = ()
    cloud_levels: float = 8.0
    skyline: float = 0.6
    ground_levels: float = 14.0
    light: float = 1.0


@dataclass(frozen=True, slots=True)
class Case:
    """One drive. `says` is what is hard in it."""

    name: str
    says: str
    speed_kph: Knots
    outside: Callable[[Generator, Trace], Outside]
    yaw_rate_deg_s: Knots = STILL
    ferry: bool = False
    """The outside moves by the trace, but the car stands on what moves: its own speed is 0."""


def trace_of(case: Case) -> Trace:
    """How the outside moves."""
    return Trace(case.speed_kph, case.yaw_rate_deg_s, DURATION_S)


def speed_kph(case: Case, t: float) -> float:
    """What the car's own wheels would say."""
    return 0.0 if case.ferry else trace_of(case).speed_kph(t)


def film(case: Case, seed: int, driver: DriverLayer | None) -> Film:
    """The case before a camera; another seed is another cabin, another lens and another world of the same kind."""
    generator = np.random.default_rng([seed, *case.name.encode()])
    trace = trace_of(case)
    outside = case.outside(generator, trace)
    is_left = outside.cabin.layout != "mirror"
    lens = Lens(
        WIDTH,
        HEIGHT,
        float(generator.uniform(58, 80)),
        float(generator.uniform(148, 165)) if is_left else 170.0,
        2.0,
        WINDOW_ROWS,
    )
    world = World(
        lens, trace, textures.sky(generator, outside.cloud_levels, outside.skyline),
        textures.ground(generator, outside.ground_levels), list(outside.walls), list(outside.things), outside.light,
    )  # fmt: skip
    return Film(outside.cabin, world, trace, driver, generator)
