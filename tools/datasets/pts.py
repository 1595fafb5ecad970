"""iBUG mark-up: a `.pts` file beside each picture (300-W, LFPW, HELEN, AFW; Sagonas et al., 300 Faces in-the-Wild, 2013).

    version: 1
    n_points: 68
    {
    30.5 61.2
    …
    }

Points count from 1: the annotators' tools were written in Matlab, where the centre of the first pixel is 1, 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from tools.datasets.checks import grey_picture
from tools.datasets.face import COUNTED_FROM_ONE, POINTS, LabelledFace
from tools.datasets.files import PICTURE_SUFFIXES, file_name, files_below, picture_beside, text_of, write_picture
from tools.datasets.problems import DatasetError
from tools.evaluation.measures import points_of


def read(root: Path, pictures: Path | None = None) -> Iterator[LabelledFace | DatasetError]:
    """The faces of all `.pts` files below a folder; a picture without one is an error, too. `pictures` is not used."""
    for path in files_below(root, ".pts"):
        try:
            yield LabelledFace(
                source=str(path),
                picture=picture_beside(path),
                person=str(path.relative_to(root).with_suffix("")),
                landmarks=points_of(text_of(path), path) - COUNTED_FROM_ONE,
            )
        except (DatasetError, ValueError) as error:
            yield error if isinstance(error, DatasetError) else DatasetError(str(error))
    for picture in files_below(root, *PICTURE_SUFFIXES):
        if not picture.with_suffix(".pts").is_file():
            yield DatasetError(f"{picture}: no .pts file beside it")


def write(faces: Iterable[LabelledFace], root: Path) -> None:
    """Write faces as PNG with a `.pts` file each. Raises DatasetError for one without landmarks."""
    for number, face in enumerate(faces):
        if face.landmarks is None:
            raise DatasetError(f"{face.source}: this format needs landmarks")
        place = root / f"{file_name(face.person)}_{number:06d}.png"
        write_picture(place, grey_picture(face))
        points = "\n".join(f"{x:.4f} {y:.4f}" for x, y in face.landmarks + COUNTED_FROM_ONE)
        place.with_suffix(".pts").write_text(f"version: 1\nn_points: {POINTS}\n{{\n{points}\n}}\n", encoding="utf-8")
