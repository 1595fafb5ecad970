"""From the networks' raw outputs to boxes, landmarks, rotations, openness and gaze.

Networks answer in the coordinates of their crop; everything returned here is in frame pixels and in the camera's axes
(`head_geometry`), with the crop's roll and mirroring undone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dms.perception.crops import Crop, FloatArray
from dms.perception.reading_calibration import AS_SAID, EYES_AS_SAID, EyeCalibration, FaceCalibration
from dms.types import EXPRESSIONS

DETECTOR_STRIDE = 4
LAPLACE_DEVIATION = math.sqrt(3.0)
"""Standard deviation per axis over the scale of the planar density exp(-distance / scale) that training assumes."""
MIRROR = np.diag([-1.0, 1.0, 1.0])
IS_NEUTRAL = np.array([expression == "neutral" for expression in EXPRESSIONS], np.float32)

SURE_SIGMA = 0.04
"""Expected error of the landmarks, over the side of the crop, up to which a face is believed entirely: rendered faces
lie mostly below 0.03, places that look like a face to the detector above 0.05."""

LEFT_LIDS, RIGHT_LIDS = np.arange(42, 48), np.array([39, 38, 37, 36, 41, 40])
"""Landmarks of the driver's left eye, and of the right one in the order in which its mirror image becomes a left one."""

Outputs = Mapping[str, NDArray[np.float32]]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class FaceCandidate:
    """A place where the detector sees a face: box (x, y, width, height) in frame pixels, score in [0, 1]."""

    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class FaceReading:
    """The face network's reading of one crop. Pairs are (driver's left, driver's right)."""

    score: float
    """How sure it is that the crop shows a face, in [0, 1]: its probability, less where the landmarks are guesses."""
    landmarks: FloatArray
    """(68, 2) frame pixels, iBUG order."""
    landmark_sigma: FloatArray
    """(68,) standard deviation in frame pixels that the network expects of each landmark."""
    rotation: NDArray[np.float64]
    """(3, 3) head to camera, relative to the ray from camera to head."""
    rotation_sigma_deg: float
    """Angle by which the network expects its rotation to be off."""
    mouth_open: float
    """Inner-lip opening over mouth width, from the landmarks: 0 closed, about 1 a yawn."""
    mouth_visible: float
    eyes_visible: tuple[float, float]
    eyes_open: tuple[float, float]
    """Coarse openness in [0, 1]; the eye network's is the better one."""
    expression: FloatArray
    """(8,) probabilities in the order of `dms.types.EXPRESSIONS`, under a flat prior but for the calibration of neutral."""


@dataclass(frozen=True, slots=True)
class EyeReading:
    """The eye network's reading of one eye: openness and visibility in [0, 1], gaze as a unit vector (3,), and the six lid points
    (6, 2) in frame pixels with the standard deviation that the network expects for them.

    The lids are in the order of a left eye (42 to 47), which the right one is mirrored into."""

    openness: float
    visible: float
    gaze: NDArray[np.float64]
    gaze_sigma_deg: float
    lids: FloatArray
    lids_sigma_px: float


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logistic function that does not overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float32)


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilities along the last axis."""
    exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True), dtype=np.float32)


def rotation_from_6d(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Rotation (3, 3) from two columns (6,), made orthonormal by Gram-Schmidt (Zhou et al., CVPR 2019). Plain numbers
    are ten times faster than arrays for so few values."""
    a1, a2, a3, b1, b2, b3 = values.tolist()
    length = math.sqrt(a1 * a1 + a2 * a2 + a3 * a3) or 1.0
    a1, a2, a3 = a1 / length, a2 / length, a3 / length
    along = a1 * b1 + a2 * b2 + a3 * b3
    b1, b2, b3 = b1 - along * a1, b2 - along * a2, b3 - along * a3
    length = math.sqrt(b1 * b1 + b2 * b2 + b3 * b3) or 1.0
    b1, b2, b3 = b1 / length, b2 / length, b3 / length
    return np.array([[a1, b1, a2 * b3 - a3 * b2], [a2, b2, a3 * b1 - a1 * b3], [a3, b3, a1 * b2 - a2 * b1]])


def roll_rotation(roll_deg: float) -> NDArray[np.float64]:
    """Rotation (3, 3) about the camera's line of sight, > 0 towards the driver's right shoulder."""
    cos, sin = math.cos(math.radians(roll_deg)), math.sin(math.radians(roll_deg))
    return np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])


def rotation_to_frame(rotation: NDArray[np.floating], crop: Crop) -> NDArray[np.float64]:
    """Converts a rotation seen in the crop to the frame: unmirrored, then rolled back."""
    unmirrored = MIRROR @ rotation @ MIRROR if crop.mirrored else rotation
    return np.asarray(roll_rotation(crop.roll_deg) @ unmirrored, dtype=np.float64)


def rotation_to_crop(rotation: NDArray[np.floating], crop: Crop) -> NDArray[np.float64]:
    """The inverse of `rotation_to_frame`."""
    upright = roll_rotation(-crop.roll_deg) @ rotation
    return np.asarray(MIRROR @ upright @ MIRROR if crop.mirrored else upright, dtype=np.float64)


def direction_to_frame(direction: NDArray[np.floating], crop: Crop) -> NDArray[np.float64]:
    """Converts a direction (3,) seen in the crop to the frame."""
    x, y, z = direction.tolist()
    x = -x if crop.mirrored else x
    cos, sin = math.cos(math.radians(crop.roll_deg)), math.sin(math.radians(crop.roll_deg))
    return np.array([cos * x - sin * y, sin * x + cos * y, z])


def direction_to_crop(direction: NDArray[np.floating], crop: Crop) -> NDArray[np.float64]:
    """The inverse of `direction_to_frame`."""
    upright = roll_rotation(-crop.roll_deg) @ direction
    return np.asarray(MIRROR @ upright if crop.mirrored else upright, dtype=np.float64)


def decode_faces(outputs: Outputs, scale: float, threshold: float, most: int = 8) -> list[FaceCandidate]:
    """Faces in the detector's outputs of one picture, best first.

    `scale` is that of `crops.detector_input`. A cell is a face if its score is at least `threshold` and the highest in
    its 3 by 3 neighbourhood. Boxes that overlap a better one by more than 0.4 (intersection over union) are dropped.
    """
    score = sigmoid(outputs["heatmap"][0, 0])
    padded = np.pad(score, 1)
    height, width = score.shape
    around = np.max([padded[i : i + height, j : j + width] for i in range(3) for j in range(3)], axis=0)
    rows, columns = np.nonzero((score >= threshold) & (score >= around))
    order = np.argsort(-score[rows, columns])[: 4 * most]
    kept: list[FaceCandidate] = []
    for row, column in zip(rows[order], columns[order], strict=True):
        box = _cell_box(outputs["box"][0, :, row, column], int(row), int(column), scale)
        if len(kept) < most and all(overlap(box, other.box) <= 0.4 for other in kept):
            kept.append(FaceCandidate(box, float(score[row, column])))
    return kept


def _cell_box(values: NDArray[np.float32], row: int, column: int, scale: float) -> Box:
    """The box of a cell, whose values are the centre's offset from the cell's middle in cells, then log width and log height in
    cells."""
    center_x = ((column + 0.5 + float(values[0])) * DETECTOR_STRIDE) / scale - 0.5
    center_y = ((row + 0.5 + float(values[1])) * DETECTOR_STRIDE) / scale - 0.5
    width, height = (math.exp(min(float(v), 5.0)) * DETECTOR_STRIDE / scale for v in values[2:4])
    return center_x - width / 2, center_y - height / 2, width, height


def overlap(first: Box, second: Box) -> float:
    """Intersection over union of two boxes (x, y, width, height)."""
    width = min(first[0] + first[2], second[0] + second[2]) - max(first[0], second[0])
    height = min(first[1] + first[3], second[1] + second[3]) - max(first[1], second[1])
    shared = max(width, 0.0) * max(height, 0.0)
    union = first[2] * first[3] + second[2] * second[3] - shared
    return shared / union if union > 0 else 0.0


def _degrees(log_radians: np.float32) -> float:
    """The error in degrees, at most 180: no angle can be further off."""
    return math.degrees(math.exp(min(float(log_radians), math.log(math.pi))))


def decode_face(outputs: Outputs, crop: Crop, index: int = 0, calibration: FaceCalibration = AS_SAID) -> FaceReading:
    """The face network's outputs for picture `index` of a batch that was cut as `crop`."""
    state = sigmoid(outputs["state"][index])
    sigma = np.exp(outputs["landmark_log_sigma"][index]) * np.float32(LAPLACE_DEVIATION)
    points = outputs["landmarks"][index]
    return FaceReading(
        score=float(state[0]) * min(1.0, SURE_SIGMA / _median(sigma)),
        landmarks=crop.to_frame(points),
        landmark_sigma=sigma * np.float32(crop.side),
        rotation=rotation_to_frame(rotation_from_6d(outputs["rotation"][index]), crop),
        rotation_sigma_deg=calibration.rotation_sigma(_degrees(outputs["rotation_log_sigma"][index, 0])),
        mouth_open=calibration.mouth(_lip_opening(points)),
        mouth_visible=float(state[1]),
        eyes_visible=(float(state[2]), float(state[3])),
        eyes_open=(float(state[4]), float(state[5])),
        expression=softmax(outputs["expression"][index] + np.float32(calibration.neutral_lift) * IS_NEUTRAL),
    )


def _median(values: NDArray[np.float32]) -> float:
    """The median of an even number of values; `np.median` takes ten times as long for so few."""
    ordered, middle = np.sort(values), len(values) // 2
    return float(ordered[middle - 1] + ordered[middle]) / 2


def _lip_opening(points: NDArray[np.float32]) -> float:
    """Mean opening of the inner lips over mouth width, from landmarks. The width is taken to be at least 0.3 of the distance from
    nose bridge to chin, for mouths seen from the side.

    The network's own figure, `mouth_open`, is a lesson and is not read. It is the better one on rendered faces (correlation with
    the truth 0.96 against 0.93) and the worse one on photographs (Helen: 0.87 against 0.90), where its slope falls to 0.67 of the
    label's while that of the lips stays at 0.83.
    """
    upper, lower = points[61:64].tolist(), points[67:64:-1].tolist()
    opening = sum(math.dist(above, below) for above, below in zip(upper, lower, strict=True)) / 3
    (left, right), (bridge, chin) = points[[60, 64]].tolist(), points[[27, 8]].tolist()
    return opening / max(math.dist(left, right), 0.3 * math.dist(bridge, chin), 1e-6)


def eye_head_input(rotation: NDArray[np.floating], crop: Crop) -> FloatArray:
    """The head rotation in the form that the eye network takes with an eye crop: two columns (6,) in the crop's axes."""
    return np.asarray(rotation_to_crop(rotation, crop)[:, :2].T.reshape(6), dtype=np.float32)


def decode_eye(outputs: Outputs, crop: Crop, index: int = 0, calibration: EyeCalibration = EYES_AS_SAID) -> EyeReading:
    """The eye network's outputs for picture `index` of a batch that was cut as `crop`."""
    state = sigmoid(outputs["state"][index])
    gaze = direction_to_frame(outputs["gaze"][index], crop)
    return EyeReading(
        openness=float(state[0]),
        visible=float(state[1]),
        gaze=gaze / max(math.hypot(*gaze.tolist()), 1e-9),
        gaze_sigma_deg=calibration.gaze_sigma(_degrees(outputs["gaze_log_sigma"][index, 0])),
        lids=crop.to_frame(outputs["lids"][index]),
        lids_sigma_px=crop.side * LAPLACE_DEVIATION * math.exp(min(float(outputs["lids_log_sigma"][index, 0]), 1.0)),
    )


def landmarks_with_lids(face: FaceReading, left: EyeReading | None, right: EyeReading | None) -> FloatArray:
    """The face's landmarks (68, 2), those of the eyes combined with the eye network's, which sees an eye four times as large.
    Each is weighted by the inverse of its variance, and the eye network's also by how visible the eye is."""
    landmarks = face.landmarks.copy()
    for eye, places in ((left, LEFT_LIDS), (right, RIGHT_LIDS)):
        if eye is None:
            continue
        coarse = face.landmark_sigma[places] ** 2
        share = eye.visible * coarse / (coarse + eye.lids_sigma_px**2 + 1e-6)
        landmarks[places] += share[:, None] * (eye.lids - landmarks[places])
    return landmarks


def join_gaze(left: EyeReading, right: EyeReading) -> tuple[NDArray[np.float64], float] | None:
    """One gaze for both eyes: unit vector (3,) and sigma in degrees, each open, visible eye weighted by its visibility
    and the inverse of its variance; None if neither eye is open and visible.

    The errors of the two eyes are correlated (same head, same light), so the joint sigma is the better eye's, not less.
    """
    usable = [eye for eye in (left, right) if eye.visible >= 0.5 and eye.openness > 0.2]
    if not usable:
        return None
    joint = sum((eye.visible / max(eye.gaze_sigma_deg, 0.1) ** 2 * eye.gaze for eye in usable), start=np.zeros(3))
    return joint / max(float(np.linalg.norm(joint)), 1e-9), min(eye.gaze_sigma_deg for eye in usable)
