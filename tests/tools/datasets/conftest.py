from __future__ import annotations

from pathlib import Path

import pytest

from tools.datasets import shards
from tools.datasets.checks import Examined, examined
from tools.datasets.problems import Collected

FACES = Path(__file__).parents[2] / "data" / "faces"
"""Three rendered faces, held-out ones, of two people: `face-00000.npz`."""


@pytest.fixture(scope="session")
def rendered() -> list[Examined]:
    collected = Collected()
    faces = list(collected.good_ones(examined(shards.read(FACES))))
    assert len(faces) == 3
    assert collected.problems == []
    return faces
