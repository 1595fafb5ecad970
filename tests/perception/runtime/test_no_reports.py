"""The library that runs the networks neither numbers the machine nor keeps anything to report."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
RUN_A_NETWORK = """
import numpy as np
from dms.perception.engines import load_network
engine = load_network("eye", "onnx")
engine.run({name: np.zeros(shape, np.float32) for name, shape in engine.input_shapes.items()})
"""


@pytest.mark.parametrize(
    "program",
    [
        RUN_A_NETWORK,
        "import dms.service.checks.software as software; list(software.LIBRARIES)\nimport onnxruntime",
        "import tools.quantize",
    ],
    ids=["a network", "doctor", "tools"],
)
def test_onnx_runtime_leaves_nothing_behind(tmp_path: Path, program: str) -> None:
    """On a machine of its own: on one that calls itself a test machine the library keeps quiet by itself."""
    machine = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-B", "-c", program], env=machine, check=True)
    assert [path.name for path in tmp_path.rglob("*") if "icrosoft" in str(path) or "onnx" in path.name] == []
