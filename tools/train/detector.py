"""Training the detector: scenes, enlarged faces and empty places on the reduced frame."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dms.perception import crops
from dms.perception.decode import DETECTOR_STRIDE
from tools.train import losses
from tools.train.augment import photometric
from tools.train.backgrounds import Backgrounds
from tools.train.decoys import draw_decoy
from tools.train.shards import Sample, Shards
from tools.train.strange_cameras import strange_camera
from tools.train.task import Batch

WIDTH, HEIGHT = 160, 128
CELLS = (HEIGHT // DETECTOR_STRIDE, WIDTH // DETECTOR_STRIDE)
_ROWS, _COLUMNS = np.mgrid[0 : CELLS[0], 0 : CELLS[1]]
NOBODY = np.zeros((0, 4))
EMPTY_SHARE, PASTED_SHARE, CABIN_SHARE, SEAT_SHARE = 0.18, 0.16, 0.26, 0.20
"""Of the samples; the rest are scenes. Seats are drivers from the side: faces in profile, small and before a bright window."""
DECOY_SHARE = 0.5
STRANGE_SHARE = 0.25
"""Of the samples, by other cameras than the renderer knows."""
SCENE_ZOOMS, CABIN_ZOOMS, SEAT_ZOOMS = (0.55, 1.9), (0.8, 3.2), (0.7, 1.9)
"""How much larger than the whole picture would fill the detector's frame: a part of a wide cabin is looked at closely."""
TILTED_SHARE, TILT_DEG = 0.4, 6.0
"""Cameras hang askew, and so do pictures in their letterboxes."""
LEAST_VISIBLE, MOST_TURNED_DEG = 0.25, 105.0
"""Share of the landmarks that must show, and angle between the face and the ray to the camera beyond which there is no face to
see."""
SMALLEST, LARGEST = 7.0, 140.0
"""Sides in reduced pixels between which a face must be found; outside it neither counts nor is punished."""


_Frame = tuple[crops.Picture, NDArray[np.float64], NDArray[np.float64]]
"""A picture, the boxes (n, 4) of faces in it, and those of faces that are neither asked for nor punished."""


class DetectorSource:
    """Reduced frames with no face or several."""

    def __init__(self, data: Path, hdri: Path) -> None:
        self._scenes = Shards(data, "scene")
        self._cabins = Shards(data, "cabin")
        self._seats = Shards(data, "seat")
        self._faces = Shards(data, "face", most=60, needed=("landmarks",))
        self._backgrounds = Backgrounds(hdri)

    def refresh(self) -> None:
        """Load new shards."""
        self._scenes.refresh()
        self._cabins.refresh()
        self._seats.refresh()
        self._faces.refresh()

    def draw(self, rng: np.random.Generator) -> dict[str, NDArray[Any] | float]:
        """A frame and its target maps."""
        picture, boxes, hidden = self._drawn(rng)
        if rng.random() < STRANGE_SHARE:
            picture = strange_camera(picture, self._backgrounds.draw(rng, WIDTH, HEIGHT), rng)
        return _sample(picture, boxes, hidden, rng)

    def _drawn(self, rng: np.random.Generator) -> _Frame:
        kind = rng.random()
        if kind < EMPTY_SHARE:
            return self._empty(rng), NOBODY, NOBODY
        if kind < EMPTY_SHARE + PASTED_SHARE:
            return *self._pasted(self._faces.draw(rng), rng), NOBODY
        if kind < EMPTY_SHARE + PASTED_SHARE + CABIN_SHARE and len(self._cabins):
            return self._view(self._cabins.draw(rng), CABIN_ZOOMS, rng)
        if kind < EMPTY_SHARE + PASTED_SHARE + CABIN_SHARE + SEAT_SHARE and len(self._seats):
            return self._view(_alone(self._seats.draw(rng)), SEAT_ZOOMS, rng)
        return self._view(self._scenes.draw(rng), SCENE_ZOOMS, rng)

    def _empty(self, rng: np.random.Generator) -> crops.Picture:
        """A place without anyone, at times with things in it that look like a face."""
        frame = self._backgrounds.draw(rng, WIDTH, HEIGHT)
        for _ in range(int(rng.integers(1, 4)) if rng.random() < DECOY_SHARE else 0):
            side = round(float(np.exp(rng.uniform(np.log(16), np.log(110)))))
            left, top = (int(rng.integers(0, room - side)) for room in (WIDTH, HEIGHT))
            frame[top : top + side, left : left + side] = draw_decoy(rng, side)
        return frame

    @staticmethod
    def _view(scene: Sample, zooms: tuple[float, float], rng: np.random.Generator) -> _Frame:
        """A part of a picture with several people. A face of which hardly anything shows, behind something or because the head
        is turned away, is neither asked for nor punished."""
        there = np.isfinite(scene["landmarks"]).all(axis=(1, 2))
        hidden = scene["landmark_visible"][there].mean(axis=1) < LEAST_VISIBLE
        if "rotation" in scene:
            hidden |= scene["rotation"][there][:, 2, 2] < math.cos(math.radians(MOST_TURNED_DEG))
        picture, matrix = _reframed(scene["image"], zooms, rng)
        landmarks = scene["landmarks"][there] @ matrix[:, :2].T + matrix[:, 2]
        boxes = np.array([crops.box_of_landmarks(points) for points in landmarks]).reshape(-1, 4)
        return picture, boxes[~hidden], boxes[hidden]

    def _pasted(self, sample: Sample, rng: np.random.Generator) -> tuple[crops.Picture, NDArray[np.float64]]:
        """A portrait shown at some size somewhere over a place, cut at the frame's edge if it sticks out."""
        frame = self._backgrounds.draw(rng, WIDTH, HEIGHT)
        side = round(float(np.exp(rng.uniform(np.log(24), np.log(210)))))
        small = cv2.resize(sample["image"], (side, side), interpolation=cv2.INTER_AREA)
        left, top = (round(rng.uniform(-0.25 * side, room - 0.75 * side)) for room in (WIDTH, HEIGHT))
        rows, columns = slice(max(top, 0), min(top + side, HEIGHT)), slice(max(left, 0), min(left + side, WIDTH))
        frame[rows, columns] = small[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        scale = side / sample["image"].shape[0]
        box = np.array(crops.box_of_landmarks(sample["landmarks"])) * scale
        box[:2] += (left + scale / 2 - 0.5, top + scale / 2 - 0.5)
        return frame, box[None]


def _alone(sample: Sample) -> Sample:
    """A picture of one face as one that may hold several."""
    return {"image": sample["image"], **{name: sample[name][None] for name in ("landmarks", "landmark_visible", "rotation")}}


def _reframed(
    picture: crops.Picture, zooms: tuple[float, float], rng: np.random.Generator
) -> tuple[crops.Picture, NDArray[np.float64]]:
    """The scene zoomed, moved, mirrored and at times tilted into the detector's frame, and the matrix (2, 3) that moves its
    points along; outside it a flat border, as letterboxes have."""
    height, width = picture.shape
    zoom = WIDTH / width * float(np.exp(rng.uniform(*np.log(zooms))))
    shrink = min(zoom, 1.0)
    small = picture if shrink == 1.0 else cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    tilt = math.radians(rng.normal(0.0, TILT_DEG)) if rng.random() < TILTED_SHARE else 0.0
    flip = -1.0 if rng.random() < 0.5 else 1.0
    cos, sin = zoom * math.cos(tilt), zoom * math.sin(tilt)
    turn = np.array([[flip * cos, -sin], [flip * sin, cos]])
    spare = np.array([WIDTH - zoom * width, HEIGHT - zoom * height]) / 2
    middle = np.array([WIDTH, HEIGHT]) / 2 + rng.uniform(-1, 1, 2) * np.abs(spare)
    matrix = np.column_stack([turn, middle - turn @ (np.array([width, height]) / 2)])
    border = int(rng.choice([0, 255, int(picture.mean())]))
    reduced = np.column_stack([turn / shrink, matrix[:, 2]])
    frame = cv2.warpAffine(small, reduced, (WIDTH, HEIGHT), borderMode=cv2.BORDER_CONSTANT, borderValue=border)
    return np.asarray(frame, np.uint8), matrix


def _sample(
    picture: crops.Picture, boxes: NDArray[np.float64], hidden: NDArray[np.float64], rng: np.random.Generator
) -> dict[str, NDArray[Any] | float]:
    heat, box, inside, counted = target_maps(boxes, hidden)
    return {
        "image": photometric(picture, rng, strength=0.7, cover=0.1),
        "heat": heat, "box": box, "inside": inside, "counted": counted,
    }  # fmt: skip


def target_maps(
    boxes: NDArray[np.float64], hidden: NDArray[np.float64] = NOBODY
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """For boxes (n, 4) in reduced pixels: heat (1, h, w), 1 at centres and falling off with the face's size; box values
    (4, h, w) and where they hold (1, h, w); and cells that count for the heat (1, h, w): not those at faces that are outside the
    detector's range or `hidden` (m, 4)."""
    heat, counted = np.zeros((1, *CELLS), np.float32), np.ones((1, *CELLS), np.float32)
    box, inside = np.zeros((4, *CELLS), np.float32), np.zeros((1, *CELLS), np.float32)
    for x, y, width, height in hidden.tolist():
        counted[0][_near(x, y, width, height)] = 0.0
    for x, y, width, height in sorted(boxes.tolist(), key=lambda each: -each[2] * each[3]):
        center_x, center_y = (x + width / 2 + 0.5) / DETECTOR_STRIDE, (y + height / 2 + 0.5) / DETECTOR_STRIDE
        column, row = int(center_x), int(center_y)
        if not (0 <= column < CELLS[1] and 0 <= row < CELLS[0]) or not SMALLEST <= max(width, height) <= LARGEST:
            counted[0][_near(x, y, width, height)] = 0.0
            continue
        spread_x, spread_y = (max(0.7, 0.12 * side / DETECTOR_STRIDE) for side in (width, height))
        bump = np.exp(-((_COLUMNS - column) ** 2) / (2 * spread_x**2) - (_ROWS - row) ** 2 / (2 * spread_y**2))
        heat[0] = np.maximum(heat[0], bump)
        near = bump > 0.5
        inside[0][near] = counted[0][near] = 1.0
        values = (
            center_x - _COLUMNS - 0.5,
            center_y - _ROWS - 0.5,
            math.log(width / DETECTOR_STRIDE),
            math.log(height / DETECTOR_STRIDE),
        )
        for channel, value in enumerate(values):
            box[channel][near] = np.broadcast_to(value, CELLS)[near]
    return heat, box, inside, counted


def _near(x: float, y: float, width: float, height: float) -> NDArray[np.bool_]:
    """Cells (h, w) about a face's middle."""
    center_x, center_y = (x + width / 2 + 0.5) / DETECTOR_STRIDE, (y + height / 2 + 0.5) / DETECTOR_STRIDE
    return np.asarray((abs(_COLUMNS + 0.5 - center_x) < width / 8 + 1) & (abs(_ROWS + 0.5 - center_y) < height / 8 + 1))


class DetectorTask:
    """See `tools.train.task.Task`."""

    name = "detector"
    batch_size = 64
    learning_rate = 2e-3

    def source(self, data: Path, hdri: Path) -> DetectorSource:
        """Samples from `scene`, `cabin` and `face` shards and environment maps."""
        return DetectorSource(data, hdri)

    def loss(self, outputs: dict[str, Tensor], batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Where faces are, and around their centres how large."""
        heat = losses.center_focal(outputs["heatmap"], batch["heat"], batch["counted"])
        error = (outputs["box"] - batch["box"]).abs()
        place = losses.weighted_mean(error[:, :2], batch["inside"].expand(-1, 2, -1, -1))
        size = losses.weighted_mean(error[:, 2:], batch["inside"].expand(-1, 2, -1, -1))
        return heat + 0.5 * place + 2.0 * size, {"heat": heat, "place": place, "size": torch.exp(size) - 1}
