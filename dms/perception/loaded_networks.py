"""The networks of a manifest, loaded, with what the manifest says of how their outputs are to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dms.config.defaults import DEVICE, Device, EngineName, Precision
from dms.perception.engines import Choice, Engine, NetworkName, load_with_choice
from dms.perception.manifest import MANIFEST_NAME, ModelError, NetworkEntry, load_manifest, models_directory
from dms.perception.objects import ObjectThresholds
from dms.perception.reading_calibration import EyeCalibration, FaceCalibration

NETWORKS: tuple[NetworkName, ...] = ("detector", "face", "eye", "objects")
OPTIONAL: frozenset[NetworkName] = frozenset({"objects"})
"""Networks that a manifest may lack: what they would read stays unknown."""


@dataclass(frozen=True, slots=True)
class LoadedNetworks:
    """The engines by network, which precision each runs in and why, and the sha256 of the float32 weights.

    A place that the detector scores below `candidate_threshold` is not looked at, and one that the face network scores below
    `face_threshold` is no face. `object_thresholds` is None if the manifest lists no objects network.
    """

    engines: dict[NetworkName, Engine]
    choices: Mapping[NetworkName, Choice]
    hashes: Mapping[str, str]
    candidate_threshold: float
    face_threshold: float
    object_thresholds: ObjectThresholds | None
    face_calibration: FaceCalibration
    eye_calibration: EyeCalibration

    def run(self, network: NetworkName, inputs: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """Returns a network's outputs by name; the first axis of every array is the batch."""
        return self.engines[network].run(inputs)


def load_networks(
    engine: EngineName, directory: Path | None, threads: int, precision: Precision, device: Device = DEVICE
) -> LoadedNetworks:
    """Load every network that the manifest in `directory` lists (None: the shipped one).

    Raises:
        ModelError: weights or manifest are missing, altered or unusable; the message names the file.
        ConfigurationError: the engine's library is not installed, or the device is not there; the message says what to do.
    """
    manifest = load_manifest(directory)
    entries = manifest.networks
    loaded = {
        name: load_with_choice(name, manifest, engine, directory, threads, precision, device)
        for name in NETWORKS
        if name in entries or name not in OPTIONAL
    }
    objects = entries.get("objects")
    manifest_file = (directory or models_directory()) / MANIFEST_NAME
    return LoadedNetworks(
        engines={name: network for name, (network, _) in loaded.items()},
        choices={name: choice for name, (_, choice) in loaded.items()},
        hashes={name: (entry.safetensors or entry.onnx).sha256 for name, entry in entries.items()},
        candidate_threshold=_threshold(entries, "detector", "face", manifest_file),
        face_threshold=_threshold(entries, "face", "face", manifest_file),
        object_thresholds=ObjectThresholds(
            *(_threshold(entries, "objects", name, manifest_file) for name in ("phone", "smoking", "drinking"))
        )
        if objects
        else None,
        face_calibration=FaceCalibration.of(entries["face"].calibration),
        eye_calibration=EyeCalibration.of(entries["eye"].calibration),
    )


def _threshold(entries: Mapping[str, NetworkEntry], network: NetworkName, name: str, manifest_file: Path) -> float:
    thresholds = entries[network].thresholds
    if name not in thresholds:
        raise ModelError(f"{manifest_file}: networks.{network}.thresholds: {name} is missing")
    return thresholds[name]
