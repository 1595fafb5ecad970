from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest


@pytest.fixture
def hdri(tmp_path: Path) -> Path:
    """A small made-up environment map to cut places from."""
    folder = tmp_path / "hdri"
    folder.mkdir()
    cv2.imwrite(str(folder / "field.hdr"), np.random.default_rng(2).uniform(0, 3, (64, 128, 3)).astype(np.float32))
    return folder
