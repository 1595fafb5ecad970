"""What garments and seats look like close up: weave, folds, stripes, checks and prints, drawn by the shader over their paint.

A pattern is fixed in camera space, so it belongs to single pictures: over somebody who moves it would swim.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from dms.perception.head_geometry import rotation_from_angles
from tools.render.assets import Array

PLAIN: dict[str, object] = {"cloth_on": 0.0, "paper_strength": 0.0}
"""Uniforms of smooth cloth and plain trims."""
UPHOLSTERY, TRIM = 1.0, 2.0
PAPERED_SHARE = 0.7
"""Of pictures whose trims and seats bear the picture of another place: a real car is never as plain as one made of boxes."""
PATTERNED_SHARE = 0.55


def garment(gloss: float) -> float:
    """The vertex gloss of a garment."""
    return -gloss


def upholstery(gloss: float) -> float:
    """The vertex gloss of a seat's cover."""
    return -UPHOLSTERY - gloss


def trim(gloss: Array) -> Array:
    """The vertex gloss (n,) of doors, dash and whatever else a car is made of."""
    return -TRIM - gloss


def random_cloth(generator: Generator, infrared: bool) -> dict[str, object]:
    """Uniforms of one picture's cloth and trims. Dyes that differ by day are alike to near infrared, so prints fade there."""
    u = generator.uniform
    pattern = np.zeros(3, np.float32)
    if generator.random() < PATTERNED_SHARE:
        pattern[int(generator.integers(3))] = 1.0
    second = np.exp(generator.normal(0, 0.35 if infrared else 0.9) + generator.normal(0, 0.0 if infrared else 0.35, 3))
    turn = rotation_from_angles(u(-25, 25), u(-25, 25), u(-180, 180))
    across = 2 * np.pi / np.exp(u(np.log(0.8), np.log(9.0)))
    return {
        "cloth_on": 1.0,
        **_random_paper(generator),
        "cloth_turn": np.asarray(turn.T, np.float32),
        "cloth_shift": u(0, 1, 2).astype(np.float32),
        "cloth_pattern": pattern,
        "cloth_second": np.clip(second, 0.1, 4.0).astype(np.float32),
        "cloth_scale": np.array([across, across * u(0.5, 2.0), np.exp(u(np.log(0.006), np.log(0.06)))], np.float32),
        "cloth_folds": float(u(0.3, 1.6)),
    }


def _random_paper(generator: Generator) -> dict[str, object]:
    """A cut-out of the environment over all that the car is made of, its whole circle some decimetres to some metres wide."""
    u = generator.uniform
    turn = rotation_from_angles(u(-180, 180), u(-90, 90), u(-180, 180))
    per_cm = 1 / np.exp(u(np.log(30.0), np.log(350.0)))
    return {
        "paper_strength": float(u(0.5, 1.0)) if generator.random() < PAPERED_SHARE else 0.0,
        "paper_turn": np.asarray(turn.T, np.float32),
        "paper_place": np.array([per_cm, per_cm * u(0.6, 1.6), u(0, 1), u(0.3, 0.6)], np.float32),
    }
