"""Exact truth of a drawn face: landmarks with visibility, rotation relative to the ray, gaze, openness, mouth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tools.render.assets import Array
from tools.render.camera import Camera, rotation_of_ray
from tools.render.heads import HeadModel, Pose
from tools.render.visibility import SEEN_THROUGH, readable_share

BEHIND_CM = 1.3  # a point counts as hidden when something at least this much nearer covers it

READABLE_SHARE = 0.5  # an eye whose opening shows less than that cannot be read

JAW_BEHIND_CM = 3.5  # contour points lie at the picture's edge of the cheek and slip behind it


@dataclass(frozen=True, slots=True)
class FaceTruth:
    """Truth about one face in one picture; see tools/render/README.md for the definitions."""

    landmarks: Array  # (68, 2) iBUG mark-up, pixels
    landmark_visible: NDArray[np.bool_]  # (68,)
    rotation: Array  # (3, 3)
    position: Array  # (3,) metres
    gaze: Array  # (2, 3)
    openness: Array  # (2,)
    eye_visible: NDArray[np.bool_]  # (2,)
    mouth_open: float
    mouth_visible: bool
    mesh_points: Array  # (n, 2) pixels of HeadModel.mesh_points

    @property
    def box(self) -> Array:
        """Bounding box of the landmarks: x, y, width, height."""
        low, high = self.landmarks.min(0), self.landmarks.max(0)
        return np.concatenate([low, high - low]).astype(np.float32)


def landmark_points(model: HeadModel, pose: Pose, in_camera: Array, camera: Camera, brow_height_cm: float) -> Array:
    """The 68 points (68, 3) of the iBUG mark-up in camera space, the jaw's sliding along the visible contour of a turned head.

    `in_camera` are the vertices in camera space. The lids of a shut eye meet at the edge of the upper one,
    which covers the lower one's.
    """
    points = model.markup.points(in_camera, brow_height_cm)
    pixels = camera.project(in_camera)
    axis = pixels[model.landmarks[27]] - pixels[model.landmarks[8]]
    axis = axis / (np.linalg.norm(axis) + 1e-6)
    across = np.array([-axis[1], axis[0]])  # towards the picture's right when upright
    for index, candidates in enumerate(model.jaw_candidates):
        sign = -1.0 if index < 8 else 1.0
        direction = -axis if 6 <= index <= 10 else across * sign
        outward = pixels[candidates] @ direction
        points[index] = in_camera[candidates[int(np.argmax(outward))]]
    bare = model.markup.points(pose.vertices)
    for side, pairs in ((1, ((37, 41), (38, 40))), (0, ((43, 47), (44, 46)))):
        for upper, lower in pairs:
            if bare[upper, 1] < bare[lower, 1]:
                points[lower] = points[upper]
            elif pose.openness[side] == 0:
                points[[upper, lower]] = (points[upper] + points[lower]) / 2
    return points


def measure(
    model: HeadModel,
    pose: Pose,
    in_camera: Array,
    camera: Camera,
    to_camera: Array,
    position: Array,
    gaze_head: Array,
    depth: Array,
    clear: Array,
    mouth_covered: bool,
    brow_height_cm: float,
) -> FaceTruth:
    """Put the truth of a drawn face together. `depth` (H, W) is the picture's distance map in centimetres,
    `clear` (H, W) the share of light that comes through what lies over the last opaque surface."""
    points = landmark_points(model, pose, in_camera, camera, brow_height_cm)
    pixels = camera.project(points)
    height, width = depth.shape
    inside = (pixels >= -0.5).all(1) & (pixels[:, 0] < width - 0.5) & (pixels[:, 1] < height - 0.5)
    column = np.clip(np.rint(pixels[:, 0]).astype(int), 0, width - 1)
    row = np.clip(np.rint(pixels[:, 1]).astype(int), 0, height - 1)
    nearest = depth[row, column]
    tolerance = np.where(np.arange(68) < 17, JAW_BEHIND_CM, BEHIND_CM)
    visible = inside & (nearest > -points[:, 2] - tolerance)
    relative = rotation_of_ray(position).T @ to_camera
    visible[36:48] &= clear[row, column][36:48] >= SEEN_THROUGH
    eyes = np.zeros(2, bool)
    for side, lids in enumerate((slice(42, 48), slice(36, 42))):
        readable = readable_share(pixels[lids], float(-points[lids, 2].max()), depth, clear)
        eyes[side] = readable >= READABLE_SHARE and inside[lids].mean() >= 0.5
        visible[lids] &= eyes[side]
    mouth = bool(visible[48:68].mean() >= 0.5) and not mouth_covered
    if mouth_covered:
        visible[48:68] = False
        visible[4:13] = False
    return FaceTruth(
        pixels, visible, relative.astype(np.float32), (position / 100).astype(np.float32),
        (gaze_head @ relative.T).astype(np.float32), np.clip(pose.openness, 0, 1.3).astype(np.float32), eyes,
        pose.mouth_open, mouth, camera.project(in_camera[model.mesh_points]),
    )  # fmt: skip
