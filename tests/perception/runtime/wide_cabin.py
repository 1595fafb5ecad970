"""A wide cabin of 1280 by 720 pixels, composed: people cut from the rendered drives, at any place and of any size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.perception.pipeline import Perception
from dms.types import Frame, Observation
from tests.perception.runtime.scenes import Box, Image

WIDTH, HEIGHT = 1280, 720
HEAD_AND_SHOULDERS = (0.55, 0.75, 0.55, 0.6)
"""How much is cut left, above, right and below of a face, in sizes of the face."""
NOISE_LEVELS = 2.0
"""A camera's noise; a picture without any would be taken for a frozen one."""


@dataclass(frozen=True)
class Person:
    """Somebody in the cabin: frames in which they are alone, the box of the face in the first of them, the middle of the face
    and its longer side in the wide picture, in pixels."""

    frames: Sequence[Frame]
    box: Box
    center_px: tuple[float, float]
    size_px: float
    mirrored: bool = False

    @property
    def face_box(self) -> Box:
        """Where the face lies in the wide picture."""
        scale = self.size_px / max(self.box[2:])
        width, height = self.box[2] * scale, self.box[3] * scale
        return self.center_px[0] - width / 2, self.center_px[1] - height / 2, width, height

    def paint(self, picture: NDArray[np.float32], step: int) -> None:
        """Lay the head and shoulders over the picture (height, width), fading out towards their edge."""
        there_and_back = [*self.frames, *self.frames[-2:0:-1]]
        image = there_and_back[step % len(there_and_back)].image
        grey = image if image.ndim == 2 else np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY), np.uint8)
        scale = self.size_px / max(self.box[2:])
        head = np.asarray(cv2.resize(_cut(grey, self.box), None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)
        size = max(self.box[2:]) * scale
        left = HEAD_AND_SHOULDERS[0] * size + self.box[2] * scale / 2
        top = HEAD_AND_SHOULDERS[1] * size + self.box[3] * scale / 2
        if self.mirrored:
            head, left = head[:, ::-1], head.shape[1] - left
        _lay(picture, head, round(self.center_px[0] - left), round(self.center_px[1] - top))


def _cut(grey: Image, box: Box) -> Image:
    x, y, width, height = box
    size = max(width, height)
    left, above, right, below = (margin * size for margin in HEAD_AND_SHOULDERS)
    rows = slice(max(0, round(y - above)), round(y + height + below))
    return grey[rows, max(0, round(x - left)) : round(x + width + right)]


def _lay(picture: NDArray[np.float32], head: NDArray[np.float32], x: int, y: int) -> None:
    height, width = head.shape
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    cover = np.clip((1.0 - np.hypot(rows, columns)) * 5, 0, 1).astype(np.float32)
    top, left = max(0, -y), max(0, -x)
    bottom, right = min(height, picture.shape[0] - y), min(width, picture.shape[1] - x)
    if top >= bottom or left >= right:
        return
    under = picture[y + top : y + bottom, x + left : x + right]
    under += cover[top:bottom, left:right] * (head[top:bottom, left:right] - under)


def empty_cabin() -> NDArray[np.float32]:
    """Seats, pillars and windows without anybody, grey (720, 1280)."""
    cabin = np.full((HEIGHT, WIDTH), 62, np.uint8)
    cv2.rectangle(cabin, (0, 60), (260, 330), 190, cv2.FILLED)
    cv2.rectangle(cabin, (430, 90), (850, 260), 170, cv2.FILLED)
    cv2.rectangle(cabin, (1030, 60), (WIDTH, 330), 200, cv2.FILLED)
    for x in (90, 760):
        cv2.rectangle(cabin, (x, 330), (x + 420, HEIGHT), 40, cv2.FILLED)
        cv2.rectangle(cabin, (x + 130, 210), (x + 290, 320), 48, cv2.FILLED)
    cv2.rectangle(cabin, (500, 300), (770, HEIGHT), 52, cv2.FILLED)
    return np.asarray(cv2.GaussianBlur(cabin, (0, 0), 3), np.float32)


def cabin_with(people: Sequence[Person], step: int) -> Image:
    """The picture, grey (720, 1280), at a step of their movements; who comes later sits in front."""
    picture = empty_cabin()
    for person in people:
        person.paint(picture, step)
    noise = np.empty(picture.shape, np.float32)
    cv2.setRNGSeed(step)
    cv2.randn(noise, np.zeros(1), np.full(1, NOISE_LEVELS))
    return np.asarray(np.clip(picture + noise, 0, 255), np.uint8)


def watch(
    perception: Perception, who: Callable[[float], Sequence[Person]], begin_s: float, seconds: float, fps: float = 10.0
) -> list[Observation]:
    """Show the cabin with the people that `who` names at each moment."""
    steps = range(round(begin_s * fps), round((begin_s + seconds) * fps))
    return [perception.observe(Frame(step / fps, step, cabin_with(who(step / fps), step))) for step in steps]
