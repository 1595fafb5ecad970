"""What an annotator looks at who has no video: the driver as a few numbers over time."""

from __future__ import annotations

from pathlib import Path

from dms.errors import DriveError
from dms.recording.drive import VIDEO_SUFFIXES, open_drive
from dms.types import Observation, VehicleState

STEP_S = 0.1
"""Ten points a second: a glance is some, and an hour is no more than a browser takes."""


def driver_series(path: Path) -> dict[str, list[float | None]]:
    """Returns the columns `t` (s), `head_yaw`, `head_pitch`, `gaze_yaw`, `gaze_pitch` (degrees), `eyes_open`, `mouth_open` and
    `speed_kph` of a drive; None where a value is unknown.

    Raises:
        DriveError: the drive cannot be read, or is a video, which has no numbers yet.
    """
    if path.suffix.lower() in VIDEO_SUFFIXES:
        raise DriveError(f"{path}: a video has no series of numbers; `dms observe {path} --jsonl F` makes a drive that has one")
    rows: list[tuple[float | None, ...]] = []
    speed_kph: float | None = None
    due_s = float("-inf")
    for record in open_drive(path):
        if isinstance(record, VehicleState):
            speed_kph = record.speed_kph
        elif isinstance(record, Observation) and record.t >= due_s:
            due_s = record.t + STEP_S - 1e-6
            rows.append((record.t, *_numbers(record), speed_kph))
    return {name: [row[index] for row in rows] for index, name in enumerate(COLUMNS)}


COLUMNS = ("t", "head_yaw", "head_pitch", "gaze_yaw", "gaze_pitch", "eyes_open", "mouth_open", "speed_kph")


def _numbers(seen: Observation) -> tuple[float | None, ...]:
    head, gaze, mouth = seen.head, seen.gaze, seen.mouth
    eyes = [eye for eye in (seen.eyes.left, seen.eyes.right) if eye is not None and eye.visible > 0.5] if seen.eyes else []
    return (
        None if head is None else head.yaw_deg,
        None if head is None else head.pitch_deg,
        None if gaze is None else gaze.yaw_deg,
        None if gaze is None else gaze.pitch_deg,
        sum(eye.openness for eye in eyes) / len(eyes) if eyes else None,
        None if mouth is None else mouth.openness,
    )
