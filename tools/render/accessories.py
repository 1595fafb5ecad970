"""What drivers wear and hold before their faces: glasses, hats, scarves, hands, phones, the steering wheel's rim."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from tools.render.assets import Array
from tools.render.canvas import Sheet, Solid
from tools.render.eyes import grid_triangles
from tools.render.heads import HEAD_VERTICES, HeadModel, Identity
from tools.render.shapes import box, capsule, ellipsoid, join, normals_of, paint, tube


@dataclass(frozen=True, slots=True)
class Glasses:
    """Frame and lenses in the head's frame."""

    frame: Solid
    lenses: Sheet
    lens_colour: Array
    lens_alpha: float
    reflection: float
    hides_eyes: bool


def make_glasses(generator: Generator, identity: Identity, model: HeadModel, sun: bool, infrared: bool) -> Glasses:
    """Glasses that sit on this identity's nose."""
    marks = identity.rest[model.landmarks]
    centre_x = float(np.abs(identity.eye_centres[:, 0]).mean()) + generator.uniform(-0.1, 0.15)
    half_width = generator.uniform(2.35, 2.75) + (0.25 if sun else 0.0)
    half_width = min(half_width, centre_x - 0.55)
    half_height = generator.uniform(1.25, 2.1) + (0.3 if sun else 0.0)
    power = generator.uniform(2.0, 4.5)
    centre_y = float(identity.eye_centres[:, 1].mean()) - generator.uniform(0.0, 0.5)
    front = max(float(marks[27, 2]) + 0.35, float(marks[[37, 38, 43, 44], 2].max()) + 1.1) + generator.uniform(0, 0.5)
    wrap = generator.uniform(0.010, 0.025) + (0.02 if sun else 0)
    tilt = generator.uniform(0.02, 0.14)
    phi = np.linspace(0, 2 * np.pi, 29)
    cos, sin = np.cos(phi), np.sin(phi)
    x = half_width * np.sign(cos) * np.abs(cos) ** (2 / power)
    y = half_height * np.sign(sin) * np.abs(sin) ** (2 / power)
    sag = generator.uniform(-0.15, 0.25)
    y = y + sag * half_height * np.where(x > 0, 0.4, 0) * np.sign(generator.normal())
    metal = generator.random() < 0.4
    thickness = float(generator.uniform(0.05, 0.1) if metal else generator.uniform(0.1, 0.28))
    shade = float(generator.choice([0.008, 0.02, 0.08, 0.3]))
    colour = np.clip(shade * (1 + generator.normal(0, 0.3, 3)), 0.004, 0.6)
    if infrared:
        colour[:] = colour.mean()
    gloss = float(generator.uniform(0.3, 1.0))
    rimless = generator.random() < 0.12 and not sun
    parts: list[Solid] = []
    positions, normals, uv, triangles = [], [], [], []

    def bend(px: Array, py: Array) -> Array:
        return np.stack([px, py + centre_y, front - wrap * px**2 + tilt * py], -1)

    for side in (1.0, -1.0):
        ring = bend(side * (centre_x + x), y)
        if not rimless:
            parts.append(tube(ring, thickness, colour, gloss))
        start = sum(len(p) for p in positions)
        middle = bend(np.array([side * centre_x]), np.array([0.0]))
        positions.append(np.concatenate([middle, ring]))
        bulge = np.stack([np.concatenate([[0], side * x * 0.10]), np.concatenate([[0], y * 0.10]), np.ones(30)], -1)
        normals.append(bulge / np.linalg.norm(bulge, axis=1, keepdims=True))
        uv.append(np.stack([np.zeros(30), np.concatenate([[0.5], 0.5 - 0.5 * y / half_height])], -1))
        triangles += [[start, start + 1 + k, start + 2 + k] for k in range(28)]
        hinge = bend(np.array([side * (centre_x + half_width)]), np.array([half_height * 0.45]))[0]
        ear = np.array([side * (np.abs(marks[[0, 16], 0]).mean() + 0.45), marks[0, 1] + 0.6, marks[0, 2] - 1.5])
        bow = np.array([hinge, hinge + np.array([side * 0.35, 0.0, -0.8]), ear * [1, 1, 1] + [0, 0.2, 1.5], ear])
        parts.append(tube(bow, max(thickness, 0.09), colour, gloss))
    inner = centre_x - half_width
    t = np.linspace(-1, 1, 7)
    bridge = bend(inner * t, half_height * (0.35 + 0.15 * (1 - t**2)))
    parts.append(tube(bridge, max(thickness, 0.07), colour, gloss))
    if sun:
        seen_through = infrared and generator.random() < 0.5
        alpha = float(generator.uniform(0.1, 0.35) if seen_through else generator.uniform(0.78, 0.98))
    else:
        alpha = float(generator.uniform(0.0, 0.10))
    sheet = Sheet(
        np.concatenate(positions).astype(np.float32), np.concatenate(normals).astype(np.float32),
        np.concatenate(uv).astype(np.float32), np.ones(60, np.float32), np.array(triangles, np.int32),
    )  # fmt: skip
    lens = np.full(3, generator.uniform(0.0, 0.05), np.float32)
    reflection = float(generator.choice([0.3, 1.0, 2.5, 5.0], p=[0.4, 0.3, 0.2, 0.1]))
    return Glasses(join(parts), sheet, lens, alpha, reflection, alpha > 0.7)


def shell(
    model: HeadModel, rest: Array, normals: Array, chosen: Array, thickness: Array | float, colour: Array, generator: Generator
) -> Solid:
    """The skin under `chosen` (HEAD_VERTICES,) bool raised by `thickness`: hats, scarves, masks."""
    triangles = model.skin_triangles[chosen[model.skin_triangles].all(1)]
    kept, compact = np.unique(triangles, return_inverse=True)
    raised = rest[kept] + normals[kept] * (thickness[kept, None] if isinstance(thickness, np.ndarray) else thickness)
    colours = np.tile(np.array([*colour, 0.02], np.float32), (len(kept), 1))
    stripes = 1 + 0.2 * np.sin(rest[kept, 1] * generator.uniform(2, 7)) * generator.random()
    colours[:, :3] *= stripes[:, None]
    return Solid(raised.astype(np.float32), normals[kept], colours, compact.reshape(-1, 3).astype(np.int32))


def make_hat(generator: Generator, model: HeadModel, vertices: Array, normals: Array, colour: Array) -> Solid:
    """A knitted cap, a peaked cap or a head scarf."""
    mean = model.neutral[:HEAD_VERTICES]
    kind = int(generator.choice(3, p=[0.4, 0.35, 0.25]))
    brim = generator.uniform(8.4, 10.4)
    x, y, z = np.abs(mean[:, 0]), mean[:, 1], mean[:, 2]
    if kind == 2:
        face = (x / 6.6) ** 2 + ((y - 1.5) / 9.6) ** 2 < 1
        chosen = ~(face & (z > 3.0)) & (y > -17) & ((y < -7.5) | (z < 4.5) | (y > 8.5) | ~face)
        return shell(model, vertices, normals, chosen, 0.8, colour, generator)
    line = np.interp(z, [-8, 0, 8], [brim - 7.5, brim - 3.5, brim])
    chosen = y > line
    lift = 0.7 + 0.6 * np.clip((y - line) / 5, 0, 1)
    cap = shell(model, vertices, normals, chosen, lift.astype(np.float32), colour, generator)
    if kind == 0:
        return cap
    t = np.linspace(-1, 1, 13)
    length, droop = generator.uniform(5, 8), generator.uniform(0.5, 2.5)
    base_z = float(vertices[chosen, 2].max()) + 0.4
    inner = np.stack([t * 6.8, np.full(13, brim + 0.3), base_z - 4.2 * t**2], -1)
    outer = inner + np.stack([t * 0.3, -droop * (1 - 0.5 * t**2), length * (1 - 0.75 * t**2)], -1)
    parts = [cap]
    for k in range(5):
        parts.append(tube(inner + (outer - inner) * k / 4, 0.45 * (1 if k else 0.6), colour, 0.03))
    rows = np.concatenate([inner, outer]).astype(np.float32)
    grid = grid_triangles(2, 13)
    parts.append(Solid(rows, normals_of(rows, grid), paint(colour, 0.03, 26), grid))
    return join(parts)


def make_face_mask(generator: Generator, model: HeadModel, rest: Array, normals: Array, colour: Array) -> Solid:
    """A cloth mask over nose, mouth and chin: the skin there raised and smoothed until nostrils and lips are gone."""
    mean = model.neutral[:HEAD_VERTICES]
    x, y, z = np.abs(mean[:, 0]), mean[:, 1], mean[:, 2]
    top = np.interp(x, [0, 1.5, 3, 6.5], [2.4, 1.2, 0.6, 0.4]) - generator.uniform(0, 0.8)
    chosen = (y < top) & (z > 4.5) & (y > -8.6)
    triangles = model.face_triangles[chosen[model.face_triangles].all(1)]
    kept, compact = np.unique(triangles, return_inverse=True)
    compact = compact.reshape(-1, 3).astype(np.int32)
    points = rest[kept] + normals[kept] * 0.45
    edges = np.concatenate([compact[:, [0, 1]], compact[:, [1, 2]], compact[:, [2, 0]]])
    count = np.bincount(edges[:, 0], minlength=len(kept))[:, None]
    for _ in range(12):
        total = np.zeros_like(points)
        np.add.at(total, edges[:, 0], points[edges[:, 1]])
        points = np.where(count > 0, 0.4 * points + 0.6 * total / np.maximum(count, 1), points)
    points[:, 2] = np.maximum(points[:, 2], rest[kept, 2] + 0.25)
    points = points.astype(np.float32)
    return Solid(points, normals_of(points, compact), paint(colour, 0.02, len(kept)), compact)


def make_scarf(generator: Generator, model: HeadModel, vertices: Array, normals: Array, colour: Array) -> Solid:
    """Cloth around the neck, up to the chin or over it."""
    mean = model.neutral[:HEAD_VERTICES]
    top = generator.uniform(-9.0, -4.0)
    chosen = (mean[:, 1] < top + 0.5 * (mean[:, 2] < 0)) & (mean[:, 1] > -19)
    lift = (1.0 + 0.7 * np.abs(np.sin(mean[:, 1] * 0.9 + mean[:, 0] * 0.1))).astype(np.float32)
    return shell(model, vertices, normals, chosen, lift, colour, generator)


def make_hand(generator: Generator, target: Array, colour: Array, palm_first: bool = False) -> Solid:
    """A hand whose finger tips lie about `target` (head frame), coming from below and aside."""
    side = float(np.sign(target[0]) or generator.choice([-1, 1]))
    direction = np.array([side * generator.uniform(-0.2, 0.9), -1.0, generator.uniform(0.0, 0.5)])
    direction /= np.linalg.norm(direction)
    across = np.cross(direction, [0, 0, 1.0])
    across /= np.linalg.norm(across)
    palm = target + direction * 8.5 + np.array([0, 0, 1.0])
    parts = [
        ellipsoid(
            palm + direction * 2.5, np.stack([across * 4.2, np.cross(across, direction) * 1.6, direction * 5.0]), colour, 0.15
        )
    ]
    bend = generator.uniform(0, 1)
    for k in range(4):
        knuckle = palm + across * (k - 1.5) * 2.0 - direction * 1.0
        spread = across * (k - 1.5) * generator.uniform(0.0, 0.6)
        length = (3.2, 3.8, 3.5, 2.8)[k]
        joint = knuckle - direction * length + spread + np.array([0, 0, 0.8 * bend])
        tip = joint - direction * length * (1 - 0.5 * bend) + spread - np.array([0, 0, 2.0 * bend])
        parts += [capsule(knuckle, joint, 0.95, colour, 0.15), capsule(joint, tip, 0.85, colour, 0.15)]
    thumb = palm + across * 4.0 * side
    parts.append(capsule(thumb + direction * 2, thumb - direction * 4 + across * side, 1.05, colour, 0.15))
    parts.append(capsule(palm + direction * 6, palm + direction * 30, 3.2, colour * 0.9, 0.1))
    return join(parts)


def make_phone(generator: Generator, place: Array, at_ear: bool) -> Solid:
    """A phone at an ear or held up before the face."""
    colour = np.full(3, float(generator.choice([0.01, 0.03, 0.5, 0.2])), np.float32)
    lean = generator.normal(0, 0.25)
    up = np.array([0.15 * np.sign(place[0]) if at_ear else lean, 1.0, 0.35 if at_ear else 0.2])
    up /= np.linalg.norm(up)
    normal = np.array([1.0, 0.0, 0.3]) if at_ear else np.array([lean, -0.2, 1.0])
    right = np.cross(up, normal)
    right /= np.linalg.norm(right)
    return box(place, np.stack([right * 3.6, up * 7.4, np.cross(right, up) * 0.45]), colour, 0.9)


def make_wheel(generator: Generator, centre: Array) -> Solid:
    """The rim of a steering wheel between camera and face, in camera space."""
    phi = np.linspace(0, 2 * np.pi, 40)
    lean = generator.uniform(0.2, 0.8)
    radius = 18.5
    ring = np.stack([radius * np.cos(phi), radius * np.sin(phi) * np.cos(lean), -radius * np.sin(phi) * np.sin(lean)], -1)
    colour = np.full(3, generator.uniform(0.01, 0.08), np.float32)
    top = generator.uniform(-2, 10)
    parts = [tube(ring + centre - [0, radius * np.cos(lean) + top, 0], 1.6, colour, 0.25)]
    return join(parts)
