"""Label Studio's export "JSON" of a project with `KeyPointLabels` named 1 to 68, iBUG order.

x and y are percent of the picture's width and height, measured from its corner: 100 is the right edge of the last pixel, so
the centre of the first is at half a pixel. Several faces of a picture are told apart by the `RectangleLabels` region that
their points are dragged into (`parentID`); points without one are one face. The picture is found by its name below the folder
`images` beside the file, with or without the eight characters that Label Studio puts before the name of an upload. Who it is
may stand in the task's data, under `person`.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec
import numpy as np

from tools.datasets.checks import grey_picture
from tools.datasets.face import FROM_THE_CORNER, POINTS, LabelledFace
from tools.datasets.files import LARGEST_LIST_BYTES, content_of, inside, write_picture
from tools.datasets.problems import DatasetError

_UPLOAD = re.compile(r"^[0-9a-f]{8}-")
_NAMES = {str(number): number - 1 for number in range(1, POINTS + 1)}


class Value(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a region is."""

    x: float | None = None
    y: float | None = None
    width: float | None = None
    keypointlabels: tuple[str, ...] = ()


class Region(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An entry of a result."""

    type: str
    id: str | None = None
    from_name: str = "points"
    to_name: str = "image"
    value: Value = Value()
    original_width: int | None = None
    original_height: int | None = None
    image_rotation: float = 0.0
    parent: str | None = msgspec.field(name="parentID", default=None)


class Answer(msgspec.Struct, frozen=True):
    """What one annotator drew in one picture."""

    result: list[Region]
    was_cancelled: bool = False


class Task(msgspec.Struct, frozen=True):
    """A picture to label."""

    id: int
    data: dict[str, Any]
    annotations: list[Answer]


def read(root: Path, pictures: Path | None = None) -> Iterator[LabelledFace | DatasetError]:
    """The faces of an export; each annotator's answer counts. Pictures lie below `pictures`, or below `images` beside the
    file."""
    folder = pictures or root.parent / "images"
    try:
        tasks = msgspec.json.decode(content_of(root, LARGEST_LIST_BYTES), type=list[msgspec.Raw])
    except msgspec.DecodeError as error:
        raise DatasetError(f"{root}: not a JSON export of Label Studio: {error}") from error
    for number, raw in enumerate(tasks):
        try:
            task = msgspec.json.decode(raw, type=Task)
        except msgspec.DecodeError as error:
            yield DatasetError(f"{root}: [{number}]: {error}")
            continue
        yield from _faces_of(task, f"{root}: task {task.id}", folder)


def _faces_of(task: Task, source: str, folder: Path) -> Iterator[LabelledFace | DatasetError]:
    answers = [answer for answer in task.annotations if not answer.was_cancelled]
    if not any(region.type == "keypointlabels" for answer in answers for region in answer.result):
        yield DatasetError(f"{source}: no face is labelled: no key points in {len(task.annotations)} annotations")
    for answer in answers:
        points = [region for region in answer.result if region.type == "keypointlabels"]
        for parent in dict.fromkeys(region.parent for region in points):
            try:
                yield _face(task, [region for region in points if region.parent == parent], source, folder)
            except DatasetError as error:
                yield error


def _face(task: Task, regions: list[Region], source: str, folder: Path) -> LabelledFace:
    picture = _picture(task.data, source, folder)
    landmarks = np.full((POINTS, 2), np.nan)
    sizes = set()
    for region in regions:
        where = f"{source}, region {region.id}"
        number, size = _number(region, where), _size(region, where)
        sizes.add(size)
        if np.isfinite(landmarks[number]).all():
            raise DatasetError(
                f"{where}: point {number + 1} is labelled twice; put the points of a second face into a region of its own"
            )
        landmarks[number] = np.array([region.value.x, region.value.y], np.float64) / 100.0 * size - FROM_THE_CORNER
    if len(sizes) > 1:
        raise DatasetError(f"{source}: its regions say different sizes of the picture: {sorted(sizes)}")
    person = task.data.get("person")
    return LabelledFace(
        source=source,
        picture=picture,
        size=sizes.pop(),
        person=picture.name if person is None else str(person),
        landmarks=landmarks,
    )


def _number(region: Region, where: str) -> int:
    if len(region.value.keypointlabels) != 1 or region.value.keypointlabels[0] not in _NAMES:
        raise DatasetError(f"{where}: the label {', '.join(region.value.keypointlabels) or 'none'} is not one of 1 to {POINTS}")
    return _NAMES[region.value.keypointlabels[0]]


def _size(region: Region, where: str) -> tuple[int, int]:
    if region.value.x is None or region.value.y is None:
        raise DatasetError(f"{where}: x or y is missing")
    if region.original_width is None or region.original_height is None:
        raise DatasetError(f"{where}: original_width or original_height is missing")
    if region.image_rotation:
        raise DatasetError(f"{where}: labelled on a picture turned by {region.image_rotation:g} degrees; turn the file instead")
    return region.original_width, region.original_height


def _picture(data: dict[str, Any], source: str, folder: Path) -> Path:
    address = data.get("image")
    if not isinstance(address, str):
        raise DatasetError(f"{source}: data has no 'image'")
    parts = urlsplit(address)
    name = unquote(parse_qs(parts.query).get("d", [parts.path])[0]).rsplit("/", 1)[-1]
    plain = _UPLOAD.sub("", name)
    return inside(folder, name if (folder / name).is_file() else plain, source)


def write(faces: Iterable[LabelledFace], root: Path) -> None:
    """Write faces as an export `tasks.json`, their pictures as PNG. Raises DatasetError for a face without landmarks."""
    tasks = []
    for number, face in enumerate(faces, 1):
        if face.landmarks is None:
            raise DatasetError(f"{face.source}: this format needs landmarks")
        picture = grey_picture(face)
        name = f"{number:06d}.png"
        write_picture(root / "images" / name, picture)
        size = np.array([picture.shape[1], picture.shape[0]])
        places = (face.landmarks + FROM_THE_CORNER) / size * 100.0
        regions = [
            Region(
                type="keypointlabels",
                id=uuid.uuid5(uuid.NAMESPACE_URL, f"{name}#{point}").hex[:10],
                value=Value(float(x), float(y), 0.5, (str(point + 1),)),
                original_width=int(size[0]),
                original_height=int(size[1]),
            )
            for point, (x, y) in enumerate(places)
            if np.isfinite((x, y)).all()
        ]
        tasks.append(Task(number, {"image": f"/data/upload/1/{name}", "person": face.person}, [Answer(regions)]))
    (root / "tasks.json").write_bytes(msgspec.json.encode(tasks))
