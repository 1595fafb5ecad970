"""The morphable head: identity, expression, lids and mouth as vertices, and its fixed topology."""

from __future__ import annotations

import heapq
import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.render.assets import Array, HeadData, IntArray
from tools.render.markup import MarkUp, make_markup
from tools.render.mesh_points import mesh_points

HEAD_VERTICES = 14062  # face and back of head; gums, tongue and teeth follow up to MOUTH_END
MOUTH_END = 21451
EYE_SPANS = {0: (21451, 22221), 1: (23021, 23791)}  # scleras: the driver's left, the driver's right
UPPER_LID = {0: (42, 43, 44, 45), 1: (39, 38, 37, 36)}  # landmarks from the inner to the outer corner
LOWER_LID = {0: (42, 47, 46, 45), 1: (39, 40, 41, 36)}
# Jaw candidates: how far (cm) the visible contour may move towards the face's front when the head is turned.
JAW_SLIDE_CM = 6.0
CHIN_SLIDE_CM = 1.4  # how far the chin's points may move down and back over its edge


@dataclass(frozen=True, slots=True)
class Identity:
    """One person's rest shape and what follows from it. Arrays in centimetres, head frame."""

    rest: Array  # (MOUTH_END, 3)
    eye_centres: Array  # (2, 3) driver's left, driver's right
    eye_radii: Array  # (2,)
    open_aperture: Array  # (2,) lid height over eye width with a neutral face


@dataclass(frozen=True, slots=True)
class Pose:
    """A deformed head in its own frame with what was measured on it."""

    vertices: Array  # (MOUTH_END, 3) bare skin, which carries the landmarks
    surface: Array  # (MOUTH_END, 3) with the thickness of hair and beard
    normals: Array  # (HEAD_VERTICES, 3) of the surface
    openness: Array  # (2,)
    mouth_open: float


def _adjacency(faces: IntArray, count: int) -> IntArray:
    """Faces around each vertex, (count, 8), padded with the index of a face of zero area (len(faces))."""
    table = np.full((count, 8), len(faces), np.int32)
    fill = np.zeros(count, np.int32)
    for index, face in enumerate(faces):
        for vertex in face:
            if fill[vertex] < 8:
                table[vertex, fill[vertex]] = index
                fill[vertex] += 1
    return table


class HeadModel:
    """Turns identity and expression weights into vertices; holds topology and landmark indices."""

    def __init__(self, data: HeadData) -> None:
        self.data = data
        self.names = data.expression_names
        self.neutral = data.neutral[:MOUTH_END]
        self.expressions = np.ascontiguousarray(data.expression_shapes[:, : MOUTH_END * 3])
        self.landmarks = data.landmarks
        self.skin_triangles = self._above_shoulders(data.faces[(data.material == 0) | (data.material == 1)])
        self.face_triangles = data.faces[data.material == 0]
        self.gum_triangles = data.faces[data.material == 2]
        self.teeth_triangles = data.faces[data.material == 3]
        self.mouth_triangles = self._visible_mouth()
        self.uv = self._vertex_uv()
        self._around = np.ascontiguousarray(_adjacency(self.skin_triangles, HEAD_VERTICES).T)
        self._corners = np.ascontiguousarray(self.skin_triangles.T)
        self._sparse = self._sparse_expressions()
        self._neighbours = self._face_neighbours()
        self.eye_neutral = {side: data.neutral[slice(*span)] for side, span in EYE_SPANS.items()}
        self.upper_margin = {side: self._margin(UPPER_LID[side]) for side in (0, 1)}
        self.lower_margin = {side: self._margin(LOWER_LID[side]) for side in (0, 1)}
        self.lid_region = {side: self._lid_region(side) for side in (0, 1)}
        self._lid_marks = self._gather_lid_marks()
        self.jaw_candidates = self._jaw_candidates()
        lids = [*self.upper_margin.values(), *self.lower_margin.values()]
        self.mesh_points = mesh_points(self.neutral, self.landmarks)
        self.markup: MarkUp = make_markup(self.neutral, self.face_triangles, self.landmarks, self.upper_margin, self.lower_margin)
        marks = [self.landmarks, *self.jaw_candidates, *lids, self.mesh_points, self.markup.used]
        self.truth_vertices = np.unique(np.concatenate(marks)).astype(np.int32)
        self.mouth_normals = self._mouth_normals()

    def _above_shoulders(self, triangles: IntArray) -> IntArray:
        """The model's bust ends in open flaps on the shoulders; clothes take their place."""
        low = (self.neutral[:, 1] < -11.0) & ((np.abs(self.neutral[:, 0]) > 7.6) | (self.neutral[:, 1] < -16.5))
        return np.ascontiguousarray(triangles[~low[triangles].any(1)])

    def _vertex_uv(self) -> Array:
        uv = np.zeros((MOUTH_END, 2), np.float32)
        for material in (3, 2, 1, 0):
            chosen = self.data.material == material
            uv[self.data.faces[chosen].ravel()] = self.data.texture_coordinates[self.data.face_uv[chosen].ravel()]
        return uv

    def _visible_mouth(self) -> IntArray:
        """Triangles of gums, tongue and teeth that can be seen through the lips."""
        triangles = np.concatenate([self.gum_triangles, self.teeth_triangles])
        a, b, c = (self.neutral[triangles[:, k]] for k in range(3))
        flat = np.cross(b - a, c - a)
        facing = flat[:, 2] > -0.35 * np.linalg.norm(flat, axis=1)
        return np.ascontiguousarray(triangles[facing])

    def _sparse_expressions(self) -> list[tuple[IntArray, Array]]:
        """For each expression shape the vertices it moves by more than 5 micrometres, and how."""
        shapes = self.expressions.reshape(len(self.names), -1, 3)
        moved = [np.flatnonzero(np.abs(shape).max(1) > 5e-4).astype(np.int32) for shape in shapes]
        return [(index, np.ascontiguousarray(shape[index])) for index, shape in zip(moved, shapes, strict=True)]

    def deform(self, rest: Array, weights: Array) -> Array:
        """The rest shape with all expression shapes of non-zero weight added."""
        vertices = rest.copy()
        for shape in np.flatnonzero(weights):
            index, offsets = self._sparse[shape]
            vertices[index] += weights[shape] * offsets
        return vertices

    def _face_neighbours(self) -> dict[int, set[int]]:
        around: dict[int, set[int]] = {}
        for face in self.face_triangles.tolist():
            for vertex in face:
                around.setdefault(vertex, set()).update(face)
        return around

    def path(self, start: int, end: int) -> list[int]:
        """Vertices of the shortest path along edges of the face from `start` to `end`."""
        distance, before, queue = {start: 0.0}, {}, [(0.0, start)]
        while queue:
            so_far, here = heapq.heappop(queue)
            if here == end:
                break
            for other in self._neighbours[here]:
                step = so_far + float(np.linalg.norm(self.neutral[here] - self.neutral[other]))
                if step < distance.get(other, np.inf):
                    distance[other], before[other] = step, here
                    heapq.heappush(queue, (step, other))
        route = [end]
        while route[-1] != start:
            route.append(before[route[-1]])
        return route[::-1]

    def _margin(self, corners: tuple[int, ...]) -> IntArray:
        marks = [int(self.landmarks[corner]) for corner in corners]
        route = [marks[0]]
        for first, second in itertools.pairwise(marks):
            route += self.path(first, second)[1:]
        return np.array(route, np.int32)

    def _gather_lid_marks(self) -> tuple[IntArray, Array]:
        """Vertices that lids are measured at, and all expression shapes at them (53, n * 3)."""
        marks = np.concatenate([*self.upper_margin.values(), *self.lower_margin.values(), self.landmarks])
        columns = (marks[:, None] * 3 + np.arange(3)).ravel()
        return marks, np.ascontiguousarray(self.expressions[:, columns])

    def _lid_region(self, side: int) -> IntArray:
        centre = self.eye_neutral[side].mean(0)
        near = np.linalg.norm(self.neutral[:9409] - centre, axis=1) < 2.6
        return np.flatnonzero(near & (self.neutral[:9409, 2] > 7.6)).astype(np.int32)

    def _jaw_candidates(self) -> list[IntArray]:
        """For each jaw landmark the vertices that may carry it: itself, and the strip in front of it at its height.

        Annotators follow the visible contour: the chin's five points slide down over its edge, the others towards the front.
        """
        lists = []
        face = self.neutral[:9409]
        for index in range(17):
            vertex = int(self.landmarks[index])
            if 6 <= index <= 10:
                here = self.neutral[vertex]
                below = (np.abs(face[:, 0] - here[0]) < 0.3) & (np.abs(face[:, 2] - here[2]) < CHIN_SLIDE_CM)
                below &= (face[:, 1] < here[1]) & (face[:, 1] > here[1] - CHIN_SLIDE_CM)
                lists.append(np.concatenate([[vertex], np.flatnonzero(below)]).astype(np.int32))
                continue
            here = self.neutral[vertex]
            side = np.sign(here[0])
            ahead = face[:, 2] - here[2]
            near = (np.abs(face[:, 1] - here[1]) < 0.35) & (ahead > 0) & (ahead < JAW_SLIDE_CM)
            near &= (face[:, 0] * side > 2.2) & (np.abs(face[:, 0] - here[0]) < 4.5)
            lists.append(np.concatenate([[vertex], np.flatnonzero(near)]).astype(np.int32))
        return lists

    def _mouth_normals(self) -> Array:
        vertices = self.neutral
        triangles = np.concatenate([self.gum_triangles, self.teeth_triangles])
        a, b, c = (vertices[triangles[:, k]] for k in range(3))
        flat = np.cross(b - a, c - a)
        normals = np.zeros((MOUTH_END, 3), np.float32)
        for k in range(3):
            np.add.at(normals, triangles[:, k], flat)
        normals = normals[HEAD_VERTICES:]
        return np.asarray(normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9))

    def identity(self, weights: Array, child: float = 0.0, length: float = 1.0, resting: Array | None = None) -> Identity:
        """The person with these standard-normal weights (100,).

        `child` in 0..1 rounds and shortens the face; `length` lengthens nose and chin, 1 to the mean of people, 0 not at all;
        `resting` are expression weights (53,) that this face never loses, part of its neutral.
        """
        offsets = weights.astype(np.float32) @ self.data.identity_shapes
        offsets = offsets.reshape(-1, 3)
        rest: Array = self.neutral + offsets[:MOUTH_END]
        centres, radii = np.zeros((2, 3), np.float32), np.zeros(2, np.float32)
        for side, span in EYE_SPANS.items():
            ball = self.eye_neutral[side] + offsets[slice(*span)]
            centres[side] = ball.mean(0) + EYE_MEAN_TO_CENTRE * (1 if side == 0 else MIRROR)
            radii[side] = 1.50 * ball.std(0).mean() / self.eye_neutral[side].std(0).mean()
        rest[:, 1] -= length * np.interp(rest[:, 1], *LONGER_CM).astype(np.float32)
        if child > 0:
            rest = _younger(rest, child)
        if resting is not None:
            rest = self.deform(rest, resting)
        still = Identity(rest, centres, radii, np.ones(2, np.float32))
        aperture = np.array([self.aperture(rest, side) for side in (0, 1)], np.float32)
        return Identity(still.rest, centres, radii, np.maximum(aperture, 0.18))

    def aperture(self, vertices: Array, side: int) -> float:
        """Signed lid height over eye width: the mean of the two inner columns of lid landmarks."""
        corner = vertices[self.landmarks[[UPPER_LID[side][0], UPPER_LID[side][3]]]]
        upper = vertices[self.landmarks[list(UPPER_LID[side][1:3])]]
        lower = vertices[self.landmarks[list(LOWER_LID[side][1:3])]]
        return float((upper - lower)[:, 1].mean() / np.linalg.norm(corner[0] - corner[1]))

    def solve_lids(self, identity: Identity, weights: Array, openness: Array) -> Array:
        """Blink weights set so that each eye's aperture is `openness` times the open one, whatever else the face does."""
        weights = weights.copy()
        marks, shapes = self._lid_marks
        local = (weights @ shapes).reshape(-1, 3)
        scratch = identity.rest.copy()
        for side, suffix in ((0, "L"), (1, "R")):
            index = self.names.index(f"eyeBlink_{suffix}")
            scratch[marks] = identity.rest[marks] + local
            now = self.aperture(scratch, side)
            scratch[marks] += self.expressions[index].reshape(-1, 3)[marks]
            slope = self.aperture(scratch, side) - now
            target = float(openness[side] * identity.open_aperture[side])
            step = (target - now) / slope
            if openness[side] <= 0.02:
                step += 0.05 + self._seal(identity.rest, local, marks, scratch, side, index, step)
            weights[index] += np.clip(step, -0.45, 1.6)
        return weights

    def _seal(self, rest: Array, local: Array, marks: IntArray, scratch: Array, side: int, index: int, step: float) -> float:
        """Extra blink weight that closes the widest column too, so that a shut eye shows no sliver."""
        shape = self.expressions[index].reshape(-1, 3)
        scratch[marks] = rest[marks] + local + step * shape[marks]
        upper, lower = scratch[self.upper_margin[side]], scratch[self.lower_margin[side]]
        order = np.argsort(lower[:, 0])
        gap = upper[3:-3, 1] - np.interp(upper[3:-3, 0], lower[order, 0], lower[order, 1])
        fall = -shape[self.upper_margin[side]][3:-3, 1]
        extra = gap / np.maximum(fall, 0.25)
        return float(np.clip(extra.max(), 0.0, 0.25))

    def pose(self, identity: Identity, weights: Array, gaze: Array, inflate: Array | None = None) -> Pose:
        """Deform the head. `weights` (53,), `gaze` (2, 3) unit vectors in the head's frame."""
        vertices = self.deform(identity.rest, weights)
        for side in (0, 1):
            self._lift_lids_off_eyeball(vertices, identity, side, gaze[side])
        openness = np.array([self.aperture(vertices, s) / identity.open_aperture[s] for s in (0, 1)], np.float32)
        openness = np.where(openness < 0.02, 0.0, np.clip(openness, 0.0, 1.4)).astype(np.float32)
        surface = vertices
        if inflate is not None:
            surface = vertices.copy()
            surface[:HEAD_VERTICES] += inflate
        return Pose(vertices, surface, self.normals(surface), openness, self.mouth_opening(vertices))

    def mouth_opening(self, vertices: Array) -> float:
        """Inner-lip opening over inner mouth width, from the three inner columns of the iBUG mark-up (MAR)."""
        markup = self.markup
        inner = (vertices[markup.vertices[60:68]] * markup.weights[60:68, :, None]).sum(1)
        height = np.linalg.norm(inner[[1, 2, 3]] - inner[[7, 6, 5]], axis=1).mean()
        return float(height / np.linalg.norm(inner[0] - inner[4]))

    def _lift_lids_off_eyeball(self, vertices: Array, identity: Identity, side: int, gaze: Array) -> None:
        region = self.lid_region[side]
        out = vertices[region] - identity.eye_centres[side]
        distance = np.linalg.norm(out, axis=1)
        angle = np.degrees(np.arccos(np.clip((out @ gaze) / np.maximum(distance, 1e-6), -1, 1)))
        ahead = out[:, 2] > 0
        wanted = identity.eye_radii[side] * eyeball_profile(angle) + 0.045
        push = np.where(ahead & (distance < wanted), wanted / np.maximum(distance, 1e-6), 1.0)
        vertices[region] = identity.eye_centres[side] + out * push[:, None]

    def normals(self, vertices: Array) -> Array:
        """Unit vertex normals (HEAD_VERTICES, 3)."""
        x, y, z = (np.ascontiguousarray(vertices[:HEAD_VERTICES, k]) for k in range(3))
        i, j, k = self._corners
        ax, ay, az = x[j] - x[i], y[j] - y[i], z[j] - z[i]
        bx, by, bz = x[k] - x[i], y[k] - y[i], z[k] - z[i]
        normals = np.empty((HEAD_VERTICES, 3), np.float32)
        flat = np.zeros(len(i) + 1, np.float32)
        for axis, (p, q, r, s) in enumerate(((ay, bz, az, by), (az, bx, ax, bz), (ax, by, ay, bx))):
            flat[:-1] = p * q - r * s
            total = flat[self._around[0]]
            for column in self._around[1:]:
                total += flat[column]
            normals[:, axis] = total
        length = np.sqrt(np.einsum("ij,ij->i", normals, normals))
        normals /= np.maximum(length, 1e-9)[:, None]
        return normals


# Mean of the stored eyeball's vertices lies in front of its centre, because they are denser there.
EYE_MEAN_TO_CENTRE = np.array([-0.06, -0.01, -0.43], np.float32)
MIRROR = np.array([-1.0, 1.0, 1.0], np.float32)


# How much lower (cm) the mean person's face lies than the model's, by height (cm): nothing at the eyes, the nose's tip 0.28 and
# the chin 0.2 lower, the mouth a little higher; so that nose, lips and chin come to the proportions of photographed faces.
LONGER_CM = (
    np.array([-30.0, -9.0, -7.6, -6.4, -5.2, -4.2, -3.4, -2.4, -1.6, -0.9, -0.2, 0.4, 1.2, 2.0, 2.8]),
    np.array([0.10, 0.17, 0.20, 0.13, 0.0, -0.10, -0.12, -0.10, -0.03, 0.08, 0.20, 0.28, 0.22, 0.11, 0.0]),
)


def eyeball_profile(angle_deg: NDArray[np.floating]) -> NDArray[np.floating]:
    """Radius of the eyeball over its mean radius by angle from the optical axis: a sphere with the cornea's bulge."""
    return np.asarray(np.interp(angle_deg, [0, 10, 18, 26, 32, 180], [1.095, 1.075, 1.04, 1.01, 1.0, 1.0]))


def _younger(rest: Array, amount: float) -> Array:
    """Shorten the lower face, flatten the nose and round the cheeks."""
    rest = rest.copy()
    below = np.clip((2.0 - rest[:, 1]) / 9.0, 0, 1) * (rest[:, 2] > -2)
    rest[:, 1] += amount * below * 1.5 * np.clip(1 + (rest[:, 1] + 12) / 8, 0, 1)
    nose = np.clip((rest[:, 2] - 10.3) / 2.5, 0, 1) * np.exp(-((rest[:, 1] - 0.8) ** 2) / 6)
    rest[:, 2] -= amount * nose * 1.0
    cheek = np.exp(-((rest[:, 1] + 1.5) ** 2) / 8 - (np.abs(rest[:, 0]) - 5.5) ** 2 / 5 - (rest[:, 2] - 7.5) ** 2 / 14)
    rest[:, 0] += np.sign(rest[:, 0]) * cheek * amount * 0.7
    rest[:, 2] += cheek * amount * 0.5
    forehead = np.exp(-((rest[:, 1] - 9) ** 2) / 10) * (rest[:, 2] > 3)
    rest[:, 2] += forehead * amount * 0.5
    return rest
