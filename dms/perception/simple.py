"""Head pose or expression of a picture, in two lines of Python.

    from dms.perception import HeadPoseEstimator
    yaw, pitch, roll = HeadPoseEstimator()(frame)

Each picture is read on its own. For a stream use `dms.perception.pipeline.Perception`, which tracks the face and is several
times faster and steadier.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dms.config.defaults import ENGINE, EngineName
from dms.perception.head_geometry import angles_from_rotation
from dms.perception.reader import grey_of
from dms.perception.stills import StillReader
from dms.types import EXPRESSIONS, Expression


class HeadPose(NamedTuple):
    """Where a head points in degrees, 0 straight into the camera: yaw > 0 to the person's left, pitch > 0 up, roll > 0 towards
    the right shoulder. All NaN if there is no face."""

    yaw: float
    pitch: float
    roll: float

    @property
    def found(self) -> bool:
        """Whether there was a face."""
        return not math.isnan(self.yaw)


class HeadPoseEstimator:
    """`yaw, pitch, roll = HeadPoseEstimator()(frame)`, `frame` being uint8 BGR (height, width, 3) or grey (height, width).

    The most prominent face counts. Without a face the three angles are NaN, so unpacking always works.

    Raises:
        ModelError: weights or manifest are missing, altered or unusable.
    """

    def __init__(self, engine: EngineName = ENGINE, models: Path | None = None) -> None:
        self._reader = StillReader(engine, models)

    def __call__(self, frame: NDArray[Any]) -> HeadPose:
        """The head's angles.

        Raises:
            ValueError: the picture has another shape or type.
        """
        reading = self._reader.read(grey_of(frame))
        if reading is None:
            return HeadPose(math.nan, math.nan, math.nan)
        return HeadPose(*angles_from_rotation(reading.face.rotation))


class EmotionDetector:
    """`EmotionDetector()(frame)` gives the share of each expression, most likely first: `{"neutral": 0.9, "happiness": …}`.

    The most prominent face counts. Without a face the mapping is empty. The shares assume that all eight expressions are equally
    common.

    Raises:
        ModelError: weights or manifest are missing, altered or unusable.
    """

    def __init__(self, engine: EngineName = ENGINE, models: Path | None = None) -> None:
        self._reader = StillReader(engine, models)

    def __call__(self, frame: NDArray[Any]) -> dict[Expression, float]:
        """The expressions of a uint8 BGR (height, width, 3) or grey (height, width) picture.

        Raises:
            ValueError: the picture has another shape or type.
        """
        reading = self._reader.read(grey_of(frame))
        if reading is None:
            return {}
        shares = reading.face.expression
        return {EXPRESSIONS[place]: float(shares[place]) for place in np.argsort(-shares).tolist()}
