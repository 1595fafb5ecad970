"""What the method on trial takes for movement outside, and what it does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tools.outside.cabin import WIDTH, inside_of, shifted, window_mask
from tools.outside.cases import film
from tools.outside.judge import Bars, Judged, bars_of, fit
from tools.outside.moving_cases import MOVING
from tools.outside.reader import LONGEST_GAP_S, OutsideReader, Reading, driver_patches
from tools.outside.seconds import features, readings_of, spans
from tools.outside.tables import count

CABIN = inside_of(np.random.default_rng(5))
FACE = (120.0, 60.0, 50.0, 60.0)


def shown(picture: np.ndarray) -> np.ndarray:
    return np.clip(picture, 0, 255).astype(np.uint8)


def last_of(pictures: list[np.ndarray], face: tuple[float, float, float, float] | None = None) -> Reading:
    reader = OutsideReader()
    readings = [reader.read(shown(picture), 0.1 * index, face) for index, picture in enumerate(pictures)]
    assert readings[-1] is not None
    return readings[-1]


def test_a_camera_that_shakes_sees_no_windows_and_says_how_far_it_shook() -> None:
    reading = last_of([shifted(CABIN, 1.0 * (k % 2), 0.0) for k in range(30)])
    assert reading.windows == 0
    assert reading.shake_px == pytest.approx(80 / WIDTH, rel=0.2)


def test_light_that_comes_and_goes_over_the_cabin_is_no_movement() -> None:
    reading = last_of([CABIN * (1.0 + 0.15 * (k % 2)) for k in range(30)])
    assert reading.windows == 0
    assert reading.light == pytest.approx(np.log(1.15), abs=0.03)


def test_a_driver_who_moves_is_no_window() -> None:
    body = [CABIN.copy() for _ in range(30)]
    for index, picture in enumerate(body):
        picture[70:230, 110 + 3 * (index % 8) : 160 + 3 * (index % 8)] = 220.0
    assert last_of(body, FACE).windows == 0
    assert last_of(body).windows > 0


def test_the_driver_covers_what_is_below_the_face_and_nobody_covers_nothing() -> None:
    covered = driver_patches(FACE, 80 / WIDTH)
    assert covered[-1].any()
    assert not covered[0].any()
    assert not driver_patches(None, 80 / WIDTH).any()


def test_a_drive_on_the_motorway_finds_its_windows_where_they_are() -> None:
    reader = OutsideReader()
    motorway = film(MOVING[0], 1, None)
    readings = [reader.read(frame.picture, frame.t, None) for frame in motorway.frames(10.0, 4.0)]
    assert readings[0] is None
    places = cv2.resize(window_mask("dash") + window_mask("mirror"), (20, 15), interpolation=cv2.INTER_AREA) > 0
    assert reader.windows.sum() > 10
    assert (reader.windows & ~places).sum() <= 0.1 * reader.windows.sum()
    assert readings[-1].changed > 0.2


def test_after_a_gap_nothing_is_compared() -> None:
    reader = OutsideReader()
    assert reader.read(shown(CABIN), 0.0, None) is None
    assert reader.read(shown(CABIN), 0.1, None) is not None
    assert reader.read(shown(CABIN), 0.2 + LONGEST_GAP_S, None) is None


def test_a_second_without_known_windows_has_no_features() -> None:
    readings = readings_of(film(MOVING[0], 1, None).frames(10.0, 3.0))
    assert features(readings[:3]) is None
    assert [features(recent) is not None for _, recent in spans(readings)][-1]
    still = OutsideReader()
    assert features([one for k in range(30) if (one := still.read(shown(CABIN), 0.1 * k, None))]) is None


def test_what_is_easily_told_apart_is_told_apart() -> None:
    generator = np.random.default_rng(1)
    rows = np.concatenate([generator.normal(0, 1, (200, 3)), generator.normal(4, 1, (50, 3))])
    model = fit(rows, np.repeat([0.0, 1.0], [200, 50]))
    assert model.moving(rows[:200]).max() < 0.5 < model.moving(rows[200:]).min()


def test_bars_are_as_wide_as_the_precision_asked_allows() -> None:
    moves = np.array([0.0] * 100 + [1.0] * 100)
    probability = np.linspace(0.0, 1.0, 200)
    assert bars_of([Judged("clear", moves, probability)]).moving <= 0.51
    probability[0] = np.nan
    mixed = bars_of([Judged("one that looks like moving", np.array([*moves, 0.0]), np.array([*probability, 0.9]))])
    assert mixed.moving > 0.5
    hopeless = bars_of([Judged("hopeless", np.array([0.0, 1.0]), np.array([0.9, 0.1]))])
    assert hopeless == Bars(-np.inf, np.inf)


def test_seconds_are_counted_by_what_was_true_and_what_was_said() -> None:
    judged = Judged("drive", np.array([1.0, 1.0, 1.0, 0.0, 0.0, np.nan]), np.array([0.9, 0.1, np.nan, 0.1, 0.9, 0.9]))
    counted = count(judged, Bars(0.2, 0.8))
    assert (counted.moving, counted.moving_right, counted.moving_wrong) == (3, 1, 1)
    assert (counted.standing, counted.standing_right, counted.standing_wrong) == (2, 1, 1)
