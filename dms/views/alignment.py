"""How the second camera stands to the first, learned from moments in which both see the same head well.

Head angles are read along the ray from each camera to the head, so one rotation brings the angles of one camera into those of the
other. It depends on both mountings and on where the driver sits: nobody has to measure it, and it follows a driver who moves the
seat. Gaze errs by some degrees of its own in each view: that is levelled out beside it.
"""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace
from numpy.typing import NDArray

from dms.perception.head_geometry import (
    angles_from_direction,
    angles_from_rotation,
    direction_from_angles,
    rotation_from_angles,
)
from dms.types import Gaze, Head
from dms.views.settings import ViewSettings

_DIGITS = 2
_REVIEW_S = 0.25


class _Mean:
    """A mean by time, in which the last `memory_s` count most."""

    def __init__(self, size: int, memory_s: float) -> None:
        self._memory_s = memory_s
        self.seconds = 0.0
        self.value: NDArray[np.float64] = np.zeros(size)

    def add(self, held_s: float, value: NDArray[np.float64]) -> None:
        self.seconds = min(self.seconds + held_s, self._memory_s)
        self.value = self.value + (value - self.value) * (held_s / self.seconds)


class Alignment:
    """`rotation` turns directions of the second camera into those of the first, (3, 3); None until it is known.

    `given_deg` is where the second camera stands, seen from the head: yaw to the driver's left and pitch up from the first, as a
    person measured it. It serves at once, and is corrected by what is seen. `spread_deg` is by how much the two cameras' readings
    of one head differ once they are aligned, None while nothing was learned; `agrees` whether that is little, None until it is
    known.
    """

    def __init__(self, settings: ViewSettings, given_deg: tuple[float, float] | None = None) -> None:
        self._settings = settings
        self._rotations = _Mean(9, settings.learn_memory_s)
        self._gaze = _Mean(2, settings.learn_memory_s)
        self._next_review_s = 0.0
        self._learned_s = 0.0
        self.spread_deg: float | None = None
        self.agrees: bool | None = None
        self.rotation: NDArray[np.float64] | None = None
        if given_deg is not None:
            self.rotation = rotation_from_angles(*given_deg, 0.0)
            self._rotations.add(settings.given_counts_s, self.rotation.ravel())

    @property
    def place_deg(self) -> tuple[float, float] | None:
        """Where the second camera stands, seen from the head: yaw to the driver's left and pitch up from the first camera."""
        return None if self.rotation is None else angles_from_direction(self.rotation[:, 2])

    def learn(self, held_s: float, heads: tuple[Head, Head], gazes: tuple[Gaze, Gaze] | None) -> None:
        """Take what both cameras read of one moment that lasted `held_s`."""
        if not all(self._is_seen_well(head) for head in heads):
            return
        first, second = (rotation_from_angles(head.yaw_deg, head.pitch_deg, head.roll_deg) for head in heads)
        self._rotations.add(held_s, (first @ second.T).ravel())
        self._learned_s += held_s
        if self._learned_s >= self._next_review_s:
            self._next_review_s = self._learned_s + _REVIEW_S
            self._review()
        if self.rotation is not None and gazes is not None:
            yaw_deg, pitch_deg = self._turned(gazes[1].yaw_deg, gazes[1].pitch_deg)
            self._gaze.add(held_s, np.array([gazes[0].yaw_deg - yaw_deg, gazes[0].pitch_deg - pitch_deg]))

    def head(self, head: Head) -> Head | None:
        """The head that the second camera reads, as the first would read it; None while that cannot be told.

        Its place is left out: it was measured from the second camera.
        """
        if self.rotation is None:
            return None
        seen = rotation_from_angles(head.yaw_deg, head.pitch_deg, head.roll_deg)
        yaw_deg, pitch_deg, roll_deg = (round(angle, _DIGITS) for angle in angles_from_rotation(self.rotation @ seen))
        return replace(head, yaw_deg=yaw_deg, pitch_deg=pitch_deg, roll_deg=roll_deg, position_mm=None)

    def gaze(self, gaze: Gaze) -> Gaze | None:
        """The gaze that the second camera reads, as the first would read it; None while that cannot be told."""
        if self.rotation is None:
            return None
        yaw_deg, pitch_deg = self._turned(gaze.yaw_deg, gaze.pitch_deg)
        if self._gaze.seconds >= self._settings.learn_s:
            limit_deg = self._settings.gaze_offset_limit_deg
            offset_deg = np.clip(self._gaze.value, -limit_deg, limit_deg)
            yaw_deg, pitch_deg = yaw_deg + float(offset_deg[0]), pitch_deg + float(offset_deg[1])
        yaw_deg = (yaw_deg + 180.0) % 360.0 - 180.0
        return replace(gaze, yaw_deg=round(yaw_deg, _DIGITS), pitch_deg=round(min(90.0, max(-90.0, pitch_deg)), _DIGITS))

    def _turned(self, yaw_deg: float, pitch_deg: float) -> tuple[float, float]:
        assert self.rotation is not None
        return angles_from_direction(self.rotation @ direction_from_angles(yaw_deg, pitch_deg))

    def _is_seen_well(self, head: Head) -> bool:
        settings = self._settings
        sigma_deg = settings.usual_sigma_deg if head.sigma_deg is None else head.sigma_deg
        return abs(head.yaw_deg) <= settings.learn_yaw_deg and sigma_deg <= settings.learn_sigma_deg

    def _review(self) -> None:
        """Take the mean for the rotation, unless what it is made of does not agree."""
        left, shares, right = np.linalg.svd(self._rotations.value.reshape(3, 3))
        # Rotations that scatter by a small angle a about their mean shrink it: its singular values sum up to 1 + 2 cos(a).
        cosine = min(1.0, max(-1.0, (float(shares.sum()) - 1.0) / 2.0))
        self.spread_deg = float(np.degrees(np.arccos(cosine)))
        if self._learned_s < self._settings.learn_s:
            return
        handed = np.diag([1.0, 1.0, float(np.sign(np.linalg.det(left @ right)))])
        self.agrees = self.spread_deg <= self._settings.longest_spread_deg
        self.rotation = left @ handed @ right if self.agrees else None
