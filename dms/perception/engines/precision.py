"""Float32 or INT8 in ONNX Runtime: whichever this processor runs faster, measured once at startup.

INT8 halves the time on processors that multiply bytes natively (AVX512-VNNI, AVX-VNNI, Arm dot products). On others it saves
nothing, or costs time.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dms.config.defaults import DEVICE, Device, Precision
from dms.perception.engines.base import Choice, NetworkName
from dms.perception.engines.contract import hold_to_contract
from dms.perception.engines.onnx import OnnxEngine
from dms.perception.manifest import ModelError, NetworkEntry, WeightsFile, models_directory

WORTH_IT = 0.9
"""INT8 is used if it takes at most this share of float32's time; a smaller gain is not worth its rounding."""
WARM_UPS, RUNS = 3, 12


def load_onnx(
    network: NetworkName,
    entry: NetworkEntry,
    directory: Path | None,
    threads: int,
    wanted: Precision,
    device: Device = DEVICE,
) -> tuple[OnnxEngine, Choice]:
    """Returns an engine with the wanted weights. With `auto` both are timed and the faster one is kept.

    Raises:
        ModelError: a file is missing, altered, unusable or another network's, or INT8 was asked for and the manifest lists none.
    """

    def loaded(file: WeightsFile) -> OnnxEngine:
        engine = OnnxEngine(file, directory, threads, device)
        hold_to_contract(engine, network, (directory or models_directory()) / file.file)
        return engine

    if wanted == "fp32" or (wanted == "auto" and entry.onnx_int8 is None):
        why = "asked for" if wanted == "fp32" else "the manifest lists no INT8 weights"
        return loaded(entry.onnx), Choice("fp32", why)
    if entry.onnx_int8 is None:
        raise ModelError(f"{entry.onnx.file}: the manifest lists no INT8 weights for it; set `perception: {{precision: auto}}`")
    byte_engine = loaded(entry.onnx_int8)
    if wanted == "int8":
        return byte_engine, Choice("int8", "asked for")
    float_engine = loaded(entry.onnx)
    float_ms, byte_ms = least_ms(float_engine, threads), least_ms(byte_engine, threads)
    times = f"{byte_ms:.2f} ms a run against {float_ms:.2f} ms in float32"
    if byte_ms <= WORTH_IT * float_ms:
        return byte_engine, Choice("int8", f"faster on this processor: {times}")
    return float_engine, Choice("fp32", f"INT8 is hardly faster on this processor: {times}")


def least_ms(engine: OnnxEngine, threads: int) -> float:
    """The shortest of a dozen runs in milliseconds. With one thread it is processor time, so that busy neighbours do not
    decide."""
    clock: Callable[[], float] = time.thread_time if threads == 1 else time.perf_counter
    inputs = {name: np.zeros(shape, np.float32) for name, shape in engine.input_shapes.items()}
    taken_s = []
    for _ in range(WARM_UPS + RUNS):
        begun = clock()
        engine.run(inputs)
        taken_s.append(clock() - begun)
    return 1000.0 * min(taken_s[WARM_UPS:])
