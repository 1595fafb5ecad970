"""Two drivers on real roads: whether they are found, and whether the head's yaw follows the labelled classes.

The classes are coarse (15, 30 and 45 degrees to either side), the camera stands off the driver's axis, and nobody measured where
straight ahead is: each driver's median yaw of class 0 is taken off, and what counts is the slope.
"""

from __future__ import annotations

from pathlib import Path

from dms.perception.head_geometry import angles_from_rotation
from dms.perception.landmark_pose import pose_from_landmarks
from dms.perception.stills import StillReader, StillReading
from tools.evaluation.in_car import fits
from tools.evaluation.yaw_classes import LabelledDriver, read_labels, slope_over_classes
from tools.picture_files import read_picture


def measure(reader: StillReader, folder: Path) -> dict[str, float]:
    """Share of pictures with a face in the labelled place, and slopes of the yaw over the classes: as the face network
    regresses it, and by EPnP on the landmarks, which is how the peer's yaw is had."""
    labels = read_labels(folder / "labels.csv")
    regressed, from_landmarks = [], []
    for label in labels:
        picture = read_picture(folder / label.file)
        face = driver_in(reader.read_all(picture), label)
        if face is None:
            continue
        regressed.append((label.driver, label.class_yaw_deg, angles_from_rotation(face.face.rotation)[0]))
        pose = pose_from_landmarks(face.landmarks, (picture.shape[1], picture.shape[0]))
        if pose is not None:
            from_landmarks.append((label.driver, label.class_yaw_deg, angles_from_rotation(pose.rotation)[0]))
    return {
        "drivface_found": len(regressed) / len(labels),
        "drivface_slope": slope_over_classes(regressed),
        "drivface_slope_landmarks": slope_over_classes(from_landmarks),
    }


def driver_in(faces: list[StillReading], label: LabelledDriver) -> StillReading | None:
    """The surest face in the labelled place; None if there is none."""
    return next((face for face in faces if fits(face.box, label.box_px)), None)
