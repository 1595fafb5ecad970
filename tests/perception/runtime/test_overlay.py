"""The drawing shows what is known, and only that."""

from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec.structs import replace

from dms.perception.overlay import AXIS_COLORS, GAZE_COLOR, LEVEL_COLORS, POINT_COLOR, WARNING_COLOR, draw
from dms.types import Alert, AlertKind, CameraHealth, Cues, Eye, Eyes, Face, Gaze, Head, Level, Mouth, Observation, Phase

GROUND = np.full((480, 640, 3), 90, dtype=np.uint8)
POINTS = tuple((320 + 60 * math.cos(k / 68 * 6.28), 240 + 80 * math.sin(k / 68 * 6.28)) for k in range(68))
SEEN = Observation(
    t=12.5,
    frame=375,
    face=Face(0.98, (260.0, 160.0, 120.0, 160.0)),
    head=Head(30.0, 0.0, 0.0, 2.0),
    eyes=Eyes(Eye(0.9, 0.99), Eye(0.8, 0.98)),
    gaze=Gaze(40.0, -10.0, 4.0),
    mouth=Mouth(0.3, 0.97),
    emotion={"neutral": 0.8, "happiness": 0.2},
    landmarks=POINTS,
)


def where(image: np.ndarray, color: tuple[int, int, int]) -> np.ndarray:
    """Pixels (n, 2), x and y, of about that color."""
    rows, columns = np.nonzero(np.abs(image.astype(int) - color).max(axis=2) < 30)
    return np.column_stack([columns, rows])


def test_picture_itself_is_left_alone_and_grey_ones_are_drawn_in_color() -> None:
    before = GROUND.copy()
    assert draw(GROUND, SEEN).shape == (480, 640, 3)
    assert np.array_equal(GROUND, before)
    assert np.array_equal(draw(GROUND[:, :, 0].copy(), SEEN), draw(GROUND, SEEN))


def test_driver_who_looks_to_their_left_gets_arrows_to_the_right_of_the_picture() -> None:
    arrows = where(draw(GROUND, SEEN), GAZE_COLOR)
    eyes_x = np.mean([POINTS[k][0] for k in (*range(36, 48),)])
    assert arrows[:, 0].mean() > eyes_x + 5
    opposite = where(draw(GROUND, replace(SEEN, gaze=Gaze(-40.0, -10.0))), GAZE_COLOR)
    assert opposite[:, 0].mean() < arrows[:, 0].mean() - 20


def test_head_axes_follow_the_head() -> None:
    forward = AXIS_COLORS[2]
    left = where(draw(GROUND, SEEN), forward)
    right = where(draw(GROUND, replace(SEEN, head=Head(-30.0, 0.0, 0.0))), forward)
    assert left[:, 0].mean() > right[:, 0].mean() + 10


def test_open_eyes_have_higher_bars_than_closed_ones() -> None:
    closed = replace(SEEN, eyes=Eyes(Eye(0.05, 0.99), Eye(0.05, 0.99)), landmarks=None)
    corner = (slice(380, 480), slice(0, 90))
    opened = draw(GROUND, replace(SEEN, landmarks=None))[corner]
    assert len(where(opened, POINT_COLOR)) > len(where(draw(GROUND, closed)[corner], POINT_COLOR)) + 500


def test_unknown_parts_are_not_drawn() -> None:
    below_the_words = slice(60, None)
    nobody = draw(GROUND, Observation(1.0, 30))[below_the_words]
    for color in (GAZE_COLOR, *AXIS_COLORS, POINT_COLOR):
        assert len(where(nobody, color)) == 0
    hidden = replace(SEEN, eyes=Eyes(None, None), gaze=None, head=None, mouth=None, emotion=None)
    assert len(where(draw(GROUND, hidden)[below_the_words], GAZE_COLOR)) == 0


def test_camera_that_does_not_see_is_pointed_out() -> None:
    covered = draw(GROUND, Observation(1.0, 30, CameraHealth.COVERED))
    fine = draw(GROUND, replace(SEEN, landmarks=None))
    assert len(where(covered[:40], WARNING_COLOR)) > len(where(fine[:40], WARNING_COLOR)) + 20


def test_alerts_stand_at_the_bottom_in_the_color_of_their_level() -> None:
    alert = Alert(12.4, AlertKind.FATIGUE_MICROSLEEP, Level.URGENT, Phase.RAISE, 10.9, "microsleep", "default", {})
    milder = replace(alert, kind=AlertKind.DISTRACTION_LONG, level=Level.ADVISORY)
    picture = draw(GROUND, SEEN, [milder, alert], Cues(12.5, gaze_zone="ROAD", eyes_closed=True, eyes_closed_s=1.6))
    urgent, advisory = (where(picture, LEVEL_COLORS[level]) for level in (Level.URGENT, Level.ADVISORY))
    assert urgent[:, 1].mean() > advisory[:, 1].mean() > 400


@pytest.mark.parametrize("shape", [(120, 160, 3), (960, 540, 3), (1080, 1920, 3), (48, 48, 3)])
def test_any_size_of_picture_can_be_drawn_on(shape: tuple[int, int, int]) -> None:
    height, width = shape[:2]
    points = tuple((x / 640 * width, y / 480 * height) for x, y in POINTS)
    box = (0.4 * width, 0.3 * height, 0.2 * width, 0.3 * height)
    drawn = draw(np.zeros(shape, dtype=np.uint8), replace(SEEN, face=Face(0.9, box), landmarks=points))
    assert drawn.shape == shape
    assert drawn.any()
