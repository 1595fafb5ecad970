"""The driver as a layer to lay over a moving cabin: rendered once in some hundred moments, with what they cover of each pixel.

Drawing the head in 3D for each frame would take most of the time, and what the driver does says nothing about what the car does.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from dms.perception.pipeline import Perception
from dms.types import Frame
from tools.outside.textures import Values
from tools.render.canvas import create_context
from tools.render.drives import HEIGHT, WIDTH, DriveRenderer
from tools.render.scene import Studio
from tools.render.script import read_script
from tools.render.timeline import Timeline

SCRIPT = Path(__file__).with_name("driver.yaml")
Boxes = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class DriverLayer:
    """Moments of a driver `fps` a second, played back and forth: `grey` times `cover`, and `cover`, both
    (n, height, width) from 0 to 255; `boxes` (n, 4) is the face as perception finds it, x, y, width, height."""

    fps: float
    grey: NDArray[np.uint8]
    cover: NDArray[np.uint8]
    boxes: Boxes

    def at(self, t: float) -> tuple[Values, Values, tuple[float, float, float, float]]:
        """What covers the picture at `t` seconds, how much of it shows, and where the face is."""
        count = len(self.grey)
        place = int(t * self.fps) % (2 * count - 2)
        index = min(place, 2 * count - 2 - place)
        x, y, width, height = (float(value) for value in self.boxes[index])
        return self.grey[index].astype(np.float32), self.cover[index].astype(np.float32) / 255.0, (x, y, width, height)


class _Bare(DriveRenderer):
    """Pictures as drawn, before a camera's noise."""

    def _camera_faults(self, colour: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return colour


def read_layer(path: Path) -> DriverLayer:
    """Read what `write_layer` wrote."""
    kept = np.load(path)
    return DriverLayer(float(kept["fps"]), kept["grey"], kept["cover"], kept["boxes"])


def write_layer(layer: DriverLayer, path: Path) -> None:
    """Keep a layer in an .npz file."""
    np.savez_compressed(path, fps=layer.fps, grey=layer.grey, cover=layer.cover, boxes=layer.boxes)


def render_layer(assets: Path, size: tuple[int, int] = (320, 240)) -> DriverLayer:
    """Draw the driver of `driver.yaml` over black and over white: what is the same in both is the driver's.

    `size` is (width, height) of the layer.
    """
    script = read_script(SCRIPT)
    timeline, renderer, perception = Timeline(script), _Bare(Studio(assets, create_context()), script), Perception()
    grey, cover, boxes = [], [], []
    box = (WIDTH * 0.4, HEIGHT * 0.3, WIDTH * 0.2, HEIGHT * 0.3)
    for index in range(round(script.duration_s * script.fps)):
        t = index / script.fps
        over = []
        for level in (0, 255):
            renderer.backdrop = np.full((HEIGHT, WIDTH, 3), level, np.uint8)
            over.append(np.asarray(cv2.cvtColor(renderer.frame(timeline.at(t)), cv2.COLOR_RGB2GRAY), np.uint8))
        face = perception.observe(Frame(t, index, over[0])).face
        box = face.box_px if face is not None else box
        shares = 255 - cv2.absdiff(over[1], over[0])
        grey.append(cv2.resize(over[0], size, interpolation=cv2.INTER_AREA))
        cover.append(cv2.resize(shares, size, interpolation=cv2.INTER_AREA))
        boxes.append(np.array(box, np.float32) * (size[0] / WIDTH))
    return DriverLayer(script.fps, np.stack(grey), np.stack(cover), np.stack(boxes))
