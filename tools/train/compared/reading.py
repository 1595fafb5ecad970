"""What a network says of faces: rotations and points in the picture, whatever its outputs are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dms.perception.crops import Crop
from dms.perception.decode import rotation_from_6d, rotation_to_frame
from dms.perception.heatmaps import points_of_maps
from dms.perception.landmark_pose import pose_from_landmarks
from tools.evaluation.rendered import across_deg
from tools.train.shards import Sample

FloatArray = NDArray[np.float64]
OutputArrays = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Readings:
    """Of n pictures: `rotation` (n, 3, 3) head to camera, `points` (n, 68, 2) in pixels, `expression` (n, 8) logits; None where a
    network has none."""

    rotation: FloatArray | None
    points: FloatArray | None
    expression: FloatArray | None = None


def read(outputs: OutputArrays, crops: Sequence[Crop], samples: Sequence[Sample], pose: str) -> Readings:
    """Readings from a network's outputs for pictures cut by `crops` from the pictures of `samples`. With the pose `landmarks`
    it is that of the mean face that fits the points; a face that fits none is taken to look straight ahead."""
    points = _points(outputs, crops)
    expression = outputs["expression"].astype(np.float64) if "expression" in outputs else None
    if pose == "landmarks" and points is not None:
        return Readings(
            np.stack([fitted(each, sample) for each, sample in zip(points, samples, strict=True)]), points, expression
        )
    if "rotation" not in outputs:
        return Readings(None, points, expression)
    rotations = [rotation_from_6d(each) if each.ndim == 1 else each for each in outputs["rotation"]]
    return Readings(
        np.stack([rotation_to_frame(each, crop) for each, crop in zip(rotations, crops, strict=True)]), points, expression
    )


def _points(outputs: OutputArrays, crops: Sequence[Crop]) -> FloatArray | None:
    if "landmarks" in outputs:
        placed: NDArray[Any] = outputs["landmarks"]
    elif "heatmaps" in outputs:
        placed = np.stack([points_of_maps(maps) for maps in outputs["heatmaps"]])
    else:
        return None
    return np.stack([crop.to_frame(each) for each, crop in zip(placed, crops, strict=True)]).astype(np.float64)


def fitted(points: FloatArray, sample: Sample) -> FloatArray:
    """The rotation (3, 3) of the mean face at points (68, 2) of a sample's picture; none at all if it fits nowhere."""
    height, width = sample["image"].shape
    down_deg = sample.get("field_of_view_deg")
    across = None if down_deg is None else across_deg(float(down_deg), width, height)
    pose = pose_from_landmarks(points, (width, height), across)
    return np.eye(3) if pose is None else pose.rotation
