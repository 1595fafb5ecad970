"""Reading and writing the files of data sets: bounded, named in every error, never outside the data set's folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dms.bounded import read_at_most
from dms.capture.opencv import cv2, in_words
from dms.errors import reason
from tools.datasets.problems import DatasetError
from tools.picture_files import Picture

LARGEST_LABEL_BYTES = 4 << 20
"""Of a file with one face's label."""
LARGEST_LIST_BYTES = 1 << 30
"""Of a file with the labels of a whole set: COCO-WholeBody's, the largest that is known, has half of it."""
LARGEST_PICTURE_BYTES = 64 << 20
PICTURE_SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp")


def content_of(path: Path, most_bytes: int = LARGEST_LABEL_BYTES) -> bytes:
    """The content of a file. Raises DatasetError: it is missing, no file, or too large."""
    try:
        return read_at_most(path, most_bytes)
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error.strerror or reason(error)}") from error


def text_of(path: Path, most_bytes: int = LARGEST_LABEL_BYTES) -> str:
    """The content of a text file. Raises DatasetError, also if it is not UTF-8."""
    try:
        return content_of(path, most_bytes).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}: not UTF-8 text: {error.reason} at byte {error.start}") from error


def pixels_of(path: Path) -> NDArray[np.generic]:
    """The picture as it is stored, whatever its type and channels: labels are made on that, not on what EXIF says of it.

    Raises DatasetError: missing, not a picture, or too large.
    """
    content = np.frombuffer(content_of(path, LARGEST_PICTURE_BYTES), np.uint8)
    try:
        picture = cv2.imdecode(content, cv2.IMREAD_UNCHANGED) if content.size else None
    except cv2.error as error:
        raise DatasetError(f"{path}: cannot be decoded: {in_words(error)}") from error
    if picture is None:
        raise DatasetError(f"{path}: not a picture that can be decoded")
    return np.asarray(picture)


def write_picture(path: Path, picture: Picture) -> None:
    """Write a picture, as the suffix says; JPEG hardly compressed. Raises OSError if the disk refuses."""
    options = [cv2.IMWRITE_JPEG_QUALITY, 98] if path.suffix == ".jpg" else []
    path.parent.mkdir(parents=True, exist_ok=True)
    _, content = cv2.imencode(path.suffix, picture, options)
    path.write_bytes(content.tobytes())


def file_name(person: str) -> str:
    """A name for the files of a person, whatever characters the person's has."""
    return re.sub(r"[^\w-]+", "_", person)


def inside(folder: Path, name: str, source: str) -> Path:
    """The file that a label names below `folder`. Raises DatasetError if it is not below it, or not there."""
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise DatasetError(f"{source}: names the picture '{name}', which is outside {folder}")
    if not path.is_file():
        raise DatasetError(f"{source}: its picture {path} is not there")
    return path


def picture_beside(label: Path) -> Path:
    """The picture with the name of a label file. Raises DatasetError if there is none."""
    found = [path for suffix in PICTURE_SUFFIXES if (path := label.with_suffix(suffix)).is_file()]
    if not found:
        raise DatasetError(
            f"{label}: no picture beside it ({' '.join(label.stem + suffix for suffix in PICTURE_SUFFIXES[:3])} …)"
        )
    return found[0]


def files_below(root: Path, *suffixes: str) -> Iterator[Path]:
    """Everything but folders below a folder, in order, whose names end in one of `suffixes`. A pipe or a link that leads nowhere
    is among it, so that whoever opens it says so. Raises DatasetError if `root` is no folder."""
    if not root.is_dir():
        raise DatasetError(f"{root}: not a folder")
    return iter(sorted(path for path in root.rglob("*") if path.name.lower().endswith(suffixes) and not path.is_dir()))
