"""A network that somebody trained, read from the folder into which `python -m tools.train export` wrote it.

It looks at a face that the networks that ship have found, through the same crop in which it was trained and measured.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dms.bounded import read_at_most
from dms.config.defaults import THREADS, Device
from dms.config.yaml_loader import MAX_BYTES, LimitedLoader
from dms.errors import BAD_INPUT, ConfigurationError
from dms.perception import crops, decode
from dms.perception.crops import Picture
from dms.perception.engines.onnx import OnnxEngine
from dms.perception.heatmaps import points_of_maps
from dms.perception.landmark_pose import pose_from_landmarks
from dms.perception.manifest import ModelError, WeightsFile

CARD = "network.yaml"
RUNS = Path("runs/recipes")
"""Where trainings lie if nobody says: a name is looked for there."""
EXPRESSIONS_READ = 8


class NetworkCard(BaseModel):
    """What stands in a folder's `network.yaml`: what the network takes and gives, and the sha256 of its file."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    name: str
    side: Annotated[int, Field(ge=16, le=512)]
    """Of the picture that it is given, in pixels."""
    pose: Literal["network", "landmarks"]
    """Where the rotation comes from: the network, or EPnP on its points and the mean face."""
    outputs: dict[str, list[int]]
    """The shapes of its outputs for one picture."""
    onnx: WeightsFile
    onnx_int8: WeightsFile | None = None
    trained: dict[str, Any] = Field(default_factory=dict)


class TrainedNetwork:
    """A network of a recipe, by the name of its training in `runs/recipes` or by its folder.

    Raises:
        ConfigurationError: there is no such folder.
        ModelError: its card or its file is missing, altered or unusable; the message names it.
    """

    def __init__(self, network: str | Path, device: Device, threads: int = THREADS) -> None:
        self.folder = _folder_of(network)
        self.card = read_card(self.folder)
        self._engine = OnnxEngine(self.card.onnx, self.folder, threads, device)

    @property
    def gives_rotation(self) -> bool:
        """Whether it says how the head is turned."""
        return "rotation" in self.card.outputs or (self.card.pose == "landmarks" and self.gives_points)

    @property
    def gives_points(self) -> bool:
        """Whether it says where the 68 points are."""
        return bool({"landmarks", "heatmaps"} & set(self.card.outputs))

    @property
    def gives_expression(self) -> bool:
        """Whether it says which of the eight expressions the face has."""
        return self.card.outputs.get("expression") == [EXPRESSIONS_READ]

    def rotation(self, grey: Picture, landmarks: NDArray[np.floating]) -> NDArray[np.float64] | None:
        """The rotation (3, 3), head to camera, of the face at `landmarks` (68, 2); None if its own points fit no head."""
        crop, outputs = self._run(grey, landmarks)
        if self.card.pose == "landmarks":
            height, width = grey.shape
            pose = pose_from_landmarks(_points(outputs, crop), (width, height))
            return None if pose is None else pose.rotation
        said = outputs["rotation"]
        return decode.rotation_to_frame(decode.rotation_from_6d(said) if said.ndim == 1 else said.astype(np.float64), crop)

    def points(self, grey: Picture, landmarks: NDArray[np.floating]) -> NDArray[np.float32]:
        """Its own 68 points (68, 2) in pixels of the face at `landmarks`."""
        crop, outputs = self._run(grey, landmarks)
        return _points(outputs, crop).astype(np.float32)

    def expression(self, grey: Picture, landmarks: NDArray[np.floating]) -> NDArray[np.float32]:
        """The shares (8,) of the expressions of the face at `landmarks`, in the order of `dms.types.EXPRESSIONS`."""
        return decode.softmax(self._run(grey, landmarks)[1]["expression"])

    def _run(self, grey: Picture, landmarks: NDArray[np.floating]) -> tuple[crops.Crop, dict[str, NDArray[np.float32]]]:
        crop = crops.face_crop_from_landmarks(landmarks)
        outputs = self._engine.run({"image": crops.normalise(crops.cut(grey, crop, self.card.side)[None])})
        return crop, {name: values[0] for name, values in outputs.items()}


def _points(outputs: dict[str, NDArray[np.float32]], crop: crops.Crop) -> NDArray[np.float64]:
    placed = outputs["landmarks"] if "landmarks" in outputs else points_of_maps(outputs["heatmaps"])
    return np.asarray(crop.to_frame(placed), np.float64)


def _folder_of(network: str | Path) -> Path:
    """The folder itself, or that of a training of this name."""
    named = RUNS / network
    for folder in (Path(network), named):
        if folder.is_dir():
            return folder
    raise ConfigurationError(
        f"network {str(network)!r}: there is no folder {network} or {named}; `python -m tools.train recipe` trains networks, and "
        "`python -m tools.train export` writes them"
    )


def read_card(folder: Path) -> NetworkCard:
    """Read a folder's `network.yaml`.

    Raises:
        ModelError: it cannot be read, or does not fit; the message names it.
    """
    path = folder / CARD
    try:
        content = yaml.load(read_at_most(path, MAX_BYTES).decode("utf-8"), Loader=LimitedLoader)  # noqa: S506 - a SafeLoader
    except FileNotFoundError as error:
        raise ModelError(f"{path}: {error.strerror}; `python -m tools.train export {folder} --data DIR` writes it") from error
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, *BAD_INPUT) as error:
        raise ModelError(f"{path}: not readable as YAML: {error}") from error
    try:
        return NetworkCard.model_validate(content)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'top level'}: {e['msg']}" for e in error.errors())
        raise ModelError(f"{path}: {faults}") from error
