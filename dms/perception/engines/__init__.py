"""Engines that run the networks: ONNX Runtime by default, PyTorch as the reference, with the same outputs within a tolerance."""

from dms.perception.engines.base import (
    PARITY_TOLERANCE,
    Choice,
    Engine,
    NetworkName,
)
from dms.perception.engines.installed import installed_engines
from dms.perception.engines.loading import load_network, load_with_choice

__all__ = [
    "PARITY_TOLERANCE",
    "Choice",
    "Engine",
    "NetworkName",
    "installed_engines",
    "load_network",
    "load_with_choice",
]
