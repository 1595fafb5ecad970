"""COCO keypoints: `annotations.json` with all labels, pictures in `images` (cocodataset.org, "Data format").

Key points and boxes are measured from the picture's top left corner, as that page's part on results says: the centre of the
first pixel is at 0.5. (COCO's own people have key points in whole numbers, and some toolkits take these for pixel indices;
half a pixel is within what their annotators disagree by.) A category has 68 key points in iBUG order, or the annotations are
COCO-WholeBody's with `face_kpts`.

Beside COCO's fields an annotation may have `person`, `rotation`, `gaze`, `openness`, `eye_visible`, `mouth_open`,
`mouth_visible`, `expression` and `flags`, as `tools.datasets.face.LabelledFace` means them. What is not labelled is left out.
`yaw_pitch_roll_deg` is written for people, and not read: the rotation says it all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
import numpy as np

from dms import __version__
from tools.datasets.checks import grey_picture
from tools.datasets.coco_records import KEY_POINTS, Annotation, CocoFile, LabelledPicture, annotation_of
from tools.datasets.face import FROM_THE_CORNER, POINTS, LabelledFace
from tools.datasets.files import LARGEST_LIST_BYTES, content_of, inside, write_picture
from tools.datasets.problems import DatasetError

NAME = "annotations.json"


def read(root: Path, pictures: Path | None = None) -> Iterator[LabelledFace | DatasetError]:
    """The faces of a `.json` file, or of `annotations.json` in a folder. Pictures lie below `pictures`, or below `images`
    beside the file. A picture without annotation is an error."""
    path = root / NAME if root.is_dir() else root
    folder = pictures or path.parent / "images"
    try:
        content = msgspec.json.decode(content_of(path, LARGEST_LIST_BYTES), type=CocoFile)
    except msgspec.DecodeError as error:
        raise DatasetError(f"{path}: not a COCO file: {error}") from error
    named = {picture.id: picture for picture in content.images}
    counts = {category.id: len(category.keypoints) for category in content.categories}
    labelled = set()
    for number, raw in enumerate(content.annotations):
        source = f"{path}: annotations[{number}]"
        try:
            annotation = msgspec.json.decode(raw, type=Annotation)
            labelled.add(annotation.image_id)
            yield _face(annotation, f"{source} (id {annotation.id})", named, counts, folder)
        except msgspec.DecodeError as error:
            yield DatasetError(f"{source}: {error}")
        except DatasetError as error:
            yield error
    for picture in content.images:
        if picture.id not in labelled:
            yield DatasetError(
                f"{path}: the picture {picture.file_name} (id {picture.id}) has no annotation: no face is labelled"
            )


def _face(
    annotation: Annotation, source: str, named: dict[int, LabelledPicture], counts: dict[int, int], folder: Path
) -> LabelledFace:
    if annotation.image_id not in named:
        raise DatasetError(f"{source}: image_id {annotation.image_id} is no picture of this file")
    if annotation.category_id not in counts:
        raise DatasetError(f"{source}: category_id {annotation.category_id} is no category of this file")
    picture = named[annotation.image_id]
    values = annotation.keypoints if annotation.face_kpts is None else annotation.face_kpts
    if len(values) != 3 * POINTS:
        whose = f"keypoints of category {annotation.category_id}" if annotation.face_kpts is None else "face_kpts"
        raise DatasetError(f"{source}: {len(values) / 3:g} {whose}; a face has {POINTS}")
    points = np.array(values, np.float64).reshape(POINTS, 3)
    labelled = points[:, 2] > 0
    landmarks = np.where(labelled[:, None], points[:, :2] - FROM_THE_CORNER, np.nan)
    box = annotation.face_box if annotation.face_kpts is not None else annotation.bbox
    return LabelledFace(
        source=source,
        picture=inside(folder, picture.file_name, source),
        size=(picture.width, picture.height),
        person=annotation.person or picture.file_name,
        landmarks=landmarks if labelled.any() else None,
        # COCO-WholeBody's third number is a confidence above 0, COCO's 1 for hidden and 2 for visible.
        landmark_visible=np.where(labelled, points[:, 2] - 1.0, np.nan) if annotation.face_kpts is None else None,
        box=None if box is None else (box[0] - FROM_THE_CORNER, box[1] - FROM_THE_CORNER, box[2], box[3]),
        **annotation.truth(),
    )


def write(faces: Iterable[LabelledFace], root: Path) -> None:
    """Write faces with their pictures as PNG, one face a picture. Raises DatasetError if nobody knows where a face is."""
    images, annotations = [], []
    for number, face in enumerate(faces, 1):
        picture = grey_picture(face)
        name = f"{number:06d}.png"
        write_picture(root / "images" / name, picture)
        images.append(LabelledPicture(id=number, file_name=name, width=picture.shape[1], height=picture.shape[0]))
        annotations.append(annotation_of(face, number))
    content = {
        "info": {"description": f"Faces with {POINTS} key points; DATASHEET.md says more", "version": __version__},
        "licenses": [],
        "categories": [{"id": 1, "name": "face", "supercategory": "person", "keypoints": KEY_POINTS, "skeleton": []}],
        "images": images,
        "annotations": annotations,
    }
    root.mkdir(parents=True, exist_ok=True)
    (root / NAME).write_bytes(msgspec.json.encode(content))
