"""What garments and seats look like close up: weave, folds, stripes, checks and prints, drawn by the shader over their paint.

A pattern is fixed in camera space, so it belongs to single pictures: over somebody who moves it would swim.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from dms.perception.head_geometry import rotation_from_angles

PLAIN: dict[str, object] = {"cloth_on": 0.0}
"""Uniforms of smooth cloth."""
UPHOLSTERY = 1.0
PATTERNED_SHARE = 0.55


def garment(gloss: float) -> float:
    """The vertex gloss of a garment."""
    return -gloss


def upholstery(gloss: float) -> float:
    """The vertex gloss of a seat's cover."""
    return -UPHOLSTERY - gloss


def random_cloth(generator: Generator, infrared: bool) -> dict[str, object]:
    """Uniforms of one picture's cloth. Dyes that differ by day are alike to near infrared, so prints fade there."""
    u = generator.uniform
    pattern = np.zeros(3, np.float32)
    if generator.random() < PATTERNED_SHARE:
        pattern[int(generator.integers(3))] = 1.0
    second = np.exp(generator.normal(0, 0.35 if infrared else 0.9) + generator.normal(0, 0.0 if infrared else 0.35, 3))
    turn = rotation_from_angles(u(-25, 25), u(-25, 25), u(-180, 180))
    across = 2 * np.pi / np.exp(u(np.log(0.8), np.log(9.0)))
    return {
        "cloth_on": 1.0,
        "cloth_turn": np.asarray(turn.T, np.float32),
        "cloth_shift": u(0, 1, 2).astype(np.float32),
        "cloth_pattern": pattern,
        "cloth_second": np.clip(second, 0.1, 4.0).astype(np.float32),
        "cloth_scale": np.array([across, across * u(0.5, 2.0), np.exp(u(np.log(0.006), np.log(0.06)))], np.float32),
        "cloth_folds": float(u(0.3, 1.6)),
    }
