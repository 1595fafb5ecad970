"""Shards: what training reads (tools/render/README.md says what they hold), from rendered faces and from labelled ones."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.bounded import open_file
from dms.durable import WholeFile
from dms.errors import BAD_INPUT
from dms.perception import crops
from dms.types import EXPRESSIONS
from tools.datasets.checks import Examined
from tools.datasets.face import POINTS, LabelledFace, number_of
from tools.datasets.files import files_below
from tools.datasets.problems import DatasetError
from tools.train.ibug import to_ibug
from tools.train.shards import person_of

SIDE = 192
SHARD_PICTURES = 250
FACE_SHARE = 0.58
"""Of the picture's side that a face takes, the middle of what is rendered."""
WHOLE_SHARES = (0.35, 0.85)
"""A picture of this size in which the face takes so much of the side stays as it is: rendered faces come back unchanged."""
UNKNOWN = -1
"""The expression of a face that nobody judged."""


def read(root: Path, pictures: Path | None = None) -> Iterator[LabelledFace | DatasetError]:
    """The faces of all `face-*.npz` in a folder. `pictures` is not used."""
    paths = [path for path in files_below(root, ".npz") if path.parent == root and path.name.startswith("face-")]
    if not paths:
        raise DatasetError(f"{root}: no face-*.npz in it")
    for path in paths:
        try:
            with open_file(path) as file, np.load(file, allow_pickle=False) as content:
                shard = {name: content[name] for name in content.files if name != "mesh_points"}
            if "landmarks" in shard:  # of older shards, the mesh's own
                shard["ibug"] = to_ibug(shard["landmarks"])
            yield from [_face(shard, row, f"{path}: picture {row}") for row in range(len(shard["image"]))]
        except (zipfile.BadZipFile, EOFError, LookupError, OSError, *BAD_INPUT) as error:
            yield DatasetError(f"{path}: not a shard of faces that can be read: {error}")


def _face(shard: Mapping[str, NDArray[Any]], row: int, source: str) -> LabelledFace | DatasetError:
    def known(name: str) -> NDArray[Any] | None:
        values = np.asarray(shard[name][row], np.float64) if name in shard else np.array(np.nan)
        return values if np.isfinite(values).any() else None

    def number(name: str) -> float | None:
        return None if (value := known(name)) is None else float(value)

    expression = int(shard["expression"][row])
    if not UNKNOWN <= expression < len(EXPRESSIONS):
        return DatasetError(f"{source}: the expression {expression} is none of {UNKNOWN} (unknown) to {len(EXPRESSIONS) - 1}")
    box = known("face_box")
    return LabelledFace(
        source=source,
        picture=shard["image"][row],
        person=person_of(shard, row, Path(source)),
        landmarks=known("ibug"),
        landmark_visible=known("landmark_visible"),
        rotation=known("rotation"),
        box=None if box is None else (float(box[0]), float(box[1]), float(box[2]), float(box[3])),
        gaze=known("gaze"),
        openness=known("openness"),
        eye_visible=known("eye_visible"),
        mouth_open=number("mouth_open"),
        mouth_visible=number("mouth_visible"),
        expression=None if expression == UNKNOWN else EXPRESSIONS[expression],
        flags=_flags(shard, row),
    )


def _flags(shard: Mapping[str, NDArray[Any]], row: int) -> tuple[str, ...]:
    """What a picture is said to be: by the renderer in a table, by other data sets in words."""
    if "flag_words" in shard:
        return tuple(str(shard["flag_words"][row]).split())
    flags = [str(name) for name in shard["flag_names"][shard["flags"][row]]] if "flags" in shard else []
    return (*flags, "infrared") if "infrared" in shard and shard["infrared"][row] else tuple(flags)


class ShardWriter:
    """Writes faces as `face-NAME-00000.npz`, each written whole. As a context manager it writes the last one at the end of the
    block, or leaves it unwritten if the block raises."""

    def __init__(self, folder: Path, name: str, pictures: int = SHARD_PICTURES) -> None:
        self.folder, self.name, self.pictures = folder, name, pictures
        self.written = 0
        self._rows: list[dict[str, Any]] = []
        self._shards = 0

    def add(self, examined: Examined) -> None:
        """Take one face."""
        self._rows.append(row_of(*examined))
        self.written += 1
        if len(self._rows) == self.pictures:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self.folder.mkdir(parents=True, exist_ok=True)
            arrays = {name: np.stack([row[name] for row in self._rows]) for name in self._rows[0]}
            with WholeFile(self.folder / f"face-{self.name}-{self._shards:05d}.npz") as file, file.path.open("wb") as content:
                np.savez(content, **arrays)  # type: ignore[arg-type]
            self._rows, self._shards = [], self._shards + 1

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._flush()


def row_of(face: LabelledFace, picture: crops.Picture) -> dict[str, Any]:
    """One picture of a shard: an upright square around the face, and its truth. What is not labelled is NaN, or `UNKNOWN`."""
    assert face.place is not None, "checked before"
    x, y, width, height = face.place
    square = crops.Crop(x + width / 2, y + height / 2, max(width, height) / FACE_SHARE)
    if picture.shape == (SIDE, SIDE) and WHOLE_SHARES[0] < max(width, height) / SIDE < WHOLE_SHARES[1]:
        square = crops.Crop((SIDE - 1) / 2, (SIDE - 1) / 2, SIDE)

    def moved(points: NDArray[np.floating]) -> NDArray[np.float32]:
        return np.asarray((square.to_crop(points) + 0.5) * SIDE - 0.5, np.float32)

    def known(values: Any, *shape: int) -> NDArray[np.float32]:
        return np.full(shape, np.nan, np.float32) if values is None else np.asarray(values, np.float32)

    low, high = moved(np.array([[x, y], [x + width, y + height]]))
    return {
        "image": crops.cut(picture, square, SIDE),
        "ibug": known(None, POINTS, 2) if face.landmarks is None else moved(face.landmarks),
        "landmark_visible": known(face.landmark_visible, POINTS),
        "rotation": known(face.rotation, 3, 3),
        "gaze": known(face.gaze, 2, 3),
        "openness": known(face.openness, 2),
        "eye_visible": known(face.eye_visible, 2),
        "mouth_open": known(face.mouth_open),
        "mouth_visible": known(face.mouth_visible),
        "expression": np.int64(UNKNOWN if face.expression is None else EXPRESSIONS.index(face.expression)),
        "face_box": np.concatenate([low, high - low]),
        "identity": np.int64(number_of(face.person)),
        "flag_words": np.str_(" ".join(face.flags)),
        "person": np.str_(face.person),
        "source": np.str_(face.source),
    }


def write(faces: Iterable[Examined], folder: Path, name: str) -> int:
    """Write faces as shards; how many they are."""
    with ShardWriter(folder, name) as writer:
        for each in faces:
            writer.add(each)
    return writer.written
