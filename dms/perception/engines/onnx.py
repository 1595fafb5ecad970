"""ONNX Runtime on the CPU: the fast engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from dms.config.defaults import DEVICE, Device
from dms.errors import ConfigurationError, one_line
from dms.perception.manifest import ModelError, WeightsFile, models_directory, read_weights

_PROVIDERS: dict[Device, list[str]] = {"cpu": ["CPUExecutionProvider"], "cuda": ["CUDAExecutionProvider", "CPUExecutionProvider"]}


def require_cuda() -> None:
    """Raises ConfigurationError, saying what to install, if this ONNX Runtime knows no graphics cards."""
    if _PROVIDERS["cuda"][0] not in onnxruntime.get_available_providers():
        raise ConfigurationError(
            "device cuda: this ONNX Runtime runs on processors alone: install onnxruntime-gpu in its place, or take engine torch"
        )


class OnnxEngine:
    """One network in ONNX Runtime. It runs sequentially and its threads do not spin, because a driver monitor shares its
    processor."""

    def __init__(self, weights: WeightsFile, directory: Path | None = None, threads: int = 1, device: Device = DEVICE) -> None:
        content = read_weights(weights, directory)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=_PROVIDERS[device])
        except Exception as error:  # onnxruntime raises classes of its own that share no public base
            path = (directory or models_directory()) / weights.file
            raise ModelError(f"{path}: ONNX Runtime cannot load it: {one_line(str(error))}") from error
        if device == "cuda" and self._session.get_providers()[0] != _PROVIDERS["cuda"][0]:
            raise ConfigurationError("device cuda: ONNX Runtime could not use the graphics card, and would run on the processor")
        self._outputs = [output.name for output in self._session.get_outputs()]

    @property
    def input_shapes(self) -> dict[str, tuple[int, ...]]:
        """The shape of every input, with free axes filled in: one picture, a detector frame of 160 by 128."""
        free = {"h": 128, "w": 160}
        return {
            one.name: tuple(side if isinstance(side, int) else free.get(side, 1) for side in one.shape)
            for one in self._session.get_inputs()
        }

    def run(self, inputs: Mapping[str, NDArray[np.float32]]) -> dict[str, NDArray[np.float32]]:
        """Outputs by name for inputs by name."""
        return dict(zip(self._outputs, self._session.run(self._outputs, dict(inputs)), strict=True))
