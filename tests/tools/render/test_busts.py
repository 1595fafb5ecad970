"""Busts: what a shard of them holds, and that the same seed draws the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dms.perception.crops import OBJECTS_BELOW
from tools.render.dataset import KINDS, Job, draw_shard
from tools.render.scene import Studio
from tools.render.seen import CANNOT_BE_SEEN

THINGS = ("phone", "smoking", "drinking")


def named(shard: dict[str, np.ndarray]) -> np.ndarray:
    """(3, n) which things are there to be seen."""
    return np.stack([shard[what] > 0 for what in THINGS])


@pytest.fixture(scope="module")
def shard(studio: Studio) -> dict[str, np.ndarray]:
    return draw_shard(studio, Job(Path(), Path(), "bust", False, pictures=24), 1)


def test_new_kinds_leave_the_seeds_of_the_old_ones_alone() -> None:
    assert KINDS[:4] == ("face", "eye", "scene", "cabin")


def test_a_shard_of_busts_holds_pictures_and_what_is_held(shard: dict[str, np.ndarray]) -> None:
    assert shard["image"].shape == (24, 192, 192)
    assert shard["phone"].dtype == np.int8
    assert set(np.unique(shard["phone"])) <= {CANNOT_BE_SEEN, 0, 1, 2}
    assert (shard["phone"] > 0).any()
    assert shard["smoking"].dtype == shard["drinking"].dtype == np.int8
    assert np.isfinite(shard["held_px"]).all(axis=1).tolist() == (named(shard).any(axis=0)).tolist()
    sides = shard["face_box"][:, 2:].max(1)
    assert 28 < np.median(sides) < 60


def test_what_is_named_is_also_flagged(shard: dict[str, np.ndarray]) -> None:
    names = list(shard["flag_names"])
    flags = np.stack([shard["flags"][:, names.index(what)] for what in THINGS])
    assert not (named(shard) & ~flags).any()


def test_few_pictures_are_of_something_that_is_hidden(shard: dict[str, np.ndarray]) -> None:
    hidden = np.stack([shard[what] == CANNOT_BE_SEEN for what in THINGS])
    assert not (hidden & named(shard)).any()
    assert hidden.any(axis=0).mean() < 0.2


def test_the_crop_around_head_and_hands_is_in_the_picture(shard: dict[str, np.ndarray]) -> None:
    box = shard["face_box"]
    middle = box[:, :2] + box[:, 2:] / 2 + [0, OBJECTS_BELOW] * box[:, 2:].max(1, keepdims=True)
    assert np.abs(middle - 96).max(1).mean() < 30


def test_a_seat_shows_the_whole_driver_small_and_mostly_from_the_side(studio: Studio) -> None:
    seats = draw_shard(studio, Job(Path(), Path(), "seat", False, pictures=16), 1)
    assert seats["image"].shape == (16, 192, 192)
    assert np.median(seats["face_box"][:, 2:].max(1)) < 40
    yaw_deg = np.degrees(np.arctan2(seats["rotation"][:, 0, 2], seats["rotation"][:, 2, 2]))
    assert np.median(np.abs(yaw_deg)) > 35
    assert named(seats)[0].any()
    assert not named(seats)[0].all()


def test_the_same_seed_draws_the_same_bust(studio: Studio) -> None:
    job = Job(Path(), Path(), "bust", True, pictures=3)
    first = draw_shard(studio, job, 7)
    draw_shard(studio, job, 8)
    second = draw_shard(studio, job, 7)
    assert all(np.array_equal(first[name], second[name], equal_nan=first[name].dtype.kind == "f") for name in first)
