"""PyTorch: the reference engine, installed with the extra `torch`. Nothing else in dms imports PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors

from dms.config.defaults import DEVICE, Device
from dms.errors import ConfigurationError, one_line
from dms.perception.manifest import ModelError, NetworkEntry, models_directory, read_weights
from dms.perception.networks import INPUTS, build_network
from dms.perception.networks.fitting import fitted


def require_cuda() -> None:
    """Raises ConfigurationError if PyTorch finds no graphics card."""
    if not torch.cuda.is_available():
        raise ConfigurationError("device cuda: PyTorch finds no graphics card, or was built without CUDA")


class TorchEngine:
    """One network in eager PyTorch, batch normalisation folded into the convolutions."""

    def __init__(
        self, network: str, entry: NetworkEntry, directory: Path | None = None, threads: int = 1, device: Device = DEVICE
    ) -> None:
        if entry.safetensors is None:
            raise ModelError(f"{entry.onnx.file}: the manifest lists no safetensors for it, so only engine onnx runs it")
        content = read_weights(entry.safetensors, directory)
        path = (directory or models_directory()) / entry.safetensors.file
        try:
            weights = load_safetensors(content)
            self._module = fitted(build_network(network, **entry.architecture), weights)
        except (SafetensorError, RuntimeError, TypeError) as error:
            raise ModelError(f"{path}: PyTorch cannot load it: {one_line(str(error))}") from error
        self._module.eval()
        self._module.fold_batch_norm()
        self._device = torch.device(device)
        self._module.to(self._device)
        self._inputs = INPUTS[network]
        torch.set_num_threads(threads)

    def run(self, inputs: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """Outputs by name for inputs by name."""
        with torch.inference_mode():
            outputs = self._module(*(torch.from_numpy(inputs[name]).to(self._device) for name in self._inputs))
        return {name: np.ascontiguousarray(tensor.cpu().numpy()) for name, tensor in outputs.items()}
