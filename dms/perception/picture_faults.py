"""Pictures that no lens produces: nothing but noise, or incomplete.

Both are faults of the sensor or of the link to it. They leave pictures that are bright, sharp and full of edges, so they are
recognised by how neighbouring pixels correlate.
"""

from __future__ import annotations

import cv2
import numpy as np

from dms.perception.crops import Picture

FLAT_LEVELS = 1
"""Neighbouring rows of a missing part differ by at most this many grey levels, which compression and rounding may add."""
FLAT_SHARE = 0.97
"""The share of a row's pixels that must not differ."""
STEP_LEVELS = 2
"""Where the picture breaks off, a pixel differs by more than this many grey levels."""
BREAKS_OFF = 0.6
"""The share of a row's pixels that do so where the picture ends. A picture that fades into darkness has no such row."""
REPEATED_STRUCTURE = 0.2
"""If a row is repeated, this share of its pixels differ from the pixel beside them, but none from the one below: nothing in a
cabin looks like that."""
BORDER_ALIKE = 0.5
"""If the opposite side is flat over more than this share of the flat part, both are borders around a whole picture."""


def coherence(picture: Picture) -> float:
    """The correlation of neighbouring pixels, across or down, whichever is less.

    It is 0 for white noise and near 1 for any view through a lens. Added noise divides it by one plus the ratio of the noise's
    variance to the view's.
    """
    deviation = float(cv2.meanStdDev(picture)[1][0, 0])
    if deviation == 0.0:
        return 1.0
    pairs = ((picture[:, 1:], picture[:, :-1]), (picture[1:], picture[:-1]))
    mean_square = max(cv2.norm(first, second, cv2.NORM_L2SQR) / first.size for first, second in pairs)
    return 1.0 - mean_square / (2.0 * deviation**2)


def missing_share(picture: Picture) -> float:
    """The share of the picture, from one of its sides, that is grey, black or one row repeated; 0 if the picture is whole."""
    sides = [_missing_from_end(each) for upright in (picture, picture.T) for each in (upright, upright[::-1])]
    shares = [share for pair in (sides[:2], sides[2:]) for share in _without_borders(*pair)]
    return max(shares)


def _without_borders(first: float, second: float) -> tuple[float, float]:
    if min(first, second) > BORDER_ALIKE * max(first, second):
        return 0.0, 0.0
    return first, second


def _missing_from_end(picture: Picture) -> float:
    """The share of rows, counted from the last, that are all alike, if the picture breaks off before them."""
    steps = cv2.absdiff(picture[1:], picture[:-1])
    is_flat = np.count_nonzero(steps <= FLAT_LEVELS, axis=1) >= FLAT_SHARE * steps.shape[1]
    flat_rows = len(is_flat) if is_flat.all() else int(np.argmin(is_flat[::-1]))
    if flat_rows in (0, len(is_flat)):
        return 0.0
    edge = len(is_flat) - flat_rows
    broken = np.count_nonzero(steps[max(0, edge - 2) : edge].max(axis=0) > STEP_LEVELS) / steps.shape[1]
    row = picture[edge + flat_rows // 2]
    structured = np.count_nonzero(cv2.absdiff(row[1:], row[:-1]) > STEP_LEVELS) / len(row)
    return flat_rows / len(is_flat) if broken >= BREAKS_OFF or structured >= REPEATED_STRUCTURE else 0.0
