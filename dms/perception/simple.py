"""Head pose, landmarks or expression of a picture, in two lines of Python.

    from dms.perception import HeadPoseEstimator
    yaw, pitch, roll = HeadPoseEstimator()(frame)

Each picture is read on its own; `batch` takes several. For a stream use `dms.perception.pipeline.Perception`, which tracks the
face and is several times faster and steadier.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dms.config.defaults import ENGINE, EngineName
from dms.errors import ConfigurationError
from dms.perception.decode import FaceReading
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


class _PictureReader:
    """The most prominent face of single pictures.

    Args:
        engine: what runs the networks.
        models: the folder with manifest and weights; None: those that ship with dms.
        device: where they run. So far that is the processor alone.

    Raises:
        ModelError: weights or manifest are missing, altered or unusable.
        ConfigurationError: there is no such engine or device here.
    """

    def __init__(self, engine: EngineName = ENGINE, models: Path | str | None = None, *, device: Literal["cpu"] = "cpu") -> None:
        if device != "cpu":
            raise ConfigurationError(f"device {device!r}: the networks run on the processor: 'cpu'")
        self._reader = StillReader(engine, None if models is None else Path(models))

    def _face(self, frame: NDArray[Any]) -> FaceReading | None:
        return self._reader.read_prominent_face(grey_of(frame))


class HeadPoseEstimator(_PictureReader):
    """`yaw, pitch, roll = HeadPoseEstimator()(frame)`, `frame` being uint8 BGR (height, width, 3) or grey (height, width).

    The most prominent face counts. Without a face the three angles are NaN, so unpacking always works.
    """

    def __call__(self, frame: NDArray[Any]) -> HeadPose:
        """The head's angles.

        Raises:
            ValueError: it is no picture, or one of another shape or type.
        """
        face = self._face(frame)
        return HeadPose(math.nan, math.nan, math.nan) if face is None else HeadPose(*angles_from_rotation(face.rotation))

    def batch(self, frames: Iterable[NDArray[Any]]) -> list[HeadPose]:
        """The same of several pictures, which may differ in size: a list of them, or an array with a leading axis."""
        return [self(frame) for frame in frames]


class LandmarkDetector(_PictureReader):
    """`points = LandmarkDetector()(frame)` gives the 68 points of a face in pixels, in iBUG's order.

    The most prominent face counts, its lids read at full resolution. Without a face all coordinates are NaN.
    """

    def __call__(self, frame: NDArray[Any]) -> NDArray[np.float32]:
        """The points (68, 2), x to the right and y down, of a uint8 BGR (height, width, 3) or grey (height, width) picture.

        Raises:
            ValueError: it is no picture, or one of another shape or type.
        """
        face = self._reader.read(grey_of(frame))
        return np.full((68, 2), np.nan, np.float32) if face is None else face.landmarks.astype(np.float32)

    def batch(self, frames: Iterable[NDArray[Any]]) -> NDArray[np.float32]:
        """The same (n, 68, 2) of several pictures, which may differ in size: a list of them, or an array with a leading axis."""
        return np.array([self(frame) for frame in frames], np.float32).reshape(-1, 68, 2)


class EmotionDetector(_PictureReader):
    """`EmotionDetector()(frame)` gives the share of each expression, most likely first: `{"neutral": 0.9, "happiness": …}`.

    The most prominent face counts. Without a face the mapping is empty. The shares assume that all eight expressions are equally
    common, and that a neutral face is mistaken for another as often as another for it.
    """

    def __call__(self, frame: NDArray[Any]) -> dict[Expression, float]:
        """The expressions of a uint8 BGR (height, width, 3) or grey (height, width) picture.

        Raises:
            ValueError: it is no picture, or one of another shape or type.
        """
        face = self._face(frame)
        if face is None:
            return {}
        return {EXPRESSIONS[place]: float(face.expression[place]) for place in np.argsort(-face.expression).tolist()}

    def batch(self, frames: Iterable[NDArray[Any]]) -> list[dict[Expression, float]]:
        """The same of several pictures, which may differ in size: a list of them, or an array with a leading axis."""
        return [self(frame) for frame in frames]
