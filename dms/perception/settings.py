"""What can be chosen about perception, and the numbers of its behaviour over time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from dms.config.driver_region import WHOLE_PICTURE, DriverRegion
from dms.perception.engines import EngineName, Precision


@dataclass(frozen=True, slots=True)
class PerceptionSettings:
    """How to watch. `models` is the folder with the manifest (None: the shipped one); `precision` that of the networks in ONNX
    Runtime; `region` where in the picture the driver's face can be: nobody outside is ever followed; `landmarks` whether the 68
    points are published.
    """

    engine: EngineName = "onnx"
    models: Path | None = None
    precision: Precision = "auto"
    threads: int = 1
    landmarks: bool = True
    field_of_view_deg: float | None = None
    """Across the picture; None if it is not known, and with it how far away the head is."""
    region: DriverRegion = WHOLE_PICTURE
    search_every_s: float = 0.1
    """A face that is lost is searched for again this often, at once to begin with."""
    check_every_s: float = 1.0
    """While a face is tracked, others are looked for this often, to know who else is there."""
    look_for_objects_every_s: float = 0.33
    """What the driver holds is looked at this often: a phone in use stays for seconds."""
    smallest_face: float = 0.05
    """A face smaller than this share of the region's longer side is no driver: somebody outside, a picture on a poster."""


DEFAULTS = PerceptionSettings()
