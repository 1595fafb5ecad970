"""Scenes made from frames of a rendered drive: somebody beside the driver, a driver who is gone, a hand on the lens."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.perception.pipeline import Perception
from dms.types import Frame, Observation

Image = NDArray[np.uint8]
Box = tuple[float, float, float, float]


def play(
    perception: Perception,
    frames: list[Frame],
    begin_s: float,
    seconds: float,
    change: Callable[[Image], Image] = lambda image: image,
) -> list[Observation]:
    """Show the frames to and fro, so that nothing jumps, 30 a second, each changed by `change`."""
    there_and_back = frames + frames[-2:0:-1]
    steps = round(seconds * 30)
    return [
        perception.observe(Frame(begin_s + step / 30, step, change(there_and_back[step % len(there_and_back)].image)))
        for step in range(steps)
    ]


def boxes(observations: Iterable[Observation]) -> list[Box]:
    return [one.face.box_px for one in observations if one.face is not None]


def around(box: Box, margin: float) -> tuple[slice, slice]:
    """Rows and columns of a box widened by a share of its size."""
    x, y, width, height = box
    rows = slice(max(0, round(y - margin * height)), round(y + (1 + margin) * height))
    return rows, slice(max(0, round(x - margin * width)), round(x + (1 + margin) * width))


def without_driver(box: Box) -> Callable[[Image], Image]:
    """Paints over the driver's head with what is beside it, blurred: nobody is there, but the cabin is."""

    def paint(image: Image) -> Image:
        rows, columns = around(box, 0.7)
        changed = image.copy()
        head = changed[rows, columns]
        edge = np.linspace(0, 1, head.shape[1])[None, :, None]
        left, right = head[:, :1].astype(float), head[:, -1:].astype(float)
        noise = np.random.default_rng(0).normal(0, 3, head.shape)
        changed[rows, columns] = np.clip(left * (1 - edge) + right * edge + noise, 0, 255).astype(np.uint8)
        return changed

    return paint


def with_passenger(box: Box, scale: float = 0.8) -> Callable[[Image], Image]:
    """Puts a mirrored copy of the driver's head, `scale` times as large, on the other side of the picture."""

    def paint(image: Image) -> Image:
        rows, columns = around(box, 0.3)
        head = np.asarray(cv2.resize(image[rows, columns][:, ::-1], None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR))
        head = head[: image.shape[0]]
        height, width = head.shape[:2]
        on_left = box[0] + box[2] / 2 > image.shape[1] / 2
        x = 0 if on_left else image.shape[1] - width
        y = min(rows.start, image.shape[0] - height)
        changed = image.copy()
        changed[y : y + height, x : x + width] = head
        return changed

    return paint
