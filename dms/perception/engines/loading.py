"""The one place where an engine is chosen. Its library is imported here, when the first network is loaded, and nowhere else."""

from __future__ import annotations

from pathlib import Path

from dms.config.defaults import DEVICE, ENGINE, THREADS, Device, EngineName, Precision
from dms.perception.engines.base import Choice, Engine, NetworkName
from dms.perception.engines.contract import hold_to_contract
from dms.perception.engines.installed import require_device, require_engine
from dms.perception.manifest import MANIFEST_NAME, Manifest, ModelError, load_manifest, models_directory


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
    network: NetworkName,
    manifest: Manifest,
    engine: EngineName,
    directory: Path | None,
    threads: int,
    precision: Precision,
    device: Device = DEVICE,
) -> tuple[Engine, Choice]:
    """Same as `load_network`, with the manifest already read. Also returns which precision was chosen, and why."""
    require_engine(engine)
    require_device(engine, device)
    entry = manifest.networks.get(network)
    if entry is None:
        raise ModelError(f"{(directory or models_directory()) / MANIFEST_NAME}: lists no network {network!r}")
    if engine == "onnx":
        from dms.perception.engines.precision import load_onnx

        return load_onnx(network, entry, directory, threads, precision, device)
    from dms.perception.engines.torch import TorchEngine

    loaded = TorchEngine(network, entry, directory, threads, device)
    hold_to_contract(loaded, network, directory or models_directory())
    return loaded, Choice("fp32", "PyTorch runs float32")
