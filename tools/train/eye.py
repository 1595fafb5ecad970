"""Training the eye network: eyes from close-ups and eyes cut from faces as the runtime cuts them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from dms.perception import crops
from dms.perception.decode import LEFT_LIDS, RIGHT_LIDS, direction_to_crop, eye_head_input
from tools.train import losses
from tools.train.augment import photometric
from tools.train.backgrounds import Backgrounds
from tools.train.covers import cover_eye
from tools.train.shards import Sample, Shards
from tools.train.task import Batch

LEFT, RIGHT = 0, 1
CLOSE_UP_SHARE = 0.45
COVERED_SHARE = 0.3
COVERED_LOOSE = 1.8
"""How much further off the crop of a covered eye is: the face's landmarks are guesses there, too."""
UNKNOWN_OPENNESS = 0.35
"""What a hidden eye is taught to read. Closed means below 0.2, so of an eye in doubt it is said only where a lid is likelier than
something before it. With 0.5 more closed lids were missed in mildly degraded frontal pictures: 79 % of 252 were read as closed,
with this value 81 %, and 83 % before hidden eyes had a lesson in openness."""
THROUGH_LENSES_SHARE = 0.15
"""Share of eyes that lie behind sunglasses, more than the renderer draws: 2 to 7 %."""
READ_RIGHT = 0.25
"""An eye behind a dark lens can be read as far as it is read right: its openness at most so far off."""
READ_WRONG_WEIGHT = 3.0
"""What a wrong reading behind a dark lens counts against a right one: the network says that it can read where three of four
readings would be right, so not where it guesses."""
LABELLED = ("landmarks", "rotation", "openness", "eye_visible", "gaze")
"""What a face must have to teach of its eyes; others' data sets lack some of it."""
BARE_SHARE = 0.15
"""Share of samples without a head rotation, as for a crop that comes alone."""


class EyeSource:
    """Left eyes, and right eyes mirrored into left ones."""

    def __init__(self, data: Path, hdri: Path) -> None:
        self._reflections = Backgrounds(hdri)
        self._close_ups = Shards(data, "eye")
        self._faces = Shards(data, "face", needed=LABELLED)

    def refresh(self) -> None:
        """Load new shards."""
        self._close_ups.refresh()
        self._faces.refresh()

    def draw(self, rng: np.random.Generator) -> dict[str, NDArray[Any] | float]:
        """One eye; a close-up can only show its own side."""
        draw = draw_behind_lenses if rng.random() < THROUGH_LENSES_SHARE else Shards.draw
        if len(self._close_ups) and rng.random() < CLOSE_UP_SHARE:
            sample = draw(self._close_ups, rng)
            return eye_sample(sample, int(sample["side"]), rng, reflections=self._reflections)
        return eye_sample(draw(self._faces, rng), int(rng.integers(2)), rng, reflections=self._reflections)


def draw_behind_lenses(shards: Shards, rng: np.random.Generator, most: int = 50) -> Sample:
    """Somebody who wears sunglasses, or anybody if nobody of so many does."""
    for _ in range(most):
        sample = shards.draw(rng)
        if is_behind_lenses(sample):
            break
    return sample


def is_behind_lenses(sample: Sample) -> bool:
    """Whether the renderer put sunglasses on this person; unknown of faces that others labelled."""
    return bool(sample.get("flag_sunglasses", False))


def eye_sample(
    sample: Sample, side: int, rng: np.random.Generator, strength: float = 1.0, reflections: Backgrounds | None = None
) -> dict[str, NDArray[Any] | float]:
    """The picture and truth of the driver's left (0) or right (1) eye of a shard's picture; with `reflections` some eyes are
    covered by something."""
    exact = crops.eye_crops_from_landmarks(sample["landmarks"])[side]
    is_covered = reflections is not None and rng.random() < COVERED_SHARE
    crop = jittered_crop(exact, rng, COVERED_LOOSE if is_covered else 1.0) if strength > 0 else exact
    border = cv2.BORDER_REPLICATE if rng.random() < 0.7 else cv2.BORDER_REFLECT_101
    picture = crops.cut(sample["image"], crop, crops.EYE_SIZE, border)
    lids = crop.to_crop(sample["landmarks"][(LEFT_LIDS, RIGHT_LIDS)[side]])
    visible = float(sample["eye_visible"][side])
    head: NDArray[Any] = eye_head_input(sample["rotation"], crop)
    if reflections is not None and is_covered:
        picture, readable = cover_eye(picture, lids, rng, reflections)
        visible *= readable
    if strength > 0:
        picture = photometric(picture, rng, strength, cover=0.0)
        head = head + rng.normal(0.0, 0.04, 6)
        if rng.random() < BARE_SHARE:
            head = np.zeros(6)
    return {
        "image": picture,
        "head": head.astype(np.float32),
        "openness": float(np.clip(sample["openness"][side], 0.0, 1.0)),
        "visible": visible,
        "through_lens": float(is_behind_lenses(sample) and not is_covered),
        "lids": lids,
        "gaze": direction_to_crop(sample["gaze"][side], crop).astype(np.float32),
    }


def jittered_crop(exact: crops.Crop, rng: np.random.Generator, least_loose: float = 1.0) -> crops.Crop:
    """The crop as landmarks that are somewhat wrong would place it; now and then as loosely as a stranger would cut it."""
    loose = max(least_loose, 2.2 if rng.random() < 0.3 else 1.0)
    side = exact.side * float(np.exp(rng.normal(0.0, 0.10 * loose)))
    shift = rng.normal(0.0, 0.045 * loose, 2) * side
    roll = exact.roll_deg + rng.normal(0.0, 5.0 * loose)
    return crops.Crop(exact.center_x + shift[0], exact.center_y + shift[1], side, roll, exact.mirrored)


class EyeTask:
    """See `tools.train.task.Task`."""

    name = "eye"
    batch_size = 192
    learning_rate = 2.5e-3

    def source(self, data: Path, hdri: Path) -> EyeSource:
        """Samples from `eye` and `face` shards; environment maps are what lenses mirror."""
        return EyeSource(data, hdri)

    def loss(self, outputs: dict[str, Tensor], batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Openness counts where the eye can be seen and is in doubt where it cannot; gaze counts where the eye is also open.

        Through a dark lens a picture shows more or less of an eye, as its noise allows, which nothing but the reading tells.
        """
        visible, openness = batch["visible"], batch["openness"]
        through_lens = batch["through_lens"] > 0.5
        is_hidden = (visible < 0.5) & ~through_lens
        said = torch.where(is_hidden, UNKNOWN_OPENNESS, openness)
        certain = torch.where(is_hidden, 1.0 - visible, torch.where(through_lens, 1.0, visible))
        lids = losses.weighted_mean(losses.soft_binary(outputs["state"][:, 0], said), certain)
        off = losses.weighted_mean((torch.sigmoid(outputs["state"][:, 0]) - openness).abs(), visible)
        is_right = ((torch.sigmoid(outputs["state"][:, 0]) - openness).abs() < READ_RIGHT).detach().float()
        readable = torch.where(through_lens, is_right, visible)
        weight = torch.where(through_lens & (is_right < 0.5), READ_WRONG_WEIGHT, 1.0)
        seen = losses.weighted_mean(losses.soft_binary(outputs["state"][:, 1], readable), weight)
        can_look = visible * (openness > 0.2).float()
        turn = losses.direction_distance(outputs["gaze"], batch["gaze"])
        gaze = losses.weighted_mean(turn, can_look)
        likelihood = losses.weighted_mean(losses.laplace(turn, outputs["gaze_log_sigma"][:, 0]), can_look)
        distance = (outputs["lids"] - batch["lids"]).square().sum(dim=2).add(1e-8).sqrt().mean(dim=1)
        margins = losses.weighted_mean(distance, visible)
        margins_likelihood = losses.weighted_mean(losses.laplace(distance, outputs["lids_log_sigma"][:, 0], 2), visible)
        total = lids + 1.5 * off + 0.7 * seen + 5.0 * gaze + 0.3 * likelihood + 12.0 * margins + 0.2 * margins_likelihood
        parts = {"lids": lids, "open_off": off, "seen": seen, "gaze_deg": torch.rad2deg(gaze), "margins%": 100 * margins}
        return total, parts
