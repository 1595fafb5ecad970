"""A still head stands still, a turning one is followed, and it does not matter how many frames a second there are."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dms.perception.smoothing import (
    HEAD_PER_SPEED,
    HEAD_RESTING_HZ,
    LONGEST_GAP_S,
    FaceSmoother,
    OneEuro,
)


def head_filter() -> OneEuro:
    return OneEuro(HEAD_RESTING_HZ, HEAD_PER_SPEED)


def follow(one: OneEuro, times: np.ndarray, signal: np.ndarray) -> np.ndarray:
    return np.array([one(t, np.array([value]))[0] for t, value in zip(times.tolist(), signal.tolist(), strict=True)])


def test_trembling_readings_of_a_still_head_come_to_rest() -> None:
    times = np.arange(0, 20, 1 / 30)
    noise = np.random.default_rng(1).normal(0, 1.0, times.size)
    assert follow(head_filter(), times, 10 + noise)[60:].std() < 0.4


def test_glance_to_the_mirror_is_followed_within_a_tenth_of_a_second() -> None:
    times = np.arange(0, 3, 1 / 30)
    turning = np.clip((times - 1) / 0.25, 0, 1) * 40
    smoothed = follow(head_filter(), times, turning)
    reached = times[np.argmax(smoothed > 20)] - times[np.argmax(turning > 20)]
    assert reached <= 0.1
    assert smoothed.max() <= 40.0 + 1e-9


@pytest.mark.parametrize("fps", [10.0, 15.0, 60.0])
def test_other_frame_rates_give_the_same_curve(fps: float) -> None:
    def curve(rate: float) -> np.ndarray:
        times = np.arange(0, 4, 1 / rate)
        turning = 15 * np.sin(2 * np.pi * 0.4 * times)
        return np.interp(np.arange(0.5, 3.5, 0.1), times, follow(head_filter(), times, turning))

    assert np.abs(curve(fps) - curve(30.0)).max() < 2.0


def test_nothing_is_smoothed_across_a_gap() -> None:
    one = head_filter()
    follow(one, np.arange(0, 1, 0.03), np.zeros(34))
    assert one(1.0 + LONGEST_GAP_S, np.array([50.0]))[0] == 50.0


def test_time_that_goes_backwards_starts_anew() -> None:
    one = head_filter()
    one(5.0, np.array([1.0]))
    assert one(4.0, np.array([30.0]))[0] == 30.0


@given(st.lists(st.floats(-90, 90), min_size=1, max_size=40), st.lists(st.floats(0.001, 0.24), min_size=40, max_size=40))
def test_smoothed_values_stay_among_those_that_were_read(values: list[float], steps: list[float]) -> None:
    one = head_filter()
    for place, (t, value) in enumerate(zip(itertools.accumulate(steps), values, strict=False)):
        smoothed = one(t, np.array([value]))[0]
        assert min(values[: place + 1]) - 1e-9 <= smoothed <= max(values[: place + 1]) + 1e-9


def test_near_and_far_faces_are_smoothed_alike() -> None:
    rng = np.random.default_rng(2)
    points = rng.uniform(0, 1, (30, 68, 2))

    def smoothed(size: float) -> np.ndarray:
        smoother = FaceSmoother()
        faces = [
            smoother.face(index / 30, (0, 0, 0), np.full(8, 0.125), points[index] * size, size).landmarks for index in range(30)
        ]
        return np.array(faces) / size

    assert np.allclose(smoothed(80.0), smoothed(240.0))


def test_expression_shares_stay_shares() -> None:
    smoother = FaceSmoother()
    rng = np.random.default_rng(3)
    for index in range(50):
        shares = rng.dirichlet(np.ones(8))
        smooth = smoother.face(index / 30, (0, 0, 0), shares, np.zeros((68, 2)), 100.0)
        assert smooth.expression.sum() == pytest.approx(1.0)
        assert smooth.expression.min() >= 0
