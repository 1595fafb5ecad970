"""Float32 or INT8 in ONNX Runtime: whichever this processor runs faster, measured once at start.

INT8 halves the time where the processor multiplies bytes natively (AVX512-VNNI, AVX-VNNI, Arm dot products) and saves nothing,
or costs time, where it does not.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dms.perception.engines.base import Choice, Precision
from dms.perception.engines.onnx import OnnxEngine
from dms.perception.manifest import ModelError, NetworkEntry

WORTH_IT = 0.9
"""INT8 is taken if it needs at most this share of float32's time: for less its rounding is not worth having."""
WARM_UPS, RUNS = 3, 12


def load_onnx(entry: NetworkEntry, directory: Path | None, threads: int, wanted: Precision) -> tuple[OnnxEngine, Choice]:
    """An engine with the wanted weights; with `auto` both are timed and the faster one is kept.

    Raises:
        ModelError: a file is missing, altered or unusable, or INT8 is asked for and the manifest lists none.
    """
    if wanted == "fp32" or (wanted == "auto" and entry.onnx_int8 is None):
        why = "asked for" if wanted == "fp32" else "the manifest lists no INT8 weights"
        return OnnxEngine(entry.onnx, directory, threads), Choice("fp32", why)
    if entry.onnx_int8 is None:
        raise ModelError(f"{entry.onnx.file}: the manifest lists no INT8 weights for it; set `perception: {{precision: auto}}`")
    byte_engine = OnnxEngine(entry.onnx_int8, directory, threads)
    if wanted == "int8":
        return byte_engine, Choice("int8", "asked for")
    float_engine = OnnxEngine(entry.onnx, directory, threads)
    float_ms, byte_ms = least_ms(float_engine, threads), least_ms(byte_engine, threads)
    times = f"{byte_ms:.2f} ms a run against {float_ms:.2f} ms in float32"
    if byte_ms <= WORTH_IT * float_ms:
        return byte_engine, Choice("int8", f"faster on this processor: {times}")
    return float_engine, Choice("fp32", f"INT8 is hardly faster on this processor: {times}")


def least_ms(engine: OnnxEngine, threads: int) -> float:
    """The shortest of a dozen runs in milliseconds; processor time on one thread, so that busy neighbours do not decide."""
    clock: Callable[[], float] = time.thread_time if threads == 1 else time.perf_counter
    inputs = {name: np.zeros(shape, np.float32) for name, shape in engine.input_shapes.items()}
    taken_s = []
    for _ in range(WARM_UPS + RUNS):
        begun = clock()
        engine.run(inputs)
        taken_s.append(clock() - begun)
    return 1000.0 * min(taken_s[WARM_UPS:])
