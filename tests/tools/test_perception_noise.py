"""The noise of simulated drivers is that which was measured, and measuring finds the noise that is there."""

from __future__ import annotations

from dataclasses import astuple, replace

import numpy as np
import pytest

from dms.types import Observation
from tools.simulate.corpus import draw_driver, simulate
from tools.simulate.courses import angle_errors, jitter_of, memory_s
from tools.simulate.measure_noise import READABLE, Track, rounded
from tools.simulate.noise import Jitter, between, draw_between, load_noise
from tools.simulate.script import DriverProfile, Script
from tools.simulate.sensor import _jitter
from tools.simulate.sensor_profile import FAITHFUL, draw_sensor

T = np.arange(0.0, 240.0, 1 / 30)
EVERY = np.ones(T.size, dtype=bool)


def course() -> np.ndarray:
    """A head that sways slowly: the measurement must not take it for noise."""
    return 8.0 * np.sin(2 * np.pi * T / 9.0)


def test_noise_is_found_under_a_sway() -> None:
    noise = _jitter(T, Jitter(0.4, 0.06, 0.0, 0.0, 1.0), np.random.default_rng(1))
    found = jitter_of(T, course() + noise, EVERY)
    assert found.sd == pytest.approx(0.4, rel=0.15)
    # The course follows a part of what lasts longest.
    assert 0.036 < found.memory_s < 0.066
    assert found.outlier_share < 0.002


def test_frames_that_are_far_off_are_counted_apart() -> None:
    noise = _jitter(T, Jitter(0.2, 0.03, 0.01, 3.0, 1 / 30), np.random.default_rng(2))
    found = jitter_of(T, course() + noise, EVERY)
    assert found.sd == pytest.approx(0.2, rel=0.3)
    assert found.outlier_share == pytest.approx(0.008, abs=0.004)
    assert found.outlier_size == pytest.approx(3.0, rel=0.4)


def test_scale_constant_and_delay_are_told_apart() -> None:
    looks = np.where(np.sin(2 * np.pi * T / 4.0) > 0.7, 20.0, 0.0)
    read = 0.9 * np.interp(T - 0.1, T, looks) + 3.0
    found = angle_errors(T, read, T, looks, sigma_deg=2.0)
    assert found.lag_s == pytest.approx(0.1, abs=0.02)
    assert found.gain == pytest.approx(0.9, abs=0.01)
    # The constant is the mean error: 3 degrees, less a tenth of how far the driver looks away on average.
    assert found.bias * 2.0 == pytest.approx(3.0 - 0.1 * looks.mean(), abs=0.1)
    assert found.slow_sd < 0.05


def test_the_memory_of_white_noise_is_less_than_a_frame() -> None:
    assert memory_s(np.random.default_rng(0).normal(size=5000), 1 / 30) < 1 / 30


def test_simulated_drivers_have_the_noise_of_their_profile() -> None:
    """What `measure_noise` says of a simulated driver who just looks ahead is what the driver was drawn with."""
    for number in (0, 1, 4):
        drawn = draw_sensor(np.random.default_rng(number), night=False)
        sensor = replace(drawn, glare_per_hour=0.0, sunglasses=False)
        calm = DriverProfile("calm", sensor=sensor)
        seen = [r for r in simulate(calm, Script(240.0), np.random.default_rng(number)) if isinstance(r, Observation)]
        track = Track("calm", "car", seen)
        head = jitter_of(track.t, track.head_yaw, track.is_open, unit=track.head_sigma)
        gaze = jitter_of(track.t, track.gaze_pitch, track.is_open, unit=track.gaze_sigma)
        lids = jitter_of(track.t, track.openness, track.is_open)
        # The slow wander leaves a little in the second that the course spans.
        assert sensor.head.yaw.sd * 0.7 < head.sd < sensor.head.yaw.sd * 1.4 + 0.02
        assert sensor.gaze.pitch.sd * 0.7 < gaze.sd < sensor.gaze.pitch.sd * 1.4 + 0.02
        assert lids.sd == pytest.approx(sensor.openness.sd, rel=0.4)
        assert np.nanmedian(track.gaze_sigma) == pytest.approx(sensor.gaze.sigma_deg, rel=0.35)
        lost_per_min = float((np.diff(track.face.astype(int)) < 0).sum()) / 4.0
        assert lost_per_min <= 3.0


def test_drivers_behind_sunglasses_show_no_eyes() -> None:
    hidden = DriverProfile("hidden", sensor=replace(FAITHFUL, sunglasses=True))
    for record in simulate(hidden, Script(5.0), np.random.default_rng(0)):
        assert isinstance(record, Observation)
        assert record.gaze is None
        assert record.eyes is not None
        assert record.eyes.left is not None
        assert record.eyes.left.visible < READABLE


def test_the_measurement_that_is_kept_covers_real_and_rendered_drivers() -> None:
    noise = load_noise()
    assert {video.kind for video in noise.videos} == {"day", "night", "car", "webcam"}
    assert len(noise.of("car", "webcam")) == 3
    assert noise.pooled.seconds > 180
    for video in noise.videos:
        # Rendered drivers have a script as truth; real ones have none.
        assert (video.head.yaw_drift is not None) == (video.kind in ("day", "night"))
        assert 0 < video.openness.sd < 0.2
        assert 1 < video.head.sigma_deg < video.gaze.sigma_deg + 2 < 20


def test_drivers_differ_within_what_was_measured() -> None:
    noise = load_noise()
    drivers = [draw_driver(1, number) for number in range(40)]
    gaze = [driver.sensor.gaze.sigma_deg for driver in drivers]
    measured = [video.gaze.sigma_deg for video in noise.videos]
    assert min(measured) <= min(gaze) < max(gaze) <= max(measured)
    assert max(gaze) > 1.5 * min(gaze)
    assert 4 <= sum(driver.sensor.night for driver in drivers) <= 18
    assert any(driver.sensor.sunglasses for driver in drivers)


def test_values_between_two_videos_are_between_them() -> None:
    one, other = Jitter(0.1, 0.05, 0.0, 0.0, 0.1), Jitter(0.4, 0.05, 0.1, 1.0, 0.1)
    assert astuple(between(one, other, 0.5)) == pytest.approx((0.2, 0.05, 0.05, 0.5, 0.1))
    assert all(1.0 <= draw_between([1.0, 4.0], np.random.default_rng(seed)) <= 4.0 for seed in range(20))


def test_figures_are_kept_to_four_digits() -> None:
    assert rounded({"a": 0.123456, "b": [12345.6, 3], "c": None}) == {"a": 0.1235, "b": [12350.0, 3], "c": None}
