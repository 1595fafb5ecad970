"""BIWI Kinect Head Pose: a folder per sequence with `frame_00003_rgb.png`, `frame_00003_pose.txt` and `rgb.cal`
(Fanelli et al., Random Forests for Real Time 3D Face Analysis, IJCV 2013).

A pose file has three lines of the head's rotation R and one of its centre in millimetres, both as the depth camera sees them:
x right, y down, z away from the camera, and a head that looks into the camera has the identity. With y and z turned round,
which is what F = diag(1, -1, -1) does, these are the axes of `dms.perception.head_geometry`, and the head's own axes turn with
them: F R F. `rgb.cal` has the colour camera's lens (3 lines), distortion (1), and where the depth camera's points lie before
the colour camera: its rotation (3) and translation (1) in p' = R p + t, and the picture's size (1). What the record holds is
relative to the ray to the head, so the ray's rotation is taken off. Papers report the angles of this set without that: they
differ by the angle between the ray and the lens's axis.

Nobody labelled points or a box. The box is that of the mean face, put there as the pose says, to cut pictures by; how good it is
was not measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dms.perception.crops import box_of_landmarks
from dms.perception.landmark_pose import mean_face_mm, rotation_of_ray
from tools.datasets.checks import grey_picture
from tools.datasets.face import Box, FloatArray, LabelledFace
from tools.datasets.files import file_name, files_below, text_of, write_picture
from tools.datasets.problems import DatasetError

SAME_PEOPLE = {"15": "03", "18": "05", "21": "02", "22": "07"}
"""Sequences of people who had been recorded before, and under which number."""
EYES_FROM_CENTRE_MM = np.array([0.0, 35.0, 20.0])
"""From the centre of the head's template to the middle between the eyes, head axes: roughly."""
KINECT_LENS = np.array([[517.679, 0.0, 320.0], [0.0, 517.679, 240.5], [0.0, 0.0, 1.0]])
_FLIP = np.diag([1.0, -1.0, -1.0])


@dataclass(frozen=True, slots=True)
class Camera:
    """The colour camera: its lens (3, 3), and rotation (3, 3) and translation (3,) in mm of the depth camera's points."""

    lens: FloatArray
    rotation: FloatArray
    translation_mm: FloatArray


def read(root: Path, pictures: Path | None = None) -> Iterator[LabelledFace | DatasetError]:
    """The faces of all sequences below a folder; a pose without a picture is an error, and a picture without a pose.
    `pictures` is not used."""
    cameras: dict[Path, Camera | DatasetError] = {}
    for path in files_below(root, "_pose.txt"):
        if path.parent not in cameras:
            cameras[path.parent] = _camera_or_error(path.parent / "rgb.cal")
        camera = cameras[path.parent]
        try:
            yield camera if isinstance(camera, DatasetError) else _face(path, camera)
        except DatasetError as error:
            yield error
    for picture in files_below(root, "_rgb.png"):
        if not _beside(picture, "_rgb.png", "_pose.txt").is_file():
            yield DatasetError(f"{picture}: no pose file beside it")


def _face(path: Path, camera: Camera) -> LabelledFace:
    rows = _rows(path)
    rotation, centre = _block(path, rows[:3]), _block(path, rows[3:], rows=1)[0]
    picture = _beside(path, "_pose.txt", "_rgb.png")
    if not picture.is_file():
        raise DatasetError(f"{path}: its picture {picture} is not there")
    centre_mm = _FLIP @ (camera.rotation @ centre + camera.translation_mm)
    turned = _FLIP @ camera.rotation @ rotation @ _FLIP
    if centre_mm[2] >= 0:
        raise DatasetError(f"{path}: the head's centre is behind the camera: {centre.tolist()}")
    sequence = path.parent.name
    return LabelledFace(
        source=str(path),
        picture=picture,
        person=SAME_PEOPLE.get(sequence, sequence),
        rotation=rotation_of_ray(centre_mm).T @ turned,
        box=_box(turned, centre_mm, camera.lens),
    )


def _box(turned: FloatArray, centre_mm: FloatArray, lens: FloatArray) -> Box:
    points = _FLIP @ (centre_mm[:, None] + turned @ (mean_face_mm() + EYES_FROM_CENTRE_MM).T)
    seen = lens @ (points / np.maximum(points[2], 1.0))
    return box_of_landmarks(seen[:2].T)


def _camera_or_error(path: Path) -> Camera | DatasetError:
    try:
        rows = _rows(path)
        return Camera(_block(path, rows[:3]), _block(path, rows[4:7]), _block(path, rows[7:8], rows=1)[0])
    except DatasetError as error:
        return error


def _rows(path: Path) -> list[list[float]]:
    """The numbers of the lines of a file that has any."""
    try:
        return [[float(word) for word in line.split()] for line in text_of(path).splitlines() if line.strip()]
    except ValueError as error:
        raise DatasetError(f"{path}: {error}") from error


def _block(path: Path, lines: list[list[float]], rows: int = 3) -> FloatArray:
    """Lines of three numbers as a matrix (rows, 3)."""
    if [len(line) for line in lines] != [3] * rows or not np.isfinite(lines).all():
        raise DatasetError(f"{path}: {rows} lines of three numbers expected, got {lines}")
    return np.array(lines)


def _beside(path: Path, ending: str, other: str) -> Path:
    return path.with_name(path.name.removesuffix(ending) + other)


def write(faces: Iterable[LabelledFace], root: Path) -> None:
    """Write faces as a Kinect whose two cameras are one would have seen them: the picture is put where its middle is the
    lens's axis, the head as far away as its size says. Raises DatasetError for a face without rotation."""
    for number, face in enumerate(faces):
        if face.rotation is None or face.place is None:
            raise DatasetError(f"{face.source}: this format needs a rotation and the face's place")
        picture = grey_picture(face)
        lens = KINECT_LENS.copy()
        lens[:2, 2] = (picture.shape[1] - 1) / 2, (picture.shape[0] - 1) / 2
        centre_mm = _centre(face.rotation, face.place, lens)
        turned = rotation_of_ray(centre_mm) @ face.rotation
        place = root / file_name(face.person) / f"frame_{number:05d}_rgb.png"
        write_picture(place, picture)
        _write_numbers(_beside(place, "_rgb.png", "_pose.txt"), _FLIP @ turned @ _FLIP, _FLIP @ centre_mm)
        size = np.array([picture.shape[1], picture.shape[0]])
        _write_numbers(place.with_name("rgb.cal"), lens, np.zeros(4), np.eye(3), np.zeros(3), size)


def _centre(rotation: FloatArray, box: Box, lens: FloatArray) -> NDArray[np.float64]:
    """Where the head's centre is, so that the mean face fills a box; found by moving it until it does."""
    centre_mm = np.array([0.0, 0.0, -800.0])
    for _ in range(20):
        x, y, width, height = _box(rotation_of_ray(centre_mm) @ rotation, centre_mm, lens)
        centre_mm = centre_mm * max(width, height) / max(box[2:])
        off = np.array([box[0] + box[2] / 2 - x - width / 2, y + height / 2 - box[1] - box[3] / 2, 0.0])
        centre_mm = centre_mm + off * -centre_mm[2] / lens[0, 0]
    return centre_mm


def _write_numbers(path: Path, *blocks: FloatArray) -> None:
    """Write blocks with an empty line between them, as the data set has them."""
    texts = ["".join(" ".join(f"{value:.8g}" for value in row) + " \n" for row in np.atleast_2d(block)) for block in blocks]
    path.write_text("\n".join(texts), encoding="utf-8")
