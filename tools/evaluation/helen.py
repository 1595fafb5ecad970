"""Photographs with 68 manual points: landmarks, and whether openness tells closed eyes and open mouths."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from dms.perception.stills import StillReader, StillReading
from tools.evaluation.measures import (
    auc,
    eye_aspect_ratio,
    inner_face_error,
    mouth_aspect_ratio,
    outer_corner_distance,
    pupil_distance,
    read_points,
)

CLOSED_EAR, OPEN_EAR, OPEN_MAR = 0.12, 0.20, 0.5


def measure(reader: StillReader, folder: Path) -> dict[str, float]:
    """Figures for `landmarks_helen`; of several faces the one nearest to the labelled face counts. Faces that are not
    found are left out of the other figures, so read them beside the share found."""
    paths = sorted(folder.glob("*.jpg"))
    nme, nme_outer, openness, mouth, ear, mar = [], [], [], [], [], []
    for path in paths:
        truth = read_points(path.with_suffix(".pts"))
        face = nearest(reader.read_all(cv2.imread(str(path))), truth)
        if face is None:
            continue
        error = inner_face_error(face.landmarks, truth)
        nme.append(error / pupil_distance(truth))
        nme_outer.append(error / outer_corner_distance(truth))
        openness.append(face.openness)
        mouth.append(face.face.mouth_open)
        ear.append(eye_aspect_ratio(truth))
        mar.append(mouth_aspect_ratio(truth))
    return {
        "helen_found": len(nme) / len(paths),
        "helen_nme": float(np.mean(nme)),
        "helen_nme_outer": float(np.mean(nme_outer)),
        **state_figures(openness, mouth, ear, mar),
    }


def state_figures(openness: list[float], mouth: list[float], ear: list[float], mar: list[float]) -> dict[str, float]:
    """How well openness separates closed from open eyes, and mouth opening open from other mouths."""
    opened, lips = np.array(openness), np.array(mouth)
    label_ear, label_mar = np.array(ear), np.array(mar)
    return {
        "helen_eye_auc": auc(opened[label_ear > OPEN_EAR], opened[label_ear < CLOSED_EAR]),
        "helen_mouth_auc": auc(lips[label_mar > OPEN_MAR], lips[label_mar <= OPEN_MAR]),
    }


def nearest(faces: list[StillReading], truth: np.ndarray) -> StillReading | None:
    """The face whose middle is nearest to the labelled one's, if it is anywhere on it."""
    center, size = truth.mean(axis=0), np.ptp(truth, axis=0).max()
    on_it = [face for face in faces if np.linalg.norm(face.landmarks.mean(axis=0) - center) < 0.5 * size]
    return min(on_it, key=lambda face: float(np.linalg.norm(face.landmarks.mean(axis=0) - center)), default=None)
