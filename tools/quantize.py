"""INT8 twins of the exported networks: convolutions only, per channel, calibrated on rendered training samples.

Static quantisation in ONNX Runtime's QDQ form (`onnxruntime.quantization`), activations by their least and greatest value.
The fully connected heads stay in float32: they are a few per cent of the time, and coordinates and angles come out of them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod, QuantFormat, QuantType, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from dms.perception.networks import INPUTS
from tools.train.running.stream import collate
from tools.train.task import Task

CALIBRATION_BATCHES, CALIBRATION_BATCH = 24, 16
SEED = 11

Inputs = dict[str, NDArray[Any]]


class _Samples(CalibrationDataReader):  # type: ignore[misc]
    """Hands batches of network inputs to the calibrator."""

    def __init__(self, batches: Iterator[Inputs]) -> None:
        self._batches = batches

    def get_next(self) -> Inputs | None:
        """The next batch, None at the end."""
        return next(self._batches, None)


def training_inputs(task: Task, data: Path, hdri: Path) -> Iterator[Inputs]:
    """Batches of inputs as the network sees them in training, degraded and without a face now and then."""
    source, rng = task.source(data, hdri), np.random.default_rng(SEED)
    for _ in range(CALIBRATION_BATCHES):
        batch = collate([source.draw(rng) for _ in range(CALIBRATION_BATCH)])
        yield {name: batch[name].numpy() for name in INPUTS[task.name]}


def quantize(onnx_file: Path, inputs: Iterator[Inputs]) -> Path:
    """Write NAME.int8.onnx beside NAME.onnx and return its path. `inputs` are batches by input name."""
    written = onnx_file.with_suffix(".int8.onnx")
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / onnx_file.name
        quant_pre_process(str(onnx_file), str(prepared), skip_symbolic_shape=True)
        quantize_static(
            str(prepared), str(written), _Samples(inputs), quant_format=QuantFormat.QDQ, op_types_to_quantize=["Conv"],
            per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
        )  # fmt: skip
    return written
