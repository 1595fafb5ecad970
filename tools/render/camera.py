"""The camera: pinhole geometry of a picture, possibly a crop off the optical axis of a larger one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tools.render.assets import Array


@dataclass(frozen=True, slots=True)
class Camera:
    """Pinhole camera at the origin, looking along -z, y up. Pixel centres at integer coordinates, y down in the picture."""

    width: int
    height: int
    focal_px: float
    centre_x: float
    centre_y: float

    @property
    def field_of_view_deg(self) -> float:
        """Vertical angle of the whole picture."""
        below, above = self.centre_y + 0.5, self.height - 0.5 - self.centre_y
        return float(np.degrees(np.arctan(below / self.focal_px) + np.arctan(above / self.focal_px)))

    def project(self, points: Array) -> Array:
        """Pixels (..., 2) of points (..., 3) in camera space."""
        depth = np.maximum(-points[..., 2], 1e-3)
        x = self.centre_x + self.focal_px * points[..., 0] / depth
        y = self.centre_y - self.focal_px * points[..., 1] / depth
        return np.stack([x, y], -1).astype(np.float32)

    def matrix(self, near: float, far: float) -> Array:
        """OpenGL projection (4, 4)."""
        w, h, f = self.width, self.height, self.focal_px
        matrix = np.zeros((4, 4), np.float32)
        matrix[0, 0] = 2 * f / w
        matrix[0, 2] = -(2 * (self.centre_x + 0.5) / w - 1)
        matrix[1, 1] = 2 * f / h
        matrix[1, 2] = 2 * (self.centre_y + 0.5) / h - 1
        matrix[2, 2] = -(far + near) / (far - near)
        matrix[2, 3] = -2 * far * near / (far - near)
        matrix[3, 2] = -1
        return matrix


def rotation_of_ray(position: Array) -> Array:
    """Rotation (3, 3) that turns 'straight towards an observer on the axis' into 'from `position` towards the camera'."""
    z = -position / np.linalg.norm(position)
    x = np.cross([0.0, 1.0, 0.0], z)
    x /= np.linalg.norm(x)
    return np.stack([x, np.cross(z, x), z], -1).astype(np.float32)


def look_towards(camera: Camera, pixel_x: float, pixel_y: float, distance: float) -> Array:
    """The point at `distance` from the camera seen at a pixel."""
    ray = np.array([(pixel_x - camera.centre_x) / camera.focal_px, (camera.centre_y - pixel_y) / camera.focal_px, -1.0])
    return np.asarray(ray / np.linalg.norm(ray) * distance, np.float32)
