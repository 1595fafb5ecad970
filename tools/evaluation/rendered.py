"""Rendered drivers held out from training: angles, for which photographs have no labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dms.perception import crops, decode
from dms.perception.decode import FaceReading
from dms.perception.head_geometry import angles_from_rotation
from dms.perception.landmark_pose import angle_between_deg, pose_from_landmarks
from dms.perception.stills import StillReader
from tools.evaluation.heads import angle_errors_deg
from tools.evaluation.measures import inner_face_error, outer_corner_distance, robust_slope, slope
from tools.train.shards import Sample, Shards

OPEN_ENOUGH_TO_LOOK = 0.2
MOUTHS_APART = 0.2


def measure(reader: StillReader, folder: Path, most: int = 2_000) -> dict[str, float]:
    """Head, gaze and lids on the held-out `face` shards of `folder`, from a crop around the true box and a second one
    around what was read. Gaze is the published one, of both eyes together, against the mean of the eyes that are open and
    visible; every picture with such an eye counts for which a gaze is given."""
    shards = Shards(folder, "face")
    if not len(shards):
        raise FileNotFoundError(f"{folder}: no face-*.npz")
    head, gaze, lids, nme, mouths, second = [], [], [], [], [], []
    for index in range(min(most, len(shards))):
        sample = shards.sample(index)
        face = _read(reader, sample)
        head.append((angles_from_rotation(face.rotation), angles_from_rotation(sample["rotation"])))
        if abs(sample["rotation"][0, 2]) < 0.5:  # within 30 degrees of frontal, where the eye corners are apart
            nme.append(inner_face_error(face.landmarks, sample["landmarks"]) / outer_corner_distance(sample["landmarks"]))
        if sample["mouth_visible"]:
            mouths.append((float(sample["mouth_open"]), face.mouth_open))
        second += _second_opinion(face, sample)
        eyes = reader.read_eyes(sample["image"], face)
        visible = sample["eye_visible"].astype(bool)
        lids += [abs(eyes[i].openness - float(np.clip(sample["openness"][i], 0, 1))) for i in (0, 1) if visible[i]]
        looking = visible & (sample["openness"] > OPEN_ENOUGH_TO_LOOK)
        joint = decode.join_gaze(*eyes)
        if looking.any() and joint is not None:
            gaze.append(_angle_between(joint[0], sample["gaze"][looking].mean(axis=0)))
    read_angles, true_angles = np.array(head).swapaxes(0, 1)
    yaw, pitch, roll = angle_errors_deg(read_angles, true_angles).mean(axis=0)
    true_mouth, read_mouth = np.array(mouths).T
    disagreement, error = np.mean(second, axis=0)
    return {
        "head_yaw": float(yaw), "head_pitch": float(pitch), "head_roll": float(roll), "head_worst": float(max(yaw, pitch, roll)),
        "gaze_error": float(np.mean(gaze)), "openness_error": float(np.mean(lids)), "rendered_nme": float(np.mean(nme)),
        "rendered_mouth_slope": robust_slope(true_mouth, read_mouth, MOUTHS_APART),
        "rendered_mouth_slope_least_squares": slope(true_mouth, read_mouth),
        "pnp_disagreement": float(disagreement), "pnp_error": float(error),
    }  # fmt: skip


def _read(reader: StillReader, sample: Sample) -> FaceReading:
    grey = sample["image"]
    face = reader.read_face(grey, crops.face_crop_from_landmarks(sample["landmarks"]))
    roll_deg = crops.roll_of_landmarks(face.landmarks)
    return reader.read_face(grey, crops.face_crop_from_landmarks(face.landmarks, roll_deg))


def _second_opinion(face: FaceReading, sample: Sample) -> list[tuple[float, float]]:
    """By how many degrees the pose from the landmarks differs from the regressed one and from the truth: one pair, or none if
    the landmarks have no pose."""
    height, width = sample["image"].shape
    pose = pose_from_landmarks(face.landmarks, (width, height), across_deg(float(sample["field_of_view_deg"]), width, height))
    if pose is None:
        return []
    return [(angle_between_deg(pose.rotation, face.rotation), angle_between_deg(pose.rotation, sample["rotation"]))]


def across_deg(down_deg: float, width: int, height: int) -> float:
    """The angle that a picture sees across, from the one that it sees down."""
    return float(np.degrees(2 * np.arctan(np.tan(np.radians(down_deg) / 2) * width / height)))


def _angle_between(first: np.ndarray, second: np.ndarray) -> float:
    cosine = float(first @ second) / float(np.linalg.norm(first) * np.linalg.norm(second))
    return float(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))))
