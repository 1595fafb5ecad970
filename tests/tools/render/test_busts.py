"""Busts: what a shard of them holds, and that the same seed draws the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tools.render.dataset import KINDS, Job, draw_shard
from tools.render.scene import Studio


@pytest.fixture(scope="module")
def shard(studio: Studio) -> dict[str, np.ndarray]:
    return draw_shard(studio, Job(Path(), Path(), "bust", False, pictures=24), 1)


def test_new_kinds_leave_the_seeds_of_the_old_ones_alone() -> None:
    assert KINDS[:4] == ("face", "eye", "scene", "cabin")


def test_a_shard_of_busts_holds_pictures_and_what_is_held(shard: dict[str, np.ndarray]) -> None:
    assert shard["image"].shape == (24, 192, 192)
    assert shard["phone"].dtype == np.int8
    assert set(np.unique(shard["phone"])) <= {0, 1, 2}
    assert shard["phone"].any()
    assert shard["smoking"].dtype == shard["drinking"].dtype == bool
    sides = shard["face_box"][:, 2:].max(1)
    assert 36 < np.median(sides) < 70


def test_what_is_named_is_also_flagged(shard: dict[str, np.ndarray]) -> None:
    names = list(shard["flag_names"])
    for what in ("phone", "smoking", "drinking"):
        assert not (shard[what].astype(bool) & ~shard["flags"][:, names.index(what)]).any()


def test_the_crop_around_head_and_hands_is_in_the_picture(shard: dict[str, np.ndarray]) -> None:
    box = shard["face_box"]
    middle = box[:, :2] + box[:, 2:] / 2 + [0, 0.35] * box[:, 2:].max(1, keepdims=True)
    assert np.abs(middle - 96).max(1).mean() < 30


def test_the_same_seed_draws_the_same_bust(studio: Studio) -> None:
    job = Job(Path(), Path(), "bust", True, pictures=3)
    first = draw_shard(studio, job, 7)
    draw_shard(studio, job, 8)
    second = draw_shard(studio, job, 7)
    assert all(np.array_equal(first[name], second[name]) for name in first)
