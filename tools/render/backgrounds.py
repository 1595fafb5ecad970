"""What is behind a face: crops of the environment, plain walls, and car interiors drawn from simple shapes."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator

from tools.picture_files import Picture
from tools.render.assets import Array


def environment_crop(generator: Generator, environment: Array, width: int, height: int, span_deg: float | None = None) -> Picture:
    """A perspective view into an environment map, exposed at random."""
    span = span_deg if span_deg is not None else float(generator.uniform(25, 100))
    focal = width / 2 / np.tan(np.radians(span) / 2)
    yaw, pitch = generator.uniform(0, 2 * np.pi), generator.normal(0, 0.25)
    # Directions vary slowly: they are computed on a coarse grid and interpolated.
    across, down = np.linspace(-0.5, 0.5, 33) * width, np.linspace(-0.5, 0.5, 33) * height
    x, y = np.meshgrid(across, down)
    ray = np.stack([x / focal, -y / focal, -np.ones_like(x)], -1)
    ray /= np.linalg.norm(ray, axis=-1, keepdims=True)
    c, s = np.cos(pitch), np.sin(pitch)
    ray = np.stack([ray[..., 0], c * ray[..., 1] - s * ray[..., 2], s * ray[..., 1] + c * ray[..., 2]], -1)
    column = (np.arctan2(ray[..., 0], -ray[..., 2]) + yaw) / (2 * np.pi) * environment.shape[1]
    row = np.arccos(np.clip(ray[..., 1], -1, 1)) / np.pi * environment.shape[0]
    column, row = (cv2.resize(part.astype(np.float32), (width, height)) for part in (column, row))
    view = cv2.remap(environment, column, row, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    exposure = np.exp(generator.normal(0, 0.6)) * 0.35 / max(float(np.median(view[::6, ::6])), 1e-4)
    shown = view * np.clip(exposure, 0.05, 20)
    shown = np.sqrt(shown / (1 + 0.4 * shown))
    return np.asarray(np.clip(shown * 255, 0, 255), np.uint8)


def plain_wall(generator: Generator, width: int, height: int) -> Picture:
    """A wall or studio backdrop: one tone with a gradient and a little structure."""
    base = generator.uniform(5, 250) * np.clip(1 + generator.normal(0, 0.12, 3), 0.5, 1.5)
    x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
    slope = x * generator.normal(0, 0.2) + y * generator.normal(0, 0.2) - (x**2 + y**2) * generator.uniform(0, 0.25)
    picture = base[None, None] * (1 + slope[..., None])
    for _ in range(int(generator.integers(0, 4))):
        tone = generator.uniform(0, 255, 3)
        corners = generator.uniform(-0.3, 1.3, (4, 2)) * [width, height]
        canvas = np.ascontiguousarray(np.clip(picture, 0, 255).astype(np.uint8))
        cv2.fillConvexPoly(canvas, cv2.convexHull(corners.astype(np.int32)), tone.tolist(), cv2.LINE_AA)
        picture = canvas.astype(np.float32)
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def car_interior(generator: Generator, environment: Array, width: int, height: int, dark: bool) -> Picture:
    """The view from the dashboard past a driver: windows with the world outside, pillars, roof, seats, belt."""
    outside = environment_crop(generator, environment, width, height, float(generator.uniform(50, 110)))
    outside = np.clip(
        outside.astype(np.float32) * (generator.uniform(0.02, 0.2) if dark else generator.uniform(0.8, 2.2)), 0, 255
    )
    picture = np.ascontiguousarray(outside.astype(np.uint8))
    flip = generator.random() < 0.5
    trim = generator.uniform(3, 110) * (0.4 if dark else 1.0)

    def shade(factor: float) -> list[float]:
        return [float(np.clip(trim * factor * generator.uniform(0.9, 1.1), 0, 255))] * 3

    def polygon(points: list[tuple[float, float]], factor: float) -> None:
        corners = np.array([((1 - x) if flip else x, y) for x, y in points]) * [width, height]
        cv2.fillPoly(picture, [np.round(corners * 8).astype(np.int32)], shade(factor), cv2.LINE_AA, 3)

    u = generator.uniform
    roof, sill, split = u(0.0, 0.28), u(0.55, 0.95), u(0.35, 0.65)
    polygon([(0, 0), (1, 0), (1, roof), (0.5, roof - u(0, 0.1)), (0, roof + u(-0.1, 0.1))], u(0.8, 1.6))
    polygon([(0, sill), (split, sill + u(-0.1, 0.1)), (1, sill + u(-0.15, 0.2)), (1, 1), (0, 1)], u(0.6, 1.2))
    lean, thick = u(-0.15, 0.15), u(0.04, 0.14)
    polygon([(split, 0), (split + thick, 0), (split + thick + lean, 1), (split + lean - 0.02, 1)], u(0.5, 1.1))
    if u() < 0.5:
        edge = u(0.0, 0.3)
        polygon([(0, 0), (edge, 0), (edge * u(0.3, 1.2), 1), (0, 1)], u(0.5, 1.2))
    for _ in range(int(generator.integers(1, 4))):
        _seat(picture, generator, shade)
    if u() < 0.4:
        start = np.array([u(0, 1) * width, u(0, 0.5) * height])
        end = start + np.array([u(-0.4, 0.4) * width, u(0.4, 1.0) * height])
        tone = [float(u(20, 120))] * 3
        cv2.line(
            picture, start.astype(int).tolist(), end.astype(int).tolist(), tone, int(max(2, u(0.02, 0.06) * width)), cv2.LINE_AA
        )
    return picture


def _seat(picture: Picture, generator: Generator, shade: object) -> None:
    height, width = picture.shape[:2]
    assert callable(shade)
    u = generator.uniform
    x, y, w = u(0.1, 0.9) * width, u(0.1, 0.7) * height, u(0.12, 0.4) * width
    tone, darker = shade(u(0.7, 1.8)), shade(u(0.4, 0.9))
    back = np.array(
        [[x - w * 0.9, height * 1.3], [x - w * 0.8, y + w], [x, y + w * 0.55], [x + w * 0.8, y + w], [x + w * 0.9, height * 1.3]]
    )
    cv2.fillPoly(picture, [back.astype(np.int32)], darker, cv2.LINE_AA)
    angle = u(-12, 12)
    cv2.ellipse(picture, (int(x), int(y)), (int(w * 0.55), int(w * 0.38)), angle, 0, 360, tone, -1, cv2.LINE_AA)
    cv2.rectangle(picture, (int(x - w * 0.5), int(y)), (int(x + w * 0.5), int(y + w * 0.35)), tone, -1)
    if u() < 0.5:
        for k in range(3):
            level = int(y + w * (0.7 + 0.25 * k))
            cv2.line(picture, (int(x - w * 0.7), level), (int(x + w * 0.7), level), tone, 1, cv2.LINE_AA)


def backdrop(generator: Generator, environment: Array, width: int, height: int, dark: bool, in_car: bool) -> Picture:
    """Any of the backgrounds, sometimes out of focus."""
    draw = generator.random()
    if in_car:
        picture = car_interior(generator, environment, width, height, dark)
    elif draw < 0.35:
        picture = plain_wall(generator, width, height)
    else:
        picture = environment_crop(generator, environment, width, height)
        if dark:
            picture = (picture * generator.uniform(0.02, 0.25)).astype(np.uint8)
    if generator.random() < 0.6:
        sigma = float(generator.uniform(0.5, 5.0)) * width / 192
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.uint8)
    return picture
