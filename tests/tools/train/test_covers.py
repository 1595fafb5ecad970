"""Things before an eye: what hides its opening makes it unreadable, what lies beside it does not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tools.train import cover_painters, covers
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


def crop_of_a_face() -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """A face's crop (112, 112) with two dark open eyes, and their lids."""
    left, right = OPEN * 0.3 + (0.2, -0.15), OPEN * 0.3 + (-0.2, -0.15)
    picture = np.full((112, 112), 150, np.uint8)
    for lids in (left, right):
        picture[covers.eye_opening(lids, 112)] = 40
    grain = np.random.default_rng(7).integers(-15, 16, picture.shape)
    return (picture + grain).astype(np.uint8), (left, right)


@pytest.mark.parametrize("kind", covers.KINDS)
def test_what_lies_before_the_eyes_of_a_face_hides_them_and_leaves_its_chin(
    kind: str, hdri: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(covers, "SHARES", tuple(float(kind == each) for each in covers.KINDS))
    rng, reflections = np.random.default_rng(6), Backgrounds(hdri)
    picture, eyes = crop_of_a_face()
    hidden = 0
    for _ in range(40):
        covered, readable = covers.cover_eyes_of_face(picture, eyes, rng, reflections)
        assert covered.shape == picture.shape
        assert covered.dtype == np.uint8
        assert (covered[100:] == picture[100:]).all(), "painted about the eyes alone"
        for lids, share in zip(eyes, readable, strict=True):
            if share == 0.0:
                hidden += 1
                assert (covered != picture)[covers.eye_opening(lids, 112)].mean() >= covers.HIDDEN_TO * 0.8
    assert hidden > 3, "each kind hides eyes at times"


def test_a_light_as_bright_as_the_skin_that_hides_an_eye_has_no_edge(hdri: Path) -> None:
    """The cover that looks most like a closed lid: nothing in it is darker than the lash line of a closed eye would be."""
    rng = np.random.default_rng(8)
    picture = eye(OPEN)
    opening = covers.eye_opening(OPEN, 48)
    smooth = 0
    for _ in range(200):
        covered, opacity = cover_painters.glow(picture, opening, rng)
        if opacity[opening].min() > 0.85 and abs(float(covered[opening].mean()) - 150) < 40:
            smooth += 1
            assert np.abs(np.diff(opacity, axis=0)).max() < 0.4
    assert smooth > 5
