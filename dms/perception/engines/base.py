"""What every engine offers, and the one place where an engine is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from dms.perception.manifest import ModelError, load_manifest

EngineName = Literal["onnx", "torch"]
NetworkName = Literal["detector", "face", "eye", "objects"]
Precision = Literal["auto", "fp32", "int8"]
"""`auto`: whichever of the two runs faster on this processor."""

PARITY_TOLERANCE = 2e-4
"""Largest absolute difference between the engines' raw outputs for the same input in float32, where both compute the same in
another order. A test holds it on the shipped weights; another one holds what INT8 may differ by on readings."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which weights run, and why, in words for people."""

    precision: Literal["fp32", "int8"]
    why: str


class Engine(Protocol):
    """One network, loaded and ready on one thread unless told otherwise."""

    def run(self, inputs: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """Outputs by name for inputs by name; the first axis of every array is the batch."""
        ...


def load_network(
    network: NetworkName,
    engine: EngineName = "onnx",
    directory: Path | None = None,
    threads: int = 1,
    precision: Precision = "fp32",
) -> Engine:
    """Load a network of the manifest in `directory` (default: the shipped one) into an engine.

    `precision` is for ONNX Runtime alone; PyTorch runs float32.

    Raises ModelError naming the file if a file is missing, altered or unusable, or if the manifest lacks the network.
    """
    return load_with_choice(network, engine, directory, threads, precision)[0]


def load_with_choice(
    network: NetworkName, engine: EngineName, directory: Path | None, threads: int, precision: Precision
) -> tuple[Engine, Choice]:
    """Like `load_network`, and which precision was chosen and why."""
    entry = load_manifest(directory).networks.get(network)
    if entry is None:
        raise ModelError(f"the manifest lists no network {network!r}")
    if engine == "onnx":
        from dms.perception.engines.precision import load_onnx

        return load_onnx(entry, directory, threads, precision)
    from dms.perception.engines.torch import TorchEngine

    return TorchEngine(network, entry, directory, threads), Choice("fp32", "PyTorch runs float32")
