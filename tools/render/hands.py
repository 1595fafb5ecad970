"""Hands: a palm, four tapered fingers that bend at their joints, a thumb, nails; and the forearm.

Frame of a hand, in centimetres: origin in the wrist, y towards the fingers, z out of the palm; a right hand's thumb points
along x, a left hand is its mirror image. Lengths follow common hand anthropometry (a hand 18 to 19 cm long, 8.5 cm wide).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tools.render.assets import Array
from tools.render.canvas import Solid
from tools.render.eyes import grid_triangles
from tools.render.shapes import join, moved, normals_of

_KNUCKLES = np.array([[2.9, 9.0, 0.0], [1.0, 9.5, 0.0], [-0.9, 9.1, 0.0], [-2.7, 8.2, 0.0]])
_BONES = np.array([[4.5, 2.6, 2.1], [5.0, 2.9, 2.2], [4.6, 2.7, 2.2], [3.6, 2.0, 1.9]])
_THUMB_ROOT, _THUMB_BONES = np.array([2.6, 2.2, 0.6]), np.array([4.4, 3.2, 2.7])
_RADII = np.array([0.95, 0.98, 0.92, 0.80])
_SIDES = 8


@dataclass(frozen=True, slots=True)
class Grip:
    """How a hand is bent: joint angles in degrees."""

    curl_deg: Array  # (4, 3) index to little finger, knuckle to last joint; towards the palm
    spread_deg: float  # between neighbouring fingers
    thumb_across: float  # 0 the thumb sticks out aside, 1 it lies before the palm
    thumb_curl_deg: float


def flat(generator: Generator) -> Grip:
    """Fingers nearly straight, as when a hand lies on a cheek."""
    curl = generator.uniform(0, 14, 1) + generator.uniform(0, 10, (4, 3))
    return Grip(curl, float(generator.uniform(0, 7)), float(generator.uniform(0.0, 0.6)), float(generator.uniform(0, 25)))


def loose(generator: Generator) -> Grip:
    """A relaxed hand, more bent towards the little finger."""
    curl = generator.uniform(15, 40) + np.arange(4)[:, None] * generator.uniform(0, 9) + generator.uniform(-6, 6, (4, 3))
    return Grip(curl, float(generator.uniform(0, 5)), float(generator.uniform(0.2, 0.8)), float(generator.uniform(10, 35)))


def wrapped(generator: Generator, radius_cm: float) -> Grip:
    """Fingers around something of that radius: thin things close the hand."""
    bend = float(np.clip(78 - 9 * radius_cm, 25, 75))
    curl = bend * np.array([0.75, 1.05, 0.8]) + generator.uniform(-7, 7, (4, 3))
    return Grip(curl, float(generator.uniform(0, 4)), float(generator.uniform(0.45, 0.9)), float(generator.uniform(15, 45)))


def slab(generator: Generator) -> Grip:
    """Fingers behind and around the edge of something flat, the thumb at its other edge or over it."""
    curl = np.array([18.0, 38.0, 30.0]) + generator.uniform(-14, 14, 3) + generator.uniform(-6, 6, (4, 3))
    return Grip(curl, float(generator.uniform(1, 8)), float(generator.uniform(0.1, 0.75)), float(generator.uniform(5, 50)))


def fist(generator: Generator) -> Grip:
    """A closed hand, to lean a chin on."""
    curl = np.array([75.0, 95.0, 60.0]) + generator.uniform(-10, 10, (4, 3))
    return Grip(curl, 0.0, float(generator.uniform(0.7, 1.0)), float(generator.uniform(20, 50)))


def two_fingers(generator: Generator) -> Grip:
    """Index and middle finger out, the others bent: a cigarette is held so, and temples are scratched so."""
    curl = np.array([[12.0, 18, 10], [14, 20, 12], [55, 70, 45], [60, 75, 50]]) + generator.uniform(-8, 8, (4, 3))
    return Grip(curl, float(generator.uniform(3, 8)), float(generator.uniform(0.5, 1.0)), float(generator.uniform(20, 50)))


def make_hand(generator: Generator, grip: Grip, colour: Array, left: bool, size: float = 1.0) -> Solid:
    """The mesh of a hand in its own frame; `colour` is the skin's linear reflectance."""
    parts = [_palm(colour)]
    for k in range(4):
        spread = np.radians(grip.spread_deg) * (1.5 - k)
        parts.append(_finger(_KNUCKLES[k], _BONES[k], grip.curl_deg[k], spread, float(_RADII[k]), colour))
    parts.append(_thumb(grip, colour))
    hand = join(parts)
    positions, normals, triangles = hand.positions * size, hand.normals, hand.triangles
    colours = hand.colours.copy()
    colours[:, :3] *= (1 + generator.normal(0, 0.03, (len(colours), 1))).astype(np.float32)
    if left:
        mirror = np.array([-1, 1, 1], np.float32)
        positions, normals, triangles = positions * mirror, normals * mirror, triangles[:, ::-1]
    return Solid(positions.astype(np.float32), normals.astype(np.float32), colours, np.ascontiguousarray(triangles))


def hand_rotation(fingers: Array, palm: Array) -> Array:
    """Rotation (3, 3) of a hand whose fingers point along `fingers` and whose palm faces `palm`, made square to them."""
    y = fingers / np.linalg.norm(fingers)
    z = palm - y * (palm @ y)
    z = z / np.linalg.norm(z)
    return np.stack([np.cross(y, z), y, z], -1)


def placed(mesh: Solid, rotation: Array, wrist: Array) -> Solid:
    """A mesh of the hand's frame where the wrist is."""
    return moved(mesh, rotation, wrist)


def _loft(centres: Array, across: Array, deep: Array, colours: Array, gloss: float) -> Solid:
    """A closed skin around rings given by their centre (n, 3) and two half axes (n, 3) each."""
    phi = np.linspace(0, 2 * np.pi, _SIDES, endpoint=False)[None, :, None]
    points = centres[:, None] + across[:, None] * np.cos(phi) + deep[:, None] * np.sin(phi)
    positions = points.reshape(-1, 3).astype(np.float32)
    triangles = grid_triangles(len(centres), _SIDES, wrap=True)
    paint = np.concatenate([np.repeat(colours, _SIDES, 0), np.full((len(positions), 1), gloss)], 1).astype(np.float32)
    return Solid(positions, normals_of(positions, triangles), paint, triangles)


def _palm(colour: Array) -> Solid:
    y = np.array([-1.5, 0.0, 2.0, 4.5, 7.0, 8.8, 9.8, 10.1])
    wide = np.array([2.7, 2.8, 3.7, 4.2, 4.2, 4.0, 3.4, 0.3])
    thick = np.array([2.0, 1.9, 1.9, 1.7, 1.4, 1.15, 0.8, 0.1])
    zero = np.zeros_like(y)
    return _loft(
        np.stack([0.1 + zero, y, zero], -1), np.stack([wide, zero, zero], -1), np.stack([zero, zero, thick], -1),
        np.tile(colour, (len(y), 1)), 0.12,
    )  # fmt: skip


def _finger(root: Array, bones: Array, curl_deg: Array, spread: float, radius: float, colour: Array) -> Solid:
    """Rings along the bones; the angle grows over a stretch about each joint, so that it bends and does not fold."""
    ends = np.concatenate([[0], np.cumsum(bones)])
    along = np.concatenate([np.linspace(-0.8, ends[-1] - 0.55, 13), ends[-1] - np.array([0.3, 0.1, 0.01])])
    angle = np.zeros_like(along)
    for joint, bend in zip(ends[:3], np.radians(curl_deg), strict=True):
        angle += bend * np.clip((along - joint + 0.6) / 1.2, 0, 1)
    aside = np.array([np.sin(spread), np.cos(spread), 0.0])
    direction = np.cos(angle)[:, None] * aside + np.sin(angle)[:, None] * np.array([0, 0, 1.0])
    return _digit(root + aside * -0.8, along, direction, np.array([np.cos(spread), -np.sin(spread), 0.0]), radius, ends, colour)


def _thumb(grip: Grip, colour: Array) -> Solid:
    share = grip.thumb_across
    out = np.array([0.86, 0.50, 0.12]) * (1 - share) + np.array([0.22, 0.62, 0.75]) * share
    out = out / np.linalg.norm(out)
    inwards = np.array([-0.35, 0.85, 0.1])
    inwards = inwards - out * (inwards @ out)
    inwards = inwards / np.linalg.norm(inwards)
    ends = np.concatenate([[0], np.cumsum(_THUMB_BONES)])
    along = np.concatenate([np.linspace(-0.6, ends[-1] - 0.6, 12), ends[-1] - np.array([0.3, 0.1, 0.01])])
    angle = np.zeros_like(along)
    for joint in ends[1:3]:
        angle += np.radians(grip.thumb_curl_deg) * np.clip((along - joint + 0.6) / 1.2, 0, 1)
    direction = np.cos(angle)[:, None] * out + np.sin(angle)[:, None] * inwards
    return _digit(_THUMB_ROOT - out * 0.6, along, direction, np.cross(out, inwards), 1.12, ends, colour)


def _digit(root: Array, along: Array, direction: Array, across: Array, radius: float, ends: Array, colour: Array) -> Solid:
    """A finger's skin along a bent line: a little thinner between the joints, rounded at the tip, a pale nail on its back."""
    step = np.diff(along, prepend=along[0])[:, None]
    centres = root + np.cumsum(direction * step, 0)
    share = np.clip(along / ends[-1], 0, 1)
    width = radius * (1.05 - 0.27 * share)
    for joint in ends[1:-1]:
        width = width * (1 + 0.06 * np.exp(-(((along - joint) / 0.5) ** 2)))
    width[-3:] *= [0.86, 0.55, 0.12]
    deep = np.cross(direction, across)
    shade = np.tile(colour, (len(along), 1))
    shade[along > ends[-1] - 1.2] *= 1.06
    skin = _loft(centres, across * width[:, None], deep * (width * 0.92)[:, None], shade, 0.14)
    nail = (np.repeat(along > ends[-1] - 1.35, _SIDES)) & (np.tile(np.arange(_SIDES), len(along)) == 3 * _SIDES // 4)
    skin.colours[nail, :3] = np.minimum(colour * 1.3 + 0.03, 0.85)
    skin.colours[nail, 3] = 0.6
    return skin
