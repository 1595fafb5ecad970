"""Training the face network: how its crops are made from shards, and its loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dms.perception import crops
from dms.perception.decode import LEFT_LIDS, RIGHT_LIDS, rotation_to_crop
from dms.perception.head_geometry import angles_from_rotation
from dms.perception.mirror import MIRRORED_LANDMARKS
from tools.train import losses
from tools.train.augment import photometric
from tools.train.backgrounds import Backgrounds
from tools.train.covers import cover_eyes_of_face
from tools.train.decoys import draw_decoy
from tools.train.mining import ROOM
from tools.train.shards import Sample, Shards
from tools.train.task import Batch
from tools.train.tongues import LEAST_OPEN, tongue_out

NEGATIVE_SHARE = 0.2
COVERED_SHARE, BOTH_COVERED_SHARE = 0.15, 0.6
"""Of faces with something painted before their eyes, and of these with both covered."""
TONGUE_SHARE = 0.12
"""Of faces with an open mouth."""
STRENGTH = 0.75
"""Of the degradations: rendered pictures bring their camera's own."""
RENDERED_SHARES = torch.tensor([0.30, 0.22, 0.08, 0.08, 0.08, 0.08, 0.08, 0.08])
"""Of the expressions among rendered faces; added to the logits as a log in training, so that the network answers under a flat
prior (logit adjustment, Menon et al. 2021)."""
POINT_WEIGHTS = torch.tensor([0.4] * 17 + [1.0] * 19 + [1.3] * 12 + [1.8] * 20)
"""Of the landmarks in the loss: the jaw, on which no reading hangs, least; the lips, on which yawns do, most. The eyes' are read
again by a network of their own."""
BORDERS = (cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT_101, cv2.BORDER_CONSTANT)


class FaceSource:
    """Face crops as the runtime cuts them, jittered as the runtime is wrong, and crops that hold no (whole) face."""

    def __init__(self, data: Path, hdri: Path) -> None:
        self._faces = Shards(data, "face")
        self._scenes = Shards(data, "scene", most=12)
        self._mined = Shards(data, "negative")
        self._backgrounds = Backgrounds(hdri)

    def refresh(self) -> None:
        """Load new shards."""
        self._faces.refresh()
        self._mined.refresh()

    def draw(self, rng: np.random.Generator) -> dict[str, NDArray[Any] | float]:
        """A face, or now and then none."""
        sample = self._faces.draw(rng)
        if rng.random() < NEGATIVE_SHARE:
            return self._without_truth(photometric(self._negative(sample, rng), rng))
        return face_sample(sample, jittered_crop(*outline(sample), rng), rng, STRENGTH, self._backgrounds)

    def _negative(self, sample: Sample, rng: np.random.Generator) -> crops.Picture:
        kind = rng.random()
        if kind < 0.4 and len(self._mined):
            picture = self._mined.draw(rng)["image"]
            side, middle = picture.shape[0] / ROOM * float(np.exp(rng.normal(0.0, 0.12))), (picture.shape[0] - 1) / 2
            x, y = middle + rng.normal(0.0, 0.06 * side, 2)
            return crops.cut(picture, crops.Crop(x, y, side, rng.normal(0, 12), bool(rng.random() < 0.5)), crops.FACE_SIZE)
        if kind < 0.62:
            return draw_decoy(rng, crops.FACE_SIZE)
        if kind < 0.74:
            return self._backgrounds.draw(rng, crops.FACE_SIZE, crops.FACE_SIZE)
        if kind < 0.87 and len(self._scenes):
            return self._beside_faces(self._scenes.draw(rng), rng)
        return crops.cut(sample["image"], misplaced_crop(outline(sample)[0], rng), crops.FACE_SIZE, _border(rng))

    @staticmethod
    def _beside_faces(scene: Sample, rng: np.random.Generator) -> crops.Picture:
        """A square of a scene whose middle is in no face."""
        height, width = scene["image"].shape
        boxes = [crops.box_of_landmarks(points) for points in scene["landmarks"] if np.isfinite(points).all()]
        for _ in range(20):
            side = float(np.exp(rng.uniform(np.log(24), np.log(200))))
            x, y = rng.uniform(0, (width, height))
            if all(
                abs(x - b[0] - b[2] / 2) > 0.45 * (side + b[2]) or abs(y - b[1] - b[3] / 2) > 0.45 * (side + b[3]) for b in boxes
            ):
                break
        else:
            side, x, y = 16.0, 0.0, 0.0
        return crops.cut(scene["image"], crops.Crop(x, y, side, rng.uniform(-25, 25)), crops.FACE_SIZE, _border(rng))

    @staticmethod
    def _without_truth(picture: crops.Picture) -> dict[str, NDArray[Any] | float]:
        return {
            "image": picture,
            "face": 0.0,
            "landmarks": np.zeros((68, 2), np.float32),
            "landmark_visible": np.zeros(68, np.float32),
            "rotation": np.eye(3, dtype=np.float32),
            "mouth_open": 0.0,
            "mouth_visible": 0.0,
            "eye_visible": np.zeros(2, np.float32),
            "openness": np.zeros(2, np.float32),
            "expression": 0,
        }


def outline(sample: Sample) -> tuple[NDArray[np.floating], float]:
    """The points (k, 2) that a crop is cut around, and the face's roll in degrees: those of the landmarks or, if not all are
    labelled, an ellipse in the face's box, and the roll of the head's rotation where that is known."""
    landmarks = sample["landmarks"]
    if np.isfinite(landmarks).all():
        return landmarks, crops.roll_of_landmarks(landmarks)
    x, y, width, height = sample["face_box"]
    around = np.linspace(0.0, 2 * np.pi, 24, endpoint=False)
    points = np.column_stack([x + width * (0.5 + 0.5 * np.cos(around)), y + height * (0.5 + 0.5 * np.sin(around))])
    return points, angles_from_rotation(sample["rotation"])[2] if np.isfinite(sample["rotation"]).all() else 0.0


def jittered_crop(points: NDArray[np.floating], face_roll_deg: float, rng: np.random.Generator) -> crops.Crop:
    """The crop that the runtime would cut around points (k, 2), off by as much as tracking and detection are off."""
    loose = 2.0 if rng.random() < 0.25 else 1.0
    roll = 0.0 if rng.random() < 0.5 else face_roll_deg + rng.normal(0.0, 4.0)
    roll += rng.normal(0.0, 9.0 * loose)
    aligned = crops.face_crop_from_landmarks(points, roll)
    side = aligned.side * float(np.exp(rng.normal(0.0, 0.09 * loose)))
    shift = rng.normal(0.0, 0.04 * loose, 2) * side
    return crops.Crop(aligned.center_x + shift[0], aligned.center_y + shift[1], side, roll, mirrored=bool(rng.random() < 0.5))


def misplaced_crop(points: NDArray[np.floating], rng: np.random.Generator) -> crops.Crop:
    """A crop that shows a part of a face, or a face far too small: nothing to be tracked."""
    right = crops.face_crop_from_landmarks(points)
    kind = rng.random()
    if kind < 0.5:
        angle, far = rng.uniform(0, 2 * np.pi), rng.uniform(0.6, 0.9) * right.side
        return crops.Crop(
            right.center_x + far * np.cos(angle),
            right.center_y + far * np.sin(angle),
            right.side * rng.uniform(0.7, 1.2),
            rng.uniform(-25, 25),
        )
    if kind < 0.8:
        center = rng.normal(0, 0.2, 2) * right.side + (right.center_x, right.center_y)
        return crops.Crop(float(center[0]), float(center[1]), right.side * rng.uniform(0.15, 0.35), rng.uniform(-25, 25))
    return crops.Crop(right.center_x, right.center_y, right.side, rng.uniform(110, 250))


def face_sample(
    sample: Sample,
    crop: crops.Crop,
    rng: np.random.Generator,
    strength: float = 1.0,
    reflections: Backgrounds | None = None,
    side: int = crops.FACE_SIZE,
) -> dict[str, NDArray[Any] | float]:
    """The picture (side, side) and truth of a face seen through `crop`; with `reflections` some eyes are covered by something,
    and some tongues are out."""
    picture = crops.cut(sample["image"], crop, side, _border(rng))
    landmarks, visible = crop.to_crop(sample["landmarks"]), sample["landmark_visible"].astype(np.float32)
    order = (1, 0) if crop.mirrored else (0, 1)
    if crop.mirrored:
        landmarks, visible = landmarks[MIRRORED_LANDMARKS], visible[MIRRORED_LANDMARKS]
    eye_visible = sample["eye_visible"].astype(np.float32)[list(order)]
    if reflections is not None and rng.random() < COVERED_SHARE:
        both_or_one = (0, 1) if rng.random() < BOTH_COVERED_SHARE else (int(rng.integers(2)),)
        covered = tuple(side for side in both_or_one if np.isfinite(landmarks[(LEFT_LIDS, RIGHT_LIDS)[side]]).all())
        places = [(LEFT_LIDS, RIGHT_LIDS)[side] for side in covered]
        picture, readable = cover_eyes_of_face(picture, tuple(landmarks[place] for place in places), rng, reflections)
        for side, place, share in zip(covered, places, readable, strict=True):
            eye_visible[side] *= share
            visible[place] = np.fmin(visible[place], share)
    if reflections is not None and sample["mouth_visible"] and sample["mouth_open"] > LEAST_OPEN and rng.random() < TONGUE_SHARE:
        picture = tongue_out(picture, landmarks, rng)
    return {
        "image": photometric(picture, rng, strength) if strength > 0 else picture,
        "face": 1.0,
        "landmarks": landmarks,
        "landmark_visible": visible,
        "rotation": rotation_to_crop(sample["rotation"], crop).astype(np.float32),
        "mouth_open": float(sample["mouth_open"]),
        "mouth_visible": float(sample["mouth_visible"]),
        "eye_visible": eye_visible,
        "openness": np.clip(sample["openness"].astype(np.float32), 0, 1)[list(order)],
        "expression": int(sample["expression"]),
    }


def _border(rng: np.random.Generator) -> int:
    return BORDERS[int(rng.choice(3, p=[0.6, 0.25, 0.15]))]


class FaceTask:
    """See `tools.train.task.Task`."""

    name = "face"
    batch_size = 96
    learning_rate = 2e-3

    def source(self, data: Path, hdri: Path) -> FaceSource:
        """Samples from `face` and `scene` shards."""
        return FaceSource(data, hdri)

    def loss(self, outputs: dict[str, Tensor], batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Landmarks weigh most: the crops of the eyes and of the next frame hang on them. What nobody labelled (NaN, or an
        expression below 0) does not count."""
        face = batch["face"]
        landmarks, point_known = losses.known(batch["landmarks"])
        distance = (outputs["landmarks"] - landmarks).square().sum(dim=2).add(1e-8).sqrt()
        # A point that somebody labelled without saying whether it shows counts as one that shows.
        shows = torch.where(batch["landmark_visible"] <= 0.5, 0.4, 1.0)
        weight = face[:, None] * shows * POINT_WEIGHTS.to(face) * point_known.amin(dim=2)
        points = losses.weighted_mean(distance, weight)
        points_likelihood = losses.weighted_mean(losses.laplace(distance, outputs["landmark_log_sigma"], 2), weight)
        rotation, turn_known = losses.known(batch["rotation"])
        turn = losses.rotation_distance(losses.rotation_from_6d(outputs["rotation"]), rotation)
        posed = face * turn_known.amin(dim=(1, 2))
        pose = losses.weighted_mean(turn, posed)
        pose_likelihood = losses.weighted_mean(losses.laplace(turn, outputs["rotation_log_sigma"][:, 0]), posed)
        state = outputs["state"]
        visible, visible_known = losses.known(torch.cat([batch["mouth_visible"][:, None], batch["eye_visible"]], dim=1))
        seen = losses.weighted_mean(losses.soft_binary(state[:, 1:4], visible), face[:, None] * visible_known)
        openness, openness_known = losses.known(batch["openness"])
        lids = losses.weighted_mean(losses.soft_binary(state[:, 4:6], openness), face[:, None] * visible[:, 1:] * openness_known)
        is_face = losses.soft_binary(state[:, 0], face).mean()
        mouth_open, mouth_known = losses.known(batch["mouth_open"])
        mouth_error = losses.smooth_l1(outputs["mouth_open"][:, 0], mouth_open, beta=0.1)
        mouth = losses.weighted_mean(mouth_error, face * (0.1 + visible[:, 0]) * mouth_known)
        judged = face * (batch["expression"] >= 0)
        said = batch["expression"].clamp(min=0)
        feeling = losses.logit_adjusted(outputs["expression"], said, RENDERED_SHARES, smoothing=0.05)
        expression = losses.weighted_mean(feeling, judged)
        total = (
            20.0 * points + 0.5 * points_likelihood + 3.0 * pose + 0.3 * pose_likelihood
            + 0.3 * seen + 0.5 * lids + 2.0 * is_face + 8.0 * mouth + 2.5 * expression
        )  # fmt: skip
        right = losses.weighted_mean((outputs["expression"].argmax(dim=1) == said).float(), judged)
        parts = {"points%": 100 * points, "pose_deg": torch.rad2deg(pose), "mouth": mouth, "lids": lids, "face": is_face,
                 "seen": seen, "feeling_right%": 100 * right}  # fmt: skip
        return total, parts
