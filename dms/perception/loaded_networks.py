"""The networks of a manifest, loaded, with what the manifest says of how their outputs are to be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dms.config.defaults import EngineName, Precision
from dms.perception.engines import Choice, Engine, NetworkName, load_with_choice
from dms.perception.manifest import load_manifest
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


def load_networks(engine: EngineName, directory: Path | None, threads: int, precision: Precision) -> LoadedNetworks:
    """Load every network that the manifest in `directory` lists (None: the shipped one).

    Raises:
        ModelError: weights or manifest are missing, altered or unusable; the message names the file.
        ConfigurationError: the engine's library is not installed; the message says how to install it.
    """
    manifest = load_manifest(directory)
    entries = manifest.networks
    loaded = {
        name: load_with_choice(name, manifest, engine, directory, threads, precision)
        for name in NETWORKS
        if name in entries or name not in OPTIONAL
    }
    objects = entries.get("objects")
    return LoadedNetworks(
        engines={name: network for name, (network, _) in loaded.items()},
        choices={name: choice for name, (_, choice) in loaded.items()},
        hashes={name: entry.safetensors.sha256 for name, entry in entries.items()},
        candidate_threshold=entries["detector"].thresholds["face"],
        face_threshold=entries["face"].thresholds["face"],
        object_thresholds=ObjectThresholds(**objects.thresholds) if objects else None,
        face_calibration=FaceCalibration.of(entries["face"].calibration),
        eye_calibration=EyeCalibration.of(entries["eye"].calibration),
    )
