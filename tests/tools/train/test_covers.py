"""Things before an eye: what hides its opening makes it unreadable, what lies beside it does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tools.train import covers
from tools.train.backgrounds import Backgrounds

OPEN = np.array([[-0.28, 0.0], [-0.1, -0.1], [0.1, -0.1], [0.28, 0.0], [0.1, 0.1], [-0.1, 0.1]])
CLOSED = OPEN * (1.0, 0.02)


def eye(lids: np.ndarray) -> np.ndarray:
    picture = np.full((48, 48), 150, np.uint8)
    picture[covers.eye_opening(lids, 48)] = 40
    return picture


@pytest.mark.parametrize("lids", [OPEN, CLOSED], ids=["open", "closed"])
def test_every_eye_has_an_opening_to_cover(lids: np.ndarray) -> None:
    opening = covers.eye_opening(lids, 48)
    assert 30 < opening.sum() < 48 * 48 / 4
    assert opening[24, 24]


@pytest.mark.parametrize("lids", [OPEN, CLOSED], ids=["open", "closed"])
def test_what_changed_over_the_opening_decides_what_can_be_read(lids: np.ndarray, hdri: Path) -> None:
    rng, reflections, picture = np.random.default_rng(4), Backgrounds(hdri), eye(lids)
    opening = covers.eye_opening(lids, 48)
    readable, changed = [], []
    for _ in range(300):
        covered, share = covers.cover_eye(picture, lids, rng, reflections)
        assert covered.shape == picture.shape
        assert covered.dtype == np.uint8
        readable.append(share)
        changed.append(float((covered != picture)[opening].mean()))
    readable_eyes, all_changed = np.array(readable), np.array(changed)
    assert (readable_eyes[all_changed < 0.2] == 1.0).all(), "nothing over the opening hides nothing"
    assert (readable_eyes == 0.0).mean() > 0.3
    assert (readable_eyes == 1.0).mean() > 0.2
    assert all_changed[readable_eyes == 0.0].min() >= covers.HIDDEN_TO * 0.9


def test_light_that_burns_the_picture_out_hides_the_eye(hdri: Path) -> None:
    rng, reflections = np.random.default_rng(5), Backgrounds(hdri)
    opening = covers.eye_opening(OPEN, 48)
    for _ in range(300):
        covered, share = covers.cover_eye(eye(OPEN), OPEN, rng, reflections)
        if (covered[opening] >= 254).mean() > 0.9:
            assert share == 0.0
