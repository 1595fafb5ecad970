"""The networks that come with the package: where their weights are, what they take, and how accurate they are.

`models/manifest.yaml` names every file with its sha256. Weights are read only after their hash has been checked, so that
a truncated download or a swapped file is an error at start and never a silently worse driver monitor.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dms.bounded import read_at_most
from dms.config.yaml_loader import MAX_BYTES, LimitedLoader
from dms.errors import BAD_INPUT, ConfigurationError
from dms.resources import resource_directory

MANIFEST_NAME = "manifest.yaml"
LARGEST_WEIGHTS_BYTES = 512 << 20
"""A hundred times those that ship; a computer in a vehicle could run none larger."""
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ModelError(ConfigurationError):
    """Weights or their manifest are missing, altered or unreadable; the message names the file."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WeightsFile(_Strict):
    """One file beside the manifest."""

    file: str
    sha256: Sha256


class NetworkEntry(_Strict):
    """One network: its weight files (the same numbers in two formats, and the ONNX one again in INT8), its architecture and
    what it measured. Without `safetensors` only ONNX Runtime runs it: its class is none of dms's own."""

    onnx: WeightsFile
    onnx_int8: WeightsFile | None = None
    safetensors: WeightsFile | None = None
    architecture: dict[str, int | float | str | list[int]] = Field(default_factory=dict)
    parameters: int
    inputs: dict[str, str]
    outputs: dict[str, str]
    thresholds: dict[str, float] = Field(default_factory=dict)
    calibration: dict[str, float] = Field(default_factory=dict)
    training: dict[str, Any] = Field(default_factory=dict)
    accuracy: dict[str, Any] = Field(default_factory=dict)


class Manifest(_Strict):
    """All networks of one release."""

    version: int
    networks: dict[str, NetworkEntry]
    evaluation: dict[str, Any] = Field(default_factory=dict)

    @property
    def files(self) -> tuple[WeightsFile, ...]:
        """Every file that is listed, network by network."""
        each = ((entry.onnx, entry.onnx_int8, entry.safetensors) for entry in self.networks.values())
        return tuple(file for files in each for file in files if file is not None)


def models_directory() -> Path:
    """The weights that ship with the program, from a checkout or an installed wheel.

    Raises ConfigurationError naming the places looked at if the installation lacks them.
    """
    return resource_directory("models")


def load_manifest(directory: Path | None = None) -> Manifest:
    """Read the manifest of `directory` (default: `models_directory()`).

    Raises ModelError with the file and every wrong field if it cannot be read or does not fit.
    """
    path = (directory or models_directory()) / MANIFEST_NAME
    try:
        content = yaml.load(read_at_most(path, MAX_BYTES).decode("utf-8"), Loader=LimitedLoader)  # noqa: S506 - a SafeLoader
    except FileNotFoundError as error:
        if not path.parent.exists():
            raise ModelError(f"{path.parent}: there is no such folder") from error
        raise ModelError(f"{path}: {error.strerror}; `python -m tools.train export RUN --models DIR` makes one") from error
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    except (yaml.YAMLError, *BAD_INPUT) as error:
        raise ModelError(f"{path}: not readable as YAML: {error}") from error
    try:
        return Manifest.model_validate(content)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc'])) or 'top level'}: {e['msg']}" for e in error.errors())
        raise ModelError(f"{path}: {faults}") from error


def read_weights(entry: WeightsFile, directory: Path | None = None) -> bytes:
    """The content of a weights file, its sha256 checked.

    Raises ModelError naming the file if it is missing, unreadable or not the one that the manifest lists.
    """
    path = (directory or models_directory()) / entry.file
    try:
        content = read_at_most(path, LARGEST_WEIGHTS_BYTES)
    except OSError as error:
        raise ModelError(f"{path}: {error.strerror}") from error
    found = hashlib.sha256(content).hexdigest()
    if found != entry.sha256:
        raise ModelError(f"{path}: sha256 is {found}, the manifest lists {entry.sha256}")
    return content
