"""Arms: upper arm and forearm from a shoulder to a wrist, the elbow where two bones of fixed length put it; sleeves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tools.render.assets import Array
from tools.render.canvas import Solid
from tools.render.cloth import garment
from tools.render.shapes import ellipsoid, join, tube

UPPER_CM, FORE_CM = 29.0, 26.0


@dataclass(frozen=True, slots=True)
class Sleeve:
    """What covers an arm: `share` of the way from shoulder to wrist that is cloth, its linear colour, its looseness in cm."""

    share: float
    cloth: Array
    loose_cm: float
    skin: Array


def random_sleeve(generator: Generator, cloth: Array, skin: Array) -> Sleeve:
    """Short, rolled up or long."""
    share = float(generator.choice([0.35, 0.62, 0.97], p=[0.4, 0.12, 0.48])) + float(generator.normal(0, 0.03))
    return Sleeve(share, cloth, float(generator.uniform(0.3, 1.3)), skin)


def elbow_of(shoulder: Array, wrist: Array, pole: Array, size: float = 1.0) -> Array:
    """The elbow (3,) of an arm from `shoulder` to `wrist`, bent towards `pole` (a direction); an arm that is too short is
    stretched straight."""
    upper, fore = UPPER_CM * size, FORE_CM * size
    line = wrist - shoulder
    reach = float(np.linalg.norm(line))
    axis = line / max(reach, 1e-6)
    if reach >= upper + fore - 0.5:
        return np.asarray(shoulder + axis * reach * upper / (upper + fore))
    reach = max(reach, abs(upper - fore) + 2.0)
    along = (upper**2 - fore**2 + reach**2) / (2 * reach)
    out = pole - axis * (pole @ axis)
    out = out / max(float(np.linalg.norm(out)), 1e-6)
    return np.asarray(shoulder + axis * along + out * np.sqrt(max(upper**2 - along**2, 0.0)))


def make_arm(shoulder: Array, elbow: Array, wrist: Array, sleeve: Sleeve, size: float = 1.0) -> Solid:
    """Skin and sleeve of an arm, all points in one frame, centimetres."""
    line = _bent_line(shoulder, elbow, wrist)
    t = np.linspace(0, 1, len(line))
    radius = np.interp(t, [0, 0.15, 0.45, 0.55, 0.68, 1.0], [6.6, 5.6, 4.5, 4.6, 4.5, 2.9]) * size
    cloth = t <= max(sleeve.share, 0.2)
    folds = 1 + 0.05 * np.sin(t * 47.0) * np.sin(t * 23.0 + 1.0)
    around = (radius[cloth] + sleeve.loose_cm) * folds[cloth]
    parts = [
        _along(line[cloth], around, sleeve.cloth, garment(0.03)),
        ellipsoid(shoulder, np.eye(3) * around[0], sleeve.cloth, garment(0.03)),
    ]
    bare = t >= max(sleeve.share, 0.2) - 0.08
    if bare.sum() >= 2:
        parts.append(_along(line[bare], radius[bare], sleeve.skin, 0.12))
    return join(parts)


def _along(line: Array, radius: Array, colour: Array, gloss: float) -> Solid:
    return tube(line, radius, colour, gloss, sides=10)


def _bent_line(shoulder: Array, elbow: Array, wrist: Array) -> Array:
    """The arm's middle line (24, 3), rounded at the elbow."""
    first = shoulder + (elbow - shoulder) * np.linspace(0, 1, 40)[:, None]
    second = elbow + (wrist - elbow) * np.linspace(0, 1, 40)[1:, None]
    line = np.concatenate([first, second])
    padded = np.concatenate([np.repeat(line[:1], 5, 0), line, np.repeat(line[-1:], 5, 0)])
    smooth = np.stack([np.convolve(padded[:, k], np.full(11, 1 / 11), "valid") for k in range(3)], -1)
    return np.asarray(smooth[np.linspace(0, len(smooth) - 1, 24).round().astype(int)])
