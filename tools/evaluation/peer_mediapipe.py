"""The same figures for MediaPipe's face mesh. Runs in an environment of its own, because it needs numpy below 2:

    python -m venv PEER && PEER/bin/pip install mediapipe==0.10.21 'numpy<2' opencv-python-headless
    python -m tools.evaluate real EVAL --peer-python PEER/bin/python

Prints one JSON object on standard output.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

import cv2
import mediapipe
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
from dms.perception.head_geometry import angles_from_rotation
from dms.perception.landmark_pose import pose_from_landmarks
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
    yawning_figures,
)
from tools.evaluation.regions import by_yaw, mean_of, region_errors
from tools.evaluation.yaw_classes import read_labels, slope_over_classes
from tools.picture_files import read_picture

JAW = [127, 234, 93, 132, 58, 136, 150, 176, 152, 400, 379, 365, 288, 361, 323, 454, 356]
INNER = [
    *(70, 63, 105, 66, 107, 336, 296, 334, 293, 300), *(168, 197, 5, 4), *(75, 97, 2, 326, 305),
    *(33, 160, 158, 133, 153, 144), *(362, 385, 387, 263, 373, 380),
    *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181), *(78, 82, 13, 312, 308, 317, 14, 87),
]  # fmt: skip


class Mesh:
    """MediaPipe's 468-point mesh on single pictures, reduced to the 68 iBUG points."""

    def __init__(self) -> None:
        self._mesh = mediapipe.solutions.face_mesh.FaceMesh(static_image_mode=True, max_num_faces=4, refine_landmarks=True)

    def faces(self, path: Path) -> tuple[list[np.ndarray], tuple[int, int]]:
        """Points (68, 2) of every face in pixels, and the picture's width and height."""
        frame = read_picture(path)
        height, width = frame.shape[:2]
        result = self._mesh.process(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))
        faces = result.multi_face_landmarks or []
        points = [np.array([(face.landmark[i].x * width, face.landmark[i].y * height) for i in [*JAW, *INNER]]) for face in faces]
        return points, (width, height)


def helen(mesh: Mesh, folder: Path) -> dict[str, float]:
    """As `tools.evaluation.helen`, with aspect ratios of the predicted points for openness."""
    paths = sorted(folder.glob("*.jpg"))
    nme, nme_outer, regions, yaw_deg, ears, mars, label_ear, label_mar = [], [], [], [], [], [], [], []
    for path in paths:
        truth = read_points(path.with_suffix(".pts"))
        center, size = truth.mean(axis=0), np.ptp(truth, axis=0).max()
        found, picture_size = mesh.faces(path)
        faces = [f for f in found if np.linalg.norm(f.mean(axis=0) - center) < 0.5 * size]
        if not faces:
            continue
        face = min(faces, key=lambda f: float(np.linalg.norm(f.mean(axis=0) - center)))
        error = inner_face_error(face, truth)
        nme.append(error / pupil_distance(truth))
        nme_outer.append(error / outer_corner_distance(truth))
        regions.append(region_errors(face, truth))
        pose = pose_from_landmarks(truth, picture_size)
        yaw_deg.append(angles_from_rotation(pose.rotation)[0] if pose else float("nan"))
        ears.append(eye_aspect_ratio(face))
        mars.append(mouth_aspect_ratio(face))
        label_ear.append(eye_aspect_ratio(truth))
        label_mar.append(mouth_aspect_ratio(truth))
    ear, mar, truth_ear, truth_mar = (np.array(values) for values in (ears, mars, label_ear, label_mar))
    return {
        "helen_found": len(nme) / len(paths),
        "helen_nme": float(np.mean(nme)),
        "helen_nme_outer": float(np.mean(nme_outer)),
        **mean_of(regions, "helen_nme_"),
        **by_yaw(nme_outer, yaw_deg, "helen_nme_"),
        "helen_mouth_slope": robust_slope(truth_mar, mar, 0.2),
        "helen_mouth_slope_least_squares": slope(truth_mar, mar),
        "helen_eye_auc": auc(ear[truth_ear > 0.20], ear[truth_ear < 0.12]),
        "helen_mouth_auc": auc(mar[truth_mar > 0.5], mar[truth_mar <= 0.5]),
    }


def yawdd(mesh: Mesh, folder: Path) -> dict[str, float]:
    """As `tools.evaluation.in_car.measure_yawdd`; of several faces the largest counts."""

    def mouth_open(path: Path) -> float | None:
        faces, _ = mesh.faces(path)
        return mouth_aspect_ratio(max(faces, key=lambda face: float(np.ptp(face, axis=0).max()))) if faces else None

    return yawning_figures(folder, mouth_open)


def car(mesh: Mesh, folder: Path) -> dict[str, float]:
    """As `tools.evaluation.in_car.measure_car`, by the middle of the face."""
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    found = sum(_in_label(mesh, folder / row["file"], row) for row in rows)
    return {"car_found": found / len(rows)}


def _in_label(mesh: Mesh, path: Path, row: dict[str, Any]) -> bool:
    faces, (width, height) = mesh.faces(path)
    for face in faces:
        low, high = face.min(axis=0), face.max(axis=0)
        x, y = (low + high) / 2 / (width, height)
        if abs(x - float(row["cx"])) <= float(row["w"]) / 2 and abs(y - float(row["cy"])) <= float(row["h"]) / 2:
            return True
    return False


def drivface(mesh: Mesh, folder: Path) -> dict[str, float]:
    """As `tools.evaluation.drivface`: the yaw is that of the mesh's 68 points by EPnP on this project's mean face, since the
    solution in this package gives no matrix."""
    labels, found = read_labels(folder / "labels.csv"), []
    for label in labels:
        faces, picture_size = mesh.faces(folder / label.file)
        x, y, width, height = label.box_px
        for face in faces:
            middle = (face.min(axis=0) + face.max(axis=0)) / 2
            if x <= middle[0] <= x + width and y <= middle[1] <= y + height:
                pose = pose_from_landmarks(face, picture_size)
                if pose is not None:
                    found.append((label.driver, label.class_yaw_deg, angles_from_rotation(pose.rotation)[0]))
                break
    return {"drivface_found": len(found) / len(labels), "drivface_slope": slope_over_classes(found)}


SETS = {"landmarks_helen": helen, "yawdd/frames": yawdd, "car_one_driver": car, "drivface": drivface}


def main() -> None:
    """Measure the sets that there are under the folder given."""
    folder, mesh = Path(sys.argv[1]), Mesh()
    figures: dict[str, float] = {}
    for name, measure in SETS.items():
        if (folder / name).is_dir():
            figures |= measure(mesh, folder / name)
    sys.stdout.write(json.dumps(figures) + "\n")


if __name__ == "__main__":
    main()
