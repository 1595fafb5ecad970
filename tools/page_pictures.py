"""Screenshots of pages as the papers have them: JPEG, small enough to be kept."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

_QUALITY = 82


def write_jpeg(png: bytes, out: Path) -> None:
    """Write a browser's screenshot to `out`, and say how large it is."""
    image = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None, "a browser's screenshot is a PNG"
    cv2.imwrite(str(out), image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY, cv2.IMWRITE_JPEG_OPTIMIZE, 1])
    print(f"{out}: {out.stat().st_size / 1000:.0f} kB")
