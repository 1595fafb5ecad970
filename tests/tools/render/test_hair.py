"""Hair before the face ends where the person's fringe ends."""

from __future__ import annotations

import numpy as np

from tools.render.hair import Fringe, fringe_cover, random_fringe

BROW, FOREHEAD, CROWN = [2.5, 5.5, 10.0], [2.5, 9.0, 9.5], [0.0, 13.0, 2.0]
BESIDE_THE_FACE, BEHIND = [8.5, 0.0, 3.0], [3.0, 0.0, -6.0]


def cover(fringe: Fringe, *points: list[float]) -> list[float]:
    return [float(v) for v in fringe_cover(np.array(points, np.float32), fringe)]


def test_a_high_fringe_leaves_the_brow_free_and_a_low_one_covers_it() -> None:
    assert cover(Fringe(8.0, 0.0, 0.8, 0.0), BROW, FOREHEAD, CROWN) == [0.0, 1.0, 1.0]
    assert cover(Fringe(4.9, 0.0, 0.8, 0.0), BROW) == [1.0]


def test_a_slanting_fringe_covers_one_brow_only() -> None:
    left, right = cover(Fringe(5.5, 0.5, 0.8, 0.0), BROW, [-2.5, 5.5, 10.0])
    assert left == 0.0
    assert right == 1.0


def test_hair_beside_and_behind_the_face_always_stays() -> None:
    for seed in range(50):
        assert cover(random_fringe(np.random.default_rng(seed)), BESIDE_THE_FACE, BEHIND, CROWN) == [1.0, 1.0, 1.0]


def test_most_fringes_leave_the_brows_free_but_some_do_not() -> None:
    covered = [cover(random_fringe(np.random.default_rng(seed)), BROW)[0] > 0.5 for seed in range(300)]
    assert 0.08 < np.mean(covered) < 0.35
