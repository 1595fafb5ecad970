"""Photographs with 68 manual points: landmark errors, and whether openness separates closed eyes and open mouths."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dms.perception.head_geometry import angles_from_rotation
from dms.perception.landmark_pose import pose_from_landmarks
from dms.perception.stills import StillReader, StillReading
from tools.evaluation.measures import (
    auc,
    eye_aspect_ratio,
    inner_face_error,
    mouth_aspect_ratio,
    outer_corner_distance,
    pupil_distance,
    read_points,
    robust_slope,
    slope,
)
from tools.evaluation.regions import by_yaw, mean_of, region_errors
from tools.picture_files import read_picture

CLOSED_EAR, OPEN_EAR, OPEN_MAR = 0.12, 0.20, 0.5
MOUTHS_APART = 0.2
"""Pairs of mouths that say something of the slope differ by so much; less is the annotators' scatter."""


def measure(reader: StillReader, folder: Path, closed_below: float) -> dict[str, float]:
    """Figures for `landmarks_helen`; of several faces the one nearest to the labelled face counts. Faces that are not
    found are left out of the other figures, so read them beside the share found.

    The head's turn is that of the labelled points on the mean face (EPnP), since nobody labelled it. `closed_below` is the
    openness below which an eye is said to be closed.
    """
    paths = sorted(folder.glob("*.jpg"))
    nme, nme_outer, regions, yaw_deg, openness, mouth, ear, mar = [], [], [], [], [], [], [], []
    for path in paths:
        truth, picture = read_points(path.with_suffix(".pts")), read_picture(path)
        face = nearest(reader.read_all(picture), truth)
        if face is None:
            continue
        error = inner_face_error(face.landmarks, truth)
        nme.append(error / pupil_distance(truth))
        nme_outer.append(error / outer_corner_distance(truth))
        regions.append(region_errors(face.landmarks, truth))
        yaw_deg.append(labelled_yaw_deg(truth, picture.shape))
        openness.append(face.openness)
        mouth.append(face.face.mouth_open)
        ear.append(eye_aspect_ratio(truth))
        mar.append(mouth_aspect_ratio(truth))
    return {
        "helen_found": len(nme) / len(paths),
        "helen_nme": float(np.mean(nme)),
        "helen_nme_outer": float(np.mean(nme_outer)),
        **mean_of(regions, "helen_nme_"),
        **by_yaw(nme_outer, yaw_deg, "helen_nme_"),
        **state_figures(openness, mouth, ear, mar),
        **agreement(openness, mouth, ear, mar, closed_below),
    }


def labelled_yaw_deg(truth: np.ndarray, shape: tuple[int, ...]) -> float:
    """How far the labelled face is turned, to the left > 0; NaN if its points are not those of a head."""
    pose = pose_from_landmarks(truth, (shape[1], shape[0]))
    return angles_from_rotation(pose.rotation)[0] if pose else float("nan")


def state_figures(openness: list[float], mouth: list[float], ear: list[float], mar: list[float]) -> dict[str, float]:
    """How well openness separates closed from open eyes, mouth opening open from other mouths, and whether it is as wide as
    the label says: slope by Theil and Sen, and by least squares."""
    opened, lips = np.array(openness), np.array(mouth)
    label_ear, label_mar = np.array(ear), np.array(mar)
    return {
        "helen_eye_auc": auc(opened[label_ear > OPEN_EAR], opened[label_ear < CLOSED_EAR]),
        "helen_mouth_auc": auc(lips[label_mar > OPEN_MAR], lips[label_mar <= OPEN_MAR]),
        "helen_mouth_slope": robust_slope(label_mar, lips, MOUTHS_APART),
        "helen_mouth_slope_least_squares": slope(label_mar, lips),
    }


def agreement(
    openness: list[float], mouth: list[float], ear: list[float], mar: list[float], closed_below: float
) -> dict[str, float]:
    """Shares of pictures in which what is said, with the thresholds in use and not with the best ones, agrees with the label:
    mouth wide open or not, eyes clearly closed or clearly open."""
    opened, lips, label_ear, label_mar = (np.array(values) for values in (openness, mouth, ear, mar))
    clear = (label_ear < CLOSED_EAR) | (label_ear > OPEN_EAR)
    return {
        "helen_mouth_agreement": float(((lips > OPEN_MAR) == (label_mar > OPEN_MAR)).mean()),
        "helen_eye_agreement": float(((opened < closed_below) == (label_ear < CLOSED_EAR))[clear].mean()),
    }


def against_peer(ours: dict[str, float], peer: dict[str, float]) -> dict[str, float]:
    """Eyes' and lips' error as multiples of the peer's on the same pictures; nothing where the peer was not measured."""
    return {
        f"helen_{region}_to_peer": ours[f"helen_nme_{region}"] / peer[f"helen_nme_{region}"]
        for region in ("eyes", "lips")
        if f"helen_nme_{region}" in peer
    }


def nearest(faces: list[StillReading], truth: np.ndarray) -> StillReading | None:
    """The face whose middle is nearest to the labelled one's, if it is anywhere on it."""
    center, size = truth.mean(axis=0), np.ptp(truth, axis=0).max()
    on_it = [face for face in faces if np.linalg.norm(face.landmarks.mean(axis=0) - center) < 0.5 * size]
    return min(on_it, key=lambda face: float(np.linalg.norm(face.landmarks.mean(axis=0) - center)), default=None)
