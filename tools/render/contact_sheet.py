"""Contact sheets of rendered pictures, with the truth drawn over them if asked, to look at."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.perception.head_geometry import angles_from_rotation
from tools.render.canvas import create_context
from tools.render.dataset import Job, ShotStream, shard_generator
from tools.render.pictures import Shot
from tools.render.scene import Studio
from tools.render.seen import CANNOT_BE_SEEN, Seen

PHONES = {0: "", 1: "at ear", 2: "in hand", CANNOT_BE_SEEN: "phone hidden"}


def draw_truth(shot: Shot, scale: int) -> NDArray[np.uint8]:
    """The picture enlarged with landmarks (green visible, red hidden), head axes, gaze and figures."""
    picture = cv2.cvtColor(shot.image, cv2.COLOR_GRAY2BGR)
    picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)

    def at(point: NDArray[np.floating]) -> tuple[int, int]:
        x, y = (np.clip(point, -2000, 2000) + 0.5) * scale - 0.5
        return round(float(x)), round(float(y))

    for face in shot.faces:
        for point, visible in zip(face.landmarks, face.landmark_visible, strict=True):
            cv2.circle(picture, at(point), 1 + scale // 2, (0, 255, 0) if visible else (0, 0, 255), -1, cv2.LINE_AA)
        nose = face.landmarks[30]
        length = 0.35 * face.box[2]
        for axis, colour in enumerate([(0, 0, 255), (0, 255, 0), (255, 0, 0)]):
            tip = face.rotation[:, axis] * [1, -1, 1] * length
            cv2.line(picture, at(nose), at(nose + tip[:2]), colour, 1, cv2.LINE_AA)
        for eye, marks in ((0, slice(42, 48)), (1, slice(36, 42))):
            centre = face.landmarks[marks].mean(0)
            tip = face.gaze[eye] * [1, -1, 1] * length
            colour = (0, 255, 255) if face.eye_visible[eye] else (128, 0, 128)
            cv2.line(picture, at(centre), at(centre + tip[:2]), colour, 1, cv2.LINE_AA)
        yaw, pitch, roll = angles_from_rotation(face.rotation)
        text = f"{yaw:.0f} {pitch:.0f} {roll:.0f} o{face.openness[0]:.2f}/{face.openness[1]:.2f} m{face.mouth_open:.2f}"
        text += f" {_held(shot.seen)}"
        cv2.putText(picture, text, (2, 10), cv2.FONT_HERSHEY_SIMPLEX, 0.35, (0, 255, 255), 1, cv2.LINE_AA)
    return np.asarray(picture, np.uint8)


def _held(seen: Seen) -> str:
    signs = {0: "", 1: "{}", CANNOT_BE_SEEN: "{} hidden"}
    mouth = [signs[sign].format(name) for name, sign in (("smoking", seen.smoking), ("drinking", seen.drinking))]
    return " ".join(word for word in (PHONES[seen.phone], *mouth) if word)


def contact_sheet(
    folder: Path,
    kind: str,
    count: int,
    out: Path,
    landmarks: bool,
    seed: int,
    held_out: bool,
    columns: int = 0,
    colour: bool = False,
) -> None:
    """Draw `count` pictures into one PNG or JPEG."""
    studio = Studio(folder, create_context())
    job = Job(folder, out.parent, kind, held_out)
    stream = ShotStream(studio, kind, shard_generator(job, 1_000_000 + seed), held_out)
    scale = {"face": 2, "bust": 2, "seat": 2, "eye": 3, "scene": 2, "cabin": 2}[kind] if landmarks else 1
    tiles = []
    for _ in range(count):
        shot = stream.next()
        if landmarks:
            tile = draw_truth(shot, scale)
        elif colour:
            tile = np.asarray(cv2.cvtColor(shot.colour, cv2.COLOR_RGB2BGR), np.uint8)
        else:
            tile = np.asarray(cv2.cvtColor(shot.image, cv2.COLOR_GRAY2BGR), np.uint8)
        tiles.append(tile)
    columns = columns or max(1, round(np.sqrt(count * 1.5)))
    blank = np.zeros_like(tiles[0])
    rows = [np.hstack((tiles[k : k + columns] + [blank] * columns)[:columns]) for k in range(0, count, columns)]
    out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out), np.vstack(rows))
