"""Labels drawn over their pictures, to look at: whether points sit, and whether the head's axes point where its nose does."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.perception import crops
from dms.perception.head_geometry import angles_from_rotation
from tools.datasets.checks import Examined
from tools.datasets.face import LabelledFace
from tools.picture_files import Picture

SIDE = 256
SHOWN_SHARE = 0.55
"""Of a tile that the face takes."""
LEFT_COLOUR, UP_COLOUR, AHEAD_COLOUR = (0, 0, 255), (0, 255, 0), (255, 0, 0)
"""Of the axes (BGR): to the person's left red, up green, out of the face blue."""
SHOWN, HIDDEN, GAZE = (0, 255, 0), (0, 0, 255), (0, 255, 255)


def sheet(faces: Sequence[Examined]) -> Picture:
    """All faces side by side, BGR."""
    return grid([tile(*each) for each in faces], max(min(len(faces), 4), math.ceil(math.sqrt(len(faces)))))


def grid(tiles: Sequence[Picture], columns: int) -> Picture:
    """Pictures of one size in rows of so many; the last row is filled with black."""
    filled = [*tiles, *[np.zeros_like(tiles[0])] * (-len(tiles) % columns)]
    return np.vstack([np.hstack(filled[start : start + columns]) for start in range(0, len(filled), columns)])


def tile(face: LabelledFace, picture: Picture, square: crops.Crop | None = None) -> Picture:
    """One face (SIDE, SIDE, 3) with all that is known of it: points (green; red if hidden), axes, gaze (yellow), yaw, pitch
    and roll. Shown is `square` of the picture, or about twice the face's box."""
    assert face.place is not None, "checked before"
    x, y, width, height = face.place
    square = square or crops.Crop(x + width / 2, y + height / 2, max(width, height) / SHOWN_SHARE)
    drawn = cv2.cvtColor(crops.cut(picture, square, SIDE), cv2.COLOR_GRAY2BGR)

    def at(point: NDArray[np.floating]) -> tuple[int, int]:
        left, top = np.rint((square.to_crop(np.asarray(point)) + 0.5) * SIDE - 0.5).astype(int).tolist()
        return left, top

    corner, opposite = at(np.array([x, y])), at(np.array([x + width, y + height]))
    cv2.rectangle(drawn, corner, opposite, (128, 128, 128), 1)
    middle, length = np.array([x + width / 2, y + height / 2]), 0.5 * max(width, height)
    if face.landmarks is not None:
        visible = np.ones(len(face.landmarks)) if face.landmark_visible is None else face.landmark_visible
        for point, shows in zip(face.landmarks, visible, strict=True):
            if np.isfinite(point).all():
                cv2.circle(drawn, at(point), 1, HIDDEN if shows < 0.5 else SHOWN, -1, cv2.LINE_AA)
        if np.isfinite(face.landmarks[30]).all():
            middle = face.landmarks[30]
    if face.rotation is not None:
        for axis, colour in enumerate((LEFT_COLOUR, UP_COLOUR, AHEAD_COLOUR)):
            tip = face.rotation[:2, axis] * (1, -1) * length
            cv2.line(drawn, at(middle), at(middle + tip), colour, 2, cv2.LINE_AA)
        text = "yaw {:+.0f} pitch {:+.0f} roll {:+.0f}".format(*angles_from_rotation(face.rotation))
        for grey, place in (*((0, (4 + x, 14 + y)) for x in (-1, 1) for y in (-1, 1)), (255, (4, 14))):  # to be read on any skin
            cv2.putText(drawn, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.42, (grey, grey, grey), 1, cv2.LINE_AA)
    if face.gaze is not None and face.landmarks is not None:
        for direction, lids in zip(face.gaze, (slice(42, 48), slice(36, 42)), strict=True):
            eye = face.landmarks[lids].mean(axis=0)
            if np.isfinite(eye).all():
                cv2.line(drawn, at(eye), at(eye + direction[:2] * (1, -1) * length), GAZE, 1, cv2.LINE_AA)
    return np.asarray(drawn, np.uint8)
