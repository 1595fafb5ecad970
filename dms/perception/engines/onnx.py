"""ONNX Runtime on the CPU: the fast engine."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from dms.perception.manifest import ModelError, WeightsFile, read_weights


class OnnxEngine:
    """One network in ONNX Runtime. It runs sequentially and its threads do not spin, because a driver monitor shares its
    processor."""

    def __init__(self, weights: WeightsFile, directory: Path | None = None, threads: int = 1) -> None:
        content = read_weights(weights, directory)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        options.log_severity_level = 3
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            self._session = onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises classes of its own that share no public base
            raise ModelError(f"{weights.file}: ONNX Runtime cannot load it: {error}") from error
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
