"""What a real camera does to a picture: blur, motion, exposure, noise, glare, compression; and grey conversion."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from tools.picture_files import Picture

_GREY = np.array([0.299, 0.587, 0.114], np.float32)


def to_grey(colour: Picture) -> NDArray[np.float32]:
    """Luma of an RGB picture as float."""
    return np.asarray(colour.astype(np.float32) @ _GREY, np.float32)


def motion_kernel(length: float, angle_deg: float) -> NDArray[np.float32]:
    """Line-shaped blur kernel."""
    size = int(length) | 1
    size = max(size, 3)
    kernel = np.zeros((size, size), np.float32)
    reach = (length - 1) / 2
    dx, dy = np.cos(np.radians(angle_deg)) * reach, np.sin(np.radians(angle_deg)) * reach
    middle = size // 2
    for t in np.linspace(-1, 1, size * 3):
        kernel[round(middle + t * dy) % size, round(middle + t * dx) % size] += 1
    return np.asarray(kernel / kernel.sum(), np.float32)


def degrade(generator: Generator, grey: NDArray[np.float32], strength: float = 1.0, blur_scale: float | None = None) -> Picture:
    """A float grey picture as a camera would deliver it; `strength` scales how often and how much, `blur_scale` the pixels
    that blur reaches: by default it grows with the picture, as for a face that fills it."""
    u = generator.uniform
    picture: NDArray[Any] = grey
    height, width = picture.shape
    scale = width / 192 if blur_scale is None else blur_scale
    if u() < 0.2 * strength:
        glow = cv2.GaussianBlur(np.maximum(picture - 190, 0), (0, 0), 8 * scale)
        picture = picture + glow * u(0.3, 1.5)
    if u() < 0.10 * strength:
        x, y = np.meshgrid(np.arange(width), np.arange(height))
        distance = np.hypot(x - u(0, width), y - u(0, height)) / width
        picture = picture + 160 * u(0.2, 1.0) * np.exp(-distance * u(1.5, 5))
    if u() < 0.12 * strength:
        picture = cv2.filter2D(picture, -1, motion_kernel(u(2, 9) * scale, u(0, 180)), borderType=cv2.BORDER_REPLICATE)
    draw = u()
    if draw < 0.35 * strength:
        picture = cv2.GaussianBlur(picture, (0, 0), float(np.exp(u(np.log(0.4), np.log(2.6)))) * scale)
    elif draw < 0.60 * strength:
        factor = float(np.exp(u(np.log(1.2), np.log(4.0))))
        small: NDArray[Any] = cv2.resize(picture, None, fx=1 / factor, fy=1 / factor, interpolation=cv2.INTER_AREA)
        if u() < 0.5:
            small = small + generator.normal(0, u(0.5, 5), small.shape).astype(np.float32)
        how = int(generator.choice([cv2.INTER_LINEAR, cv2.INTER_CUBIC]))
        picture = cv2.resize(small, (width, height), interpolation=how)
    elif u() < 0.3:
        soft = cv2.GaussianBlur(picture, (0, 0), 1.0 * scale)
        picture = picture + (picture - soft) * u(0.3, 1.5)
    unit: NDArray[Any] = np.clip(picture, 0, 255) / 255
    if u() < 0.6:
        unit = unit ** float(np.exp(generator.normal(0, 0.2)))
    if u() < 0.6:
        unit = (unit - 0.5) * u(0.75, 1.25) + 0.5 + generator.normal(0, 0.05)
    picture = unit * 255
    if u() < 0.15:
        x, y = np.meshgrid(np.linspace(-1, 1, width), np.linspace(-1, 1, height))
        picture = picture * (1 - u(0.1, 0.5) * (x**2 + y**2) / 2)
    if u() < 0.75:
        read, shot = np.exp(generator.normal(0.2, 0.8)) * strength, u(0, 0.35) * strength
        noise: NDArray[Any] = generator.standard_normal(picture.shape, np.float32) * np.sqrt(
            read**2 + shot**2 * np.maximum(picture, 0)
        )
        if u() < 0.35:
            noise = cv2.GaussianBlur(noise, (0, 0), u(0.5, 1.0)) * 1.6
        picture = picture + noise
    out = np.asarray(np.clip(picture, 0, 255), np.uint8)
    if u() < 0.4:
        _, code = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(u(40, 95))])
        out = np.asarray(cv2.imdecode(code, cv2.IMREAD_GRAYSCALE), np.uint8)
    return out
