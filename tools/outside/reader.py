"""The method on trial: what one frame shows of the outside, of the camera's shake and of the light, from a picture of 80 by 60.

Between two frames the brightness of a small patch changes because the camera shook, because the light changed, or because what is
seen moved. The first two are the same everywhere in the cabin, so they are fitted there and taken out; what is left over in the
windows moved by itself. Where the windows are is learned: patches away from the driver that ever changed by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tools.outside.textures import Values

WIDTH, HEIGHT, PATCH = 80, 60, 4
COLUMNS, ROWS = WIDTH // PATCH, HEIGHT // PATCH
LONGEST_GAP_S = 0.3
"""Frames further apart are not compared: what is near has left the window by then."""
LEAST_CHANGE_LEVELS = 1.2
"""Less is compression and rounding, however quiet the rest of the picture is."""
NOISE_RATIO = 4.0
"""A patch has changed by itself if it changed by so many times what the quieter half of the picture did."""
UNSURE_PX = 0.2
"""A shift is known no better than this, pixels of 80: what it does to an edge is no change."""
WINDOW_AFTER = 0.06
"""A patch belongs to a window once it has changed in this share of the frames of some seconds."""
SECONDS_OF_ACTIVITY = 3.0
HEAD_WIDE, HEAD_HIGH, BODY_WIDE = 2.6, 1.6, 5.5
"""The head may be in so many widths of the face across, and as many heights of it upwards from the chin; below the chin the body
covers so many widths."""

Face = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a frame shows against the one before it. Shares are 0 to 1 of the windows' patches."""

    t: float
    windows: int
    """How many patches are known to be windows."""
    changed: float
    """The share of them that changed by themselves."""
    strength: float
    """By how much, over what the quiet half of the picture changed by."""
    flow_px: float
    """The horizontal flow in them, pixels of 80; what moved too far for a flow to be measured counts as little."""
    coherence: float
    """1 if all flow is in one direction, 0 if as much goes left as right."""
    shake_px: float
    light: float
    """The logarithm of the cabin's change of brightness."""
    windows_level: float
    """The windows' grey level."""


class OutsideReader:
    """Takes grey frames in order of time."""

    def __init__(self) -> None:
        self._before: Values | None = None
        self._before_t = -np.inf
        self._activity: Values = np.zeros((ROWS, COLUMNS), np.float32)
        self._windows: NDArray[np.bool_] = np.zeros((ROWS, COLUMNS), np.bool_)

    @property
    def windows(self) -> NDArray[np.bool_]:
        """Which patches (ROWS, COLUMNS) are known to be windows."""
        return self._windows.copy()

    def read(self, picture: NDArray[np.uint8], t: float, face: Face | None) -> Reading | None:
        """Read a grey picture (height, width), with the driver's face in it as x, y, width, height in pixels.

        Returns None where there is nothing to compare with: the first frame, and the first after a gap.
        """
        reduced = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
        small: Values = np.asarray(cv2.GaussianBlur(reduced.astype(np.float32), (3, 3), 0.9), np.float32)
        before, gap_s = self._before, t - self._before_t
        self._before, self._before_t = small, t
        if before is None or not 0 < gap_s <= LONGEST_GAP_S:
            return None
        slope_x, slope_y = _slopes(before)
        change = small - before
        driver = driver_patches(face, WIDTH / picture.shape[1])
        cabin = ~(driver | self._windows)
        shift_x, shift_y, _ = _common(before, slope_x, slope_y, change, cabin)
        moved = np.array([[1, 0, shift_x], [0, 1, shift_y]], np.float32)
        shaken = cv2.warpAffine(before, moved, (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
        before = np.asarray(shaken, np.float32)
        change = small - before
        more_x, more_y, gain = _common(before, slope_x, slope_y, change, cabin)
        shift_x, shift_y = shift_x + more_x, shift_y + more_y
        own = change - gain * before + slope_x * more_x + slope_y * more_y
        unsure = UNSURE_PX * (np.abs(slope_x) + np.abs(slope_y))
        per_patch = _patches(np.maximum(np.abs(own) - unsure, 0.0))
        quiet = float(np.median(per_patch[~driver])) if not driver.all() else 0.0
        ratio = per_patch / max(quiet, LEAST_CHANGE_LEVELS / NOISE_RATIO)
        changed = ratio > NOISE_RATIO
        self._learn(changed & ~driver, gap_s)
        seen = self._windows & ~driver
        return self._reading(t, seen, changed, ratio, own, slope_x, small, (shift_x, shift_y, gain))

    def _learn(self, changed: NDArray[np.bool_], gap_s: float) -> None:
        self._activity += (changed - self._activity) * min(1.0, gap_s / SECONDS_OF_ACTIVITY)
        self._windows |= self._activity > WINDOW_AFTER

    def _reading(
        self, t: float, seen: NDArray[np.bool_], changed: NDArray[np.bool_], ratio: Values, own: Values, slope_x: Values,
        small: Values, common: tuple[float, float, float],
    ) -> Reading:  # fmt: skip
        shift_x, shift_y, gain = common
        number = int(seen.sum())
        shake, light = float(np.hypot(shift_x, shift_y)), float(np.log1p(max(gain, -0.9)))
        if number == 0:
            return Reading(t, 0, 0.0, 0.0, 0.0, 0.0, shake, light, 0.0)
        steep = _patches(slope_x * slope_x)[seen]
        flow = -_patches(slope_x * own)[seen] / (steep + 1.0)
        flow = np.clip(flow, -2.0, 2.0) * (steep > 1.0)
        total = float(np.abs(flow).sum())
        return Reading(
            t, number, float(changed[seen].mean()), float(np.minimum(ratio[seen], 40.0).mean()), float(flow.mean()),
            abs(float(flow.sum())) / total if total > 0 else 0.0, shake, light, float(_patches(small)[seen].mean()),
        )  # fmt: skip


def driver_patches(face: Face | None, scale: float) -> NDArray[np.bool_]:
    """Which patches the driver may cover, body and all; none if nobody is seen. `scale` brings the face to a width of 80."""
    driver = np.zeros((ROWS, COLUMNS), np.bool_)
    if face is None:
        return driver
    x, y, width, height = (value * scale / PATCH for value in face)
    chin = max(0, int(np.ceil(y + height)))
    for top, wide in ((max(0, int(y + height * (1 - HEAD_HIGH))), HEAD_WIDE), (chin, BODY_WIDE)):
        left, right = x + width / 2 * (1 - wide), x + width / 2 * (1 + wide)
        driver[top:, max(0, int(left)) : max(0, int(np.ceil(right)))] = True
    return driver


def _slopes(picture: Values) -> tuple[Values, Values]:
    """Grey levels a pixel, to the right and downwards."""
    across = cv2.Sobel(picture, cv2.CV_32F, 1, 0, scale=0.125)
    return np.asarray(across, np.float32), np.asarray(cv2.Sobel(picture, cv2.CV_32F, 0, 1, scale=0.125), np.float32)


def _patches(values: Values) -> Values:
    """The mean of every patch (ROWS, COLUMNS)."""
    return np.asarray(cv2.resize(values, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA), np.float32)


def _common(
    before: Values, slope_x: Values, slope_y: Values, change: Values, cabin: NDArray[np.bool_]
) -> tuple[float, float, float]:
    """The shift in pixels and the gain that explain the cabin's change best, by least squares; (0, 0, 0) without a cabin."""
    where = cv2.resize(cabin.astype(np.uint8), (WIDTH, HEIGHT), interpolation=cv2.INTER_NEAREST) > 0
    if where.sum() < 10 * PATCH * PATCH:
        return 0.0, 0.0, 0.0
    columns = np.stack([-slope_x[where], -slope_y[where], before[where]])
    weights = columns @ columns.T + np.diag([1.0, 1.0, 1.0]).astype(np.float32)
    shift_x, shift_y, gain = np.linalg.solve(weights, columns @ change[where])
    return float(shift_x), float(shift_y), float(gain)
