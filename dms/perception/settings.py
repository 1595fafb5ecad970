"""The options of perception, and the constants of its behaviour over time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dms.config.defaults import ENGINE, PRECISION, PUBLISH_LANDMARKS, THREADS, EngineName, Precision
from dms.config.driver_region import WHOLE_PICTURE, DriverRegion


@dataclass(frozen=True, slots=True)
class PerceptionSettings:
    """How to watch. `models` is the folder with the manifest (None: the shipped one), and `precision` that of the networks in
    ONNX Runtime. `region` is the part of the picture where the driver's face can be: nobody outside it is ever tracked.
    `landmarks` says whether the 68 points are published.
    """

    engine: EngineName = ENGINE
    models: Path | None = None
    precision: Precision = PRECISION
    threads: int = THREADS
    landmarks: bool = PUBLISH_LANDMARKS
    field_of_view_deg: float | None = None
    """Across the picture. None if it is not known; the head's distance is then unknown too."""
    region: DriverRegion = WHOLE_PICTURE
    search_every_s: float = 0.1
    """A lost face is searched for this often, starting immediately."""
    check_every_s: float = 1.0
    """While a face is tracked, others are looked for this often, to know who else is there."""
    look_for_objects_every_s: float = 0.33
    """How often to look at what the driver holds: a phone in use stays for seconds."""
    smallest_face: float = 0.05
    """A face smaller than this share of the region's longer side is not the driver, but somebody outside or on a poster."""


DEFAULTS = PerceptionSettings()
