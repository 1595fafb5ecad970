"""Pictures of places without a face: how often the reader sees one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from dms.perception.stills import StillReader
from tools.train.backgrounds import Backgrounds

PICTURES = 2_000


def measure(reader: StillReader, hdri: Path) -> dict[str, float]:
    """Share of 320x240 cut-outs of environment maps kept from training in which a face is seen."""
    backgrounds, rng = Backgrounds(hdri, held_out=True), np.random.default_rng(2024)
    seen = sum(reader.read(backgrounds.draw(rng, 320, 240)) is not None for _ in range(PICTURES))
    return {"false_faces": seen / PICTURES}
