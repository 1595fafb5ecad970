"""Training the objects network: head and hands as the runtime cuts them, around a face box that is imprecise or unknown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from dms.perception import crops
from tools.render.seen import CANNOT_BE_SEEN
from tools.train.augment import photometric
from tools.train.backgrounds import Backgrounds
from tools.train.shards import Sample, Shards
from tools.train.strange_cameras import strange_camera
from tools.train.task import Batch

HELD = ("phone", "smoking", "drinking")
EMPTY_SHARE = 0.05
"""Samples without anybody: a seat, a window."""
SEAT_SHARE = 0.45
"""Samples cut as if no face had been found: the whole square of a picture that shows the front seat from the side."""
STRETCH = 0.13
"""Standard deviation of the logarithm of a picture's width over its own: pixels that are not square, people of any build."""
STRANGE_SHARE = 0.5
"""Samples that another kind of camera took than the renderer knows."""
SURELY_INSIDE = 0.47
"""Of the crop's side from its middle: a thing whose middle lies farther out cannot be named."""
PATCHED = 0.12
"""Chance that something is drawn over a sample: less than elsewhere, since it may hide what the truth says is there."""
STRENGTH = 0.4
"""Of the degradations: rendered pictures bring their camera's own, and a cigarette is two pixels wide to begin with. At 0.75
half of the samples showed nothing that a person could name, and the network learned next to nothing from the other half."""
CELLS = crops.OBJECTS_SIZE // 16
NEAR_CELLS = 1.0
"""Standard deviation of the bump, in cells, that marks where a thing is."""
WHERE_WEIGHT, THERE_WEIGHT = 4.0, 12.0
"""Of the loss on places, and in it of the few cells with something in them."""
BORDERS = (cv2.BORDER_REPLICATE, cv2.BORDER_REFLECT_101, cv2.BORDER_CONSTANT)


class ObjectsSource:
    """Busts and whole seats with and without phones, cigarettes, cups and food, and now and then nobody.

    Raises FileNotFoundError if there is no shard of busts or of seats.
    """

    def __init__(self, data: Path, hdri: Path) -> None:
        self._busts, self._seats = Shards(data, "bust"), Shards(data, "seat")
        for kind, shards in (("bust", self._busts), ("seat", self._seats)):
            if not len(shards):
                raise FileNotFoundError(f"{data}: no {kind}-*.npz")
        self._backgrounds = Backgrounds(hdri)

    def refresh(self) -> None:
        """Load new shards."""
        self._busts.refresh()
        self._seats.refresh()

    def draw(self, rng: np.random.Generator) -> dict[str, NDArray[Any] | float]:
        """One crop and what is in it."""
        if rng.random() < EMPTY_SHARE:
            place = self._backgrounds.draw(rng, crops.OBJECTS_SIZE, crops.OBJECTS_SIZE)
            nowhere = np.zeros((3, CELLS, CELLS), np.float32)
            return {"image": photometric(place, rng, STRENGTH), "phone": 0, "smoking": 0, "drinking": 0, "where": nowhere}
        faceless = rng.random() < SEAT_SHARE
        sample = stretched((self._seats if faceless else self._busts).draw(rng), float(np.exp(rng.normal(0.0, STRETCH))))
        return objects_sample(sample, jittered_crop(sample, rng, faceless), rng, STRENGTH, self._backgrounds)


def stretched(sample: Sample, factor: float) -> Sample:
    """The same picture, `factor` times as wide."""
    height, width = sample["image"].shape
    wide = max(8, round(width * factor))
    picture = cv2.resize(sample["image"], (wide, height), interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    sideways = np.array([wide / width, 1.0], np.float32)
    middles = {"held_px": (sample["held_px"] + 0.5) * sideways - 0.5, "landmarks": (sample["landmarks"] + 0.5) * sideways - 0.5}
    return {**sample, **middles, "image": np.asarray(picture, np.uint8), "face_box": sample["face_box"] * np.tile(sideways, 2)}


def jittered_crop(sample: Sample, rng: np.random.Generator, faceless: bool = False) -> crops.Crop:
    """The crop that the runtime would cut: around a face box as wrong as tracking, detection and a place seconds old are, or
    the whole picture where no face is found."""
    if faceless:
        exact, loose = crops.objects_crop_without_face(sample["image"].shape), 1.0
        exact = replace(exact, side=exact.side * float(rng.uniform(0.8, 1.1)))
    else:
        x, y, width, height = sample["face_box"].tolist()
        exact, loose = crops.objects_crop((x, y, width, height)), 2.5 if rng.random() < 0.25 else 1.0
    side = exact.side * float(np.exp(rng.normal(0.0, 0.09 * loose)))
    shift = rng.normal(0.0, 0.03 * loose, 2) * side
    roll = float(rng.normal(0.0, 4.0))
    return crops.Crop(exact.center_x + shift[0], exact.center_y + shift[1], side, roll, mirrored=bool(rng.random() < 0.5))


def objects_sample(
    sample: Sample,
    crop: crops.Crop,
    rng: np.random.Generator,
    strength: float = 1.0,
    backgrounds: Backgrounds | None = None,
) -> dict[str, NDArray[Any] | float]:
    """The picture and truth of a driver seen through `crop`; with `backgrounds`, half of the pictures by strange cameras."""
    border = BORDERS[int(rng.choice(3, p=[0.6, 0.25, 0.15]))]
    picture = crops.cut(sample["image"], crop, crops.OBJECTS_SIZE, border)
    if backgrounds is not None and rng.random() < STRANGE_SHARE:
        picture = strange_camera(picture, backgrounds.draw(rng, crops.OBJECTS_SIZE, crops.OBJECTS_SIZE), rng)
    held = {name: int(sample[name]) for name in HELD}
    middle = crop.to_crop(sample["held_px"][None])[0]
    if np.abs(middle).max() > SURELY_INSIDE:
        held = {name: CANNOT_BE_SEEN if value > 0 else value for name, value in held.items()}
    return {
        "image": photometric(picture, rng, strength, PATCHED) if strength > 0 else picture,
        **held,
        "where": _where(held, middle),
    }


def _where(held: dict[str, int], middle: NDArray[np.float32]) -> NDArray[np.float32]:
    """Bumps (3, 9, 9) of height 1 where phone, cigarette, drink or food are, their middle in crop units; zeros for what is not
    there."""
    there = np.array([held[name] for name in HELD]) > 0
    if not there.any():
        return np.zeros((3, CELLS, CELLS), np.float32)
    x, y = (middle + 0.5) * CELLS - 0.5
    cells = np.arange(CELLS)
    squared = (cells - x)[None, :] ** 2 + (cells - y)[:, None] ** 2
    return np.asarray(there[:, None, None] * np.exp(-squared / (2 * NEAR_CELLS**2)), np.float32)


class ObjectsTask:
    """See `tools.train.task.Task`."""

    name = "objects"
    batch_size = 128
    learning_rate = 2e-3

    def source(self, data: Path, hdri: Path) -> ObjectsSource:
        """Samples from `bust` and `seat` shards; places without anybody from environment maps."""
        return ObjectsSource(data, hdri)

    def loss(self, outputs: dict[str, Tensor], batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Every class weighs the same however rare it is among rendered busts, which makes the prior of the answers flat. What
        is there but cannot be seen counts neither way."""
        told = torch.stack([batch[name] for name in HELD], dim=1) != CANNOT_BE_SEEN
        off = functional.cross_entropy(outputs["phone"], batch["phone"], reduction="none", ignore_index=CANNOT_BE_SEEN)
        phone = _balanced(off, batch["phone"], 3)
        smoking = _balanced_binary(outputs["smoking"][:, 0], batch["smoking"])
        drinking = _balanced_binary(outputs["drinking"][:, 0], batch["drinking"])
        right = (outputs["phone"].argmax(dim=1) == batch["phone"]).float()
        parts = {"phone": phone, "smoking": smoking, "drinking": drinking,
                 "phone_right%": 100 * _balanced(right, batch["phone"], 3)}  # fmt: skip
        cells = functional.binary_cross_entropy_with_logits(outputs["where"], batch["where"], reduction="none")
        parts["where"] = (cells * (1 + THERE_WEIGHT * batch["where"]) * told[:, :, None, None]).mean()
        return phone + smoking + drinking + WHERE_WEIGHT * parts["where"], parts


def _balanced(values: Tensor, classes: Tensor, count: int) -> Tensor:
    """Mean over the classes (n,) present of the means of `values` (n,) in each; 0 if none is. `CANNOT_BE_SEEN` is no class."""
    kinds = (classes[:, None] == torch.arange(count)).float()
    sizes = kinds.sum(dim=0)
    return ((values @ kinds) / sizes.clamp(min=1)).sum() / (sizes > 0).sum().clamp(min=1)


def _balanced_binary(logits: Tensor, truth: Tensor) -> Tensor:
    off = functional.binary_cross_entropy_with_logits(logits, truth.clamp(min=0).float(), reduction="none")
    return _balanced(off, truth, 2)
