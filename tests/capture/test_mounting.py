"""A camera on its side, on its head or behind a mirror: whatever the source, the picture that comes out is upright."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import cv2
import numpy as np
import pytest

from dms.capture import UPRIGHT, CaptureSettings, FrameSource, Mounting, open_source
from dms.config.defaults import Rotation
from dms.types import Frame

MOUNTINGS = [Mounting(rotation, mirror) for rotation in get_args(Rotation) for mirror in (False, True)]
CLOCKWISE_QUARTERS = {0: 0, 90: 1, 180: 2, 270: 3}


def cabin() -> np.ndarray:
    """Brighter to the right, darker to the bottom, so that every way to hold it looks different."""
    rows, columns = np.mgrid[:120, :160]
    grey = np.asarray(80 + columns - rows // 2, dtype=np.uint8)
    return np.stack([grey, grey, grey], axis=2)


def as_mounted(picture: np.ndarray, mounting: Mounting) -> np.ndarray:
    """What a camera so mounted sees: the turn and the mirror undone, the last first."""
    seen = picture[:, ::-1] if mounting.mirror else picture
    return np.ascontiguousarray(np.rot90(seen, CLOCKWISE_QUARTERS[mounting.rotate_deg]))


def recorded(folder: Path, kind: str, picture: np.ndarray) -> Path:
    if kind == "pictures":
        for number in range(3):
            cv2.imwrite(str(folder / f"{number}.png"), picture)
        return folder
    path = folder / "drive.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (picture.shape[1], picture.shape[0]))
    for _ in range(3):
        writer.write(picture)
    writer.release()
    return path


def frames_of(source: FrameSource) -> list[Frame]:
    with source:
        return [frame for frame in source if isinstance(frame, Frame)]


@pytest.mark.parametrize("mounting", MOUNTINGS, ids=str)
@pytest.mark.parametrize("kind", ["video", "pictures"])
@pytest.mark.parametrize("paced", [False, True], ids=["at full speed", "in real time"])
def test_every_mounting_is_brought_upright(mounting: Mounting, kind: str, paced: bool, tmp_path: Path) -> None:
    path = recorded(tmp_path, kind, as_mounted(cabin(), mounting))
    source = open_source(path, CaptureSettings(mounting=mounting), paced=paced)
    frames = frames_of(source)
    assert len(frames) == 3
    for frame in frames:
        assert frame.image.shape == cabin().shape
        assert np.abs(frame.image.astype(int) - cabin()).mean() < 3
    if kind == "video":
        assert source.size == (160, 120)


def test_grey_pictures_are_turned_as_well() -> None:
    grey = cabin()[:, :, 0]
    for mounting in MOUNTINGS:
        assert np.array_equal(mounting.upright(as_mounted(grey, mounting)), grey)


def test_an_upright_camera_costs_nothing() -> None:
    picture = cabin()
    assert UPRIGHT.upright(picture) is picture
    assert str(UPRIGHT) == "as it comes"
    assert str(Mounting(180, True)) == "turned by 180 degrees and mirrored"
