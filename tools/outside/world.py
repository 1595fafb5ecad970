"""The world that moves past a car's windows, with the right parallax: near things fast, far ones slowly, the sky not at all.

A ray per pixel is met with the ground, with walls along the road, and with the sky. Walls keep beside the car, as those of a road
do in its bends; the sky and single things (trees, posts, cars, people) stay where they are while the car turns. Grey only.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from tools.outside.textures import Painted, Values
from tools.outside.trace import Pose, Trace

EYE_HEIGHT_M = 1.15
GROUND_PX_PER_M = 16.0
_NEAREST_M, _FURTHEST_M = 1.2, 150.0

Course = Callable[[float], float]
"""Metres at `t` seconds."""


@dataclass(frozen=True, slots=True)
class Lens:
    """The camera in the car: it looks `azimuth_deg` from straight ahead, counter-clockwise: 155 is backwards over the driver."""

    width: int
    height: int
    field_of_view_deg: float
    azimuth_deg: float
    pitch_deg: float
    rows: int
    """So many rows from the top are drawn: there are no windows below."""

    @property
    def focal_px(self) -> float:
        """Pixels for a tangent of one."""
        return self.width / 2 / float(np.tan(np.radians(self.field_of_view_deg) / 2))


@dataclass(frozen=True, slots=True)
class Wall:
    """Something flat beside the car, `aside_m` to its left (< 0: right), its foot at `foot_m`. `ahead_m` is where it begins along
    the road, of a wall that stands still; one that `repeats` never ends."""

    painted: Painted
    aside_m: float
    ahead_m: Course = lambda _: 0.0
    repeats: bool = True
    foot_m: float = 0.0


@dataclass(frozen=True, slots=True)
class Thing:
    """Something upright in the world at (x_m, y_m) that may move; `glows` by night, `foot_m` above the ground."""

    painted: Painted
    x_m: Course
    y_m: Course
    foot_m: float = 0.0
    glows: bool = False


class World:
    """Draws what the lens would see if the car were made of glass."""

    def __init__(
        self, lens: Lens, trace: Trace, sky: Values, ground: Values, walls: list[Wall], things: list[Thing], light: float = 1.0
    ) -> None:
        """`light` is that of the world, of 1 by day: things that glow do so on top of it."""
        self._lens, self._trace, self._sky, self._ground, self._light = lens, trace, sky, ground, light
        self._walls = sorted(walls, key=lambda wall: -abs(wall.aside_m))
        self._things = things
        column, row = np.meshgrid(np.arange(lens.width), np.arange(lens.rows))
        right = (column - lens.width / 2 + 0.5) / lens.focal_px
        up = -(row - lens.height / 2 + 0.5) / lens.focal_px
        azimuth, pitch = np.radians(lens.azimuth_deg), np.radians(lens.pitch_deg)
        forward, high = np.cos(pitch) - up * np.sin(pitch), np.sin(pitch) + up * np.cos(pitch)
        self._x = np.asarray(forward * np.cos(azimuth) + right * np.sin(azimuth), np.float32)
        self._y = np.asarray(forward * np.sin(azimuth) - right * np.cos(azimuth), np.float32)
        self._z = np.asarray(high, np.float32)
        self._sky_column = np.asarray(np.arctan2(self._y, self._x) / (2 * np.pi) * sky.shape[1], np.float32)
        self._sky_row = np.asarray((0.5 - np.arctan2(self._z, np.hypot(self._x, self._y)) / np.pi) * sky.shape[0], np.float32)
        is_ground = self._z < -0.01
        reach = np.where(is_ground, EYE_HEIGHT_M / np.maximum(-self._z, 0.01), 0.0)
        self._on_ground = np.asarray(is_ground * np.clip(1.6 - reach / 40.0, 0, 1), np.float32)
        self._ground_x, self._ground_y = (np.asarray(part * reach, np.float32) for part in (self._x, self._y))

    def at(self, t: float) -> Values:
        """The grey picture (rows, width), 0 to 255, at `t` seconds."""
        pose = self._trace.pose(t)
        picture = self._backdrop(pose)
        for wall in self._walls:
            self._draw_wall(picture, wall, pose, t)
        near_last = sorted(((self._place(thing, pose, t), thing) for thing in self._things), key=lambda pair: -pair[0][0])
        for place, thing in near_last:
            if not thing.glows:
                self._draw_thing(picture, thing, *place)
        picture *= self._light
        for place, thing in near_last:
            if thing.glows:
                self._draw_thing(picture, thing, *place)
        return picture

    def _backdrop(self, pose: Pose) -> Values:
        wide = self._sky.shape[1]
        column = np.mod(self._sky_column + np.float32(pose.heading_rad / (2 * np.pi) * wide), np.float32(wide))
        sky = cv2.remap(self._sky, column, self._sky_row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        c, s = np.float32(np.cos(pose.heading_rad)), np.float32(np.sin(pose.heading_rad))
        x = (c * self._ground_x - s * self._ground_y + np.float32(pose.x_m)) * GROUND_PX_PER_M
        y = (s * self._ground_x + c * self._ground_y + np.float32(pose.y_m)) * GROUND_PX_PER_M
        size = np.float32(self._ground.shape[0])
        ground = cv2.remap(self._ground, np.mod(x, size), np.mod(y, size), cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        return np.asarray(sky + self._on_ground * (ground - sky), np.float32)

    def _draw_wall(self, picture: Values, wall: Wall, pose: Pose, t: float) -> None:
        columns = np.flatnonzero((self._y * np.sign(wall.aside_m)).max(axis=0) > 0.02)
        if not len(columns):
            return
        part = slice(int(columns[0]), int(columns[-1]) + 1)
        reach = wall.aside_m / np.where(self._y[:, part] * wall.aside_m > 0.01, self._y[:, part], np.float32(np.nan))
        painted = wall.painted
        along = (reach * self._x[:, part] + np.float32(pose.driven_m - wall.ahead_m(t))) / painted.width_m
        high = (EYE_HEIGHT_M + reach * self._z[:, part] - wall.foot_m) / painted.height_m
        inside = (high >= 0) & (high < 1) & (np.abs(reach) < _FURTHEST_M)
        if wall.repeats:
            along = along - np.floor(along)
        inside &= (along >= 0) & (along < 1)
        u = np.where(inside, along * (painted.grey.shape[1] - 1), 0).astype(np.float32)
        v = np.where(inside, (1 - high) * (painted.grey.shape[0] - 1), 0).astype(np.float32)
        cover = cv2.remap(painted.cover, u, v, cv2.INTER_LINEAR) * inside
        picture[:, part] += cover * (cv2.remap(painted.grey, u, v, cv2.INTER_LINEAR) - picture[:, part])

    def _place(self, thing: Thing, pose: Pose, t: float) -> tuple[float, float]:
        """How far in front of the lens the thing is, and how far to its right, metres."""
        dx, dy = thing.x_m(t) - pose.x_m, thing.y_m(t) - pose.y_m
        angle = pose.heading_rad + np.radians(self._lens.azimuth_deg)
        return float(dx * np.cos(angle) + dy * np.sin(angle)), float(dx * np.sin(angle) - dy * np.cos(angle))

    def _draw_thing(self, picture: Values, thing: Thing, depth_m: float, right_m: float) -> None:
        if not _NEAREST_M < depth_m < _FURTHEST_M:
            return
        lens, painted = self._lens, thing.painted
        scale = lens.focal_px / depth_m
        across, down = scale * painted.width_m, scale * painted.height_m
        left = lens.width / 2 + scale * (right_m - painted.width_m / 2)
        horizon = lens.height / 2 + lens.focal_px * np.tan(np.radians(lens.pitch_deg))
        top = horizon + scale * (EYE_HEIGHT_M - thing.foot_m) - down
        x0, x1 = max(0, int(left)), min(lens.width, int(left + across) + 1)
        y0, y1 = max(0, int(top)), min(lens.rows, int(top + down) + 1)
        if x1 - x0 < 1 or y1 - y0 < 1 or across < 0.5:
            return
        rows, columns = painted.grey.shape
        matrix = np.array([[across / columns, 0, left - x0], [0, down / rows, top - y0]], np.float32)
        size = (x1 - x0, y1 - y0)
        cover = cv2.warpAffine(painted.cover, matrix, size, flags=cv2.INTER_LINEAR)
        grey = cv2.warpAffine(painted.grey, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        picture[y0:y1, x0:x1] += cover * (grey - picture[y0:y1, x0:x1])
