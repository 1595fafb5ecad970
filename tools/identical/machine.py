"""What the numbers of the networks depend on, in words."""

from __future__ import annotations

import hashlib
import platform
from importlib.metadata import version
from pathlib import Path

_LIBRARIES = ("numpy", "onnxruntime", "opencv-python-headless")
_CPUINFO = Path("/proc/cpuinfo")


def machine() -> str:
    """Processor and libraries: where they are the same, the same picture gives the same observation, to the last bit."""
    return ", ".join([_processor(), *(f"{library} {version(library)}" for library in _LIBRARIES)])


def _processor() -> str:
    """The kind of processor, with a digest of the instructions that it has."""
    if not _CPUINFO.exists():
        return platform.machine()
    lines = _CPUINFO.read_text().splitlines()
    flags = next((line for line in lines if line.startswith(("flags", "Features"))), "")
    instructions = " ".join(sorted(flags.partition(":")[2].split()))
    return f"{platform.machine()} with instructions {hashlib.sha256(instructions.encode()).hexdigest()[:8]}"
