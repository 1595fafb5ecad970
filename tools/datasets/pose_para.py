"""300W-LP and AFLW2000-3D: a `.mat` file beside each picture (Zhu et al., Face Alignment Across Large Poses, CVPR 2016).

`Pose_Para` holds pitch, yaw, roll in radians, then a translation and a scale. 3DDFA, which the sets were made with, turns its
mean face with R = Rx(pitch) Ry(yaw) Rz(roll), where

    Rx = [1 0 0; 0 c s; 0 -s c]    Ry = [c 0 -s; 0 1 0; s 0 c]    Rz = [c s 0; -s c 0; 0 0 1]

The face looks along +z, y is up, x is the picture's right: the axes of `dms.perception.head_geometry`. One angle at a time, Rx is
that module's pitch, Ry is its yaw the other way round, and Rz its roll the other way round. The order differs (ours is yaw,
pitch, roll), so the matrix is carried over and not the angles:
their pitch 30, yaw -60, roll 0 is a head with pitch 14, yaw 63, roll -27 here.
The projection is weak perspective, which is what a face looks like from along the ray to it, so R is relative to the ray.

Points count from 1 (`height + 1 - y` in 3DDFA's Matlab code). 300W-LP has all 68 in `pt2d`. AFLW2000 has AFLW's own 21 there,
and 68 in `pt3d_68`, whose jaw is that of the head and not its outline in the picture.
"""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.errors import BAD_INPUT
from tools.datasets.checks import grey_picture
from tools.datasets.face import COUNTED_FROM_ONE, POINTS, FloatArray, LabelledFace
from tools.datasets.files import content_of, file_name, files_below, picture_beside, write_picture
from tools.datasets.problems import DatasetError

NOT_LABELS = ("landmarks", "Code")
"""Folders of 300W-LP with other mark-ups and the authors' programs."""
_ASKED = ("pt2d", "pt3d_68", "Pose_Para")
_VARIANT = re.compile(r"_\d+$")


def read(root: Path, pictures: Path | None = None) -> Iterator[LabelledFace | DatasetError]:
    """The faces of all `.mat` files below a folder; a picture without one is an error, too. `pictures` is not used."""
    labels = [path for path in files_below(root, ".mat") if not set(path.relative_to(root).parts[:-1]) & set(NOT_LABELS)]
    for path in labels:
        try:
            yield _face(path, root)
        except DatasetError as error:
            yield error
    for picture in files_below(root, ".jpg"):
        if not picture.with_suffix(".mat").is_file():
            yield DatasetError(f"{picture}: no .mat file beside it")


def _face(path: Path, root: Path) -> LabelledFace:
    content = _variables(path)
    return LabelledFace(
        source=str(path),
        picture=picture_beside(path),
        person=_person(path.relative_to(root)),
        landmarks=_points(content, path),
        rotation=rotation_of(_pose(content, path)[:3]),
    )


def _variables(path: Path) -> Mapping[str, Any]:
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        content: Mapping[str, Any] = loadmat(io.BytesIO(content_of(path)), variable_names=_ASKED)
    except NotImplementedError as error:
        raise DatasetError(f"{path}: a .mat file of Matlab 7.3; save it with -v7") from error
    except (MatReadError, zlib.error, OSError, LookupError, AssertionError, *BAD_INPUT) as error:
        raise DatasetError(f"{path}: not a .mat file that can be read: {error}") from error
    return content


def _pose(content: Mapping[str, Any], path: Path) -> NDArray[np.float64]:
    pose = _numbers(content, "Pose_Para", path).ravel()
    if len(pose) < 3 or not np.isfinite(pose[:3]).all():
        raise DatasetError(f"{path}: Pose_Para is not pitch, yaw and roll: {pose[:3].tolist()}")
    return pose


def _points(content: Mapping[str, Any], path: Path) -> FloatArray:
    name = "pt3d_68" if "pt3d_68" in content else "pt2d"
    points = _numbers(content, name, path)
    if points.ndim != 2 or points.shape[0] < 2 or points.shape[1] != POINTS:
        raise DatasetError(f"{path}: {name} has the shape {points.shape}, not (2, {POINTS})")
    return points[:2].T - COUNTED_FROM_ONE


def _numbers(content: Mapping[str, Any], name: str, path: Path) -> NDArray[np.float64]:
    if name not in content:
        raise DatasetError(f"{path}: {name} is missing")
    values = np.asarray(content[name])
    if values.dtype.kind not in "fiu":
        raise DatasetError(f"{path}: {name} holds no numbers")
    return values.astype(np.float64)


def _person(place: Path) -> str:
    """The photograph: its renderings at other angles end in another number, its mirror images lie in a folder `…_Flip`."""
    folder = "/".join(part.removesuffix("_Flip") for part in place.parts[:-1])
    return f"{folder}/{_VARIANT.sub('', place.stem.replace('_Flip', ''))}".removeprefix("/")


def rotation_of(pose: FloatArray) -> NDArray[np.float64]:
    """The rotation (3, 3) of pitch, yaw and roll (3,) in radians as 3DDFA means them."""
    (sx, sy, sz), (cx, cy, cz) = np.sin(pose), np.cos(pose)
    about_x = np.array([[1, 0, 0], [0, cx, sx], [0, -sx, cx]])
    about_y = np.array([[cy, 0, -sy], [0, 1, 0], [sy, 0, cy]])
    about_z = np.array([[cz, sz, 0], [-sz, cz, 0], [0, 0, 1]])
    return np.asarray(about_x @ about_y @ about_z)


def pose_of(rotation: FloatArray) -> NDArray[np.float64]:
    """Pitch, yaw and roll (3,) in radians; the inverse of `rotation_of`."""
    pitch = np.arctan2(rotation[1, 2], rotation[2, 2])
    yaw = np.arcsin(np.clip(-rotation[0, 2], -1.0, 1.0))
    return np.array([pitch, yaw, np.arctan2(rotation[0, 1], rotation[0, 0])])


def write(faces: Iterable[LabelledFace], root: Path) -> None:
    """Write faces as 300W-LP has them, pictures as JPEG. Raises DatasetError for one without landmarks or rotation."""
    _write(faces, root, lambda points: {"pt2d": points.T})


def write_aflw2000(faces: Iterable[LabelledFace], root: Path) -> None:
    """The same as AFLW2000-3D has them."""
    unlabelled = np.full((2, 21), -1.0)
    _write(faces, root, lambda points: {"pt2d": unlabelled, "pt3d_68": np.vstack([points.T, np.zeros(POINTS)])})


def _write(faces: Iterable[LabelledFace], root: Path, named: Callable[[FloatArray], dict[str, NDArray[np.floating]]]) -> None:
    from scipy.io import savemat

    seen: dict[str, int] = {}
    for face in faces:
        if face.landmarks is None or face.rotation is None:
            raise DatasetError(f"{face.source}: this format needs landmarks and a rotation")
        variant = seen[face.person] = seen.get(face.person, -1) + 1
        place = root / f"{file_name(face.person)}_{variant}.jpg"
        write_picture(place, grey_picture(face))
        pose = np.concatenate([pose_of(face.rotation), [0.0, 0.0, 0.0, 1.0]])[None]
        savemat(place.with_suffix(".mat"), {**named(face.landmarks + COUNTED_FROM_ONE), "Pose_Para": pose})
