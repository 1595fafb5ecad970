"""Drawn negatives: pictures that hold no face, different each time, and the same for the same random numbers."""

from __future__ import annotations

import numpy as np

from tools.train.decoys import draw_decoy


def test_decoys_are_pictures_with_something_on_them() -> None:
    rng = np.random.default_rng(1)
    for size in (48, 112):
        decoys = [draw_decoy(rng, size) for _ in range(20)]
        assert all(decoy.shape == (size, size) and decoy.dtype == np.uint8 for decoy in decoys)
        assert all(decoy.std() > 5 for decoy in decoys)
        assert len({decoy.tobytes() for decoy in decoys}) == 20


def test_the_same_random_numbers_draw_the_same_decoy() -> None:
    assert np.array_equal(draw_decoy(np.random.default_rng(7), 64), draw_decoy(np.random.default_rng(7), 64))
