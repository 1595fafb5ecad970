"""The formats by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.datasets import biwi, coco, cvat, label_studio, pose_para, pts, shards, wflw
from tools.datasets.face import LabelledFace
from tools.datasets.problems import DatasetError

Reader = Callable[[Path, Path | None], Iterator[LabelledFace | DatasetError]]
Writer = Callable[[Iterable[LabelledFace], Path], None]


@dataclass(frozen=True, slots=True)
class Format:
    """How a format is read and written, and what its path is."""

    read: Reader
    write: Writer | None
    path: str


FORMATS: dict[str, Format] = {
    "300w-lp": Format(pose_para.read, pose_para.write, "the folder with AFW, HELEN, …"),
    "aflw2000": Format(pose_para.read, pose_para.write_aflw2000, "the folder with image00002.mat"),
    "biwi": Format(biwi.read, biwi.write, "the folder with 01, 02, …"),
    "pts": Format(pts.read, pts.write, "a folder with .pts files"),
    "wflw": Format(wflw.read, wflw.write, "the folder with WFLW_annotations, or a list file"),
    "coco": Format(coco.read, coco.write, "annotations.json or its folder"),
    "label-studio": Format(label_studio.read, label_studio.write, "the exported JSON file"),
    "cvat": Format(cvat.read, cvat.write, "annotations.xml or its folder"),
    "rendered": Format(shards.read, None, "a folder with face-*.npz"),
}
