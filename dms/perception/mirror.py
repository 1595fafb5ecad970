"""Which landmark becomes which when a picture is mirrored, and one reading out of a face and its mirror image."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dms.perception.decode import FaceReading, rotation_from_6d

_PAIRS = [
    *((i, 16 - i) for i in range(8)),
    *((17 + i, 26 - i) for i in range(5)),
    (31, 35), (32, 34),
    (36, 45), (37, 44), (38, 43), (39, 42), (40, 47), (41, 46),
    (48, 54), (49, 53), (50, 52), (55, 59), (56, 58), (60, 64), (61, 63), (65, 67),
]  # fmt: skip


def _order() -> NDArray[np.int64]:
    order = np.arange(68)
    for first, second in _PAIRS:
        order[first], order[second] = second, first
    return order


MIRRORED_LANDMARKS = _order()
"""(68,) index of the landmark that takes each place once the picture is mirrored (iBUG order, from 0)."""


def joined(plain: FaceReading, mirrored: FaceReading) -> FaceReading:
    """The mean of a face's reading and that of its mirror image, both in frame coordinates; in the mirror image
    the network takes the driver's left for the right, which is undone here."""

    def both(first: float, second: float) -> float:
        return (first + second) / 2

    return FaceReading(
        score=both(plain.score, mirrored.score),
        landmarks=np.asarray((plain.landmarks + mirrored.landmarks[MIRRORED_LANDMARKS]) / 2, dtype=np.float32),
        landmark_sigma=np.asarray((plain.landmark_sigma + mirrored.landmark_sigma[MIRRORED_LANDMARKS]) / 2, dtype=np.float32),
        rotation=rotation_from_6d((plain.rotation + mirrored.rotation)[:, :2].T.reshape(6)),
        rotation_sigma_deg=both(plain.rotation_sigma_deg, mirrored.rotation_sigma_deg),
        mouth_open=both(plain.mouth_open, mirrored.mouth_open),
        mouth_visible=both(plain.mouth_visible, mirrored.mouth_visible),
        eyes_visible=(
            both(plain.eyes_visible[0], mirrored.eyes_visible[1]),
            both(plain.eyes_visible[1], mirrored.eyes_visible[0]),
        ),
        eyes_open=(both(plain.eyes_open[0], mirrored.eyes_open[1]), both(plain.eyes_open[1], mirrored.eyes_open[0])),
        expression=np.asarray((plain.expression + mirrored.expression) / 2, dtype=np.float32),
    )
