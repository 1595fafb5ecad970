"""A cabin with windows before a moving world, the driver in it, and a camera that shakes and films both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tools.outside.camera import Camera, Sensor
from tools.outside.driver_layer import DriverLayer
from tools.outside.textures import Values, clouds
from tools.outside.trace import Trace, between
from tools.outside.world import World

WIDTH, HEIGHT = 320, 240
LAYOUTS: dict[str, list[list[tuple[float, float]]]] = {
    # Shares of width and height: rear window, the window behind the driver's, the driver's window.
    "dash": [
        [(0.02, 0.22), (0.30, 0.17), (0.33, 0.40), (0.02, 0.46)],
        [(0.66, 0.14), (0.76, 0.14), (0.78, 0.44), (0.68, 0.46)],
        [(0.80, 0.12), (1.0, 0.08), (1.0, 0.62), (0.86, 0.56)],
    ],
    "mirror": [
        [(0.0, 0.08), (0.24, 0.06), (0.26, 0.30), (0.0, 0.36)],
        [(0.74, 0.02), (1.0, 0.0), (1.0, 0.50), (0.82, 0.44)],
    ],
    "small": [[(0.90, 0.15), (1.0, 0.13), (1.0, 0.45), (0.94, 0.43)]],
    "none": [],
}
WINDOW_ROWS = 156
"""No window of any layout reaches lower."""
GLASS_SOFT_PX = 0.8

Glass = Callable[[Values, float], Values]
"""Changes what the windows show at a time: wipers, rain, foam, a blind."""


@dataclass(frozen=True, slots=True)
class Shake:
    """How the camera moves against the cabin, pixels of 320 (root mean square): always, and at 100 km/h; the body's movement in
    the seat at 100 km/h."""

    idle_px: float = 0.03
    road_px: float = 0.25
    body_px: float = 0.5


@dataclass(frozen=True, slots=True)
class Cabin:
    """One car and its light. `ambient` and `sun` are what falls on cabin and driver: the sun comes and goes with the place on the
    road by `shade` (0 no shadows to 1 deep ones) and with time by `drift` (clouds, leaves)."""

    layout: str
    ambient: float = 0.8
    sun: float = 0.3
    shade: float = 0.4
    drift: float = 0.05
    shake: Shake = field(default_factory=Shake)
    camera: Camera = field(default_factory=Camera)
    glass: Glass | None = None
    lights: tuple[tuple[float, float], ...] = ((0.0, 1.0),)
    """What is left of the light over time: a tunnel, headlights that sweep."""


@dataclass(frozen=True, slots=True)
class Filmed:
    """A frame (HEIGHT, WIDTH) and where the driver's face is in it: x, y, width, height; None if nobody is there."""

    t: float
    picture: NDArray[np.uint8]
    face: tuple[float, float, float, float] | None


class Film:
    """Films a case frame by frame. The same seed gives the same frames."""

    def __init__(self, cabin: Cabin, world: World, trace: Trace, driver: DriverLayer | None, generator: Generator) -> None:
        self._cabin, self._world, self._trace, self._driver, self._generator = cabin, world, trace, driver, generator
        self._windows = window_mask(cabin.layout)
        self._inside = inside_of(generator)
        self._shadows = clouds(generator, 2, 4096, 64)[0]
        self._breeze = clouds(generator, 2, 4096, 256)[0]
        self._sensor = Sensor(cabin.camera, (WIDTH, HEIGHT), generator)
        self._road = np.zeros(4)

    def frames(self, fps: float, duration_s: float) -> Iterator[Filmed]:
        """All frames of `duration_s` seconds."""
        return (self._frame(index / fps, 1.0 / fps) for index in range(round(duration_s * fps)))

    def _frame(self, t: float, period_s: float) -> Filmed:
        shake, pace = self._cabin.shake, self._trace.speed_kph(t) / 100.0
        self._road = 0.6 * self._road + 0.8 * self._generator.normal(0.0, 1.0, 4)
        light = self._light(t)
        picture = self._inside * light
        picture += self._windows * (self._through_the_windows(t) - picture)
        face = None
        if self._driver is not None:
            grey, cover, face = self._driver.at(t)
            body_x, body_y = shake.body_px * pace * self._road[2:]
            picture = picture * (1.0 - shifted(cover, body_x, body_y)) + shifted(grey, body_x, body_y) * light
        idle = shake.idle_px * self._generator.normal(0.0, 1.0, 2)
        picture = shifted(picture, *(idle + shake.road_px * pace * self._road[:2]))
        return Filmed(t, self._sensor.shot(picture, period_s), face)

    def _through_the_windows(self, t: float) -> Values:
        seen = self._world.at(t)
        seen_through = cv2.copyMakeBorder(seen, 0, HEIGHT - len(seen), 0, 0, cv2.BORDER_REPLICATE)
        view: Values = np.asarray(cv2.GaussianBlur(seen_through, (3, 3), GLASS_SOFT_PX), np.float32)
        return view if self._cabin.glass is None else self._cabin.glass(view, t)

    def _light(self, t: float) -> float:
        cabin = self._cabin
        place = int(self._trace.pose(t).driven_m * 8) % 4096
        shadow = float(np.clip(1.0 - cabin.shade * max(0.0, self._shadows[place]), 0, 1))
        weather = 1.0 + cabin.drift * float(self._breeze[int(t * 12) % 4096])
        return (cabin.ambient + cabin.sun * shadow) * weather * float(between(t, cabin.lights))


def shifted(picture: Values, right_px: float, down_px: float) -> Values:
    """The picture moved by a part of a pixel or more; its border is repeated."""
    by = np.array([[1, 0, right_px], [0, 1, down_px]], np.float32)
    return np.asarray(cv2.warpAffine(picture, by, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE), np.float32)


def window_mask(layout: str) -> Values:
    """How much of each pixel is glass, 0 to 1."""
    mask = np.zeros((HEIGHT, WIDTH), np.float32)
    for corners in LAYOUTS[layout]:
        cv2.fillPoly(mask, [np.round(np.array(corners) * [WIDTH, HEIGHT]).astype(np.int32)], (1.0,), cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 0.7), np.float32)


def inside_of(generator: Generator) -> Values:
    """Roof, seats, pillars and belts without the driver: dark shapes with seams."""
    tone = float(generator.uniform(35, 110))
    inside = tone + 6.0 * clouds(generator, HEIGHT, WIDTH, 32)
    for _ in range(14):
        corners = generator.uniform(-0.1, 1.1, (4, 2)) * [WIDTH, HEIGHT]
        cv2.fillConvexPoly(
            inside, cv2.convexHull(corners.astype(np.int32)), tone * float(generator.uniform(0.5, 1.6)), cv2.LINE_AA
        )
    for _ in range(6):
        start, end = (generator.uniform(0, 1, (2, 2)) * [WIDTH, HEIGHT]).astype(int)
        cv2.line(inside, tuple(start.tolist()), tuple(end.tolist()), tone * float(generator.uniform(0.3, 2.0)), 2, cv2.LINE_AA)
    return np.asarray(np.clip(cv2.GaussianBlur(inside, (0, 0), 0.8), 2, 250), np.float32)
