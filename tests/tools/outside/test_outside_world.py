"""Drives with a moving outside: the trace is the truth, near things pass fast, and a turn shows in the sky."""

from __future__ import annotations

import numpy as np
import pytest

from tools.outside import textures
from tools.outside.cabin import HEIGHT, WIDTH, WINDOW_ROWS, window_mask
from tools.outside.cases import film, speed_kph
from tools.outside.moving_cases import MOVING
from tools.outside.standing_cases import STANDING
from tools.outside.trace import STEP_S, Trace
from tools.outside.world import Lens, Wall, World

LENS = Lens(WIDTH, HEIGHT, 70.0, 90.0, 0.0, HEIGHT)
"""Straight out of the driver's window."""
STILL = ((0.0, 0.0),)


def world(trace: Trace, *walls: Wall) -> World:
    generator = np.random.default_rng(3)
    return World(LENS, trace, textures.sky(generator, 20.0, 0.6), textures.ground(generator, 14.0), list(walls), [])


def test_a_car_that_stops_has_driven_as_far_as_its_speed_says_and_stands_at_the_origin() -> None:
    trace = Trace(((0.0, 36.0), (10.0, 36.0), (12.0, 0.0)), STILL, 20.0)
    assert trace.pose(0.0).driven_m == pytest.approx(-110.0, abs=10 * STEP_S)
    assert trace.pose(15.0).driven_m == pytest.approx(0.0, abs=1e-6)
    assert trace.pose(15.0).x_m == pytest.approx(0.0, abs=1e-6)


def test_a_turn_to_the_left_turns_the_heading_counter_clockwise() -> None:
    trace = Trace(((0.0, 20.0),), ((0.0, 30.0),), 3.0)
    assert np.degrees(trace.pose(3.0).heading_rad) == pytest.approx(90.0, abs=2.0)
    assert trace.pose(3.0).y_m > trace.pose(0.0).y_m


def test_the_sky_stays_while_the_car_goes_straight_and_moves_while_it_turns() -> None:
    straight, turning = Trace(((0.0, 90.0),), STILL, 4.0), Trace(((0.0, 90.0),), ((0.0, 10.0),), 4.0)
    high_up = slice(0, HEIGHT // 3)
    assert np.array_equal(world(straight).at(1.0)[high_up], world(straight).at(2.0)[high_up])
    assert np.abs(world(turning).at(1.0)[high_up] - world(turning).at(2.0)[high_up]).mean() > 5.0


def test_a_near_wall_passes_faster_than_a_far_one() -> None:
    """One post in a wall: how far it goes in the picture while the car goes a metre is the focal length over its distance."""
    grey, cover = np.full((10, 1000), 0.0, np.float32), np.zeros((10, 1000), np.float32)
    cover[:, 495:505] = 1.0
    post = textures.Painted(grey, cover, 100.0, 8.0)
    trace = Trace(((0.0, 36.0),), STILL, 4.0)

    def column(aside_m: float, t: float) -> float:
        picture = world(trace, Wall(post, aside_m, lambda _: trace.pose(2.0).driven_m - 50.0, repeats=False)).at(t)
        return float(np.flatnonzero(picture[HEIGHT // 2 - 3] == 0.0).mean())

    for aside_m in (5.0, 20.0):
        gone_px = abs(column(aside_m, 2.1) - column(aside_m, 2.0))
        assert gone_px == pytest.approx(LENS.focal_px / aside_m, rel=0.15)


def test_on_a_ferry_the_outside_moves_and_the_car_stands() -> None:
    ferry = next(case for case in STANDING if case.name == "ferry")
    assert speed_kph(ferry, 10.0) == 0.0
    first, later = (frame.picture.astype(float) for frame in list(film(ferry, 1, None).frames(2.0, 2.0))[1::2])
    glass = window_mask("dash")[:WINDOW_ROWS] > 0.99
    assert np.abs(first - later)[:WINDOW_ROWS][glass].mean() > 3.0


def test_every_case_has_a_name_of_its_own_and_its_class_is_that_of_its_trace() -> None:
    assert len({case.name for case in (*MOVING, *STANDING)}) == len(MOVING) + len(STANDING)
    assert all(max(speed_kph(case, t) for t in range(20, 60)) >= 5.0 for case in MOVING)
    assert all(speed_kph(case, t) == 0.0 for case in STANDING for t in range(20, 60))


def test_the_same_seed_films_the_same_frames_and_another_seed_another_world() -> None:
    def last(seed: int) -> np.ndarray:
        return list(film(MOVING[0], seed, None).frames(10.0, 0.4))[-1].picture

    assert np.array_equal(last(1), last(1))
    assert not np.array_equal(last(1), last(2))
