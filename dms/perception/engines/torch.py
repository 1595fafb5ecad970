"""PyTorch on the CPU: the reference engine, installed with the extra `torch`. Nothing else in dms imports PyTorch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load as load_safetensors

from dms.perception.manifest import ModelError, NetworkEntry, read_weights
from dms.perception.networks import INPUTS, build_network


class TorchEngine:
    """One network in eager PyTorch, batch normalisation folded into the convolutions."""

    def __init__(self, network: str, entry: NetworkEntry, directory: Path | None = None, threads: int = 1) -> None:
        content = read_weights(entry.safetensors, directory)
        self._module = build_network(network, **entry.architecture)
        try:
            self._module.load_state_dict(load_safetensors(content))
        except (SafetensorError, RuntimeError) as error:
            raise ModelError(f"{entry.safetensors.file}: PyTorch cannot load it: {error}") from error
        self._module.eval()
        self._module.fold_batch_norm()
        self._inputs = INPUTS[network]
        torch.set_num_threads(threads)

    def run(self, inputs: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """Outputs by name for inputs by name."""
        with torch.inference_mode():
            outputs = self._module(*(torch.from_numpy(inputs[name]) for name in self._inputs))
        return {name: np.ascontiguousarray(tensor.numpy()) for name, tensor in outputs.items()}
