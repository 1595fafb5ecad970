"""What the method on trial takes for movement outside, and what it does not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tools.outside.cabin import WIDTH, inside_of, shifted, window_mask
from tools.outside.cases import film
from tools.outside.judge import SURE, Bars, Judged, bars_of, fit, other_worlds, truth
from tools.outside.moving_cases import MOVING
from tools.outside.reader import LONGEST_GAP_S, OutsideReader, Reading, driver_patches
from tools.outside.seconds import Second, features, readings_of, spans
from tools.outside.tables import count, precisions

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
    assert precisions(counted) == (
        "moving: precision 50.0 % (1 of 2), recall 33.3 % (1 of 3); standing: precision 50.0 % (1 of 2), recall 50.0 % (1 of 2)"
    )
    nothing = Judged("unknown", np.array([0.0]), np.array([np.nan]))
    assert (
        precisions(count(nothing, SURE)) == "moving: never claimed, none to find; standing: never claimed, recall 0.0 % (0 of 1)"
    )


def test_a_second_is_judged_once_what_it_looks_back_on_is_all_of_one_kind() -> None:
    def second(t: float, speed_kph: float | None, world: int = 1) -> Second:
        return Second("stops", world, t, speed_kph, 0.0, 0.0, None)

    stops = [second(t, 40.0 if t < 3 else 0.0) for t in range(9)]
    assert list(np.nan_to_num(truth(stops), nan=-1)) == [1, 1, 1, -1, -1, -1, -1, 0, 0]
    assert list(truth([second(8.0, 40.0), second(1.0, 0.0, world=2)])) == [1, 0]
    assert np.isnan(truth([second(1.0, None)])).all()


def test_a_drive_is_never_judged_by_what_its_own_world_taught() -> None:
    """Two worlds whose features say the opposite: who learns from the other is always wrong."""
    seconds = [
        Second("drive", world, float(t), 50.0 * moves, 0.0, 0.0, (float(moves if world == 1 else 1 - moves) * 4,))
        for world in (1, 2)
        for moves in (0, 1)
        for t in range(30)
    ]
    judged = other_worlds(seconds)[0]
    known = ~np.isnan(judged.moves)
    assert ((judged.probability > 0.5) != (judged.moves > 0.5))[known].all()
