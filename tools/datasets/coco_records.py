"""What a COCO file holds, declared for reading and writing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np

from tools.datasets.face import FROM_THE_CORNER, POINTS, LabelledFace
from tools.datasets.problems import DatasetError

KEY_POINTS = [str(number) for number in range(1, POINTS + 1)]
"""Names of the key points: their numbers in the iBUG mark-up."""
Three = tuple[float, float, float]
Four = tuple[float, float, float, float]


class LabelledPicture(msgspec.Struct, frozen=True):
    """An entry of `images`."""

    id: int
    file_name: str
    width: int
    height: int


class Category(msgspec.Struct, frozen=True):
    """An entry of `categories`."""

    id: int
    name: str
    keypoints: tuple[str, ...] = ()


class CocoFile(msgspec.Struct, frozen=True):
    """A whole file. Annotations are looked at one by one, so that one that is wrong does not hide the next."""

    images: list[LabelledPicture]
    annotations: list[msgspec.Raw]
    categories: list[Category]


class Annotation(msgspec.Struct, frozen=True, omit_defaults=True):
    """An entry of `annotations`: COCO's fields, COCO-WholeBody's face, and ours."""

    id: int
    image_id: int
    category_id: int
    keypoints: list[float] = []
    num_keypoints: int = 0
    bbox: Four | None = None
    area: float | None = None
    iscrowd: int | None = None
    face_kpts: list[float] | None = None
    face_box: Four | None = None
    person: str | None = None
    rotation: tuple[Three, Three, Three] | None = None
    yaw_pitch_roll_deg: Three | None = None
    gaze: tuple[Three, Three] | None = None
    openness: tuple[float | None, float | None] | None = None
    eye_visible: tuple[float | None, float | None] | None = None
    mouth_open: float | None = None
    mouth_visible: float | None = None
    expression: str | None = None
    flags: tuple[str, ...] = ()

    def truth(self) -> dict[str, Any]:
        """The fields of a `LabelledFace` that are ours."""
        arrays = {name: getattr(self, name) for name in ("rotation", "gaze", "openness", "eye_visible")}
        return {
            **{name: None if values is None else np.array(values, np.float64) for name, values in arrays.items()},
            **{name: getattr(self, name) for name in ("mouth_open", "mouth_visible", "expression", "flags")},
        }


def annotation_of(face: LabelledFace, number: int) -> Annotation:
    """The annotation of the only face of picture `number`. Raises DatasetError if nobody knows where the face is."""
    if face.place is None:
        raise DatasetError(f"{face.source}: no face is labelled: neither landmarks nor a box")
    x, y, width, height = face.place
    points = np.full((POINTS, 2), np.nan) if face.landmarks is None else face.landmarks
    visible = np.full(POINTS, np.nan) if face.landmark_visible is None else face.landmark_visible
    labelled = np.asarray(np.isfinite(points).all(axis=1))
    # COCO has no word for a labelled point of which nobody says whether it shows: such a one counts as visible.
    said = np.where(labelled, np.where(visible < 0.5, 1, 2), 0)
    places = np.where(labelled[:, None], points + FROM_THE_CORNER, 0.0)
    return Annotation(
        id=number,
        image_id=number,
        category_id=1,
        keypoints=[value for place, flag in zip(_rounded(places, 3), said.tolist(), strict=True) for value in (*place, flag)],
        num_keypoints=int(labelled.sum()),
        bbox=_rounded(np.array([x + FROM_THE_CORNER, y + FROM_THE_CORNER, width, height]), 3),
        area=round(float(width * height), 2),
        iscrowd=0,
        person=face.person,
        rotation=_rounded(face.rotation, 7),
        yaw_pitch_roll_deg=_rounded(face.angles_deg, 2),
        gaze=_rounded(face.gaze, 7),
        openness=_rounded(face.openness, 4),
        eye_visible=_rounded(face.eye_visible, 4),
        mouth_open=None if face.mouth_open is None else round(face.mouth_open, 4),
        mouth_visible=face.mouth_visible,
        expression=face.expression,
        flags=face.flags,
    )


def _rounded(values: Sequence[float] | np.ndarray[Any, Any] | None, digits: int) -> Any:
    return None if values is None else np.round(np.asarray(values, np.float64), digits).tolist()
