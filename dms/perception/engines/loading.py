"""The one place where an engine is chosen. Its library is imported here, when the first network is loaded, and nowhere else."""

from __future__ import annotations

from pathlib import Path

from dms.config.defaults import ENGINE, THREADS, EngineName, Precision
from dms.perception.engines.base import Choice, Engine, NetworkName
from dms.perception.engines.installed import require_engine
from dms.perception.manifest import Manifest, ModelError, load_manifest


def load_network(
    network: NetworkName,
    engine: EngineName = ENGINE,
    directory: Path | None = None,
    threads: int = THREADS,
    precision: Precision = "fp32",
) -> Engine:
    """Load a network of the manifest in `directory` (default: the shipped one) into an engine.

    `precision` is for ONNX Runtime alone; PyTorch runs float32.

    Raises:
        ModelError: a file is missing, altered or unusable, or the manifest lacks the network; the message names it.
        ConfigurationError: the engine's library is not installed; the message says how to install it.
    """
    return load_with_choice(network, load_manifest(directory), engine, directory, threads, precision)[0]


def load_with_choice(
    network: NetworkName, manifest: Manifest, engine: EngineName, directory: Path | None, threads: int, precision: Precision
) -> tuple[Engine, Choice]:
    """Same as `load_network`, with the manifest already read. Also returns which precision was chosen, and why."""
    require_engine(engine)
    entry = manifest.networks.get(network)
    if entry is None:
        raise ModelError(f"the manifest lists no network {network!r}")
    if engine == "onnx":
        from dms.perception.engines.precision import load_onnx

        return load_onnx(entry, directory, threads, precision)
    from dms.perception.engines.torch import TorchEngine

    return TorchEngine(network, entry, directory, threads), Choice("fp32", "PyTorch runs float32")
