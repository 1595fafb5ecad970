"""An exported network as a file: how the runtime loads it, how a manifest names it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from dms.perception.engines.onnx import OnnxEngine
from dms.perception.manifest import WeightsFile


def engine_of(onnx_file: Path) -> OnnxEngine:
    """An exported network as the runtime loads it: ONNX Runtime, on one thread."""
    return OnnxEngine(WeightsFile(**listed(onnx_file)), onnx_file.parent)


def listed(path: Path) -> dict[str, str]:
    """How a manifest names a file."""
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
