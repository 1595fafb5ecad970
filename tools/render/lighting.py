"""Light on a driver: environment maps as diffuse harmonics, sun with hard shadow edges, infrared lamp beside the camera."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from tools.render.assets import Array


@dataclass(frozen=True, slots=True)
class Light:
    """Everything the shaders need to know of the light, in camera space."""

    harmonics: Array  # (9, 3)
    sun_direction: Array
    sun_colour: Array
    cut_a: Array
    cut_b: Array
    cut_softness: float
    cut_floor: float
    lamp_position: Array
    lamp_colour: Array
    to_world: Array  # (3, 3) camera space to the environment's frame
    infrared: bool
    self_shadow: bool
    sun_shadow: bool
    mean: float = 1.0
    uniforms: dict[str, object] = field(default_factory=dict)


def directions_of_map(height: int, width: int) -> tuple[Array, Array]:
    """Unit directions (height * width, 3) of an equirectangular map's pixels and their solid angles."""
    theta = (np.arange(height) + 0.5) / height * np.pi
    phi = ((np.arange(width) + 0.5) / width - 0.5) * 2 * np.pi
    t, f = np.meshgrid(theta, phi, indexing="ij")
    direction = np.stack([np.sin(t) * np.sin(f), np.cos(t), -np.sin(t) * np.cos(f)], -1).reshape(-1, 3)
    weight = (np.sin(t) * (np.pi / height) * (2 * np.pi / width)).reshape(-1)
    return direction.astype(np.float32), weight.astype(np.float32)


def irradiance_harmonics(directions: Array, radiance: Array, weight: Array) -> Array:
    """Nine coefficients (9, 3) of irradiance over pi, so that a white surface under radiance 1 shows 1."""
    x, y, z = directions.T
    basis = np.stack([np.ones_like(x), y, z, x, x * y, y * z, 3 * z * z - 1, x * z, x * x - y * y], -1)
    norm = np.array([0.282095, *[0.488603] * 3, 1.092548, 1.092548, 0.315392, 1.092548, 0.546274])
    band = np.array([1.0, *[2 / 3] * 3, *[1 / 4] * 5])
    coefficients = (basis * weight[:, None]).T @ radiance
    return np.asarray(coefficients * (norm**2 * band)[:, None], np.float32)


class LightRoom:
    """The environment maps, reduced for lighting."""

    HEIGHT, WIDTH = 16, 32

    def __init__(self, environments: list[Array]) -> None:
        self.directions, self.weight = directions_of_map(self.HEIGHT, self.WIDTH)
        self.small = []
        for picture in environments:
            rows, columns = picture.shape[0] // self.HEIGHT, picture.shape[1] // self.WIDTH
            blocks = picture.reshape(self.HEIGHT, rows, self.WIDTH, columns, 3).mean((1, 3))
            self.small.append(blocks.reshape(-1, 3).astype(np.float32))

    def sample(self, generator: Generator, environment: int, infrared: bool, in_car: bool) -> Light:
        """Draw a light. The environment is turned at random about the vertical; in a car the roof takes the sky away."""
        turn = generator.uniform(0, 2 * np.pi)
        c, s = np.cos(turn), np.sin(turn)
        to_world = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)
        radiance = self.small[environment].copy()
        in_camera = self.directions @ to_world
        if in_car:
            roof = np.clip((in_camera[:, 1] - 0.35) / 0.2, 0, 1)
            radiance *= (1 - 0.85 * roof)[:, None]
            radiance = radiance + roof[:, None] * 0.03
            if generator.random() < 0.5:
                side = in_camera @ np.array([np.cos(a := generator.uniform(0, 2 * np.pi)), 0.1, np.sin(a)], np.float32)
                radiance *= (0.12 + 0.88 * np.clip(side * 2 + 0.4, 0, 1))[:, None]
        grey = generator.uniform(0, 1)
        radiance = radiance * (1 - grey) + radiance.mean(1, keepdims=True) * grey
        if infrared:
            radiance = np.repeat(radiance.mean(1, keepdims=True), 3, 1) * float(generator.choice([0.0, 0.01, 0.05, 0.3]))
        harmonics = irradiance_harmonics(in_camera, radiance, self.weight)
        level = max(float(harmonics[0].mean()), 1e-4)
        harmonics *= 0.30 / level if not infrared else 1.0
        sun, direction = self._sun(generator, infrared)
        lamp, lamp_at = self._lamp(generator, infrared)
        cut_a, cut_b, floor, shadowed = self._cuts(generator, direction, bool(sun.max() > 0))
        mean = 0.30 if not infrared else float(harmonics[0].mean())
        mean += 0.45 * float(sun.mean()) * max(0.25, direction[2]) + float(lamp.mean()) * 0.8
        return Light(
            harmonics, direction, sun, cut_a, cut_b, float(generator.choice([0.05, 0.2, 0.8])), floor,
            lamp_at, lamp, to_world, infrared, bool(sun.max() > 0), shadowed, mean,
        )  # fmt: skip

    def _sun(self, generator: Generator, infrared: bool) -> tuple[Array, Array]:
        azimuth, height = generator.uniform(-np.pi, np.pi), generator.uniform(-0.1, 1.1)
        if generator.random() < 0.6:
            azimuth = generator.normal(0, 1.1)
        direction = np.array([np.sin(azimuth) * np.cos(height), np.sin(height), np.cos(azimuth) * np.cos(height)])
        strength = 0.0
        if not infrared and generator.random() < 0.55:
            strength = float(np.clip(np.exp(generator.normal(-0.75, 0.55)), 0.1, 1.8))
        warm = generator.uniform(0, 1)
        colour = np.array([1.0, 1.0 - 0.15 * warm, 1.0 - 0.4 * warm]) * strength
        return colour.astype(np.float32), direction.astype(np.float32)

    def _lamp(self, generator: Generator, infrared: bool) -> tuple[Array, Array]:
        place = np.array([generator.normal(0, 6), generator.normal(0, 4), generator.normal(0, 2)], np.float32)
        if infrared:
            return np.full(3, generator.uniform(0.5, 1.2), np.float32), place
        if generator.random() < 0.12:
            return np.full(3, generator.uniform(0.1, 0.6), np.float32), place
        return np.zeros(3, np.float32), place

    def _cuts(self, generator: Generator, direction: Array, sunny: bool) -> tuple[Array, Array, float, bool]:
        nothing = np.array([0, 0, 0, 1], np.float32)
        if not sunny or generator.random() < 0.55:
            return nothing, nothing, 1.0, False
        side = np.cross(direction, generator.normal(0, 1, 3))
        side /= np.linalg.norm(side)
        first = np.array([*side, 0.0], np.float32)
        second = np.array([*-side, 0.0], np.float32)
        width = generator.uniform(2, 14)
        first[3], second[3] = -generator.normal(0, 5), -width
        if generator.random() < 0.5:
            second = np.array([0, 0, 0, -1], np.float32)
        return first, second, float(generator.uniform(0, 0.1)), True


def place_cuts(light: Light, centre: Array) -> tuple[Array, Array]:
    """The shadow planes of a light moved so that their offsets count from `centre`."""
    a, b = light.cut_a.copy(), light.cut_b.copy()
    a[3] -= a[:3] @ centre
    b[3] -= b[:3] @ centre
    return a, b


def shadow_matrix(direction: Array, centre: Array, radius: float) -> Array:
    """Orthographic matrix (4, 4) from camera space to the sun's clip space around `centre`."""
    helper = np.array([0.0, 1.0, 0.0]) if abs(direction[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    right = np.cross(helper, direction)
    right /= np.linalg.norm(right)
    basis = np.stack([right, np.cross(direction, right), -direction])
    matrix = np.eye(4, dtype=np.float32)
    matrix[:3, :3] = basis / radius
    matrix[:3, 3] = -(basis @ centre) / radius
    matrix[2] *= 0.5
    matrix[2, 3] = -(basis[2] @ centre) / radius * 0.5
    return matrix
