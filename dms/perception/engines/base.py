"""What every engine offers, and the one place where an engine is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from dms.perception.manifest import ModelError, load_manifest

EngineName = Literal["onnx", "torch"]
NetworkName = Literal["detector", "face", "eye"]

PARITY_TOLERANCE = 2e-4
"""Largest absolute difference between the engines' raw outputs for the same input: both compute in float32, in another
order. A test holds it on the shipped weights."""


class Engine(Protocol):
    """One network, loaded and ready on one thread unless told otherwise."""

    def run(self, inputs: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """Outputs by name for inputs by name; the first axis of every array is the batch."""
        ...


def load_network(network: NetworkName, engine: EngineName = "onnx", directory: Path | None = None, threads: int = 1) -> Engine:
    """Load a network of the manifest in `directory` (default: the shipped one) into an engine.

    Raises ModelError naming the file if a file is missing, altered or unusable, or if the manifest lacks the network.
    """
    entry = load_manifest(directory).networks.get(network)
    if entry is None:
        raise ModelError(f"the manifest lists no network {network!r}")
    if engine == "onnx":
        from dms.perception.engines.onnx import OnnxEngine

        return OnnxEngine(entry, directory, threads)
    from dms.perception.engines.torch import TorchEngine

    return TorchEngine(network, entry, directory, threads)
