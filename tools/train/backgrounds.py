"""Pictures without a face: random cut-outs of the environment maps."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from tools.picture_files import Picture, read_unchanged

HELD_OUT_MAPS = ("empty_warehouse_01_1k", "lebombo_1k", "studio_small_03_1k")
"""Kept from training (the renderer's as well), so that false faces are counted on places never seen."""


class Backgrounds:
    """Cut-outs of equirectangular maps under a directory (`hdri/*.hdr`), grey, at random exposure, place and size."""

    def __init__(self, hdri: Path, held_out: bool = False) -> None:
        names = sorted(path for path in hdri.glob("*.hdr") if (path.stem in HELD_OUT_MAPS) == held_out)
        if not names:
            raise FileNotFoundError(f"{hdri}: no environment maps (*.hdr)")
        self._maps = [cv2.cvtColor(read_unchanged(path), cv2.COLOR_BGR2GRAY) for path in names]

    def draw(self, rng: np.random.Generator, width: int, height: int) -> Picture:
        """A grey picture (height, width)."""
        radiance = self._maps[int(rng.integers(len(self._maps)))]
        rows, columns = radiance.shape
        span = int(np.exp(rng.uniform(np.log(24), np.log(rows * 0.9))))
        tall, wide = (max(8, int(span * side / max(width, height))) for side in (height, width))
        top, left = int(rng.integers(rows - tall)), int(rng.integers(columns - wide))
        region = radiance[top : top + tall, left : left + wide]
        exposure = 0.5 / max(float(np.percentile(region, rng.uniform(40, 95))), 1e-4)
        shown = 255.0 * np.clip(region * exposure, 0.0, 1.0) ** (1 / 2.2)
        shrinking = wide > width
        small = cv2.resize(shown, (width, height), interpolation=cv2.INTER_AREA if shrinking else cv2.INTER_LINEAR)
        if rng.random() < 0.5:
            small = small[:, ::-1]
        return np.ascontiguousarray(small, dtype=np.uint8)
