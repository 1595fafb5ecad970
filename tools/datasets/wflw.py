"""WFLW: 98 points and six attributes (Wu et al., Look at Boundary, CVPR 2018).

A list file has one face a line, 207 words: x and y of 98 points, the box (left, top, right, bottom), six attributes (0 or 1),
and the picture below `WFLW_images`. Which pixel counts as 0 is written nowhere; the points are taken as they are, as OpenCV
counts.
 68 of the 98 points have the iBUG mark-up's meaning, by the index table that many programs use: every second one of the jaw,
the upper edge of the brows, nose, corners of the eyes with two points of each lid, lips. Without a counterpart are the 16
points of the jaw between, the four lower-edge points of each brow (38 to 41 and 47 to 50, counted from 0), the middle of each
lid (62, 66, 70, 74) and the pupils (96, 97). Two differences remain: WFLW's lid points lie at quarters of the eye's width,
iBUG's at thirds, and iBUG's brows run through the brow's middle.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from tools.datasets.checks import grey_picture
from tools.datasets.face import FloatArray, LabelledFace
from tools.datasets.files import LARGEST_LIST_BYTES, file_name, inside, text_of, write_picture
from tools.datasets.problems import DatasetError

ATTRIBUTES = ("pose", "expression", "illumination", "make-up", "occlusion", "blur")
OF_98 = np.array(
    [
        *range(0, 33, 2),
        *range(33, 38),
        *range(42, 47),
        *range(51, 60),
        60,
        61,
        63,
        64,
        65,
        67,
        68,
        69,
        71,
        72,
        73,
        75,
        *range(76, 96),
    ]
)
"""(68,) which of the 98 each iBUG point is."""
LIST = "list_98pt_rect_attr_*.txt"
_WORDS = 2 * 98 + 4 + len(ATTRIBUTES) + 1


def read(root: Path, pictures: Path | None = None) -> Iterator[LabelledFace | DatasetError]:
    """The faces of a list file, or of all list files below a folder. Pictures lie below `pictures`, or in the folder
    `WFLW_images` of one of the folders above the list."""
    lists = sorted(root.rglob(LIST)) if root.is_dir() else [root]
    if not lists:
        raise DatasetError(f"{root}: no {LIST} below it")
    for path in lists:
        folder = pictures or _pictures_of(path)
        for number, line in enumerate(text_of(path, LARGEST_LIST_BYTES).splitlines(), 1):
            if line.strip():
                try:
                    yield _face(line, f"{path}:{number}", folder)
                except DatasetError as error:
                    yield error


def _pictures_of(path: Path) -> Path:
    for folder in path.resolve().parents:
        if (folder / "WFLW_images").is_dir():
            return folder / "WFLW_images"
    raise DatasetError(f"{path}: no folder WFLW_images beside it or above; name it with --pictures")


def _face(line: str, source: str, folder: Path) -> LabelledFace:
    words = line.split(maxsplit=_WORDS - 1)
    if len(words) != _WORDS:
        raise DatasetError(f"{source}: {len(words)} words, not {_WORDS}: 196 coordinates, a box, six attributes, a picture")
    try:
        numbers = np.array([float(word) for word in words[:-1]])
    except ValueError as error:
        raise DatasetError(f"{source}: {error}") from error
    left, top, right, bottom = numbers[196:200].tolist()
    attributes = numbers[200:]
    if not np.isin(attributes, (0, 1)).all():
        raise DatasetError(f"{source}: an attribute is neither 0 nor 1: {attributes.tolist()}")
    return LabelledFace(
        source=source,
        picture=inside(folder, words[-1], source),
        person=str(Path(words[-1]).with_suffix("")),
        landmarks=numbers[:196].reshape(98, 2)[OF_98],
        box=(left, top, right - left, bottom - top),
        flags=tuple(name for name, value in zip(ATTRIBUTES, attributes, strict=True) if value),
    )


def write(faces: Iterable[LabelledFace], root: Path) -> None:
    """Write faces as WFLW has them, pictures as JPEG. The points without a counterpart are put between their neighbours. Raises
    DatasetError for a face without landmarks."""
    lines = []
    for number, face in enumerate(faces):
        if face.landmarks is None or face.place is None:
            raise DatasetError(f"{face.source}: this format needs landmarks")
        name = f"{file_name(face.person)}/{number:06d}.jpg"
        write_picture(root / "WFLW_images" / name, grey_picture(face))
        x, y, width, height = face.place
        box = (round(x), round(y), round(x + width), round(y + height))
        attributes = (int(attribute in face.flags) for attribute in ATTRIBUTES)
        points = " ".join(f"{value:.6f}" for value in _all_98(face.landmarks).ravel())
        lines.append(f"{points} {' '.join(map(str, (*box, *attributes)))} {name}\n")
    place = root / "WFLW_annotations" / LIST.replace("*", "train")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text("".join(lines), encoding="utf-8")


def _all_98(landmarks: FloatArray) -> FloatArray:
    points = np.full((98, 2), np.nan)
    points[OF_98] = landmarks
    points[1:33:2] = (points[0:32:2] + points[2:34:2]) / 2
    points[38:42], points[47:51] = points[37:33:-1], points[46:42:-1]
    for middle in (62, 66, 70, 74):
        points[middle] = (points[middle - 1] + points[middle + 1]) / 2
    points[96], points[97] = points[60:68].mean(axis=0), points[68:76].mean(axis=0)
    return points
