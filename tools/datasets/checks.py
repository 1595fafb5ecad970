"""Whether a label can be true of its picture: what a person would see at once if it were drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dms.perception.crops import to_grey
from dms.types import EXPRESSIONS
from tools.datasets.face import POINTS, LabelledFace
from tools.datasets.files import pixels_of
from tools.datasets.problems import DatasetError
from tools.picture_files import Picture

LEAST_FACE_PX = 12.0
"""Of the longer side of a face; the smallest that the runtime looks for is not smaller."""
LEAST_INSIDE = 0.5
"""Share of the labelled points that lie in the picture: a face may be cut off by its edge."""
MOST_OPEN = 2.0
ROUNDED = 0.01
"""How far a rotation may be from one, for having been written with few digits."""

Examined = tuple[LabelledFace, Picture]


def examined(found: Iterable[LabelledFace | DatasetError]) -> Iterator[Examined | DatasetError]:
    """Each face with its picture, grey (h, w) uint8, or what is wrong with it."""
    for each in found:
        if isinstance(each, DatasetError):
            yield each
            continue
        try:
            picture = grey_picture(each)
            check(each, picture)
        except DatasetError as error:
            yield error
        else:
            yield each, picture


def grey_picture(face: LabelledFace) -> Picture:
    """The face's picture, grey (h, w) uint8. Raises DatasetError: unreadable, wrong type, channels or size."""
    pixels = pixels_of(face.picture) if isinstance(face.picture, Path) else face.picture
    name = face.picture if isinstance(face.picture, Path) else face.source
    if pixels.dtype != np.uint8:
        raise DatasetError(f"{name}: its pixels are {pixels.dtype}; a picture has uint8")
    if pixels.ndim != 2 and pixels.shape[2:] != (3,):
        raise DatasetError(f"{name}: it has {pixels.shape[2]} channels; a picture has 1 or 3")
    height, width = pixels.shape[:2]
    if face.size is not None and face.size != (width, height):
        raise DatasetError(f"{face.source}: labelled at {face.size[0]}x{face.size[1]}, but {name} has {width}x{height} pixels")
    return to_grey(np.asarray(pixels, np.uint8))


def check(face: LabelledFace, picture: Picture) -> None:
    """Raises DatasetError if a label cannot be true of a picture (h, w)."""
    if not face.person or "\0" in face.person:  # numpy would cut it, and make two people one
        raise DatasetError(f"{face.source}: {face.person!r} is no name of a person")
    if face.landmarks is not None:
        _check_points(face, picture)
    _check_place(face, picture)
    _check_rotation(face)
    for name, values, low, high in (
        ("openness", face.openness, 0.0, MOST_OPEN),
        ("eye_visible", face.eye_visible, 0.0, 1.0),
        ("landmark_visible", face.landmark_visible, 0.0, 1.0),
    ):
        if values is not None and not _between(values, low, high):
            raise DatasetError(f"{face.source}: {name} is not between {low:g} and {high:g}: {np.round(values, 3).tolist()}")
    if face.gaze is not None and not np.allclose(np.linalg.norm(face.gaze, axis=1), 1.0, atol=ROUNDED):
        raise DatasetError(f"{face.source}: gaze is not two unit vectors: {np.round(face.gaze, 3).tolist()}")
    if face.expression is not None and face.expression not in EXPRESSIONS:
        raise DatasetError(f"{face.source}: the expression '{face.expression}' is none of {', '.join(EXPRESSIONS)}")


def _check_points(face: LabelledFace, picture: Picture) -> None:
    points = np.asarray(face.landmarks, np.float64)
    if points.shape != (POINTS, 2):
        raise DatasetError(f"{face.source}: landmarks have the shape {points.shape}, not ({POINTS}, 2)")
    if np.isinf(points).any():
        raise DatasetError(f"{face.source}: point {1 + int(np.isinf(points).any(axis=1).argmax())} is infinite")
    extent = np.array([picture.shape[1], picture.shape[0]])
    labelled = np.asarray(np.isfinite(points).all(axis=1))
    within = np.asarray(((points > -0.5) & (points < extent - 0.5)).all(axis=1))
    if labelled.any() and within[labelled].mean() < LEAST_INSIDE:
        raise DatasetError(
            f"{face.source}: {labelled.sum() - within.sum()} of {labelled.sum()} points lie outside the picture of "
            f"{extent[0]}x{extent[1]} pixels"
        )
    beyond = np.where(labelled[:, None], np.maximum(-points, points - extent + 1), 0.0)
    if (beyond > extent).any():
        far = int((beyond - extent).max(axis=1).argmax())
        x, y = points[far]
        raise DatasetError(
            f"{face.source}: point {far + 1} at {x:.1f}, {y:.1f} is far outside the picture of {extent[0]}x{extent[1]} pixels"
        )


def _check_place(face: LabelledFace, picture: Picture) -> None:
    if face.place is None:
        raise DatasetError(f"{face.source}: no face is labelled: neither landmarks nor a box")
    x, y, width, height = face.place
    if not np.isfinite(face.place).all() or max(width, height) < LEAST_FACE_PX:
        raise DatasetError(f"{face.source}: the face is {width:.1f}x{height:.1f} pixels; the least is {LEAST_FACE_PX:g}")
    if not (-0.5 < x + width / 2 < picture.shape[1] - 0.5 and -0.5 < y + height / 2 < picture.shape[0] - 0.5):
        raise DatasetError(
            f"{face.source}: the face's middle at {x + width / 2:.1f}, {y + height / 2:.1f} is outside the picture of "
            f"{picture.shape[1]}x{picture.shape[0]} pixels"
        )


def _check_rotation(face: LabelledFace) -> None:
    if face.rotation is None:
        return
    rotation = np.asarray(face.rotation, np.float64)
    if rotation.shape != (3, 3) or not np.allclose(rotation @ rotation.T, np.eye(3), atol=ROUNDED) or np.linalg.det(rotation) < 0:
        raise DatasetError(f"{face.source}: not a rotation: {np.round(rotation, 3).tolist()}")


def _between(values: NDArray[np.floating], low: float, high: float) -> bool:
    known = np.asarray(values)[np.isfinite(values)]
    return bool((known >= low).all() and (known <= high).all())
