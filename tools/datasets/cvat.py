"""CVAT's export "CVAT for images 1.1": `annotations.xml`, pictures in `images`.

A face is a `<skeleton>` whose points have the labels 1 to 68 (iBUG order), or `<points>` with 68 of them. CVAT measures from
the picture's corner, its canvas reaches from 0 to the width: the centre of the first pixel is at 0.5. A point that is
`outside` is not labelled, one that is `occluded` is hidden. The attributes `person` and `expression` of a face are read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from dms.errors import BAD_INPUT
from tools.datasets.checks import grey_picture
from tools.datasets.face import FROM_THE_CORNER, POINTS, FloatArray, LabelledFace
from tools.datasets.files import LARGEST_LIST_BYTES, content_of, inside, write_picture
from tools.datasets.problems import DatasetError

NAME = "annotations.xml"
Element = ElementTree.Element


class _NoDoctype(ElementTree.TreeBuilder):
    """CVAT writes none; somebody else's could make a small file expand without end."""

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        raise DatasetError("has a DOCTYPE, which no export of CVAT has")


def read(root: Path, pictures: Path | None = None) -> Iterator[LabelledFace | DatasetError]:
    """The faces of an `.xml` file, or of `annotations.xml` in a folder. Pictures lie below `pictures`, or below `images`
    beside the file. A picture without a face is an error."""
    path = root / NAME if root.is_dir() else root
    folder = pictures or path.parent / "images"
    content = _parsed(path)
    if content.find("track") is not None:
        raise DatasetError(f"{path}: holds tracks; export the task as 'CVAT for images 1.1'")
    for image in content.iter("image"):
        source = f"{path}: {image.get('name')}"
        faces = [element for element in image if element.tag in ("skeleton", "points")]
        if not faces:
            yield DatasetError(f"{source}: no face is labelled: neither a skeleton nor points")
        for number, element in enumerate(faces, 1):
            try:
                yield _face(image, element, f"{source}, face {number}", folder)
            except DatasetError as error:
                yield error


def _parsed(path: Path) -> Element:
    try:
        parser = ElementTree.XMLParser(target=_NoDoctype())  # noqa: S314 - without DOCTYPE there are no entities to expand
        root: Element = ElementTree.XML(content_of(path, LARGEST_LIST_BYTES), parser)
    except (ElementTree.ParseError, LookupError, *BAD_INPUT) as error:
        raise DatasetError(f"{path}: not an export of CVAT: {error}") from error
    except DatasetError as error:
        raise error if str(path) in str(error) else DatasetError(f"{path}: {error}") from error
    if root.tag != "annotations":
        raise DatasetError(f"{path}: not an export of CVAT: its root is '{root.tag}', not 'annotations'")
    return root


def _face(image: Element, element: Element, source: str, folder: Path) -> LabelledFace:
    attributes = {each.get("name"): (each.text or "").strip() for each in element.iter("attribute")}
    landmarks, visible = _of_skeleton(element, source) if element.tag == "skeleton" else _of_points(element, source)
    name = image.get("name") or ""
    return LabelledFace(
        source=source,
        picture=inside(folder, name, source),
        size=(round(_number(image, "width", source)), round(_number(image, "height", source))),
        person=attributes.get("person") or name,
        landmarks=landmarks - FROM_THE_CORNER,
        landmark_visible=visible,
        expression=attributes.get("expression") or None,
    )


def _of_skeleton(element: Element, source: str) -> tuple[FloatArray, FloatArray]:
    landmarks, visible = np.full((POINTS, 2), np.nan), np.full(POINTS, np.nan)
    for point in element.iter("points"):
        label = point.get("label", "")
        if label not in map(str, range(1, POINTS + 1)):
            raise DatasetError(f"{source}: the label '{label}' is not one of 1 to {POINTS}")
        if point.get("outside", "0") == "0":
            landmarks[int(label) - 1] = _places(point, source, 1)[0]
            visible[int(label) - 1] = float(point.get("occluded", "0") == "0")
    return landmarks, visible


def _of_points(element: Element, source: str) -> tuple[FloatArray, FloatArray]:
    shown = float(element.get("occluded", "0") == "0")
    return _places(element, source, POINTS), np.full(POINTS, shown if shown else np.nan)


def _places(element: Element, source: str, count: int) -> FloatArray:
    pairs = [pair.split(",") for pair in element.get("points", "").split(";")]
    try:
        places = np.array([(float(x), float(y)) for x, y in pairs])
    except ValueError as error:
        raise DatasetError(f"{source}: its points are not pairs of numbers: {error}") from error
    if len(places) != count:
        raise DatasetError(f"{source}: {len(places)} points, expected {count}")
    return places


def _number(element: Element, name: str, source: str) -> float:
    try:
        return float(element.get(name, ""))
    except ValueError as error:
        raise DatasetError(f"{source}: {name} is no number: '{element.get(name, '')}'") from error


def write(faces: Iterable[LabelledFace], root: Path) -> None:
    """Write faces as skeletons, their pictures as PNG. Raises DatasetError for a face without landmarks."""
    content = ElementTree.Element("annotations")
    ElementTree.SubElement(content, "version").text = "1.1"
    for number, face in enumerate(faces):
        if face.landmarks is None:
            raise DatasetError(f"{face.source}: this format needs landmarks")
        picture = grey_picture(face)
        name = f"{number:06d}.png"
        write_picture(root / "images" / name, picture)
        size = {"width": str(picture.shape[1]), "height": str(picture.shape[0])}
        image = ElementTree.SubElement(content, "image", {"id": str(number), "name": name, **size})
        skeleton = ElementTree.SubElement(image, "skeleton", {"label": "face", "source": "file", "z_order": "0"})
        hidden = np.zeros(POINTS, bool) if face.landmark_visible is None else face.landmark_visible < 0.5
        for point, (x, y) in enumerate(face.landmarks + FROM_THE_CORNER):
            _add_point(skeleton, point + 1, float(x), float(y), bool(hidden[point]))
        for attribute, value in (("person", face.person), ("expression", face.expression)):
            if value is not None:
                ElementTree.SubElement(skeleton, "attribute", {"name": attribute}).text = value
    ElementTree.indent(content)
    ElementTree.ElementTree(content).write(root / NAME, encoding="utf-8", xml_declaration=True)


def _add_point(skeleton: Element, number: int, x: float, y: float, hidden: bool) -> None:
    is_labelled = bool(np.isfinite((x, y)).all())
    place = f"{x:.3f},{y:.3f}" if is_labelled else "0.00,0.00"
    said: Mapping[str, str] = {"outside": str(int(not is_labelled)), "occluded": str(int(hidden)), "points": place}
    ElementTree.SubElement(skeleton, "points", {"label": str(number), "source": "file", **said})
