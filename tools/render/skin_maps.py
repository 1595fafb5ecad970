"""Where on the face things are: masks in the face's texture space, drawn once from the mean head.

Everything is a function of the mean head's position under each texel, so that lips, brows, folds and beard stay on
their anatomy for every identity and expression.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from tools.render.assets import Array
from tools.render.heads import HEAD_VERTICES, HeadModel

MAP_SIZE = 1024
BROW_LENGTH_PX, BROW_HEIGHT_PX = 256, 64
BROW_HALF_HEIGHT_CM = 1.1

_POSITION_VERTEX = """
#version 330
in vec2 in_uv; in vec3 in_position; out vec3 position;
void main() { position = in_position; gl_Position = vec4(in_uv * 2.0 - 1.0, 0.0, 1.0); }
"""
_POSITION_FRAGMENT = """
#version 330
in vec3 position; out vec4 colour;
void main() { colour = vec4(position, 1.0); }
"""


@dataclass(frozen=True, slots=True)
class SkinMaps:
    """Textures in the face's texture space; rows run with increasing v."""

    regions: NDArray[np.uint8]  # (S, S, 4) lips, nothing, eye shadow, eyeliner
    whiskers: NDArray[np.uint8]  # (S, S, 3) where hair of the moustache, the chin, and of jaw and cheeks grows
    folds: NDArray[np.uint8]  # (S, S, 4) heights, 128 flat: forehead, eye corner and under-eye, mouth folds, frown
    tint: NDArray[np.uint8]  # (S, S, 4) redness, how far behind the hairline, along the brow -0.1..1.4, across it -1.5..1.5 cm
    vertex_scalp: Array  # (HEAD_VERTICES,) how far behind the hairline, 0.5 on it


def position_map(context: moderngl.Context, head: HeadModel) -> Array:
    """Mean-head position under each texel of the face (S, S, 4); the last channel is 1 where there is face."""
    program = context.program(vertex_shader=_POSITION_VERTEX, fragment_shader=_POSITION_FRAGMENT)
    triangles = head.face_triangles
    uv = head.data.texture_coordinates[head.data.face_uv[head.data.material == 0]].reshape(-1, 2)
    data = np.hstack([uv, head.neutral[triangles.ravel()]]).astype("f4")
    array = context.vertex_array(program, [(context.buffer(data.tobytes()), "2f 3f", "in_uv", "in_position")])
    target = context.framebuffer([context.texture((MAP_SIZE, MAP_SIZE), 4, dtype="f4")])
    target.use()
    context.disable(moderngl.DEPTH_TEST)
    target.clear()
    array.render(moderngl.TRIANGLES)
    flat = np.frombuffer(target.read(components=4, dtype="f4"), np.float32).reshape(MAP_SIZE, MAP_SIZE, 4).copy()
    target.release()
    return flat


def _inside(position: Array, outline: Array, blur_px: float) -> Array:
    """1 inside a closed outline given in (x, y) of the mean head, for the front of the face, with a soft edge."""
    scale, shift = 40.0, np.array([10.0, 18.0])
    canvas: NDArray[Any] = np.zeros((int(34 * scale), int(20 * scale)), np.uint8)
    cv2.fillPoly(canvas, [np.round((outline + shift) * scale).astype(np.int32)], 255, cv2.LINE_AA)
    canvas = cv2.GaussianBlur(canvas, (0, 0), blur_px)
    where = (position[..., :2] + shift.astype(np.float32)) * scale
    found = cv2.remap(canvas, where[..., 0].copy(), where[..., 1].copy(), cv2.INTER_LINEAR)
    return np.asarray(found / 255.0 * (position[..., 3] > 0), np.float32)


def _closed_curve(points: Array, count: int = 160) -> Array:
    """Catmull-Rom through a closed list of points (n, 2)."""
    n = len(points)
    t = np.linspace(0, n, count, endpoint=False)
    i = t.astype(int)
    f = (t - i)[:, None]
    p0, p1, p2, p3 = (points[(i + k) % n] for k in (-1, 0, 1, 2))
    curve = 0.5 * (2 * p1 + (p2 - p0) * f + (2 * p0 - 5 * p1 + 4 * p2 - p3) * f**2 + (3 * p1 - p0 - 3 * p2 + p3) * f**3)
    return np.asarray(curve, np.float32)


def _ridge(distance: Array, width: float) -> Array:
    """Profile of a skin fold across its line: a groove with a slight bulge on both sides, -1..0.4."""
    r = distance / width
    return np.asarray(-np.exp(-(r**2)) + 0.45 * np.exp(-((np.abs(r) - 2.0) ** 2)), np.float32)


def _polyline_distance(position: Array, line: NDArray[np.floating]) -> tuple[Array, Array]:
    """Distance in (x, y) of each texel to a polyline, and the parameter 0..1 along it of the nearest point."""
    x, y = position[..., 0], position[..., 1]
    best = np.full(x.shape, 1e9, np.float32)
    along = np.zeros(x.shape, np.float32)
    count = len(line) - 1
    for k in range(count):
        a, b = line[k], line[k + 1]
        d = b - a
        f = np.clip(((x - a[0]) * d[0] + (y - a[1]) * d[1]) / (d @ d), 0, 1)
        r = np.hypot(x - a[0] - f * d[0], y - a[1] - f * d[1]).astype(np.float32)
        nearer = r < best
        best[nearer] = r[nearer]
        along[nearer] = ((k + f) / count)[nearer]
    return best, along


def _folds(position: Array, generator: np.random.Generator) -> NDArray[np.uint8]:
    """Skin folds (S, S, 4) under 128 in their grooves; only the front of the face has any, so nothing else is looked at."""
    front = position[..., 2] > 4
    folds = np.full((*front.shape, 4), 128, np.uint8)
    folds[front] = np.clip(_fold_heights(position[front], generator) * 80 + 128, 0, 255).astype(np.uint8)
    return folds


def _fold_heights(position: Array, generator: np.random.Generator) -> Array:
    """How far the skin rises (n, 4) at positions (n, 4), by kind of fold."""
    mirrored = position.copy()
    mirrored[..., 0] = np.abs(mirrored[..., 0])
    heights = np.zeros((len(position), 4), np.float32)
    for height in (7.3, 8.2, 9.1, 10.0):
        xs = np.linspace(-5, 5, 22)
        wave = height + 0.25 * np.cos(xs * 0.9) + generator.normal(0, 0.06, 22)
        distance, _ = _polyline_distance(position, np.stack([xs, wave], 1))
        heights[..., 0] += _ridge(distance, 0.10) * np.clip(1.3 - np.abs(position[..., 0]) / 5, 0, 1)
    for angle in (-35, -15, 5, 25):
        direction = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        start = np.array([4.95, 3.45]) + direction * 0.1
        distance, along = _polyline_distance(mirrored, np.stack([start, start + direction * 1.6]))
        heights[..., 1] += _ridge(distance, 0.06) * np.sin(np.pi * np.clip(along * 0.9 + 0.1, 0, 1))
    for drop in (0.35, 0.75):
        line = np.array([[1.9, 2.95], [2.6, 2.55], [3.4, 2.45], [4.2, 2.7], [4.7, 3.05]]) - [0, drop]
        distance, along = _polyline_distance(mirrored, line)
        heights[..., 1] += 0.7 * _ridge(distance, 0.08) * np.sin(np.pi * np.clip(along, 0.05, 0.95))
    nasolabial = np.array([[1.75, 0.5], [2.4, -0.6], [3.0, -1.8], [3.35, -3.0], [3.3, -4.0]])
    distance, along = _polyline_distance(mirrored, nasolabial)
    heights[..., 2] += _ridge(distance, 0.14) * np.sin(np.pi * np.clip(along * 0.85 + 0.1, 0, 1))
    marionette = np.array([[2.75, -3.7], [3.0, -4.6], [2.9, -5.5]])
    distance, along = _polyline_distance(mirrored, marionette)
    heights[..., 2] += 0.5 * _ridge(distance, 0.12) * np.sin(np.pi * np.clip(along, 0, 1))
    for offset in (0.45, 0.8):
        line = np.array([[offset, 4.9], [offset * 0.85, 5.8], [offset * 1.1, 6.6]])
        distance, along = _polyline_distance(mirrored, line)
        heights[..., 3] += _ridge(distance, 0.08) * np.sin(np.pi * np.clip(along, 0, 1))
    bridge = np.array([[-0.9, 3.9], [0.0, 4.0], [0.9, 3.9]])
    distance, _ = _polyline_distance(position, bridge)
    heights[..., 3] += 0.6 * _ridge(distance, 0.09)
    return heights


def _whiskers(position: Array, lips: Array) -> Array:
    """Where the beard grows (S, S, 3): moustache; chin with the patch below the lip; jaw and cheeks up to a line from the ear
    to the mouth's corner."""
    x, y, z = np.abs(position[..., 0]), position[..., 1], position[..., 2]
    cheek_line = np.interp(x, [0, 2.0, 3.2, 5.5, 6.6, 7.4], [-1.25, -1.5, -2.9, -1.2, 1.2, 3.2])
    below = np.clip((cheek_line - y) / 0.9, 0, 1)
    neck = np.clip((y + 10.5) / 2.0, 0, 1)
    ear = np.clip((z - 2.2) / 1.5, 0, 1)
    groove = 1 - 0.8 * np.exp(-(x**2) / 0.15 - ((y + 1.5) ** 2) / 1.0)
    whole = below * neck * ear * (1 - lips) * (position[..., 3] > 0)
    lip_line = np.interp(x, [0, 1.5, 2.6, 3.3], [-3.3, -3.4, -3.7, -5.2])
    upper = np.clip((y - lip_line) / 0.5, 0, 1) * np.clip((3.5 - x) / 0.6, 0, 1) * groove
    chin = (1 - np.clip((y - lip_line) / 0.5, 0, 1)) * np.clip((2.7 - x) / 0.8, 0, 1) * np.clip((z - 7.0) / 1.2, 0, 1)
    chin *= np.clip(np.maximum(0.6 - x, -5.0 - y) / 0.5, 0, 1)
    rest = np.clip(1 - upper - chin, 0, 1)
    zones = cv2.GaussianBlur(np.stack([upper, chin, rest], -1).astype(np.float32), (0, 0), 9)
    return np.asarray(zones * whole[..., None], np.float32)


HAIRLINE_REACH_CM = 3.0
"""Over so much across the hairline the map of the scalp rises from 0 to 1, so that a person's own may lie higher or lower."""


def hairline(position: Array) -> Array:
    """How far behind the hairline positions (..., >=3) on the mean head lie: 0.5 on the line, ears left out."""
    x, y, z = np.abs(position[..., 0]), position[..., 1], position[..., 2]
    front_line = np.interp(x, [0, 3, 4.8, 6.2, 7.2, 8.5], [10.9, 10.7, 9.6, 6.8, 3.0, 1.0])
    front = (y - front_line) / HAIRLINE_REACH_CM + 0.5
    back_line = np.interp(z, [-8, -4, 0.0, 2.2, 4.2, 5.0], [-7.0, -5.5, -1.0, 2.0, 4.0, 9.0])
    sideways = np.minimum((y - back_line) / HAIRLINE_REACH_CM + 0.5, (4.6 - z) / HAIRLINE_REACH_CM + 0.5)
    cover = np.clip(np.maximum(front, sideways), 0, 1)
    ear = (x > np.interp(y, [-2, 1, 2, 3, 4, 4.6], [6.4, 7.2, 7.5, 7.75, 7.95, 8.0])) & (y < 4.7) & (z > -2.3) & (z < 2.0)
    shell = (z > -0.5) & (z < 1.8) & (y > -2.5) & (y < 2.2) & (x > 6.4)
    return np.asarray(np.where(ear | shell, 0.0, cover), np.float32)


def _brow_coordinates(position: Array, head: HeadModel) -> NDArray[np.uint8]:
    """Along and across each brow, counted from the line of the mark-up's points on the mean head."""
    marks = head.markup.points(head.neutral)[22:27]
    steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(marks, axis=0), axis=1))])
    xs = np.concatenate([[marks[0, 0] - 0.3], marks[:, 0], [marks[-1, 0] + 0.6]])
    ss = np.concatenate([[-0.36], steps, [steps[-1] + 1.0]]) / steps[-1]
    ys = np.concatenate([[marks[0, 1] - 0.05], marks[:, 1], [marks[-1, 1] - 0.75]])
    x = np.abs(position[..., 0])
    along = np.interp(x, xs, ss, left=-0.1, right=1.4)
    across = position[..., 1] - np.interp(x, xs, ys)
    near = (position[..., 2] > 5) & (position[..., 3] > 0)
    scaled = np.stack([np.where(near, (along + 0.1) / 1.5, 1), (across + 1.5) / 3.0], -1)
    return np.asarray(np.clip(np.rint(scaled * 255), 0, 255), np.uint8)


def brow_strips(alphas: list[NDArray[np.uint8]]) -> NDArray[np.uint8]:
    """Each asset's upper brow straightened: (n, height, length), inner end first, row 0 lowest."""
    strips = []
    for alpha in alphas:
        rows = alpha.sum(1).astype(float)
        middle = int((rows * np.arange(len(rows))).sum() / rows.sum())
        brow = alpha[:middle].astype(np.float32)
        columns = np.flatnonzero(brow.max(0) > 60)
        brow = brow[:, columns[0] : columns[-1] + 1]
        weight = brow.sum(0) + 1e-3
        centre = (brow * np.arange(len(brow))[:, None]).sum(0) / weight
        centre = cv2.GaussianBlur(centre.astype(np.float32)[None], (0, 0), 25, borderType=cv2.BORDER_REPLICATE)[0]
        if weight[: len(weight) // 3].sum() < weight[-len(weight) // 3 :].sum():
            brow, centre = brow[:, ::-1].copy(), centre[::-1].copy()
        length = brow.shape[1]
        half = length * BROW_HALF_HEIGHT_CM / 5.4
        u = np.linspace(0, length - 1, BROW_LENGTH_PX, dtype=np.float32)
        v = np.linspace(half, -half, BROW_HEIGHT_PX, dtype=np.float32)
        map_x = np.repeat(u[None], BROW_HEIGHT_PX, 0)
        map_y = np.interp(u, np.arange(length), centre).astype(np.float32)[None] + v[:, None]
        strip = cv2.remap(brow, map_x, map_y.astype(np.float32), cv2.INTER_LINEAR)
        # Seen small, single hairs average to a veil; real brows have skin-darkening hair between the drawn ones.
        strip = np.clip(strip * 0.9 + 1.1 * cv2.GaussianBlur(strip, (0, 0), 2.2), 0, 255)
        strips.append(strip.astype(np.uint8))
    return np.stack(strips)


def build_skin_maps(context: moderngl.Context, head: HeadModel) -> SkinMaps:
    """Draw all masks of the mean head."""
    position = position_map(context, head)
    generator = np.random.default_rng(7)
    marks = head.markup.points(head.neutral)
    lips = _inside(position, _closed_curve(marks[48:60, :2]), 2.5) * (position[..., 2] > 8.6)
    shadow = np.zeros_like(lips)
    liner = np.zeros_like(lips)
    for eye in (slice(36, 42), slice(42, 48)):
        outline = _closed_curve(marks[eye, :2])
        centre = outline.mean(0)
        lid = _inside(position, centre + (outline - centre) * np.array([1.25, 1.9]) + [0, 0.3], 9)
        shadow = np.maximum(shadow, lid)
        liner = np.maximum(liner, _inside(position, centre + (outline - centre) * np.array([1.06, 1.16]), 3.0))
    whiskers = _whiskers(position, _inside(position, _closed_curve(marks[48:60, :2]), 3.0))
    x, y, z = np.abs(position[..., 0]), position[..., 1], position[..., 2]
    cheeks = np.exp(-((x - 4.6) ** 2) / 3.5 - ((y + 0.6) ** 2) / 4)
    nose = np.exp(-(x**2) / 1.2 - ((y - 0.3) ** 2) / 1.0) * (z > 10)
    regions = np.stack([lips, np.zeros_like(lips), shadow, liner], -1)
    tint = np.stack([np.clip(cheeks + nose, 0, 1), hairline(position)], -1)
    tint = (np.clip(tint, 0, 1) * 255).astype(np.uint8)
    return SkinMaps(
        regions=(np.clip(regions, 0, 1) * 255).astype(np.uint8),
        whiskers=(np.clip(whiskers, 0, 1) * 255).astype(np.uint8),
        folds=_folds(position, generator),
        tint=np.concatenate([tint, _brow_coordinates(position, head)], -1),
        vertex_scalp=hairline(head.neutral[:HEAD_VERTICES]),
    )


def noise_texture(size: int = 512) -> NDArray[np.uint8]:
    """Tileable noise (size, size, 4): fine, medium, coarse blotches, and streaks along the second axis."""
    generator = np.random.default_rng(11)
    layers = []
    for sigma_x, sigma_y in ((0.7, 0.7), (2.5, 2.5), (18, 18), (0.8, 9)):
        white = generator.normal(0, 1, (size, size)).astype(np.float32)
        wide = np.pad(white, 64, mode="wrap")
        soft = cv2.GaussianBlur(wide, (0, 0), sigmaX=sigma_x, sigmaY=sigma_y)[64:-64, 64:-64]
        layers.append(np.clip(soft / soft.std() * 42 + 128, 0, 255))
    return np.stack(layers, -1).astype(np.uint8)


def ambient_occlusion(context: moderngl.Context, head: HeadModel, directions: int = 96) -> Array:
    """Per vertex (HEAD_VERTICES, 4): mean unoccluded direction (not normalised) and the unoccluded share of its hemisphere.

    Measured on the mean head by drawing its depth from many directions and asking which vertices each one sees.
    """
    size = 192
    program = context.program(
        vertex_shader="#version 330\nuniform mat4 view; in vec3 in_position;"
        "void main() { gl_Position = view * vec4(in_position, 1.0); }",
        fragment_shader="#version 330\nvoid main() { }",
    )
    vertices = head.neutral[:HEAD_VERTICES]
    normals = head.normals(head.neutral)
    array = context.vertex_array(
        program,
        [(context.buffer(vertices.astype("f4").tobytes()), "3f", "in_position")],
        context.buffer(head.skin_triangles.astype("i4").tobytes()),
    )
    depth_texture = context.depth_texture((size, size))
    target = context.framebuffer([], depth_texture)
    context.enable(moderngl.DEPTH_TEST)
    seen = np.zeros((HEAD_VERTICES, 4), np.float32)
    total = np.zeros(HEAD_VERTICES, np.float32)
    for k in range(directions):
        up = 1 - 2 * (k + 0.5) / directions
        turn = k * 2.399963
        direction = np.array([np.sqrt(1 - up**2) * np.cos(turn), up, np.sqrt(1 - up**2) * np.sin(turn)], np.float32)
        helper = np.array([0, 1, 0]) if abs(up) < 0.9 else np.array([1, 0, 0])
        right = np.cross(helper, direction)
        right /= np.linalg.norm(right)
        basis = np.stack([right, np.cross(direction, right), -direction]).astype(np.float32)
        clip = (vertices - vertices.mean(0)) @ basis.T / 24.0
        matrix = np.eye(4, dtype=np.float32)
        matrix[:3, :3] = basis / 24.0
        matrix[:3, 3] = -matrix[:3, :3] @ vertices.mean(0)
        program["view"].write(matrix.T.astype("f4").tobytes())  # type: ignore[union-attr]
        target.use()
        target.clear(depth=1.0)
        array.render(moderngl.TRIANGLES)
        depth = np.frombuffer(depth_texture.read(), np.float32).reshape(size, size)
        column = np.clip(((clip[:, 0] + 1) * size / 2).astype(int), 0, size - 1)
        row = np.clip(((clip[:, 1] + 1) * size / 2).astype(int), 0, size - 1)
        cosine = np.maximum(normals @ direction, 0)
        visible = (clip[:, 2] + 1) / 2 - depth[row, column] < 0.012
        total += cosine
        seen[:, 3] += cosine * visible
        seen[:, :3] += (cosine * visible)[:, None] * direction
    context.disable(moderngl.DEPTH_TEST)
    return seen / np.maximum(total, 1e-6)[:, None]
