"""Pictures that no lens makes: nothing but noise, or only in part there.

Both are faults of the sensor or on the way from it. They leave a picture that is bright, sharp and full of edges, which is why
they are told by how neighbouring pixels go together.
"""

from __future__ import annotations

import cv2
import numpy as np

from dms.perception.crops import Picture

FLAT_LEVELS = 1
"""Neighbouring rows of a part that is not there differ by no more grey levels; compression and rounding may do that."""
FLAT_SHARE = 0.97
"""So many of a row's pixels must not differ."""
STEP_LEVELS = 2
"""A pixel by which the picture breaks off differs by more grey levels,"""
BREAKS_OFF = 0.6
"""and so many of a row do where the picture ends. A picture that fades into darkness has no such row."""
REPEATED_STRUCTURE = 0.2
"""Where a row is repeated, so many of its pixels differ from the pixel beside them, but none from that below: nothing in a
cabin is like that."""
BORDER_ALIKE = 0.5
"""If the side opposite is flat for more than this share of the flat part, they are borders around a whole picture."""


def coherence(picture: Picture) -> float:
    """How far neighbouring pixels go together: the correlation of each with the next, across or down, whichever is less.

    Of white noise it is 0, of any view through a lens near 1; added noise divides it by one plus the ratio of the noise's
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
    """The share of rows, counted from the last, that are all like each other, if the picture breaks off before them."""
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
