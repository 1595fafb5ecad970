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
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dms.config.defaults import DEVICE, ENGINE, Device, EngineName
from dms.errors import ConfigurationError
from dms.perception.crops import Picture
from dms.perception.decode import FaceReading
from dms.perception.head_geometry import angles_from_rotation
from dms.perception.reader import grey_of
from dms.perception.stills import StillReader
from dms.perception.trained_network import TrainedNetwork
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


NOBODY = HeadPose(math.nan, math.nan, math.nan)


class _PictureReader:
    """The most prominent face of single pictures.

    Args:
        engine: what runs the networks that ship.
        models: the folder with manifest and weights; None: those that ship with dms.
        device: where the networks run, `cpu` or `cuda`.
        network: another network for this one answer: the name of a training in `runs/recipes`, or a folder into which `python -m
            tools.train export` wrote one. ONNX Runtime runs it. Those of `models` find the face for it. None: they do all.

    Raises:
        ModelError: weights, manifest or card are missing, altered or unusable.
        ConfigurationError: there is no such engine, device or network here, or the network does not give what is asked for.
    """

    gives: ClassVar[str]
    """What it reads of a face, in words."""

    def __init__(
        self,
        engine: EngineName = ENGINE,
        models: Path | str | None = None,
        *,
        device: Device = DEVICE,
        network: Path | str | None = None,
    ) -> None:
        self._reader = StillReader(engine, None if models is None else Path(models), device=device)
        self._network = None if network is None else TrainedNetwork(network, device)
        if self._network is not None and not self._suits(self._network):
            given = ", ".join(self._network.card.outputs)
            raise ConfigurationError(f"network {str(network)!r}: gives no {self.gives}, only {given}")

    def _suits(self, network: TrainedNetwork) -> bool:
        raise NotImplementedError

    def _face(self, grey: Picture) -> FaceReading | None:
        return self._reader.read_prominent_face(grey)


def _grey(frame: NDArray[Any]) -> Picture:
    """The grey picture of a single frame; of several at once it is said where they go."""
    try:
        return grey_of(frame)
    except ValueError as error:
        several = isinstance(frame, list | tuple) or (isinstance(frame, np.ndarray) and frame.ndim == 4)
        raise ValueError(f"{error}{'; `batch` takes several pictures' if several else ''}") from None


class HeadPoseEstimator(_PictureReader):
    """`yaw, pitch, roll = HeadPoseEstimator()(frame)`, `frame` being uint8 BGR (height, width, 3) or grey (height, width).

    The most prominent face counts. Without a face the three angles are NaN, so unpacking always works.
    """

    gives = "rotation"

    def _suits(self, network: TrainedNetwork) -> bool:
        return network.gives_rotation

    def __call__(self, frame: NDArray[Any]) -> HeadPose:
        """The head's angles.

        Raises:
            ValueError: it is no picture, or one of another shape or type.
        """
        grey = _grey(frame)
        face = self._face(grey)
        if face is None:
            return NOBODY
        rotation = face.rotation if self._network is None else self._network.rotation(grey, face.landmarks)
        return NOBODY if rotation is None else HeadPose(*angles_from_rotation(rotation))

    def batch(self, frames: Iterable[NDArray[Any]]) -> list[HeadPose]:
        """The same of several pictures, which may differ in size: a list of them, or an array with a leading axis."""
        return [self(frame) for frame in frames]


class LandmarkDetector(_PictureReader):
    """`points = LandmarkDetector()(frame)` gives the 68 points of a face in pixels, in iBUG's order.

    The most prominent face counts, its lids read at full resolution. Without a face all coordinates are NaN.
    """

    gives = "points"

    def _suits(self, network: TrainedNetwork) -> bool:
        return network.gives_points

    def __call__(self, frame: NDArray[Any]) -> NDArray[np.float32]:
        """The points (68, 2), x to the right and y down, of a uint8 BGR (height, width, 3) or grey (height, width) picture.

        Raises:
            ValueError: it is no picture, or one of another shape or type.
        """
        grey = _grey(frame)
        if self._network is None:
            reading = self._reader.read(grey)
            return np.full((68, 2), np.nan, np.float32) if reading is None else reading.landmarks.astype(np.float32)
        face = self._face(grey)
        return np.full((68, 2), np.nan, np.float32) if face is None else self._network.points(grey, face.landmarks)

    def batch(self, frames: Iterable[NDArray[Any]]) -> NDArray[np.float32]:
        """The same (n, 68, 2) of several pictures, which may differ in size: a list of them, or an array with a leading axis."""
        return np.array([self(frame) for frame in frames], np.float32).reshape(-1, 68, 2)


class EmotionDetector(_PictureReader):
    """`EmotionDetector()(frame)` gives the share of each expression, most likely first: `{"neutral": 0.9, "happiness": …}`.

    The most prominent face counts. Without a face the mapping is empty. The shares assume that all eight expressions are equally
    common, and that a neutral face is mistaken for another as often as another for it.
    """

    gives = "expression"

    def _suits(self, network: TrainedNetwork) -> bool:
        return network.gives_expression

    def __call__(self, frame: NDArray[Any]) -> dict[Expression, float]:
        """The expressions of a uint8 BGR (height, width, 3) or grey (height, width) picture.

        Raises:
            ValueError: it is no picture, or one of another shape or type.
        """
        grey = _grey(frame)
        face = self._face(grey)
        if face is None:
            return {}
        shares = face.expression if self._network is None else self._network.expression(grey, face.landmarks)
        return {EXPRESSIONS[place]: float(shares[place]) for place in np.argsort(-shares).tolist()}

    def batch(self, frames: Iterable[NDArray[Any]]) -> list[dict[Expression, float]]:
        """The same of several pictures, which may differ in size: a list of them, or an array with a leading axis."""
        return [self(frame) for frame in frames]
